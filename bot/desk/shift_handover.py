"""The end of a shift: all open cases are posted, for whoever goes on with them."""

from __future__ import annotations

from datetime import datetime

from bot.desk.press_desk import PressDesk
from bot.presentation import cards
from bot.presentation.cards import CaseContext
from bot.queue import effects
from bot.storage.records import Job
from bot.storage.transaction import Transaction

HANDOVER = "handover"
AT_MOST = 50


class Shifts:
    """A timer of the desk's own, there as long as shifts end; every method is part of one transaction."""

    def __init__(self, press_desk: PressDesk) -> None:
        self._press_desk = press_desk

    def arrange(self, tx: Transaction) -> None:
        """Have the next handover happen, as the hours are now. One that is overdue happens first."""
        policy = self._press_desk.press.policy
        waiting = [job.due_at for job in tx.jobs.waiting(effects.lane_of(HANDOVER))]
        if any(at <= tx.now for at in waiting):
            return
        ends = policy.hours.next_end(tx.now + policy.handover_before) if self._press_desk.exists else None
        if ends is None:
            tx.jobs.cancel_lane(effects.lane_of(HANDOVER))
        elif waiting != [ends - policy.handover_before]:
            effects.call_back(tx, HANDOVER, ends - policy.handover_before, ends=ends.isoformat())

    def post(self, tx: Transaction, job: Job) -> None:
        """The time has come: what is open, once in each press channel; nothing where nothing is."""
        ends = datetime.fromisoformat(job.payload["ends"])
        press = self._press_desk.press
        if waiting := tx.case_lists.by_deadline(AT_MOST):
            case_context = CaseContext(tx.now, press.zone)
            card = cards.shift(waiting, ends, case_context, mention=press.policy.hours.on_call(ends))
            for channel in press.channels:
                effects.send(tx, channel, card, key=f"{HANDOVER}:{ends.isoformat()}:{channel}")
        self.arrange(tx)
