"""The relay: takes due jobs out of the outbox, delivers them, and records what became of them.

One loop makes turns. A turn is one transaction that records everything finished since the last one and claims as many
jobs as may run at once. Deliveries then run side by side. If the process dies after the platform accepted a message and
before that is recorded, the message is sent again; none is lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import assert_never

from bot.errors import DeliveryFailure, PermanentFailure, StoreUnavailable, TemporaryFailure
from bot.messages import Address, Receipt
from bot.ports import Messenger, Recalls
from bot.queue.outbox import MarkMessage, Send
from bot.queue.outbox_transactions import (
    LEASE,
    CardUpdate,
    Delivered,
    Failed,
    OutboundMessage,
    OutboxTransactions,
    Outcome,
    Ready,
    RelayHandlers,
    describe,
    may_have_been_sent,
)
from bot.storage.engine import Store
from bot.storage.records import Job

log = logging.getLogger(__name__)

CONCURRENCY = 16
"""Deliveries at once. More of them share a turn's transaction; with half as many a busy desk delivers a sixth less."""

SEND_TIMEOUT = timedelta(seconds=10)

_POLL = timedelta(seconds=0.5)  # other processes write into the outbox as well
_SHORTEST_WAIT = timedelta(seconds=0.02)  # a row that another replica is just taking looks due until it has


def can_send_within_lease(held: timedelta) -> bool:
    """Return whether a job that was claimed so long ago can still be sent before its lease ends."""
    return held + SEND_TIMEOUT < LEASE


class Relay:
    """Delivers what the store's outbox holds. `owner` names this process in the leases that it takes."""

    def __init__(
        self,
        store: Store,
        messengers: Mapping[str, Messenger],
        handlers: RelayHandlers,
        owner: str,
    ) -> None:
        self._store = store
        self._messengers = messengers
        self._transactions = OutboxTransactions(handlers, owner)
        self._wake_up = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._finished: list[Outcome] = []
        self.oldest_due: datetime | None = None
        """Since when the oldest job waits that is due and not blocked; None if none does. As of the last turn."""

    async def start(self) -> None:
        """Begin; returns at once."""
        self._stopping = False
        self._loop = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Claim nothing more, finish what is under way (that takes at most the send timeout) and record it."""
        self._stopping = True
        self._wake_up.set()
        if self._loop is not None:
            await self._loop
            self._loop = None
        await asyncio.gather(*self._under_way)
        if self._finished:
            await self._turn(concurrency=0)

    def wake(self) -> None:
        """Look at the outbox at once: something was committed. To be called in the event loop."""
        self._wake_up.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake_up.clear()
            wait = await self._turn(concurrency=CONCURRENCY - len(self._under_way))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._wake_up.wait()

    async def _turn(self, *, concurrency: int) -> timedelta:
        """Return how long to wait for the next turn, unless `wake` is called."""
        outcomes, self._finished = self._finished, []
        begun = time.monotonic()
        try:
            batch = await self._store.run(lambda tx: self._transactions.next_batch(tx, outcomes, concurrency))
        except StoreUnavailable as error:
            self._finished = outcomes + self._finished
            log.warning("The outbox waits for the database: %s", error)
            return _POLL
        except Exception as error:  # noqa: BLE001  whatever is wrong with one job, the others must leave
            log.error("A turn of the relay failed: %s", describe(error))  # noqa: TRY400  a traceback quotes messages
            await self._record_one_by_one(outcomes)
            return _POLL
        for ready in batch.ready:
            task = asyncio.create_task(self._work(ready, begun), name=f"job {ready.job.id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        if batch.failed:
            self._finished.extend(batch.failed)
            self._wake_up.set()
        self.oldest_due = batch.next_due if batch.next_due and batch.next_due <= batch.now else None
        if batch.next_due is None or len(batch.ready) >= concurrency:
            return _POLL
        return min(_POLL, max(_SHORTEST_WAIT, batch.next_due - batch.now))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake_up.set()

    async def _record_one_by_one(self, outcomes: Sequence[Outcome]) -> None:
        """One of them cannot be recorded; only trying tells which."""
        for outcome in outcomes:
            try:
                await self._record(outcome)
            except StoreUnavailable:
                self._finished.append(outcome)

    async def _record(self, outcome: Outcome) -> None:
        try:
            await self._store.run(lambda tx: self._transactions.record(tx, [outcome]))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  as in _turn
            log.error("What follows job %d failed: %s", outcome.job.id, describe(error))  # noqa: TRY400
        else:
            return
        await self._store.run(lambda tx: self._transactions.record_without_follow_up(tx, outcome))

    async def _work(self, ready: Ready, begun: float) -> None:
        job, message = ready.job, ready.message
        if not can_send_within_lease(timedelta(seconds=time.monotonic() - begun)):
            return  # the lease will lapse, and the job comes again
        try:
            if message is None:
                await self._store.run(lambda tx: self._transactions.fire(tx, job))
            else:
                async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
                    receipt = await self._deliver(job, message)
                self._finished.append(Delivered(job, message, receipt))
        except StoreUnavailable:
            log.warning("Timer %d waits for the database.", job.id)  # the lease will lapse, and it comes again
        except DeliveryFailure as failure:
            self._finished.append(Failed(job, failure))
        except TimeoutError:
            self._finished.append(Failed(job, TemporaryFailure("No answer in time.")))
        except Exception as error:  # noqa: BLE001  one adapter's mistake must not stop what others deliver
            log.error("Job %d failed unexpectedly: %s", job.id, describe(error))  # noqa: TRY400
            self._finished.append(Failed(job, TemporaryFailure(f"Unexpected: {describe(error)}.")))

    async def _deliver(self, job: Job, message: OutboundMessage) -> Receipt | None:
        match message:
            case Send():
                messenger = self._messenger(message.to)
                if may_have_been_sent(job) and isinstance(messenger, Recalls):
                    messenger.recall(job.key, job.created_at)
                return await messenger.send(message.to, message.outgoing, job.key)
            case CardUpdate():
                return await self._messenger(message.channel).update(message.card, message.outgoing, job.key)
            case MarkMessage():
                messenger = self._messenger(message.message)
                shows = await messenger.mark(message.message, message.event_id, message.mark)
                if not shows and message.words and message.to:
                    await messenger.send(message.to, message.words, job.key)
                return None
            case _:
                assert_never(message)

    def _messenger(self, to: Address) -> Messenger:
        messenger = self._messengers.get(to.platform)
        if messenger is None:
            fix = "Configure it again, or take its channels out of press_office."
            raise PermanentFailure(f"The platform {to.platform} is not configured.", fix)
        return messenger
