"""The relay: takes due jobs out of the outbox, delivers them, and notes what became of them.

One loop makes turns. A turn is one transaction that notes everything finished since the last one and claims as much as
there are free hands; deliveries then run side by side. A crash between a delivery and its note shows a message twice
and loses none.
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
from bot.queue import retry_policy
from bot.queue.outbox_transactions import (
    Change,
    Delivered,
    Failed,
    OutboundMessage,
    OutboxTransactions,
    Outcome,
    Ready,
    RelayHandlers,
    describe,
)
from bot.queue.payloads import MarkMessage, Send
from bot.storage.engine import Store
from bot.storage.records import Job

log = logging.getLogger(__name__)

CONCURRENCY = 16
"""Deliveries at once. With more of them a turn does more; half as many cost a busy desk a sixth of what it delivers."""

_POLL = timedelta(seconds=0.5)  # other processes write into the outbox as well
_SHORTEST_WAIT = timedelta(seconds=0.02)  # a row that another replica is just taking looks due until it has


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
        self._ledger = OutboxTransactions(handlers, owner)
        self._bell = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._finished: list[Outcome] = []
        self.oldest_due: datetime | None = None
        """As of the last turn: since when a job waits that nothing but the relay holds back."""

    async def start(self) -> None:
        """Begin; returns at once."""
        self._stopping = False
        self._loop = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Claim nothing more, finish what is under way (that takes at most the send timeout) and note it."""
        self._stopping = True
        self._bell.set()
        if self._loop is not None:
            await self._loop
            self._loop = None
        await asyncio.gather(*self._under_way)
        if self._finished:
            await self._turn(concurrency=0)

    def wake(self) -> None:
        """Something was committed that may be due. To be called in the event loop."""
        self._bell.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            wait = await self._turn(concurrency=CONCURRENCY - len(self._under_way))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._bell.wait()

    async def _turn(self, *, concurrency: int) -> timedelta:
        """Returns how long to wait for the next one, unless the bell rings."""
        outcomes, self._finished = self._finished, []
        begun = time.monotonic()
        try:
            turn = await self._store.run(lambda tx: self._ledger.turn(tx, outcomes, concurrency))
        except StoreUnavailable as error:
            self._finished = outcomes + self._finished
            log.warning("The outbox waits for the database: %s", error)
            return _POLL
        except Exception as error:  # noqa: BLE001  whatever is wrong with one job, the others must leave
            log.error("A turn of the relay failed: %s", describe(error))  # noqa: TRY400  a traceback quotes messages
            await self._note_one_by_one(outcomes)
            return _POLL
        for ready in turn.ready:
            task = asyncio.create_task(self._work(ready, begun), name=f"job {ready.job.id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        if turn.failed:
            self._finished.extend(turn.failed)
            self._bell.set()
        self.oldest_due = turn.next_due if turn.next_due and turn.next_due <= turn.now else None
        if turn.next_due is None or len(turn.ready) >= concurrency:
            return _POLL
        return min(_POLL, max(_SHORTEST_WAIT, turn.next_due - turn.now))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._bell.set()

    async def _note_one_by_one(self, outcomes: Sequence[Outcome]) -> None:
        """One of them cannot be noted; which, only trying tells."""
        for outcome in outcomes:
            try:
                await self._note(outcome)
            except StoreUnavailable:
                self._finished.append(outcome)

    async def _note(self, outcome: Outcome) -> None:
        try:
            await self._store.run(lambda tx: self._ledger.note(tx, [outcome]))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  as in _turn
            log.error("What follows job %d failed: %s", outcome.job.id, describe(error))  # noqa: TRY400
        else:
            return
        await self._store.run(lambda tx: self._ledger.note_plainly(tx, outcome))

    async def _work(self, ready: Ready, begun: float) -> None:
        job, message = ready.job, ready.message
        if not retry_policy.leaves_time(timedelta(seconds=time.monotonic() - begun)):
            return  # the lease will lapse, and the job comes again
        try:
            if message is None:
                await self._store.run(lambda tx: self._ledger.fire(tx, job))
            else:
                async with asyncio.timeout(retry_policy.SEND_TIMEOUT.total_seconds()):
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
                if retry_policy.may_have_been_sent(job) and isinstance(messenger, Recalls):
                    messenger.recall(job.key, job.created_at)
                return await messenger.send(message.to, message.outgoing, job.key)
            case Change():
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
