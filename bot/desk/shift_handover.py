"""The handover at the end of a shift: a list of the open cases for the next officers, in each press channel."""

from __future__ import annotations

from datetime import datetime

from bot.desk.press_desk import PressDesk
from bot.presentation import cards
from bot.queue import outbox
from bot.storage.records import Job
from bot.storage.transaction import Transaction

HANDOVER = "handover"
"""Name of the timer of the next handover. It belongs to no case."""
MOST_CASES = 50
"""The most cases in the list."""


def schedule_handover(tx: Transaction, press_desk: PressDesk) -> None:
    """Set the timer for the next handover, by the hours as configured now.

    A timer that is overdue is kept. When it is carried out, it sets the next one.
    """
    policy = press_desk.policy
    due_times = [job.due_at for job in tx.jobs.waiting(outbox.desk_timer_lane(HANDOVER))]
    if any(at <= tx.now for at in due_times):
        return
    ends = policy.hours.next_shift_end(tx.now + policy.handover_before) if press_desk.exists else None
    if ends is None:
        tx.jobs.cancel_lane(outbox.desk_timer_lane(HANDOVER))
    elif due_times != [ends - policy.handover_before]:
        outbox.set_desk_timer(tx, HANDOVER, ends - policy.handover_before, ends=ends.isoformat())


def post_handover(tx: Transaction, press_desk: PressDesk, timer: Job) -> None:
    """Post the list in each press channel, if there are open cases, and set the timer for the next handover."""
    ends = datetime.fromisoformat(timer.payload["ends"])
    if cases := tx.case_lists.by_deadline(MOST_CASES):
        context = cards.CaseContext(tx.now, press_desk.zone)
        card = cards.shift(cases, ends, context, mention=press_desk.policy.hours.on_call(ends))
        for channel in press_desk.channels:
            outbox.send(tx, channel, card, key=f"{HANDOVER}:{ends.isoformat()}:{channel}")
    schedule_handover(tx, press_desk)
