"""The adapters, each imported only when it is configured: the vendors' libraries take half a second to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot import config as configuration
from bot.app.configuration import TRIAL_OFFICERS, TRIAL_STAFF
from bot.config import Config
from bot.errors import ConfigurationError, Problem
from bot.knowledge.model import Knowledge
from bot.ports import Adapter, Messenger
from bot.storage.adapter_state import DurableState

if TYPE_CHECKING:
    from adapters.slack.settings import Settings as SlackSettings
    from adapters.teams.settings import TeamsSettings
    from bot.app.application import Application

AdapterFactory = Callable[["Application"], Adapter]


def configured(config: Config) -> tuple[AdapterFactory, ...]:
    """One factory for each platform that the configuration names."""
    named = ((_slack, config.slack), (_teams, config.teams), (_web, config.console))
    return tuple(factory for factory, section in named if section)


def _slack(application: Application) -> Adapter:
    from adapters.slack.adapter import SlackAdapter

    settings = slack_settings(application.config)
    adapter = SlackAdapter(settings, DurableState(application.store, "slack"), application.clock)
    adapter.mount(application.server.application)
    application.closing(adapter.close)
    return adapter


def slack_settings(config: Config) -> SlackSettings:
    """What the Slack adapter is told. Raises ConfigurationError naming every secret that is missing."""
    from adapters.slack.settings import Settings

    section, held = config.slack or configuration.Slack(), config.secrets
    needed = {
        "SLACK_BOT_TOKEN": held.slack_bot_token,
        **({"SLACK_APP_TOKEN": held.slack_app_token} if section.mode == "socket" else {}),
        **({"SLACK_SIGNING_SECRET": held.slack_signing_secret} if section.mode == "http" else {}),
    }
    fix = f"Set it in the environment: slack.mode is {section.mode}."
    if missing := [Problem(name, "is not set.", fix) for name, secret in needed.items() if not secret]:
        raise ConfigurationError(*missing)
    known = {name: secret.get_secret_value() for name, secret in needed.items() if secret}
    return Settings(
        bot_token=known["SLACK_BOT_TOKEN"],
        app_token=known.get("SLACK_APP_TOKEN", ""),
        signing_secret=known.get("SLACK_SIGNING_SECRET", ""),
        mode=section.mode,
        api_url=section.api_url,
        workspaces=frozenset(section.workspaces),
        guests=section.guests,
        listen_channels=frozenset(section.listen_channels),
        officer_groups=frozenset(_ids(config.press_office.officers, "slack:S")),
        press_channels=frozenset(_ids(config.press_office.channels, "slack:")),
    )


def slack_manifest(config: Config) -> dict[str, Any]:
    """What Slack wants to know of the app; as for the default settings where Slack is not configured."""
    from adapters.slack.manifest import manifest

    section = config.slack or configuration.Slack()
    return manifest(socket=section.mode == "socket", command=section.command)


def _ids(named: Sequence[str], start: str) -> tuple[str, ...]:
    """A platform's own ids of those that begin so."""
    return tuple(each.partition(":")[2] for each in named if each.startswith(start))


def _teams(application: Application) -> Adapter:
    from adapters.teams import TeamsAdapter

    settings = teams_settings(application.config)
    adapter = TeamsAdapter(settings, DurableState(application.store, "teams"), application.clock)
    adapter.mount(application.server.application)
    application.closing(adapter.close)
    return adapter


def teams_settings(config: Config) -> TeamsSettings:
    """What the Teams adapter is told. Raises ConfigurationError where its secret is missing."""
    from adapters.teams.settings import TeamsSettings

    section, secret = _teams_section(config), config.secrets.microsoft_app_password
    if section.authentication and section.app_type == "SingleTenant" and not secret:
        fix = "Set it in the environment: teams.app_type is SingleTenant."
        raise ConfigurationError(Problem("MICROSOFT_APP_PASSWORD", "is not set.", fix))
    channels = _ids(config.press_office.channels, "teams:")
    password = secret.get_secret_value() if secret else ""
    return TeamsSettings(password=password, press_channels=channels, **section.model_dump())


def teams_manifest(config: Config, website: str) -> dict[str, Any]:
    """What Teams wants to know of the app. `website` is a page of the organisation's."""
    from adapters.teams.manifest import manifest

    return manifest(_teams_section(config).app_id, config.organisation.name, website, version("policydesk"))


def teams_package(about: dict[str, Any]) -> bytes:
    """The zip that is uploaded to Teams."""
    from adapters.teams.manifest import package

    return package(about)


def _teams_section(config: Config) -> configuration.Teams:
    if config.teams is None:
        raise ConfigurationError(Problem("teams", "this section is missing.", "See policydesk.example.yaml."))
    return config.teams


def _web(application: Application) -> Adapter:
    from adapters.web.console import WebConsole
    from adapters.web.personas import Persona

    staff = [Persona(name, shown) for name, shown in TRIAL_STAFF]
    officers = [Persona(name, shown, officer=True) for name, shown in TRIAL_OFFICERS]
    section = application.config.console
    console = WebConsole(
        DurableState(application.store, "web"),
        application.clock,
        section.port if section else 0,
        (*staff, *officers),
        lambda: _knowledge_status(application),
        lambda: _examples(application.active_knowledge.current.knowledge),
    )
    application.purging(console)
    return console


def _examples(knowledge: Knowledge) -> list[str]:
    """Three whole questions from different corners of the knowledge base, for an empty page to offer."""
    whole = [
        question
        for entry in knowledge.answering
        for question in [one for one in entry.questions if one.endswith("?") and 5 <= len(one.split()) <= 12][:1]
    ]
    return whole[:: max(1, len(whole) // 3)][:3] or [entry.questions[0] for entry in knowledge.answering[:3]]


def _knowledge_status(application: Application) -> str:
    answers = len(application.active_knowledge.current.knowledge.answering)
    zone = ZoneInfo(application.config.organisation.timezone)
    broken = " · a file in the folder is broken, see /readyz" if application.watcher.trouble else ""
    return f"knowledge: {answers} answers, checked {application.learned_at.astimezone(zone):%H:%M}{broken}"


def messengers(application: Application) -> Mapping[str, Messenger]:
    """How each platform is written to, by its name; e-mail among them where it is configured."""
    reached = {adapter.platform: adapter.messenger for adapter in application.adapters}
    settings, password = application.config.email, application.config.secrets.smtp_password
    if settings:
        from adapters.email import SmtpMessenger

        reached["email"] = SmtpMessenger(
            host=settings.host,
            port=settings.port,
            sender=settings.from_,
            username=settings.username,
            password=password.get_secret_value() if password else "",
            security=settings.security,
            clock=application.clock,
        )
    return reached
