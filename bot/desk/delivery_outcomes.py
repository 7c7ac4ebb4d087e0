"""What follows when a platform took a message, cannot take it, or a timer is due; in the relay's transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.desk import related_cases
from bot.desk.active_knowledge import ActiveKnowledge
from bot.desk.press_desk import PressDesk
from bot.desk.shift_handover import HANDOVER, Shifts
from bot.domain import transitions
from bot.domain.case import Case, CaseState
from bot.domain.transitions import DeskStatus
from bot.errors import DeliveryFailure
from bot.messages import Address, Outgoing, Receipt
from bot.presentation import cards, texts
from bot.queue import effects, payloads
from bot.queue.payloads import Delivery, MarkMessage, Repost, Send, SendToThread
from bot.storage.records import Job, JobState
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=1)
"""After a press channel refused a card. While it goes on refusing, the outbox tries every few minutes."""


class Deliveries:
    """The relay's handlers."""

    def __init__(self, press_desk: PressDesk, active_knowledge: ActiveKnowledge) -> None:
        self._press_desk = press_desk
        self._active_knowledge = active_knowledge
        self._shifts = Shifts(press_desk)

    def begin(self, tx: Transaction) -> None:
        """At the start of a process: whatever the desk does of its own accord."""
        self._shifts.arrange(tx)

    def read(self, job: Job) -> Delivery:
        """What the row delivers."""
        return payloads.read(job)

    def card(self, tx: Transaction, case: Case) -> Outgoing:
        """The case's card as it is now."""
        return effects.card(tx, case, self._press_desk.press.zone)

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        """A new message was taken."""
        case = _case_of(tx, job)
        if case is None:  # an answer: nothing follows, so what it said is not read again
            return
        delivery = payloads.read(job)
        if isinstance(delivery, Repost):
            self._posted(tx, case, delivery.channel, receipt)
        elif isinstance(delivery, SendToThread):
            self._mark(tx, case, job, delivery.channel, delivery.carries)
        elif not isinstance(delivery, Send):
            return
        elif delivery.purpose == "ping":
            self._posted(tx, case, delivery.to, receipt)
        elif delivery.purpose == "reply":
            effects.commit(tx, transitions.reply_delivered(case, delivery.name, tx.now), self._press_desk.press)
            _mark(tx, case, f"{job.key}:mark", delivery.answers)

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        """A message cannot be delivered: somebody must know, and the enquiry must not be silent."""
        delivery = payloads.read(job)
        log.error("Job %d (%s) cannot be delivered: %s", job.id, delivery.do, failure)
        case = _case_of(tx, job)
        if case is None:
            return
        if isinstance(delivery, SendToThread):
            self._below_failed(tx, case, job, delivery, str(failure))
        elif isinstance(delivery, Send) and delivery.purpose == "ping":
            self._ping_failed(tx, case, job, delivery.to, str(failure))
        elif isinstance(delivery, Send) and delivery.to == self._press_desk.press.mail:
            told = transitions.below_failed(case, self._press_desk.called(delivery.to), str(failure), tx.now)
            effects.commit(tx, told, self._press_desk.press)
        elif isinstance(delivery, Send) and delivery.purpose in {"reply", "acknowledgement"}:
            self._tell_failed(tx, case, job, delivery, str(failure))

    def timer(self, tx: Transaction, job: Job) -> None:
        """Time has come."""
        if job.payload["timer"] == HANDOVER:
            self._shifts.post(tx, job)
        elif (case := _case_of(tx, job)) is not None:
            self._look(tx, case, job)

    def _look(self, tx: Transaction, case: Case, job: Job) -> None:
        status = self._status(tx, case)
        policy = self._press_desk.press.policy
        if job.payload["timer"] != transitions.FALLBACK:
            change = transitions.come_due(case, tx.cases.steps(case.id), policy, status, tx.now)
        elif tx.postings.of_case(case.id):
            change = None
        else:
            where = ", ".join(self._press_desk.called(channel) for channel in self._press_desk.press.channels)
            change = transitions.unreachable(case, where, texts.NOT_IN_TIME, status, tx.now)
        if change is not None:
            effects.commit(tx, change, self._press_desk.press)
        else:
            effects.watch(tx, case, policy)

    def _status(self, tx: Transaction, case: Case) -> DeskStatus:
        return related_cases.status_of(tx, case, self._press_desk, self._active_knowledge.current.knowledge)

    def _posted(self, tx: Transaction, case: Case, channel: Address, receipt: Receipt) -> None:
        tx.postings.put(case.id, channel, receipt)
        for job in tx.jobs.deliveries_of(case.id):  # what was added while there was no card stands on it now
            if job.payload and job.state is JobState.DONE and isinstance(passed := payloads.read(job), SendToThread):
                self._mark(tx, case, job, passed.channel, passed.carries)
        effects.commit(tx, transitions.pinged(case, self._press_desk.called(channel), tx.now), self._press_desk.press)

    def _ping_failed(self, tx: Transaction, case: Case, job: Job, channel: Address, why: str) -> None:
        where = self._press_desk.called(channel)
        status = self._status(tx, case)
        elsewhere = bool(tx.postings.of_case(case.id)) or self._may_have_it_elsewhere(tx, job, str(channel))
        change = transitions.ping_failed(case, where, why, status, tx.now, elsewhere=elsewhere)
        effects.commit(tx, change, self._press_desk.press)
        if case.state is not CaseState.CLOSED:
            effects.repost(tx, change.case, channel, why, after=LOOK_AGAIN)

    def _may_have_it_elsewhere(self, tx: Transaction, job: Job, where: str) -> bool:
        """Whether another channel may still take this ping, or took it in this same transaction.

        Should that fail too, it comes here or to the timer.
        """
        return any(state in {JobState.PENDING, JobState.DONE} for _, state in self._elsewhere(tx, job, where))

    def _has_it_elsewhere(self, tx: Transaction, case: Case, job: Job, where: str) -> bool:
        """Whether another channel has this line below the card, or may have it. Where no card is, none was written."""
        return any(
            state is JobState.PENDING or (state is JobState.DONE and tx.postings.at(case.id, channel) is not None)
            for channel, state in self._elsewhere(tx, job, where)
        )

    def _elsewhere(self, tx: Transaction, job: Job, where: str) -> Iterator[tuple[Address, JobState]]:
        """What became of the same delivery in the other channels."""
        common = job.key.removesuffix(where)
        for channel in self._press_desk.press.channels:
            if str(channel) != where and (other := tx.jobs.by_key(f"{common}{channel}")):
                yield channel, other.state

    def _tell_failed(self, tx: Transaction, case: Case, job: Job, delivery: Send, why: str) -> None:
        if delivery.instead:
            # Once for each case, and again where an officer's words are what could not be delivered.
            key = job.key if delivery.purpose == "reply" else f"case:{case.id}:{delivery.to}"
            notice = Send(delivery.instead, cards.sentence(texts.DIRECT_MESSAGE_FAILED))
            effects.put(tx, case, notice, delivery.instead, f"{key}:instead")
        effects.commit(tx, transitions.tell_failed(case, delivery.name, why, tx.now), self._press_desk.press)
        failed = replace(delivery.answers, mark="failed") if delivery.answers else None
        _mark(tx, case, f"{job.key}:mark", failed)

    def _below_failed(self, tx: Transaction, case: Case, job: Job, below: SendToThread, why: str) -> None:
        told = transitions.below_failed(case, self._press_desk.called(below.channel), why, tx.now)
        where = str(below.channel)
        if below.carries and not self._has_it_elsewhere(tx, case, job, where):
            status, steps = self._status(tx, case), tx.cases.steps(case.id)
            more = transitions.further_failed(case, below.carries.event_id, steps, status)
            told = replace(told, effects=(*told.effects, *more))
            failed = replace(below.carries, mark="failed", words=None)
            _mark(tx, case, f"{job.key.removesuffix(where)}failed", failed)
        effects.commit(tx, told, self._press_desk.press)

    def _mark(self, tx: Transaction, case: Case, job: Job, channel: Address, carries: MarkMessage | None) -> None:
        """Show an asker that the press office has their message: once, whichever channel has it first."""
        _mark(tx, case, f"{job.key.removesuffix(str(channel))}mark", carries)


def _mark(tx: Transaction, case: Case, key: str, mark: MarkMessage | None) -> None:
    if mark:
        effects.put(tx, case, mark, mark.message, key)


def _case_of(tx: Transaction, job: Job) -> Case | None:
    return tx.cases.load(job.case_id) if job.case_id is not None else None
