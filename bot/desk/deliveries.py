"""What follows when a platform took a message, cannot take it, or a timer is due; in the relay's transaction."""

from __future__ import annotations

import logging

from bot import cards, cases, effects, wording
from bot.desk.mind import Minds
from bot.desk.office import Office
from bot.effects import Delivery, Send
from bot.errors import DeliveryFailure
from bot.messages import Receipt
from bot.model import Case, Job, JobState
from bot.store import cases as case_rows
from bot.store import jobs, postings
from bot.store.tx import Tx

log = logging.getLogger(__name__)


class Deliveries:
    """The relay's handlers."""

    def __init__(self, office: Office, minds: Minds) -> None:
        self._office = office
        self._minds = minds

    def read(self, job: Job) -> Delivery:
        """What the row delivers."""
        return effects.read(job)

    def sent(self, tx: Tx, job: Job, receipt: Receipt) -> None:
        """A new message was taken."""
        delivery = effects.read(job)
        case = _case_of(tx, job)
        if case is None or not isinstance(delivery, Send):
            return
        if delivery.purpose == "ping":
            postings.put(tx, case.id, delivery.to, receipt)
            effects.commit(tx, cases.pinged(case, str(delivery.to), tx.now), self._office.channels)
        elif delivery.purpose == "reply":
            effects.commit(tx, cases.reply_delivered(case, delivery.name, tx.now), self._office.channels)
            if delivery.answers:
                effects.put(tx, case, delivery.answers, delivery.answers.message, f"{job.key}:mark")

    def dead(self, tx: Tx, job: Job, failure: DeliveryFailure) -> None:
        """A message cannot be delivered: somebody must know, and the enquiry must not be silent."""
        delivery = effects.read(job)
        log.error("Job %d (%s) cannot be delivered: %s", job.id, delivery.do, failure)
        case = _case_of(tx, job)
        if case is None or not isinstance(delivery, Send):
            return
        match delivery.purpose:
            case "ping":
                self._ping_failed(tx, case, job, str(delivery.to), str(failure))
            case "reply" | "acknowledgement":
                if delivery.instead:
                    notice = cards.plain(wording.DIRECT_MESSAGE_FAILED)
                    effects.put(tx, case, Send(delivery.instead, notice), delivery.instead, f"{job.key}:instead")
                told = cases.reply_undelivered(case, delivery.name, str(failure), tx.now)
                effects.commit(tx, told, self._office.channels)
            case "message":
                pass

    def timer(self, tx: Tx, job: Job) -> None:
        """Time has come."""
        case = _case_of(tx, job)
        if case is None:
            return
        terms = self._office.terms(self._minds.current.knowledge, tx.now)
        if job.payload["timer"] == cases.REMIND:
            change = cases.remind(case, case_rows.steps(tx, case.id), terms, tx.now)
            if change is not None:
                effects.commit(tx, change, self._office.channels)
        elif not postings.of_case(tx, case.id):
            where = ", ".join(str(channel) for channel in self._office.channels)
            self._fall_back(tx, case, where, wording.NOT_IN_TIME)

    def _ping_failed(self, tx: Tx, case: Case, job: Job, where: str, why: str) -> None:
        others = [
            other
            for channel in self._office.channels
            if (key := job.key.removesuffix(where) + str(channel)) != job.key and (other := jobs.by_key(tx, key))
        ]
        if any(other.state in {JobState.DONE, JobState.PENDING} for other in others):
            # Another channel has it, or may still take it; should that fail too, it comes here or to the timer.
            effects.commit(tx, cases.ping_failed(case, where, why, tx.now), self._office.channels)
        else:
            self._fall_back(tx, case, where, why)

    def _fall_back(self, tx: Tx, case: Case, where: str, why: str) -> None:
        terms = self._office.terms(self._minds.current.knowledge, tx.now)
        change = cases.unreachable(case, where, why, terms, tx.now)
        if change is None:
            return
        if self._office.email:
            mail = Send(self._office.email, cards.ping(change.case, case_rows.steps(tx, case.id)))
            effects.put(tx, case, mail, self._office.email, f"case:{case.id}:{change.case.revision}:mail")
        effects.commit(tx, change, self._office.channels)


def _case_of(tx: Tx, job: Job) -> Case | None:
    return case_rows.load(tx, job.case_id) if job.case_id is not None else None
