"""A desk that serves: all its parts, and how they are started and stopped."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any
from zoneinfo import ZoneInfo

from adapters.http import HttpServer, mount_operations
from bot.admin.monitoring import Monitoring
from bot.admin.platform_checks import PlatformChecks
from bot.admin.probe import Probe
from bot.admin.retention import DailyPurge, Transcripts
from bot.app.configuration import contacts, knowledge_folder, matcher_options
from bot.app.forgetting import forget_when_told
from bot.app.knowledge_updates import KnowledgeUpdates
from bot.app.platforms import Platform, PlatformContext, PlatformFactory, configured_platforms, messengers
from bot.app.supervisor import Supervisor
from bot.clock import SystemClock
from bot.config import Config
from bot.desk.delivery_outcomes import DeliveryOutcomes
from bot.desk.handler import PolicyDesk
from bot.desk.press_desk import PressDesk
from bot.ports import Adapter, Desk, Metric, Readiness
from bot.queue.relay import Relay
from bot.storage.engine import Store


class Application:
    """A desk that serves. `more_platforms` are served beside those that the configuration names."""

    def __init__(self, config: Config, more_platforms: Sequence[PlatformFactory] = ()) -> None:
        self.adapters: tuple[Adapter, ...] = ()
        """The platforms that are served, from `start` on."""
        self._config = config
        self._clock = SystemClock()
        self._store = Store(config.database_url, self._clock)
        self._server = HttpServer(config.server.host, config.server.port)
        self._factories = (*configured_platforms(config), *more_platforms)
        self.supervisor = Supervisor()
        """Keeps the tasks running; tells when one of them keeps failing."""
        self._knowledge: KnowledgeUpdates | None = None  # until it has been loaded
        self._monitoring: Monitoring | None = None  # until everything has started
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """The address of the HTTP server, without a slash at the end. Its port is known once it has started."""
        return self._server.url

    async def start(self) -> None:
        """Start every part, or none. Raises a PolicyDeskError if the desk cannot serve.

        Afterwards events are taken in, and what needs no match works; the rest waits for `learn`.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def learn(self) -> None:
        """Learn the answers, which may take minutes, and watch their folder from then on. Call it after `start`.

        Raises a PolicyDeskError if they cannot be learned.
        """
        assert self._knowledge is not None  # noqa: S101  after `start`
        await self._knowledge.learn()
        self._start_task("knowledge", self._knowledge.watch)

    async def stop(self) -> None:
        """Take nothing more, finish what is under way, close everything. May be called if nothing was started."""
        await self._stack.aclose()

    async def _start(self) -> None:
        """Start each part after those that it needs; the exit stack stops them in the opposite order.

        What an operator may have to correct comes first: the database, the ports, the files of the answers.
        """
        self._open_database()
        platforms = self._build_platforms()
        await self._listen(platforms)
        knowledge = self._knowledge = await self._load_knowledge()
        press_desk = PressDesk(self._config)
        relay = await self._start_relay(press_desk, knowledge)
        await self._start_adapters(await self._start_desk(press_desk, knowledge, relay))
        self._stack.push_async_callback(self._server.stop)  # before the adapters, so that requests are finished
        probe = Probe(self._store)
        self._start_task("probe", probe.run)
        caches = [platform.forget for platform in platforms if platform.forget]
        self._start_task("forgetting", lambda: forget_when_told(self._store, caches))
        reached = messengers(self.adapters, self._config, self._clock)
        checks = PlatformChecks(reached, self._config.press_office.channels)
        self._start_task("platform checks", checks.run)
        retention = DailyPurge(self._store, self._config.privacy, _transcripts(platforms))
        self._start_task("retention", retention.run)
        self._stack.callback(self.supervisor.stop)
        self._stack.callback(knowledge.active.stop_waiting)  # otherwise an event under way would end with the learning
        degraded = {"matching": knowledge.missing, "disk": probe.warning, "retention": retention.problem}
        self._monitoring = Monitoring(
            self._store,
            knowledge.watcher,
            self.adapters,
            degraded,
            (self.supervisor.problems, checks.problems),
            probe.problem,
            knowledge.learning,
        )

    def _open_database(self) -> None:
        self._store.open(exclusive=True)
        self._stack.callback(self._store.close)

    async def _load_knowledge(self) -> KnowledgeUpdates:
        folder, options = knowledge_folder(self._config), matcher_options(self._config)
        rules, known = self._config.knowledge_rules, contacts(self._config)
        knowledge = await KnowledgeUpdates.load(
            folder, options, self._store, self._clock, contacts=known, require_approval=rules.require_approval
        )
        self._stack.push_async_callback(knowledge.close)
        return knowledge

    def _build_platforms(self) -> list[Platform]:
        zone = ZoneInfo(self._config.organisation.timezone)
        context = PlatformContext(
            config=self._config,
            store=self._store,
            clock=self._clock,
            server=self._server,
            knowledge_status=lambda: self._knowledge.status_line(zone) if self._knowledge else "",
            example_questions=lambda: self._knowledge.example_questions() if self._knowledge else (),
            start_task=self.supervisor.start,
        )
        platforms = []
        for build in self._factories:
            platform = build(context)
            if platform.close is not None:
                self._stack.push_async_callback(platform.close)
            platforms.append(platform)
        self.adapters = tuple(platform.adapter for platform in platforms)
        return platforms

    async def _start_relay(self, press_desk: PressDesk, knowledge: KnowledgeUpdates) -> Relay:
        handlers = DeliveryOutcomes(press_desk, knowledge.active)
        reached = messengers(self.adapters, self._config, self._clock)
        relay = Relay(self._store, reached, handlers, _process_name(), self.supervisor.start)
        await self._store.run(handlers.begin)
        await relay.start()
        self._stack.push_async_callback(relay.stop)
        return relay

    async def _start_desk(self, press_desk: PressDesk, knowledge: KnowledgeUpdates, relay: Relay) -> PolicyDesk:
        people = {adapter.platform: adapter for adapter in self.adapters}
        start_task = self.supervisor.start
        desk = PolicyDesk(self._store, knowledge.active, press_desk, people, relay.wake, _process_name(), start_task)
        await desk.start()
        self._stack.push_async_callback(desk.stop)
        return desk

    async def _start_adapters(self, desk: Desk) -> None:
        for adapter in self.adapters:
            await adapter.start(desk)
            self._stack.push_async_callback(adapter.stop)

    async def _listen(self, platforms: Iterable[Platform]) -> None:
        """Mount the pages for operators, and bind every port. Until the adapters start, events are answered with 503.

        Raises ConfigurationError if a port is taken.
        """
        mount_operations(self._server.application, readiness=self._readiness, metrics_now=self._metrics)
        await self._server.start()
        self._stack.push_async_callback(self._server.stop)
        for platform in platforms:
            if platform.listen is not None:
                await platform.listen()
                self._stack.push_async_callback(platform.adapter.stop)

    async def _readiness(self) -> Readiness:
        if self._monitoring is not None:
            return await self._monitoring.readiness()
        return Readiness(ready=False, reasons={"starting": "loading the answers"})

    async def _metrics(self) -> Iterable[Metric]:
        return await self._monitoring.metrics() if self._monitoring is not None else ()

    def _start_task(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._stack.push_async_callback(cancel, self.supervisor.start(name, work))


async def cancel(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _transcripts(platforms: Iterable[Platform]) -> Transcripts | None:
    """Return the messages that a platform stores itself. Only the browser console does, so there is at most one."""
    return next((platform.transcripts for platform in platforms if platform.transcripts), None)


def _process_name() -> str:
    """Return a name of this process for the leases that it takes, unlike that of any other process."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
