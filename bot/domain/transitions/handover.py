"""How a case passes from one officer to another, and how its owner asks for time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import Claimed, StepLine
from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.transitions.officers import claim
from bot.domain.transitions.transition import (
    Refusal,
    Refused,
    ThreadReply,
    Transition,
    UpdateCard,
    changed,
    not_for,
    notify_all,
    owned,
    owner_of,
)
from bot.messages import Person
from bot.plaintext import display_name


def wait(case: Case, by: Person, facts: str, until: datetime, history_text: str, now: datetime) -> Transition | Refused:
    """Put the case off until `until`, when the owner expects these facts. Until then nobody asks how it is going."""
    if refused := not_owned_by(case, by):
        return refused
    if case.kind is CaseKind.QUESTION:
        return Refused(Refusal.NOTHING_TO_PUT_OFF, case)
    if until <= now:
        return Refused(Refusal.NOT_A_FUTURE_TIME, case)
    step = Step(now, StepKind.WAITING, by, history_text)
    line = ThreadReply(StepLine(step), harmless=not facts.strip())
    return changed(replace(case, waiting_until=until, waiting_for=facts.strip()), (step,), UpdateCard(), line)


def hand_over(case: Case, by: Person, to: Person, now: datetime) -> Transition | Refused:
    """Ask another officer to take the case over. Until that one accepts, it is still the owner's."""
    if refused := not_owned_by(case, by):
        return refused
    if to.key == by.key:
        return Refused(Refusal.ALREADY_YOURS, case)
    step = Step(now, StepKind.HANDOVER_OFFERED, by, display_name(to))
    line = ThreadReply(StepLine(step), (to.key,), harmless=True)
    return changed(replace(case, offered_to=to), (step,), UpdateCard(), line)


def take(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Take the case over from its owner, after an offer or at the end of a shift. Without an owner it is a claim."""
    if case.owner is None or case.state is CaseState.CLOSED or case.owner.key == by.key:
        return claim(case, by, now)
    step = Step(now, StepKind.HANDOVER_ACCEPTED, by, display_name(case.owner))
    line = ThreadReply(StepLine(step), owner_of(case), harmless=True)
    return changed(owned(case, by, now), (step,), UpdateCard(), line, *notify_all(case, Claimed(by)))


def decline(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Decline to take the case over. Only whoever was asked can."""
    asked = {by.key} | {f"{by.platform}:{group}" for group in by.groups}
    if case.offered_to is None or case.owner is None or case.offered_to.key not in asked:
        return Refused(Refusal.NOT_OFFERED, case)
    step = Step(now, StepKind.HANDOVER_DECLINED, by)
    line = ThreadReply(StepLine(step), owner_of(case), harmless=True)
    return changed(replace(case, offered_to=None), (step,), UpdateCard(), line)


def not_owned_by(case: Case, by: Person) -> Refused | None:
    """Return why this officer cannot hand the case over or put it off, or None if they can."""
    return not_for(case, by) or (Refused(Refusal.CLAIM_FIRST, case) if case.owner is None else None)
