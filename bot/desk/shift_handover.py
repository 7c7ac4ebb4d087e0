"""The end of a shift: all open cases are posted, for whoever goes on with them."""

from __future__ import annotations

from datetime import datetime

from bot.desk.press_desk import Office
from bot.presentation import cards
from bot.presentation.cards import Around
from bot.queue import effects
from bot.storage.records import Job
from bot.storage.repositories import case_lists, jobs
from bot.storage.transaction import Tx

HANDOVER = "handover"
AT_MOST = 50


class Shifts:
    """A timer of the desk's own, there as long as shifts end; every method is part of one transaction."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def arrange(self, tx: Tx) -> None:
        """Have the next handover happen, as the hours are now. One that is overdue happens first."""
        pace = self._office.press.pace
        waiting = [job.due_at for job in jobs.waiting(tx, effects.lane_of(HANDOVER))]
        if any(at <= tx.now for at in waiting):
            return
        ends = pace.hours.next_end(tx.now + pace.handover_before) if self._office.exists else None
        if ends is None:
            jobs.cancel_lane(tx, effects.lane_of(HANDOVER))
        elif waiting != [ends - pace.handover_before]:
            effects.call_back(tx, HANDOVER, ends - pace.handover_before, ends=ends.isoformat())

    def post(self, tx: Tx, job: Job) -> None:
        """The time has come: what is open, once in each press channel; nothing where nothing is."""
        ends = datetime.fromisoformat(job.payload["ends"])
        press = self._office.press
        if waiting := case_lists.by_deadline(tx, AT_MOST):
            around = Around(tx.now, press.zone)
            card = cards.shift(waiting, ends, around, mention=press.pace.hours.on_call(ends))
            for channel in press.channels:
                effects.send(tx, channel, card, key=f"{HANDOVER}:{ends.isoformat()}:{channel}")
        self.arrange(tx)
