"""The relay's transactions: claim due jobs of the outbox, and record the outcomes of their deliveries."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import extract_tb
from typing import Protocol, assert_never
from zlib import crc32

from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Address, Outgoing, Receipt
from bot.queue.outbox import Delete, LaterVersion, MarkMessage, Repost, Send, SendToThread, Update, post_later, read
from bot.queue.retry_policy import LONGEST_DELAY, PARKED_AFTER, next_try
from bot.storage.records import Job, JobKind
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""How long a job is reserved for the process that claimed it. Must be longer than `relay.SEND_TIMEOUT`.

Otherwise another process could claim the job and send the message a second time.
"""

MOST_CRASHES = 20
"""Claims without a recorded outcome after which a job is given up, because the job itself seems to end the process."""


class RelayHandlers(Protocol):
    """What follows from deliveries and timers. The desk implements it.

    Each method runs in the relay's transaction. If that is rolled back, the method is called again later.
    """

    def timer(self, tx: Transaction, job: Job) -> None:
        """Carry out a timer that is due. The job is recorded as done before.

        A Repost is not: the handler has to call `outbox.post_again` or `tx.jobs.done`.
        """
        ...

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        """Carry out what follows when a platform has accepted a new message."""
        ...

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        """Carry out what follows when a job was given up."""
        ...


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """An update of a case's card in place."""

    channel: Address
    card: Receipt
    """The receipt of the posted card."""
    outgoing: Outgoing


OutboundMessage = Send | CardUpdate | MarkMessage | Delete
"""What a messenger can deliver."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed job that can be delivered."""

    job: Job
    message: OutboundMessage | None
    """None for a timer and a Repost: nothing is sent, `OutboxTransactions.fire` has to be called."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The outcome of a job whose message the platform accepted."""

    job: Job
    message: OutboundMessage
    receipt: Receipt | None
    """None for a mark, and for a message that was deleted."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The outcome of a job whose message the platform did not accept, or that cannot be prepared."""

    job: Job
    failure: DeliveryFailure
    is_defect: bool = False
    """Whether the row itself or the desk is at fault, and not the platform. The row is parked if that goes on."""


Outcome = Delivered | Failed


@dataclass(frozen=True, slots=True)
class Batch:
    """The jobs of one turn of the relay."""

    now: datetime
    """The time of the transaction."""
    ready: Sequence[Ready]
    failed: Sequence[Failed]
    """Jobs that cannot be tried. The relay records them in its next turn."""
    next_due: datetime | None
    """When the next job can be claimed, see `JobRepository.next_due`."""


