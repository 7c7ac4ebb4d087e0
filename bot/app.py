"""The composition root: names every concrete class, builds the whole and owns its start and stop.

The only place that reads the configuration file and the environment. An adapter is imported only when it is configured.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml

from adapters.http import HttpServer, mount_operations
from bot import config as configuration
from bot import retention
from bot.clock import SystemClock
from bot.config import Config
from bot.desk.deliveries import Deliveries
from bot.desk.desk import PolicyDesk
from bot.desk.mind import Mind, Minds
from bot.desk.office import Office
from bot.errors import ConfigurationError, KnowledgeError, Problem
from bot.knowledge import snapshot
from bot.knowledge.keeper import KnowledgeKeeper
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching import kept
from bot.matching.matcher import Matcher, Options
from bot.operations import Operations
from bot.ports import Adapter, Messenger
from bot.relay import Relay
from bot.store import snapshots
from bot.store.engine import Store
from bot.store.state import DurableState
from bot.training import train

if TYPE_CHECKING:
    from adapters.console import TerminalConsole
    from adapters.slack.settings import Settings as SlackSettings
    from adapters.teams.settings import TeamsSettings

log = logging.getLogger(__name__)

SHIPPED_KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
TRIAL_CHANNEL = "web:press"
TRIAL_STAFF = (("sam", "Sam Staff"), ("priya", "Priya Lecturer"), ("joe", "Joe Porter"))
TRIAL_OFFICERS = (("anna", "Anna Officer"), ("ben", "Ben Officer"))

AdapterFactory = Callable[["Application"], Adapter]


def read_config(path: Path | None) -> Config:
    """The configuration from a file (or `policydesk.yaml` here, if there is one) and the environment.

    With no platform configured it is that of the browser console, with a press desk of its own.
    """
    if path is None and Path("policydesk.yaml").exists():
        path = Path("policydesk.yaml")
    settings = _read_settings(path) if path else None
    config = configuration.from_mapping(settings, os.environ)
    return config if config.slack or config.teams else _for_trial(config)


def knowledge_folder(config: Config) -> Path:
    """The configured folder, or the one that ships with the desk."""
    return Path(config.knowledge) if config.knowledge else SHIPPED_KNOWLEDGE


def run(config: Config, announce: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). `announce` gets lines for whoever started it."""
    asyncio.run(_serve(config, announce))


def chat(config: Config, given: Path | None) -> None:
    """Serve the terminal alone until it ends; with no configuration, from a database that lasts as long."""
    from adapters.console import TerminalConsole

    with TemporaryDirectory() as folder:
        settings = config.model_copy(update={"console": None})
        if given is None:
            nobody = config.press_office.model_copy(update={"channels": (), "officers": ()})
            update = {"database": f"sqlite:///{folder}/chat.db", "press_office": nobody}
            settings = settings.model_copy(update=update)
        asyncio.run(_chat(settings, TerminalConsole(sys.stdin, sys.stdout)))


def matcher_for(folder: Path | None, config: Path | None) -> tuple[Knowledge, Matcher]:
    """A knowledge base (the configured one unless a folder is given) and its matcher, for the command line."""
    settings = read_config(config)
    knowledge = load(folder or knowledge_folder(settings))
    return knowledge, kept.matcher_for(knowledge, _options(settings))


@contextmanager
def database(config: Config) -> Iterator[Store]:
    """The database, beside whatever serves from it. Raises as `Store.open_beside`."""
    store = Store(config.database_url, SystemClock())
    store.open_beside()
    try:
        yield store
    finally:
        store.close()


def transcripts(store: Store) -> retention.Transcripts:
    """What the browser console has shown, for the command line."""
    from adapters.web.transcript import Transcript

    return Transcript(DurableState(store, "web"), SystemClock())


