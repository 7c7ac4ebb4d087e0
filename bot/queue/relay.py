"""The relay: claims due jobs of the outbox, delivers them, and records the outcomes.

A loop runs one turn after the other. A turn is one transaction, which records the outcomes since the last turn and
claims as many jobs as may run at once. The deliveries run concurrently, outside any transaction. If the process dies
after the platform accepted a message and before the outcome is recorded, the message is sent again; none is lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import assert_never

from bot.errors import DeliveryFailure, PermanentFailure, StoreUnavailable, TemporaryFailure
from bot.messages import Address, Receipt
from bot.ports import Messenger, Recalls, StartTask, plain_task
from bot.queue.outbox import Delete, MarkMessage, Send
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
"""The most deliveries at once. Measured: with 8, a busy desk delivers a sixth less, because turns are smaller."""

SEND_TIMEOUT = timedelta(seconds=10)
"""The longest time that a platform may take to accept a message."""

_POLL = timedelta(seconds=0.5)  # the longest wait between two turns, because other processes add jobs as well
_SHORTEST_WAIT = timedelta(seconds=0.02)  # a job that another process is claiming looks due until that has committed


def can_send_within_lease(held: timedelta) -> bool:
    """Return whether a job that was claimed so long ago can still be sent before its lease ends."""
    return held + SEND_TIMEOUT < LEASE


class Relay:
    """Delivers the jobs of the outbox."""

    def __init__(
        self,
        store: Store,
        messengers: Mapping[str, Messenger],
        handlers: RelayHandlers,
        owner: str,
        start_task: StartTask = plain_task,
    ) -> None:
        """`messengers` are by platform. `owner` names this process in its leases. `start_task` starts the loop."""
        self._store = store
        self._messengers = messengers
        self._transactions = OutboxTransactions(handlers, owner)
        self._start_task = start_task
        self._wake_up = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._finished: list[Outcome] = []

    async def start(self) -> None:
        """Start the loop as a task, and return at once."""
        self._stopping = False
        self._loop = self._start_task("relay", self._run)

    async def stop(self) -> None:
        """Claim no more jobs, wait for the deliveries under way (at most the send timeout), and record the outcomes."""
        self._stopping = True
        self._wake_up.set()
        if self._loop is not None:
            await self._loop
            self._loop = None
        await asyncio.gather(*self._under_way)
        if self._finished:
            await self._turn(concurrency=0)

    def wake(self) -> None:
        """Start the next turn at once, because jobs were committed. Call it in the event loop's thread."""
        self._wake_up.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake_up.clear()
            wait = await self._turn(concurrency=CONCURRENCY - len(self._under_way))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._wake_up.wait()

    async def _turn(self, *, concurrency: int) -> timedelta:
        """Record outcomes, claim jobs and start their deliveries. Return how long to wait for the next turn."""
        outcomes, self._finished = self._finished, []
        claimed_at = time.monotonic()  # before the transaction, so that the lease is never thought to be longer
        try:
            batch = await self._store.run(lambda tx: self._transactions.next_batch(tx, outcomes, concurrency))
        except StoreUnavailable as error:
            self._finished = outcomes + self._finished
            log.warning("The outbox waits for the database: %s", error)
            return _POLL
        except Exception as error:
            if not outcomes:
                raise  # no delivery is to blame
            # An error with one job must not stop the others.
            log.error("A turn of the relay failed: %s", describe(error))  # noqa: TRY400  a traceback quotes messages
            await self._record_one_by_one(outcomes)
            return _POLL
        for ready in batch.ready:
            task = asyncio.create_task(self._work(ready, claimed_at), name=f"job {ready.job.id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        if batch.failed:
            self._finished.extend(batch.failed)
            self._wake_up.set()
        if batch.next_due is None or len(batch.ready) >= concurrency:
            return _POLL
        return min(_POLL, max(_SHORTEST_WAIT, batch.next_due - batch.now))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake_up.set()

    async def _record_one_by_one(self, outcomes: Sequence[Outcome]) -> None:
        """Record each outcome in its own transaction, after one of them failed in the common one.

        Raises the error of an outcome that cannot be recorded at all. Its job is claimed again when the lease expires.
        """
        for number, outcome in enumerate(outcomes, start=1):
            try:
                await self._record(outcome)
            except StoreUnavailable:
                self._finished.append(outcome)
            except Exception:
                self._finished.extend(outcomes[number:])
                raise

    async def _record(self, outcome: Outcome) -> None:
        """Record an outcome; without its follow-up, if the follow-up fails. Raises StoreUnavailable."""
        try:
            await self._store.run(lambda tx: self._transactions.record(tx, [outcome]))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  as in _turn
            log.error("What follows job %d failed: %s", outcome.job.id, describe(error))  # noqa: TRY400
        else:
            return
        await self._store.run(lambda tx: self._transactions.record_without_follow_up(tx, outcome))

    async def _work(self, ready: Ready, claimed_at: float) -> None:
        """Deliver a message, or carry out a timer, and keep the outcome for the next turn."""
        job, message = ready.job, ready.message
        if not can_send_within_lease(timedelta(seconds=time.monotonic() - claimed_at)):
            return  # the lease could expire during the delivery; the job is claimed again when it has
        try:
            if message is None:
                await self._store.run(lambda tx: self._transactions.fire(tx, job))
            else:
                async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
                    receipt = await self._deliver(job, message)
                self._finished.append(Delivered(job, message, receipt))
        except StoreUnavailable as error:  # it is claimed again when the lease has expired
            log.warning("Timer %d waits for the database: %s", job.id, error)
        except DeliveryFailure as failure:
            self._finished.append(Failed(job, failure))
        except TimeoutError:
            self._finished.append(Failed(job, TemporaryFailure("No answer in time.")))
        except Exception as error:  # noqa: BLE001  an error in one adapter must not stop the deliveries of others
            log.error("Job %d failed unexpectedly: %s", job.id, describe(error))  # noqa: TRY400
            is_ours = message is None  # what a timer runs is the desk's; an adapter may be in trouble with its platform
            self._finished.append(Failed(job, TemporaryFailure(f"Unexpected: {describe(error)}."), is_ours))

    async def _deliver(self, job: Job, message: OutboundMessage) -> Receipt | None:
        """Deliver a message and return its receipt, or None for a mark or a deletion. Raises DeliveryFailure."""
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
                is_shown = await messenger.mark(message.message, message.event_id, message.mark)
                if not is_shown and message.words and message.to:
                    await messenger.send(message.to, message.words, job.key)
                return None
            case Delete():
                await self._messenger(message.receipt.address).delete(message.receipt)
                return None
            case _:
                assert_never(message)

    def _messenger(self, to: Address) -> Messenger:
        messenger = self._messengers.get(to.platform)
        if messenger is None:
            fix = "Configure it again, or take its channels out of press_office."
            raise PermanentFailure(f"The platform {to.platform} is not configured.", fix)
        return messenger
