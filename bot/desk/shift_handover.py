"""The end of a shift: a list of all open cases, for whoever goes on with them."""

from __future__ import annotations

from datetime import datetime

from bot.desk.press_desk import PressDesk
from bot.presentation import cards
from bot.queue import outbox
from bot.storage.records import Job
from bot.storage.transaction import Transaction

HANDOVER = "handover"
"""Name of the desk's own timer, which exists as long as shifts end."""
MOST_CASES = 50


def schedule_handover(tx: Transaction, press_desk: PressDesk) -> None:
    """Set the timer for the next handover, as the hours are now. One that is overdue stays, and happens first."""
    policy = press_desk.policy
    waiting = [job.due_at for job in tx.jobs.waiting(outbox.desk_timer_lane(HANDOVER))]
    if any(at <= tx.now for at in waiting):
        return
    ends = policy.hours.next_shift_end(tx.now + policy.handover_before) if press_desk.exists else None
    if ends is None:
        tx.jobs.cancel_lane(outbox.desk_timer_lane(HANDOVER))
    elif waiting != [ends - policy.handover_before]:
        outbox.set_desk_timer(tx, HANDOVER, ends - policy.handover_before, ends=ends.isoformat())


def post_handover(tx: Transaction, press_desk: PressDesk, timer: Job) -> None:
    """Post the list once in each press channel, if any case is open, and set the timer for the next."""
    ends = datetime.fromisoformat(timer.payload["ends"])
    if waiting := tx.case_lists.by_deadline(MOST_CASES):
        context = cards.CaseContext(tx.now, press_desk.zone)
        card = cards.shift(waiting, ends, context, mention=press_desk.policy.hours.on_call(ends))
        for channel in press_desk.channels:
            outbox.send(tx, channel, card, key=f"{HANDOVER}:{ends.isoformat()}:{channel}")
    schedule_handover(tx, press_desk)
