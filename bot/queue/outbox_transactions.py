"""The relay's transactions: what it takes out of the outbox, and what it notes of what became of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from traceback import extract_tb
from typing import Protocol, assert_never
from zlib import crc32

from bot.domain.case import Case, CaseState
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Address, Outgoing, Receipt
from bot.queue import retry_policy
from bot.queue.payloads import Delivery, MarkMessage, Repost, Send, SendToThread, Update
from bot.storage.records import Job, JobKind
from bot.storage.transaction import Transaction


class RelayHandlers(Protocol):
    """What the relay leaves to the desk. All but `read` run in its transaction, and again when that is rolled back."""

    def read(self, job: Job) -> Delivery:
        """What the payload of a job that is not a timer says."""
        ...

    def card(self, tx: Transaction, case: Case) -> Outgoing:
        """The case's card as it is now."""
        ...

    def timer(self, tx: Transaction, job: Job) -> None:
        """A timer is due; committed together with its being done."""
        ...

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        """A new message was taken; committed together with its being done."""
        ...

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        """A job was given up; committed together with that."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A case's card in `channel`, to be changed in place."""

    channel: Address
    card: Receipt
    outgoing: Outgoing


OutboundMessage = Send | Change | MarkMessage


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed job, and what a messenger is to do for it; None: it is a timer."""

    job: Job
    message: OutboundMessage | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A platform took it. `receipt` is None for a mark."""

    job: Job
    message: OutboundMessage
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A platform did not take it, or a timer could not be carried out."""

    job: Job
    failure: DeliveryFailure


Outcome = Delivered | Failed


@dataclass(frozen=True, slots=True)
class Batch:
    """What one turn of the relay found. `next_due` is as `jobs.next_due`; `failed` is noted in the next turn."""

    now: datetime
    ready: Sequence[Ready]
    failed: Sequence[Failed]
    next_due: datetime | None


class OutboxTransactions:
    """Every method is the work of one transaction."""

    def __init__(self, handlers: RelayHandlers, owner: str) -> None:
        self._handlers = handlers
        self._owner = owner

    def turn(self, tx: Transaction, outcomes: Sequence[Outcome], free: int) -> Batch:
        """Note what is finished and claim as much as there are free hands, with one commit for all."""
        self.note(tx, outcomes)
        claimed = tx.jobs.claim(self._owner, free, retry_policy.LEASE) if free > 0 else []
        prepared = [self._prepare(tx, job) for job in claimed]
        ready = [each for each in prepared if isinstance(each, Ready)]
        failed = [each for each in prepared if isinstance(each, Failed)]
        return Batch(tx.now, ready, failed, tx.jobs.next_due())

    def note(self, tx: Transaction, outcomes: Sequence[Outcome]) -> None:
        """Everything that follows from these; nothing where a lease lapsed and another relay has the job."""
        mine = tx.jobs.done([outcome.job for outcome in outcomes if isinstance(outcome, Delivered)])
        # In the order of their cases, so that two replicas that note several wait for each other and not in a ring.
        for outcome in sorted(outcomes, key=lambda each: (each.job.case_id or 0, each.job.id)):
            match outcome:
                case Delivered():
                    if outcome.job.id in mine and outcome.receipt is not None:
                        self._follow_up(tx, outcome.job, outcome.message, outcome.receipt)
                case Failed():
                    self._fail(tx, outcome.job, outcome.failure)
                case _:
                    assert_never(outcome)

    def note_plainly(self, tx: Transaction, outcome: Outcome) -> None:
        """When what follows cannot be carried out.

        A message that was taken is not sent again for that. One that was not is tried later: it is not given up without
        its fallback.
        """
        if isinstance(outcome, Delivered):
            tx.jobs.done([outcome.job])
        else:
            tx.jobs.retry(outcome.job, tx.now + retry_policy.LONGEST_DELAY, str(outcome.failure))

    def fire(self, tx: Transaction, job: Job) -> None:
        """Carry out a timer, unless it was stopped meanwhile."""
        if job.case_id is not None:
            tx.cases.lock(job.case_id)  # case before job: the order of everybody who stops a timer
        if tx.jobs.done([job]):
            self._handlers.timer(tx, job)

    def _follow_up(self, tx: Transaction, job: Job, message: OutboundMessage, receipt: Receipt) -> None:
        if not isinstance(message, Change):
            self._handlers.sent(tx, job, receipt)
        elif receipt != message.card and job.case_id is not None:
            tx.postings.put(job.case_id, message.channel, receipt)  # it was gone, and was sent again

    def _fail(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        due_at = retry_policy.next_try(job, failure, tx.now, _jitter(job))
        if due_at is not None:
            tx.jobs.retry(job, due_at, str(failure))
        elif tx.jobs.dead(job, str(failure)):
            self._handlers.dead(tx, job, failure)

    def _prepare(self, tx: Transaction, job: Job) -> Ready | Failed | None:
        """None where there is nothing to deliver, which is noted at once."""
        if retry_policy.is_poison(job):
            return Failed(job, PermanentFailure("Every process that took this up ended before it could tell."))
        if job.kind is JobKind.TIMER:
            return Ready(job, None)
        try:
            delivery = self._handlers.read(job)
        except Exception as error:  # noqa: BLE001  perhaps a later release wrote it, which runs beside us
            return Failed(job, TemporaryFailure(f"This release cannot read it: {describe(error)}."))
        if isinstance(delivery, Repost):
            return self._again(tx, job, delivery)
        if not isinstance(delivery, Update | SendToThread):
            return Ready(job, delivery)
        card = None if job.case_id is None else tx.postings.at(job.case_id, delivery.channel)
        if card is None:  # its ping was given up: there is nothing to change, nowhere to write
            tx.jobs.done([job])
            return None
        if isinstance(delivery, SendToThread):
            return Ready(job, Send(card.receipt.thread or card.receipt.address, delivery.outgoing))
        return Ready(job, Change(delivery.channel, card.receipt, delivery.outgoing))

    def _again(self, tx: Transaction, job: Job, delivery: Repost) -> Ready | None:
        case = None if job.case_id is None else tx.cases.load(job.case_id, for_update=False)
        if case is None or case.state is CaseState.CLOSED or tx.postings.at(case.id, delivery.channel) is not None:
            tx.jobs.done([job])
            return None
        return Ready(job, Send(delivery.channel, self._handlers.card(tx, case), "ping"))


def _jitter(job: Job) -> float:
    """From 0 to 1, different for each row and try, and the same again for the same one."""
    return crc32(f"{job.key}:{job.attempts}".encode()) / 2**32


def describe(error: Exception) -> str:
    """Its type and where it was raised, for logs and rows: its text may quote a message."""
    frames = extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}" if frames else type(error).__name__
