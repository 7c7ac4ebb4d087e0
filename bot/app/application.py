"""A desk that serves: builds the whole and owns its start and stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime

from adapters.http import HttpServer, mount_operations
from bot.admin import retention
from bot.admin.monitoring import Monitoring
from bot.app.configuration import knowledge_folder, options
from bot.app.platforms import AdapterFactory, configured, messengers
from bot.clock import SystemClock
from bot.config import Config
from bot.desk.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.desk.delivery_outcomes import Deliveries
from bot.desk.handler import PolicyDesk
from bot.desk.press_desk import PressDesk
from bot.errors import ConfigurationError, KnowledgeError, Problem
from bot.knowledge import snapshot
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.watcher import KnowledgeWatcher
from bot.matching.process.client import Worker
from bot.ports import Adapter
from bot.queue.relay import Relay
from bot.storage.engine import Store

log = logging.getLogger(__name__)


class Application:
    """A desk that serves. `factories` are for platforms that the configuration does not name."""

    def __init__(self, config: Config, factories: Sequence[AdapterFactory] = ()) -> None:
        self.config = config
        self.clock = SystemClock()
        self.store = Store(config.database_url, self.clock)
        self.server = HttpServer(config.server.host, config.server.port)
        self.adapters: tuple[Adapter, ...] = ()
        self.url = ""
        self._factories = (*configured(config), *factories)
        self._folder = knowledge_folder(config)
        self._options = options(config)
        self._stack = AsyncExitStack()
        self._transcripts: retention.Transcripts | None = None
        self.watcher: KnowledgeWatcher
        self.active_knowledge: ActiveKnowledge
        self._worker: Worker
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
        self.watcher = KnowledgeWatcher(self._folder, knowledge, trouble)
        self._worker = await self._learn(knowledge)
        if self._worker.missing:
            log.warning("%s", self._worker.missing)
        self._stack.push_async_callback(lambda: self._worker.close())
        self.active_knowledge = ActiveKnowledge(LoadedKnowledge(knowledge, self._worker))
        self.learned_at = self.clock.now()
        await self._keep(knowledge)
        self.adapters = tuple(factory(self) for factory in self._factories)
        press_desk = PressDesk(self.config)
        handlers = Deliveries(press_desk, self.active_knowledge)
        relay = Relay(self.store, messengers(self), handlers, _process_name())
        desk = PolicyDesk(self.store, self.active_knowledge, press_desk, relay.wake)
        await self.store.run(handlers.begin)
        await relay.start()
        self._stack.push_async_callback(relay.stop)
        for adapter in self.adapters:
            await adapter.start(desk)
            self._stack.push_async_callback(adapter.stop)
        await self._listen(
            Monitoring(self.store, self.clock, self.watcher, relay, self.adapters, lambda: self._worker.missing)
        )
        watching = asyncio.create_task(self.watcher.watch(self._take_over), name="knowledge")
        self._stack.push_async_callback(end, watching)
        purging = asyncio.create_task(
            retention.purge_every_day(self.store, self.config.privacy, self._transcripts), name="retention"
        )
        self._stack.push_async_callback(end, purging)

    async def _listen(self, operations: Monitoring) -> None:
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

    # ---- knowledge --------------------------------------------------------------------------------------------------

    async def _first_knowledge(self) -> tuple[Knowledge, tuple[Problem, ...]]:
        """The folder's; where that is broken the last good one, so that a restart loses no answers."""
        try:
            return await asyncio.to_thread(load, self._folder), ()
        except KnowledgeError as error:
            kept = await self.store.run(lambda tx: tx.snapshots.latest())
            if kept is None:
                raise
            for problem in error.problems:
                log.error("knowledge base not taken over, the last good one stays: %s", problem)  # noqa: TRY400
            return snapshot.loads(kept[1]), error.problems

    async def _learn(self, knowledge: Knowledge) -> Worker:
        worker = await Worker.begin(knowledge, self._options)
        gc.freeze()  # the collector stops everything while it looks around; at what stays for days it need not look
        return worker

    async def _take_over(self, knowledge: Knowledge) -> None:
        worker, before = await self._learn(knowledge), self._worker
        await self._keep(knowledge)
        self._worker = worker
        self.active_knowledge.current = LoadedKnowledge(knowledge, worker)
        await before.retire()
        self.learned_at = self.clock.now()

    async def _keep(self, knowledge: Knowledge) -> None:
        text = snapshot.dumps(knowledge)
        await self.store.run(lambda tx: tx.snapshots.put(knowledge.revision, text))


def _process_name() -> str:
    """Names this process in the leases that it takes."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
