"""The configuration: `policydesk.yaml` and the secrets of the environment, as one checked value."""

from bot.config.sections import (
    SECRETS,
    Config,
    Console,
    PressOffice,
    Privacy,
    Slack,
    Teams,
    from_mapping,
)

__all__ = ["SECRETS", "Config", "Console", "PressOffice", "Privacy", "Slack", "Teams", "from_mapping"]