class Application:
    """A desk that serves. `factories` are for platforms that the configuration does not name."""

    def __init__(self, config: Config, factories: Sequence[AdapterFactory] = ()) -> None:
        self.config = config
        self.clock = SystemClock()
        self.store = Store(config.database_url, self.clock)
        self.server = HttpServer(config.server.host, config.server.port)
        self.adapters: tuple[Adapter, ...] = ()
        self.url = ""
        self._factories = (*_configured(config), *factories)
        self._folder = knowledge_folder(config)
        self._options = _options(config)
        self._stack = AsyncExitStack()
        self._transcripts: retention.Transcripts | None = None
        self.keeper: KnowledgeKeeper
        self.minds: Minds
        self.learned_at: datetime

    async def start(self) -> None:
        """Everything, in the order in which one thing needs another; stopped in the opposite order.

        Raises a PolicyDeskError where that is in vain.
        """
        self.store.open(exclusive=True)
        self._stack.callback(self.store.close)
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take nothing more, finish what is under way, let go. Harmless when it was never started."""
        await self._stack.aclose()

    def closing(self, close: Callable[[], Awaitable[None]]) -> None:
        """An adapter's last act, when nothing is delivered any more."""
        self._stack.push_async_callback(close)

    def purging(self, transcripts: retention.Transcripts) -> None:
        """An adapter has messages of its own that grow old."""
        self._transcripts = transcripts

    async def _start(self) -> None:
        knowledge, trouble = await self._first_knowledge()
        self.keeper = KnowledgeKeeper(self._folder, knowledge, trouble)
        self.minds = Minds(await self._learn(knowledge))
        self.learned_at = self.clock.now()
        self._stack.callback(self.minds.close)
        await self._keep(knowledge)
        self.adapters = tuple(factory(self) for factory in self._factories)
        office = Office(self.config)
        relay = Relay(self.store, self._messengers(), Deliveries(office, self.minds), _process_name())
        desk = PolicyDesk(self.store, self.minds, office, relay.wake)
        await relay.start()
        self._stack.push_async_callback(relay.stop)
        for adapter in self.adapters:
            await adapter.start(desk)
            self._stack.push_async_callback(adapter.stop)
        await self._listen(Operations(self.store, self.clock, self.keeper, relay, self.adapters))
        watching = asyncio.create_task(self.keeper.watch(self._take_over), name="knowledge")
        self._stack.push_async_callback(_end, watching)
        purging = asyncio.create_task(
            retention.keep(self.store, self.config.privacy, self._transcripts), name="retention"
        )
        self._stack.push_async_callback(_end, purging)

    async def _listen(self, operations: Operations) -> None:
        application = self.server.application
        mount_operations(application, readiness=operations.readiness, metrics_now=operations.metrics)
        try:
            await self.server.start()
        except OSError as error:
            where = f"{self.config.server.host}:{self.config.server.port}"
            what = f"cannot listen on {where}: {os.strerror(error.errno or 0)}."
            fix = "Stop what listens there, or set another port (0 takes a free one)."
            raise ConfigurationError(Problem("server.port", what, fix)) from None
        self.url = self.server.url
        self._stack.push_async_callback(self.server.stop)

    def _messengers(self) -> Mapping[str, Messenger]:
        messengers = {adapter.platform: adapter.messenger for adapter in self.adapters}
        settings, password = self.config.email, self.config.secrets.smtp_password
        if settings:
            from adapters.email import SmtpMessenger

            messengers["email"] = SmtpMessenger(
                host=settings.host,
                port=settings.port,
                sender=settings.from_,
                username=settings.username,
                password=password.get_secret_value() if password else "",
                security=settings.security,
                clock=self.clock,
            )
        return messengers

    # ---- knowledge --------------------------------------------------------------------------------------------------

    async def _first_knowledge(self) -> tuple[Knowledge, tuple[Problem, ...]]:
        """The folder's; where that is broken the last good one, so that a restart loses no answers."""
        try:
            return await asyncio.to_thread(load, self._folder), ()
        except KnowledgeError as error:
            kept = await self.store.run(snapshots.latest)
            if kept is None:
                raise
            for problem in error.problems:
                log.error("knowledge base not taken over, the last good one stays: %s", problem)  # noqa: TRY400
            return snapshot.loads(kept[1]), error.problems

    async def _learn(self, knowledge: Knowledge) -> Mind:
        return Mind(knowledge, await train(knowledge, self._options))

    async def _take_over(self, knowledge: Knowledge) -> None:
        mind = await self._learn(knowledge)
        await self._keep(knowledge)
        self.minds.current = mind
        self.learned_at = self.clock.now()

    async def _keep(self, knowledge: Knowledge) -> None:
        text = snapshot.dumps(knowledge)
        await self.store.run(lambda tx: snapshots.put(tx, knowledge.revision, text))


