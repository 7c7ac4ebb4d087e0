"""Transitions that follow from a delivery: it succeeded, or it was given up.

`where` names the press channel or mailbox in the history, `why` is the reason that the platform gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import PhoneReason, PlainNotice, PleasePhone, StepLine
from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.transitions.transition import (
    FALLBACK,
    DeskStatus,
    Mail,
    NotifyAsker,
    StartTimer,
    StopTimer,
    ThreadReply,
    Transition,
    UpdateCard,
    notify_all,
    owner_mention,
    transition_to,
)


def card_posted(case: Case, where: str, now: datetime) -> Transition:
    """Record that a press channel accepted the card. Askers who were told to phone learn that it arrived."""
    step = Step(now, StepKind.DELIVERED, text=where)
    is_late = case.unreachable and case.state is not CaseState.CLOSED
    notices = notify_all(case, PlainNotice.REACHED) if is_late else ()
    return transition_to(replace(case, unreachable=""), (step,), UpdateCard(), *notices, StopTimer(FALLBACK))


def card_refused(
    case: Case, where: str, why: str, hint: str, status: DeskStatus, now: datetime, *, elsewhere: bool
) -> Transition:
    """Record that a press channel refused the card.

    If no other channel has it or may still accept it (`elsewhere`), the fallback follows: at once for an enquiry, after
    the desk has opened for an ordinary question. `hint`: see `unreachable`.
    """
    if not elsewhere and not (case.kind is CaseKind.QUESTION and status.opens_in):
        fallback = unreachable(case, where, why, hint, status, now)
        if fallback is not None:
            return fallback
    step = Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}")
    needs_fallback = case.state is CaseState.OPEN and not elsewhere and not case.unreachable
    timers = (StartTimer(FALLBACK, status.opens_in + status.fallback_after),) if needs_fallback else ()
    return transition_to(case, (step,), UpdateCard(), *timers)


def unreachable(case: Case, where: str, why: str, hint: str, status: DeskStatus, now: datetime) -> Transition | None:
    """Carry out the fallback, because no press channel accepted the card: e-mail, and the phone number for the askers.

    `hint` is the warning that the card shows from then on. Return None if this was done before or the case is not open.
    """
    if case.unreachable or case.state is not CaseState.OPEN:
        return None
    notices = notify_all(case, PleasePhone(PhoneReason.UNREACHABLE, status.phone))
    steps = (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"), Step(now, StepKind.FALLBACK))
    marked = replace(case, unreachable=hint)
    return transition_to(marked, steps, UpdateCard(), Mail(), *notices, StopTimer(FALLBACK))


def line_refused(case: Case, where: str, why: str, now: datetime) -> Transition:
    """Record that a line below the card, or the e-mail, could not be delivered."""
    return transition_to(case, (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"),), UpdateCard())


def message_undelivered(
    case: Case, event_id: str, steps: Sequence[Step], status: DeskStatus
) -> tuple[NotifyAsker, ...]:
    """Return the notice to phone for the asker whose message `event_id` reached no press channel."""
    writers = {step.by.key for step in steps if step.event_id == event_id and step.by is not None}
    asker = next((each for each in case.askers if each.event_id == event_id or each.person.key in writers), None)
    notice = PleasePhone(PhoneReason.MESSAGE_UNDELIVERED, status.phone)
    return () if asker is None else (NotifyAsker(asker, notice),)


def reply_delivered(case: Case, name: str, now: datetime) -> Transition:
    """Record that an officer's reply was delivered to the asker `name`."""
    step = Step(now, StepKind.DELIVERED, text=name)
    return transition_to(case, (step,), UpdateCard(), ThreadReply(StepLine(step)))


def notice_undelivered(case: Case, name: str, why: str, now: datetime) -> Transition:
    """Record that a notice or reply could not be delivered to the asker `name`, and tell the owner."""
    step = Step(now, StepKind.UNDELIVERED, text=f"{name}: {why}")
    return transition_to(case, (step,), UpdateCard(), ThreadReply(StepLine(step), owner_mention(case)))