class OutboxTransactions:
    """The work of the relay on the store. Each method is the work of one transaction."""

    def __init__(self, handlers: RelayHandlers, owner: str) -> None:
        """`owner` names this process in the leases."""
        self._handlers = handlers
        self._owner = owner

    def next_batch(self, tx: Transaction, outcomes: Sequence[Outcome], limit: int) -> Batch:
        """Record the outcomes of finished jobs and claim up to `limit` due jobs, in one commit."""
        self.record(tx, outcomes)
        claimed = tx.jobs.claim(self._owner, limit, LEASE) if limit > 0 else []
        prepared = [self._prepare(tx, job) for job in claimed]
        ready = [each for each in prepared if isinstance(each, Ready)]
        failed = [each for each in prepared if isinstance(each, Failed)]
        return Batch(tx.now, ready, failed, tx.jobs.next_due())

    def record(self, tx: Transaction, outcomes: Sequence[Outcome]) -> None:
        """Record outcomes and carry out what follows from them.

        An outcome is ignored if the lease has expired and another process has claimed the job.
        """
        done = tx.jobs.done([outcome.job for outcome in outcomes if isinstance(outcome, Delivered)])
        # All processes lock cases in the order of their ids, so that no two of them can deadlock.
        for outcome in sorted(outcomes, key=lambda each: (each.job.case_id or 0, each.job.id)):
            match outcome:
                case Delivered():
                    if outcome.job.id in done and outcome.receipt is not None:
                        self._follow_up(tx, outcome.job, outcome.message, outcome.receipt)
                case Failed(is_defect=True) if _is_to_be_parked(outcome.job):
                    _park(tx, outcome)
                case Failed():
                    self._fail(tx, outcome.job, outcome.failure)
                case _:
                    assert_never(outcome)

    def record_without_follow_up(self, tx: Transaction, outcome: Outcome) -> None:
        """Record an outcome without its follow-up, because the follow-up raised an error.

        A delivered message is done, so that it is not sent again. A failed one is tried again later, even if it should
        be given up: without the follow-up there would be no fallback. After some tries it is parked all the same.
        """
        if isinstance(outcome, Delivered):
            tx.jobs.done([outcome.job])
        elif _is_to_be_parked(outcome.job):
            _park(tx, outcome)
        elif outcome.job.kind is JobKind.REPOST:
            post_later(tx, outcome.job, tx.now + LONGEST_DELAY, str(outcome.failure))
        else:
            tx.jobs.retry(outcome.job, tx.now + LONGEST_DELAY, str(outcome.failure))

    def fire(self, tx: Transaction, job: Job) -> None:
        """Carry out a timer or a Repost, unless it was stopped meanwhile."""
        if job.case_id is not None:
            tx.cases.lock(job.case_id)  # before the job, in the same order as a transition that stops the timer
        if job.kind is JobKind.REPOST or tx.jobs.done([job]):
            self._handlers.timer(tx, job)

    def _follow_up(self, tx: Transaction, job: Job, message: OutboundMessage, receipt: Receipt) -> None:
        if not isinstance(message, CardUpdate):
            self._handlers.sent(tx, job, receipt)
        elif receipt != message.card and job.case_id is not None:
            tx.postings.put(job.case_id, message.channel, receipt)  # the card was deleted, and has been sent again

    def _fail(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        due_at = next_try(job, failure, tx.now, _jitter(job))
        if job.kind is JobKind.REPOST and due_at is not None:
            post_later(tx, job, due_at, str(failure))
        elif due_at is not None:
            tx.jobs.retry(job, due_at, str(failure))
        elif tx.jobs.give_up(job, str(failure)):
            self._handlers.dead(tx, job, failure)

    def _prepare(self, tx: Transaction, job: Job) -> Ready | Failed | None:
        """Return what to deliver for a claimed job, or None if nothing is; the job is then recorded as done."""
        if _is_poison(job):
            failure = PermanentFailure("Every process that took this up ended before it could tell.")
            return Failed(job, failure, is_defect=job.kind is JobKind.TIMER)  # a timer is not given up otherwise
        if job.kind is JobKind.TIMER:
            return Ready(job, None)
        try:
            delivery = read(job)
        except LaterVersion as error:
            return Failed(job, TemporaryFailure(f"This release cannot read it: {error}."))
        except Exception as error:  # noqa: BLE001  whatever it is, it is raised for this row again
            return Failed(job, TemporaryFailure(f"It cannot be read: {describe(error)}."), is_defect=True)
        if isinstance(delivery, Repost):
            return Ready(job, None)
        if not isinstance(delivery, Update | SendToThread):
            return Ready(job, delivery)
        card = None if job.case_id is None else tx.postings.at(job.case_id, delivery.channel)
        if card is None:  # the channel refused the card, so there is no card to update and no thread
            tx.jobs.done([job])
            return None
        if isinstance(delivery, SendToThread):
            return Ready(job, Send(card.receipt.thread or card.receipt.address, delivery.outgoing))
        return Ready(job, CardUpdate(delivery.channel, card.receipt, delivery.outgoing))


def _is_to_be_parked(job: Job) -> bool:
    """Return whether a job that fails for a reason of its own has been tried often enough."""
    return job.attempts + 1 >= PARKED_AFTER


def _park(tx: Transaction, outcome: Failed) -> None:
    """Take a row out of its lane that cannot be done. Readiness counts it, and the row says why."""
    if tx.jobs.give_up(outcome.job, f"Parked: {outcome.failure}"):
        log.error("Job %d (%s) is parked: %s", outcome.job.id, outcome.job.kind, outcome.failure)


def may_have_been_sent(job: Job) -> bool:
    """Return whether a process claimed this job before and ended without recording an outcome."""
    return job.claims - job.attempts > 1  # the current claim is one of `claims`


def _is_poison(job: Job) -> bool:
    """Return whether this job seems to end every process that claims it."""
    return job.claims - job.attempts > MOST_CRASHES


def _jitter(job: Job) -> float:
    """Return a number from 0 to 1 that depends on the row and the number of tries alone."""
    return crc32(f"{job.key}:{job.attempts}".encode()) / 2**32


def describe(error: BaseException) -> str:
    """Return an exception's type and where it was raised, for logs and rows. Its text could quote a message."""
    frames = extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}" if frames else type(error).__name__
