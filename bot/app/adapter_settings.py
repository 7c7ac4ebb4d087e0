"""The settings of each adapter, made from the configuration: adapters do not know `Config`.

Each function is the only place where the keys of its section become settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import config as configuration
from bot.config import Config
from bot.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from adapters.slack.settings import SlackSettings
    from adapters.teams.settings import TeamsSettings


def slack_settings(config: Config) -> SlackSettings:
    """Return the settings of the Slack adapter. Raises ConfigurationError naming every secret that is missing."""
    from adapters.slack.settings import SlackSettings

    section, secrets = slack_section(config), config.secrets
    needed = {
        "SLACK_BOT_TOKEN": secrets.slack_bot_token,
        **({"SLACK_APP_TOKEN": secrets.slack_app_token} if section.mode == "socket" else {}),
        **({"SLACK_SIGNING_SECRET": secrets.slack_signing_secret} if section.mode == "http" else {}),
    }
    fix = f"Set it in the environment: slack.mode is {section.mode}."
    if missing := [Problem(name, "is not set.", fix) for name, secret in needed.items() if not secret]:
        raise ConfigurationError(*missing)
    known = {name: secret.get_secret_value() for name, secret in needed.items() if secret}
    return SlackSettings(
        bot_token=known["SLACK_BOT_TOKEN"],
        app_token=known.get("SLACK_APP_TOKEN", ""),
        signing_secret=known.get("SLACK_SIGNING_SECRET", ""),
        mode=section.mode,
        api_url=section.api_url,
        workspaces=frozenset(section.workspaces),
        guests=section.guests,
        listen_channels=frozenset(section.listen_channels),
        officer_groups=frozenset(_ids_after("slack:S", config.press_office.officers)),
        press_channels=frozenset(_ids_after("slack:", config.press_office.channels)),
    )


def slack_section(config: Config) -> configuration.Slack:
    """Return the section `slack`, or its default values if there is none."""
    return config.slack or configuration.Slack()


def teams_settings(config: Config) -> TeamsSettings:
    """Return the settings of the Teams adapter.

    Raises ConfigurationError if the section or its secret is missing.
    """
    from adapters.teams.settings import TeamsSettings

    section, secret = teams_section(config), config.secrets.microsoft_app_password
    if section.authentication and section.app_type == "SingleTenant" and not secret:
        fix = "Set it in the environment: teams.app_type is SingleTenant."
        raise ConfigurationError(Problem("MICROSOFT_APP_PASSWORD", "is not set.", fix))
    channels = _ids_after("teams:", config.press_office.channels)
    password = secret.get_secret_value() if secret else ""
    return TeamsSettings(password=password, press_channels=channels, **section.model_dump())


def teams_section(config: Config) -> configuration.Teams:
    """Return the section `teams`. Raises ConfigurationError if there is none: its ids have no defaults."""
    if config.teams is None:
        raise ConfigurationError(Problem("teams", "this section is missing.", "See policydesk.example.yaml."))
    return config.teams


def _ids_after(prefix: str, references: Sequence[str]) -> tuple[str, ...]:
    """Return the ids, without their platform, of the `platform:id` references that begin with `prefix`."""
    return tuple(reference.partition(":")[2] for reference in references if reference.startswith(prefix))
