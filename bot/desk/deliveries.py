"""What follows when a platform took a message, cannot take it, or a timer is due; in the relay's transaction."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from bot import cards, cases, effects, wording
from bot.cases import Terms
from bot.desk import linking
from bot.desk.mind import Minds
from bot.desk.office import Office
from bot.desk.shifts import HANDOVER, Shifts
from bot.effects import Below, Delivery, MarkMessage, Repost, Send
from bot.errors import DeliveryFailure
from bot.messages import Address, Outgoing, Receipt
from bot.model import Case, CaseState, Job, JobState
from bot.store import cases as case_rows
from bot.store import jobs, postings
from bot.store.tx import Tx

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=1)
"""After a press channel refused a card. While it goes on refusing, the outbox tries every few minutes."""


class Deliveries:
    """The relay's handlers."""

    def __init__(self, office: Office, minds: Minds) -> None:
        self._office = office
        self._minds = minds
        self._shifts = Shifts(office)

    def begin(self, tx: Tx) -> None:
        """At the start of a process: whatever the desk does of its own accord."""
        self._shifts.arrange(tx)

    def read(self, job: Job) -> Delivery:
        """What the row delivers."""
        return effects.read(job)

    def card(self, tx: Tx, case: Case) -> Outgoing:
        """The case's card as it is now."""
        return effects.card(tx, case, self._office.press.zone)

    def sent(self, tx: Tx, job: Job, receipt: Receipt) -> None:
        """A new message was taken."""
        case = _case_of(tx, job)
        if case is None:  # an answer: nothing follows, so what it said is not read again
            return
        delivery = effects.read(job)
        if isinstance(delivery, Repost):
            self._posted(tx, case, delivery.channel, receipt)
        elif not isinstance(delivery, Send):
            return
        elif delivery.purpose == "ping":
            self._posted(tx, case, delivery.to, receipt)
        elif delivery.purpose == "reply":
            effects.commit(tx, cases.reply_delivered(case, delivery.name, tx.now), self._office.press)
            self._mark(tx, case, job, delivery.answers)

    def dead(self, tx: Tx, job: Job, failure: DeliveryFailure) -> None:
        """A message cannot be delivered: somebody must know, and the enquiry must not be silent."""
        delivery = effects.read(job)
        log.error("Job %d (%s) cannot be delivered: %s", job.id, delivery.do, failure)
        case = _case_of(tx, job)
        if case is None:
            return
        if isinstance(delivery, Below):
            told = cases.below_failed(case, self._office.called(delivery.channel), str(failure), tx.now)
            effects.commit(tx, told, self._office.press)
        elif isinstance(delivery, Send) and delivery.purpose == "ping":
            self._ping_failed(tx, case, job, delivery.to, str(failure))
        elif isinstance(delivery, Send) and delivery.to == self._office.press.mail:
            told = cases.below_failed(case, self._office.called(delivery.to), str(failure), tx.now)
            effects.commit(tx, told, self._office.press)
        elif isinstance(delivery, Send) and delivery.purpose in {"reply", "acknowledgement"}:
            self._tell_failed(tx, case, job, delivery, str(failure))

    def timer(self, tx: Tx, job: Job) -> None:
        """Time has come."""
        if job.payload["timer"] == HANDOVER:
            self._shifts.post(tx, job)
        elif (case := _case_of(tx, job)) is not None:
            self._look(tx, case, job)

    def _look(self, tx: Tx, case: Case, job: Job) -> None:
        terms = self._terms(tx, case)
        pace = self._office.press.pace
        if job.payload["timer"] != cases.FALLBACK:
            change = cases.come_due(case, case_rows.steps(tx, case.id), pace, terms, tx.now)
        elif postings.of_case(tx, case.id):
            change = None
        else:
            where = ", ".join(self._office.called(channel) for channel in self._office.press.channels)
            change = cases.unreachable(case, where, wording.NOT_IN_TIME, terms, tx.now)
        if change is not None:
            effects.commit(tx, change, self._office.press)
        else:
            effects.watch(tx, case, pace)

    def _terms(self, tx: Tx, case: Case) -> Terms:
        return linking.terms_of(tx, case, self._office, self._minds.current.knowledge)

    def _posted(self, tx: Tx, case: Case, channel: Address, receipt: Receipt) -> None:
        postings.put(tx, case.id, channel, receipt)
        effects.commit(tx, cases.pinged(case, self._office.called(channel), tx.now), self._office.press)

    def _ping_failed(self, tx: Tx, case: Case, job: Job, channel: Address, why: str) -> None:
        where = self._office.called(channel)
        terms = self._terms(tx, case)
        elsewhere = bool(postings.of_case(tx, case.id)) or self._may_have_it_elsewhere(tx, job, str(channel))
        change = cases.ping_failed(case, where, why, terms, tx.now, elsewhere=elsewhere)
        effects.commit(tx, change, self._office.press)
        if case.state is not CaseState.CLOSED:
            effects.repost(tx, change.case, channel, why, after=LOOK_AGAIN)

    def _may_have_it_elsewhere(self, tx: Tx, job: Job, where: str) -> bool:
        """Whether another channel may still take this ping, or took it in this same transaction.

        Should that fail too, it comes here or to the timer.
        """
        common = job.key.removesuffix(where)
        keys = (common + str(channel) for channel in self._office.press.channels if str(channel) != where)
        return any(other.state in {JobState.PENDING, JobState.DONE} for key in keys if (other := jobs.by_key(tx, key)))

    def _tell_failed(self, tx: Tx, case: Case, job: Job, delivery: Send, why: str) -> None:
        if delivery.instead:
            # Once for each case, and again where an officer's words are what could not be delivered.
            key = job.key if delivery.purpose == "reply" else f"case:{case.id}:{delivery.to}"
            notice = Send(delivery.instead, cards.sentence(wording.DIRECT_MESSAGE_FAILED))
            effects.put(tx, case, notice, delivery.instead, f"{key}:instead")
        effects.commit(tx, cases.tell_failed(case, delivery.name, why, tx.now), self._office.press)
        failed = replace(delivery.answers, mark="failed") if delivery.answers else None
        self._mark(tx, case, job, failed)

    def _mark(self, tx: Tx, case: Case, job: Job, mark: MarkMessage | None) -> None:
        """Show the officer, on the message that this one carries out, what became of it."""
        if mark:
            effects.put(tx, case, mark, mark.message, f"{job.key}:mark")


def _case_of(tx: Tx, job: Job) -> Case | None:
    return case_rows.load(tx, job.case_id) if job.case_id is not None else None
