"""The platforms that a configuration names, and what the desk writes to each with.

An adapter is imported only if it is configured, because a vendor's library takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.http import HttpServer
from bot.admin.retention import Transcripts
from bot.app.adapter_settings import slack_settings, teams_settings
from bot.app.configuration import TRIAL_OFFICERS, TRIAL_STAFF
from bot.config import Config
from bot.ports import Adapter, Clock, Messenger, StartTask, plain_task
from bot.presentation import texts
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store


@dataclass(frozen=True, slots=True)
class PlatformContext:
    """What a platform is built from."""

    config: Config
    store: Store
    """Holds the adapter's own state. It has to be open when the adapter starts."""
    clock: Clock
    server: HttpServer
    """A platform that receives requests mounts its routes here, before the server starts."""
    knowledge_status: Callable[[], str] = str
    """Returns a line about the knowledge base, for a page of the desk's own."""
    example_questions: Callable[[], Sequence[str]] = tuple
    """Returns questions that an empty page may offer."""
    start_task: StartTask = plain_task
    """Starts a loop of an adapter's own."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that is built and not started."""

    adapter: Adapter
    close: Callable[[], Awaitable[None]] | None = None
    """Releases what sending needs. It is called when nothing is delivered any more, also if nothing was started."""
    forget: Callable[[], None] | None = None
    """Empties what the adapter caches of people."""
    listen: Callable[[], Awaitable[None]] | None = None
    """Binds a port of the platform's own, before anything is learned. Raises ConfigurationError if it is taken."""
    transcripts: Transcripts | None = None
    """The messages that the platform itself stores; retention purges them."""


PlatformFactory = Callable[[PlatformContext], Platform]
"""Builds a platform. Raises ConfigurationError naming every setting that is missing."""


def configured_platforms(config: Config) -> tuple[PlatformFactory, ...]:
    """Return one factory for each platform that the configuration names."""
    sections = ((_slack, config.slack), (_teams, config.teams), (_web_console, config.console))
    return tuple(factory for factory, section in sections if section)


def messengers(adapters: Iterable[Adapter], config: Config, clock: Clock) -> Mapping[str, Messenger]:
    """Return each platform's messenger by the platform's name; e-mail is one of them if it is configured."""
    return {adapter.platform: adapter.messenger for adapter in adapters} | _mail(config, clock)


def _slack(context: PlatformContext) -> Platform:
    from adapters.slack.adapter import SlackAdapter

    settings = slack_settings(context.config)
    adapter = SlackAdapter(settings, DurableState(context.store, "slack"), context.clock, start_task=context.start_task)
    adapter.mount(context.server.application)
    return Platform(adapter, adapter.close, adapter.forget)


def _teams(context: PlatformContext) -> Platform:
    from adapters.teams import TeamsAdapter

    settings = teams_settings(context.config)
    adapter = TeamsAdapter(settings, DurableState(context.store, "teams"), context.clock)
    adapter.mount(context.server.application)
    return Platform(adapter, adapter.close, adapter.forget)


def _web_console(context: PlatformContext) -> Platform:
    from adapters.web.console import WebConsole
    from adapters.web.personas import Persona

    def called(name: str) -> str:
        # Beside a real platform a card has to show who is none of the organisation's people.
        return name if context.config.is_trial else texts.in_trial_console(name)

    staff = [Persona(id_, called(name)) for id_, name in TRIAL_STAFF]
    officers = [Persona(id_, called(name), officer=True) for id_, name in TRIAL_OFFICERS]
    section = context.config.console
    console = WebConsole(
        DurableState(context.store, "web"),
        context.clock,
        section.port if section else 0,
        (*staff, *officers),
        context.knowledge_status,
        context.example_questions,
        context.start_task,
    )
    return Platform(console, listen=console.listen, transcripts=console)


def _mail(config: Config, clock: Clock) -> dict[str, Messenger]:
    section, password = config.email, config.secrets.smtp_password
    if section is None:
        return {}
    from adapters.email import SmtpMessenger

    messenger = SmtpMessenger(
        host=section.host,
        port=section.port,
        sender=section.from_,
        username=section.username,
        password=password.get_secret_value() if password else "",
        security=section.security,
        clock=clock,
    )
    return {"email": messenger}