def _read_settings(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(Problem(str(path), f"cannot be read: {error.strerror}.")) from None
    except UnicodeDecodeError:
        raise ConfigurationError(Problem(str(path), "is not UTF-8.", "Save it as UTF-8.")) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(
            Problem(f"{path}:{line}", f"is not YAML: {error.problem}.", "Mend that line.")
        ) from None


def _for_trial(config: Config) -> Config:
    office = config.press_office
    if not office.channels:
        officers = tuple(f"web:{name}" for name, _ in TRIAL_OFFICERS)
        office = office.model_copy(update={"channels": (TRIAL_CHANNEL,), "officers": officers})
    console = config.console or configuration.Console()
    return config.model_copy(update={"press_office": office, "console": console})


def _configured(config: Config) -> tuple[AdapterFactory, ...]:
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
        officer_groups=_ids(config.press_office.officers, "slack:S"),
        press_channels=_ids(config.press_office.channels, "slack:"),
    )


def slack_manifest(config: Config) -> dict[str, Any]:
    """What Slack wants to know of the app; as for the default settings where Slack is not configured."""
    from adapters.slack.manifest import manifest

    section = config.slack or configuration.Slack()
    return manifest(socket=section.mode == "socket", command=section.command)


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


def _ids(named: Sequence[str], start: str) -> frozenset[str]:
    """Slack's own ids of those that begin so."""
    return frozenset(each.removeprefix("slack:") for each in named if each.startswith(start))


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
    return TeamsSettings(password=secret.get_secret_value() if secret else "", **section.model_dump())


def _web(application: Application) -> Adapter:
    from adapters.web.console import WebConsole
    from adapters.web.people import Persona

    staff = [Persona(name, shown) for name, shown in TRIAL_STAFF]
    officers = [Persona(name, shown, officer=True) for name, shown in TRIAL_OFFICERS]
    section = application.config.console
    console = WebConsole(
        DurableState(application.store, "web"),
        application.clock,
        section.port if section else 0,
        (*staff, *officers),
        lambda: _knowledge_status(application),
        lambda: _examples(application.minds.current.knowledge),
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
    answers = len(application.minds.current.knowledge.answering)
    zone = ZoneInfo(application.config.organisation.timezone)
    broken = " · a file in the folder is broken, see /readyz" if application.keeper.trouble else ""
    return f"knowledge: {answers} answers, checked {application.learned_at.astimezone(zone):%H:%M}{broken}"


def _options(config: Config) -> Options:
    return Options(config.matching.accept, config.matching.encoder, _cache(config))


def _cache(config: Config) -> Path | None:
    """Where what was learned is kept between starts; None where the system has no such place for this user."""
    if config.matching.cache:
        return Path(config.matching.cache)
    home = os.environ.get("XDG_CACHE_HOME") or (f"{os.environ['HOME']}/.cache" if os.environ.get("HOME") else "")
    return Path(home) / "policydesk" if home else None


def _process_name() -> str:
    """Names this process in the leases that it takes."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _chat(config: Config, terminal: TerminalConsole) -> None:
    application = Application(config, [lambda _: terminal])
    await application.start()
    try:
        await terminal.finished()
    finally:
        await application.stop()


async def _started(application: Application, told: asyncio.Event) -> bool:
    """False when it was told to stop before it was up: learning takes a while, and nobody waits for it then."""
    starting = asyncio.create_task(application.start(), name="start")
    telling = asyncio.create_task(told.wait(), name="told")
    await asyncio.wait((starting, telling), return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if not starting.done():
        await _end(starting)
        return False
    await starting
    return True


async def _serve(config: Config, announce: Callable[[str], None]) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    application = Application(config)
    announce("Policy Desk is reading its knowledge base …")
    if not await _started(application, told):
        return
    for adapter in application.adapters:
        if page := getattr(adapter, "url", ""):
            announce(f"Policy Desk is ready. Open {page} in a browser.")
    announce(f"Health and readiness: {application.url}/readyz. Stop with Ctrl-C.")
    try:
        await told.wait()
    finally:
        announce("Stopping: finishing what is under way …")
        await application.stop()
