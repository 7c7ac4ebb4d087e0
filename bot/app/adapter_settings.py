"""The settings of each adapter, made from the configuration: adapters do not know `Config`.

Each function is the only place where the keys of its section become settings.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import config as configuration
from bot.config import Config
from bot.errors import ConfigurationError, Problem

log = logging.getLogger(__name__)

_FOR_CUSTOMERS = (
    *(".trafficmanager.net", ".usgovtrafficmanager.net", ".azurewebsites.net", ".azurewebsites.us", ".cloudapp.net"),
    *(".cloudapp.azure.com", ".azurefd.net", ".azureedge.net", ".azure-api.net", ".azurecontainerapps.io"),
    *(".azurestaticapps.net", ".windows.net"),
)
"""Domains of Microsoft's under which its customers register names."""

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
    values = section.model_dump() | {"service_hosts": _service_hosts(section.service_hosts)}
    return TeamsSettings(password=password, press_channels=channels, **values)


def teams_section(config: Config) -> configuration.Teams:
    """Return the section `teams`. Raises ConfigurationError if there is none: its ids have no defaults."""
    if config.teams is None:
        raise ConfigurationError(Problem("teams", "this section is missing.", "See policydesk.example.yaml."))
    return config.teams


def _service_hosts(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the hosts that may get the desk's token, without the wildcards under which anybody can get a host."""
    kept = tuple(pattern for pattern in patterns if not _is_open(pattern.lower()))
    if ignored := [pattern for pattern in patterns if pattern not in kept]:
        log.warning(
            "teams.service_hosts: %s is ignored: customers of Microsoft's can register names there. Write the hosts "
            "themselves: smba.trafficmanager.net, and for GCC smba.infra.gcc.teams.microsoft.com.",
            ", ".join(ignored),
        )
    return kept


def _is_open(pattern: str) -> bool:
    suffix = pattern.removeprefix("*")
    return pattern.startswith("*") and (suffix.count(".") < 2 or suffix.endswith(_FOR_CUSTOMERS))


def _ids_after(prefix: str, references: Sequence[str]) -> tuple[str, ...]:
    """Return the ids, without their platform, of the `platform:id` references that begin with `prefix`."""
    return tuple(reference.partition(":")[2] for reference in references if reference.startswith(prefix))
