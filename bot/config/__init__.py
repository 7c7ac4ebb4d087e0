"""The configuration, made of `policydesk.yaml` and the secrets of the environment, as one checked value."""

from bot.config.config_reader import from_mapping
from bot.config.press_office import PressOffice
from bot.config.sections import SECRETS, Config, Console, Privacy, Slack, Teams
from bot.config.setting_values import week

__all__ = ["SECRETS", "Config", "Console", "PressOffice", "Privacy", "Slack", "Teams", "from_mapping", "week"]
