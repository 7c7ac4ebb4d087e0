"""The relay's transactions: claim what is due in the outbox, and record what became of it."""

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
from bot.queue.outbox import MarkMessage, Repost, Send, SendToThread, Update, post_later, read
from bot.queue.retry_policy import LONGEST_DELAY, next_try
from bot.storage.records import Job, JobKind
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""How long a claimed job is held. Longer than a send may take, or a message would be shown twice."""

MOST_CRASHES = 20
"""Claims after which nothing was recorded. Twenty restarts in a row are not the machine's fault any more."""


class RelayHandlers(Protocol):
    """What follows a delivery; the desk's part. Each runs in the relay's transaction, and again if that is undone."""

    def timer(self, tx: Transaction, job: Job) -> None:
        """A timer is due. It is done already, but for a Repost: that ends with `post_again` or with `done`."""
        ...

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        """A platform took a new message."""
        ...

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        """A job was given up."""
        ...


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """A case's card in `channel`, to be updated in place."""

    channel: Address
    card: Receipt
    outgoing: Outgoing


OutboundMessage = Send | CardUpdate | MarkMessage


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed job and what a messenger is to deliver; None for a timer."""

    job: Job
    message: OutboundMessage | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A platform took the message. `receipt` is None for a mark."""

    job: Job
    message: OutboundMessage
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A platform did not take the message, or a timer could not be carried out."""

    job: Job
    failure: DeliveryFailure


Outcome = Delivered | Failed


@dataclass(frozen=True, slots=True)
class Batch:
    """What one turn of the relay found."""

    now: datetime
    ready: Sequence[Ready]
    failed: Sequence[Failed]
    """What cannot even be tried; recorded in the next turn."""
    next_due: datetime | None
    """See `JobRepository.next_due`."""


class OutboxTransactions:
    """Each method is the work of one transaction. `owner` names this process in the leases."""

    def __init__(self, handlers: RelayHandlers, owner: str) -> None:
        self._handlers = handlers
        self._owner = owner

    def next_batch(self, tx: Transaction, outcomes: Sequence[Outcome], limit: int) -> Batch:
        """Record what is finished and claim up to `limit` due jobs, with one commit for all."""
        self.record(tx, outcomes)
        claimed = tx.jobs.claim(self._owner, limit, LEASE) if limit > 0 else []
        prepared = [self._prepare(tx, job) for job in claimed]
        ready = [each for each in prepared if isinstance(each, Ready)]
        failed = [each for each in prepared if isinstance(each, Failed)]
        return Batch(tx.now, ready, failed, tx.jobs.next_due())

    def record(self, tx: Transaction, outcomes: Sequence[Outcome]) -> None:
        """Record outcomes and what follows from them; nothing for a job whose lease lapsed and was taken over."""
        mine = tx.jobs.done([outcome.job for outcome in outcomes if isinstance(outcome, Delivered)])
        # In the order of their cases, so that two replicas which record several wait for each other in one direction.
        for outcome in sorted(outcomes, key=lambda each: (each.job.case_id or 0, each.job.id)):
            match outcome:
                case Delivered():
                    if outcome.job.id in mine and outcome.receipt is not None:
                        self._follow_up(tx, outcome.job, outcome.message, outcome.receipt)
                case Failed():
                    self._fail(tx, outcome.job, outcome.failure)
                case _:
                    assert_never(outcome)

    def record_without_follow_up(self, tx: Transaction, outcome: Outcome) -> None:
        """Record an outcome whose follow-up cannot be carried out.

        A message that was taken is not sent again for that. One that was not is tried later: it is not given up without
        its fallback.
        """
        if isinstance(outcome, Delivered):
            tx.jobs.done([outcome.job])
        else:
            tx.jobs.retry(outcome.job, tx.now + LONGEST_DELAY, str(outcome.failure))

    def fire(self, tx: Transaction, job: Job) -> None:
        """Carry out a timer, unless it was stopped meanwhile."""
        if job.case_id is not None:
            tx.cases.lock(job.case_id)  # case before job: the order in which everybody locks who stops a timer
        if job.kind is JobKind.REPOST or tx.jobs.done([job]):
            self._handlers.timer(tx, job)

    def _follow_up(self, tx: Transaction, job: Job, message: OutboundMessage, receipt: Receipt) -> None:
        if not isinstance(message, CardUpdate):
            self._handlers.sent(tx, job, receipt)
        elif receipt != message.card and job.case_id is not None:
            tx.postings.put(job.case_id, message.channel, receipt)  # the card was gone, and was sent again

    def _fail(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        due_at = next_try(job, failure, tx.now, _jitter(job))
        if job.kind is JobKind.REPOST and due_at is not None:
            post_later(tx, job, due_at, str(failure))
        elif due_at is not None:
            tx.jobs.retry(job, due_at, str(failure))
        elif tx.jobs.give_up(job, str(failure)):
            self._handlers.dead(tx, job, failure)

    def _prepare(self, tx: Transaction, job: Job) -> Ready | Failed | None:
        """Return None if there is nothing to deliver, which is recorded at once."""
        if _is_poison(job):
            return Failed(job, PermanentFailure("Every process that took this up ended before it could tell."))
        if job.kind is JobKind.TIMER:
            return Ready(job, None)
        try:
            delivery = read(job)
        except Exception as error:  # noqa: BLE001  perhaps a later release wrote it, which runs beside us
            return Failed(job, TemporaryFailure(f"This release cannot read it: {describe(error)}."))
        if isinstance(delivery, Repost):
            return Ready(job, None)
        if not isinstance(delivery, Update | SendToThread):
            return Ready(job, delivery)
        card = None if job.case_id is None else tx.postings.at(job.case_id, delivery.channel)
        if card is None:  # the card was given up there: there is nothing to update, and no thread
            tx.jobs.done([job])
            return None
        if isinstance(delivery, SendToThread):
            return Ready(job, Send(card.receipt.thread or card.receipt.address, delivery.outgoing))
        return Ready(job, CardUpdate(delivery.channel, card.receipt, delivery.outgoing))


def may_have_been_sent(job: Job) -> bool:
    """Return whether a process claimed this job before and ended without recording what came of it."""
    return job.claims - job.attempts > 1


def _is_poison(job: Job) -> bool:
    """Whether this job seems to be what the process dies of. `job` counts the present claim already."""
    return job.claims - job.attempts > MOST_CRASHES


def _jitter(job: Job) -> float:
    """From 0 to 1; different for each row and try, and the same again for the same one."""
    return crc32(f"{job.key}:{job.attempts}".encode()) / 2**32


def describe(error: Exception) -> str:
    """Return an exception's type and where it was raised, for logs and rows: its text may quote a message."""
    frames = extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}" if frames else type(error).__name__
