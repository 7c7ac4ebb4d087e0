"""What became of deliveries, as far as it changes a case."""

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
    changed,
    notify_all,
    owner_of,
)


def card_posted(case: Case, where: str, now: datetime) -> Transition:
    """A press channel took the card. An asker who was told to phone is told that it arrived."""
    step = Step(now, StepKind.DELIVERED, text=where)
    is_late = case.unreachable and case.state is not CaseState.CLOSED
    notices = notify_all(case, PlainNotice.REACHED) if is_late else ()
    return changed(replace(case, unreachable=""), (step,), UpdateCard(), *notices, StopTimer(FALLBACK))


def card_refused(
    case: Case, where: str, why: str, hint: str, status: DeskStatus, now: datetime, *, elsewhere: bool
) -> Transition:
    """A press channel cannot be given the card. `elsewhere`: another channel has it, or may still take it.

    An enquiry gets its fallback at once; an ordinary question waits for the next morning with it.
    """
    if not elsewhere and not (case.kind is CaseKind.QUESTION and status.opens_in):
        fallen_back = unreachable(case, where, why, hint, status, now)
        if fallen_back is not None:
            return fallen_back
    step = Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}")
    waits = case.state is CaseState.OPEN and not elsewhere and not case.unreachable
    timers = (StartTimer(FALLBACK, status.opens_in + status.fallback_after),) if waits else ()
    return changed(case, (step,), UpdateCard(), *timers)


def unreachable(case: Case, where: str, why: str, hint: str, status: DeskStatus, now: datetime) -> Transition | None:
    """No press channel took the card: send it by e-mail, and give the asker the phone number, once.

    `hint` is what the card says of it. Return None if that was done already, or if somebody took the case meanwhile.
    """
    if case.unreachable or case.state is not CaseState.OPEN:
        return None
    notices = notify_all(case, PleasePhone(PhoneReason.UNREACHABLE, status.phone))
    steps = (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"), Step(now, StepKind.FALLBACK))
    marked = replace(case, unreachable=hint)
    return changed(marked, steps, UpdateCard(), Mail(), *notices, StopTimer(FALLBACK))


def line_refused(case: Case, where: str, why: str, now: datetime) -> Transition:
    """A line below the card, or the e-mail, could not be delivered; the history shows it."""
    return changed(case, (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"),), UpdateCard())


def message_undelivered(
    case: Case, event_id: str, steps: Sequence[Step], status: DeskStatus
) -> tuple[NotifyAsker, ...]:
    """Return the notice to phone, for whoever wrote the message `event_id` that no press channel could be given."""
    wrote = {step.by.key for step in steps if step.event_id == event_id and step.by is not None}
    asker = next((each for each in case.askers if each.event_id == event_id or each.person.key in wrote), None)
    notice = PleasePhone(PhoneReason.MESSAGE_UNDELIVERED, status.phone)
    return () if asker is None else (NotifyAsker(asker, notice),)


def reply_delivered(case: Case, name: str, now: datetime) -> Transition:
    """An asker has what an officer wrote."""
    step = Step(now, StepKind.DELIVERED, text=name)
    return changed(case, (step,), UpdateCard(), ThreadReply(StepLine(step)))


def notice_undelivered(case: Case, name: str, why: str, now: datetime) -> Transition:
    """An asker cannot be written to: the press office must know."""
    step = Step(now, StepKind.UNDELIVERED, text=f"{name}: {why}")
    return changed(case, (step,), UpdateCard(), ThreadReply(StepLine(step), owner_of(case)))
