"""What the desk does when a message was delivered, when one was given up, and when a timer is due.

All of it runs in the relay's transaction, see `queue.outbox_transactions.RelayHandlers`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.desk.apply_transition import CardRenderer, apply_transition, schedule
from bot.desk.press_desk import PressDesk, status_of
from bot.desk.removed_words import delete
from bot.desk.shift_handover import HANDOVER, post_handover, schedule_handover
from bot.domain import transitions
from bot.domain.case import Case, CaseState
from bot.domain.transitions import DeskStatus
from bot.errors import DeliveryFailure
from bot.matching.active_knowledge import ActiveKnowledge
from bot.messages import Address, Receipt
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.queue.outbox import Delete, MarkMessage, Repost, Send, SendToThread
from bot.storage.records import Job, JobKind, JobState
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

REPOST_AFTER = timedelta(minutes=1)
"""Time from a refused card to the next try in that channel. Later tries follow as `queue.retry_policy` says."""


class DeliveryOutcomes:
    """Implements `RelayHandlers`."""

    def __init__(self, press_desk: PressDesk, active_knowledge: ActiveKnowledge) -> None:
        self._press_desk = press_desk
        self._active_knowledge = active_knowledge

    def begin(self, tx: Transaction) -> None:
        """Set the timer of the next handover, and try again those that were given up.

        Call this when the process starts: the hours may have changed, and so may the release.
        """
        tx.jobs.revive_timers()
        schedule_handover(tx, self._press_desk)

    # ---- a message was delivered ------------------------------------------------------------------------------------

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        """Record the delivery of a card, a line below it, or an officer's reply. Other messages need no record."""
        case = _case_of(tx, job)
        if case is None:
            return
        delivery = outbox.read(job)
        if isinstance(delivery, SendToThread):
            _passed_on(tx, case, job, delivery, receipt)
        elif not isinstance(delivery, Send):
            return
        elif delivery.purpose == "ping":
            self._card_posted(tx, case, delivery.to, receipt)
        elif delivery.purpose == "reply":
            apply_transition(tx, transitions.reply_delivered(case, delivery.name, tx.now), self._press_desk)
            _mark(tx, case, f"{job.key}:mark", delivery.answers)

    def _card_posted(self, tx: Transaction, case: Case, channel: Address, receipt: Receipt) -> None:
        tx.postings.put(case.id, channel, receipt)
        # Lines that were due while the channel had no card were skipped (see `OutboxTransactions`), and the messages in
        # them are on this card. So they are delivered now.
        for job in tx.jobs.deliveries_of(case.id):
            if job.payload and job.state is JobState.DONE and isinstance(line := outbox.read(job), SendToThread):
                _mark_once(tx, case, job, line)
        where = self._press_desk.channel_name(channel)
        apply_transition(tx, transitions.card_posted(case, where, tx.now), self._press_desk)

    # ---- a message was given up -------------------------------------------------------------------------------------

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        """Record on the case that a delivery was given up, and start the fallback for a card that nobody has."""
        delivery = outbox.read(job)
        log.error("Job %d (%s) cannot be delivered: %s", job.id, delivery.do, failure)
        case = _case_of(tx, job)
        if case is None:
            return
        if isinstance(delivery, SendToThread):
            self._line_refused(tx, case, job, delivery, str(failure))
        elif isinstance(delivery, Send) and delivery.purpose == "ping":
            self._card_refused(tx, case, job, delivery.to, str(failure))
        elif isinstance(delivery, Send) and delivery.to == self._press_desk.mail:
            where = self._press_desk.channel_name(delivery.to)
            apply_transition(tx, transitions.line_refused(case, where, str(failure), tx.now), self._press_desk)
        elif isinstance(delivery, Send) and delivery.purpose in {"reply", "acknowledgement"}:
            self._notice_undelivered(tx, case, job, delivery, str(failure))

    def _card_refused(self, tx: Transaction, case: Case, job: Job, channel: Address, why: str) -> None:
        where = self._press_desk.channel_name(channel)
        elsewhere = bool(tx.postings.of_case(case.id)) or self._may_be_posted_elsewhere(tx, job, str(channel))
        hint, status = texts.unreachable(where, why), self._status(tx, case)
        transition = transitions.card_refused(case, where, why, hint, status, tx.now, elsewhere=elsewhere)
        apply_transition(tx, transition, self._press_desk)
        if case.state is not CaseState.CLOSED:
            outbox.schedule_repost(tx, case.id, channel, why, after=REPOST_AFTER)

    def _line_refused(self, tx: Transaction, case: Case, job: Job, line: SendToThread, why: str) -> None:
        transition = transitions.line_refused(case, self._press_desk.channel_name(line.channel), why, tx.now)
        where = str(line.channel)
        if line.carries and not self._is_in_another_thread(tx, case, job, where):
            steps, status = tx.cases.steps(case.id), self._status(tx, case)
            notices = transitions.message_undelivered(case, line.carries.event_id, steps, status)
            transition = replace(transition, effects=(*transition.effects, *notices))
            failed = replace(line.carries, mark="failed", words=None)
            _mark(tx, case, f"{job.key.removesuffix(where)}failed", failed)
        apply_transition(tx, transition, self._press_desk)

    def _notice_undelivered(self, tx: Transaction, case: Case, job: Job, delivery: Send, why: str) -> None:
        if delivery.instead:
            # Once for each case and asker; but once for each reply of an officer, which the asker must not miss.
            key = job.key if delivery.purpose == "reply" else f"case:{case.id}:{delivery.to}"
            notice = Send(delivery.instead, cards.text_message(texts.DIRECT_MESSAGE_FAILED))
            outbox.put(tx, case.id, notice, delivery.instead, key=f"{key}:instead")
        transition = transitions.notice_undelivered(case, delivery.name, why, tx.now)
        apply_transition(tx, transition, self._press_desk)
        failed = replace(delivery.answers, mark="failed") if delivery.answers else None
        _mark(tx, case, f"{job.key}:mark", failed)

    # ---- a timer is due ---------------------------------------------------------------------------------------------

    def timer(self, tx: Transaction, job: Job) -> None:
        """Carry out a timer: a reminder, the fallback, a handover, or the posting of a card that was refused."""
        if job.kind is JobKind.REPOST:
            self._repost(tx, job)
        elif job.payload["timer"] == HANDOVER:
            post_handover(tx, self._press_desk, job)
        elif (case := _case_of(tx, job)) is None:
            return
        elif job.payload["timer"] == transitions.FALLBACK:
            self._fall_back(tx, case)
        else:
            self._remind(tx, case)

    def _remind(self, tx: Transaction, case: Case) -> None:
        steps, status = tx.cases.steps(case.id), self._status(tx, case)
        self._apply_or_schedule(tx, case, transitions.come_due(case, steps, self._press_desk.policy, status, tx.now))

    def _fall_back(self, tx: Transaction, case: Case) -> None:
        """Carry out the fallback, if no press channel has the card by now."""
        transition = None
        if not tx.postings.of_case(case.id):
            where = ", ".join(self._press_desk.channel_name(channel) for channel in self._press_desk.channels)
            hint, status = texts.unreachable(where, texts.NOT_IN_TIME), self._status(tx, case)
            transition = transitions.unreachable(case, where, texts.NOT_IN_TIME, hint, status, tx.now)
        self._apply_or_schedule(tx, case, transition)

    def _apply_or_schedule(self, tx: Transaction, case: Case, transition: transitions.Transition | None) -> None:
        """Apply the transition, which also sets the next timer; without one, only set the timer."""
        if transition is not None:
            apply_transition(tx, transition, self._press_desk)
        else:
            schedule(tx, case, self._press_desk)

    def _repost(self, tx: Transaction, job: Job) -> None:
        """Post the card as it is now, unless the case was closed meanwhile or the channel has the card."""
        case, delivery = _case_of(tx, job), outbox.read(job)
        if (
            case is None
            or case.state is CaseState.CLOSED
            or not isinstance(delivery, Repost)
            or tx.postings.at(case.id, delivery.channel)
        ):
            tx.jobs.done([job])
            return
        card = CardRenderer(tx, case, self._press_desk.zone).card()
        outbox.post_again(tx, job, Send(delivery.channel, card, "ping"), job.last_error or delivery.why)

    # ---- shared -----------------------------------------------------------------------------------------------------

    def _status(self, tx: Transaction, case: Case) -> DeskStatus:
        return status_of(tx, case, self._press_desk, self._active_knowledge.current.knowledge)

    def _may_be_posted_elsewhere(self, tx: Transaction, job: Job, where: str) -> bool:
        """Return whether this card is pending for another channel, or was accepted by one in this same transaction.

        If all others refuse it later, the last refusal or the timer starts the fallback.
        """
        return any(state in {JobState.PENDING, JobState.DONE} for _, state in self._in_other_channels(tx, job, where))

    def _is_in_another_thread(self, tx: Transaction, case: Case, job: Job, where: str) -> bool:
        """Return whether another channel has this line below the card, or may still get it.

        A job that is done in a channel without a card was skipped, so it does not count.
        """
        return any(
            state is JobState.PENDING or (state is JobState.DONE and tx.postings.at(case.id, channel) is not None)
            for channel, state in self._in_other_channels(tx, job, where)
        )

    def _in_other_channels(self, tx: Transaction, job: Job, where: str) -> Iterator[tuple[Address, JobState]]:
        """Yield each other channel and the state of the same delivery there. Only the end of their keys differs."""
        common = job.key.removesuffix(where)
        for channel in self._press_desk.channels:
            if str(channel) != where and (other := tx.jobs.by_key(f"{common}{channel}")):
                yield channel, other.state


def _passed_on(tx: Transaction, case: Case, job: Job, line: SendToThread, receipt: Receipt) -> None:
    """Record that a press channel has a message of an asker; delete it there if they have taken it back meanwhile."""
    if line.carries is None:
        return
    if not tx.cases.has_message(case.id, line.carries.event_id):
        delete(tx, case.id, Delete(receipt), key=job.key)
        return
    tx.postings.add_relayed(case.id, line.carries.event_id, receipt)
    _mark_once(tx, case, job, line)


def _mark_once(tx: Transaction, case: Case, job: Job, line: SendToThread) -> None:
    """Show an asker that the press office has their message. All channels use one key, so this happens once."""
    _mark(tx, case, f"{job.key.removesuffix(str(line.channel))}mark", line.carries)


def _mark(tx: Transaction, case: Case, key: str, mark: MarkMessage | None) -> None:
    if mark and mark.is_message:
        outbox.put(tx, case.id, mark, mark.message, key=key)


def _case_of(tx: Transaction, job: Job) -> Case | None:
    return tx.cases.load(job.case_id) if job.case_id is not None else None
