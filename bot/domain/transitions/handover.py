"""Transitions of ownership between officers: hand over, take, decline; and the owner's wait for facts."""

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
    check_may_act,
    claimed_by,
    notify_all,
    owner_mention,
    transition_to,
)
from bot.messages import Person
from bot.plaintext import display_name


def wait(case: Case, by: Person, facts: str, until: datetime, history_text: str, now: datetime) -> Transition | Refused:
    """Record that the owner waits for these facts until `until`. They are not nudged before then.

    `history_text` is the text of the step.
    """
    if refused := check_is_owner(case, by):
        return refused
    if case.kind is CaseKind.QUESTION:
        return Refused(Refusal.NOTHING_TO_PUT_OFF, case)
    if until <= now:
        return Refused(Refusal.NOT_A_FUTURE_TIME, case)
    step = Step(now, StepKind.WAITING, by, history_text)
    line = ThreadReply(StepLine(step), harmless=not facts.strip())
    return transition_to(replace(case, waiting_until=until, waiting_for=facts.strip()), (step,), UpdateCard(), line)


def hand_over(case: Case, by: Person, to: Person, now: datetime) -> Transition | Refused:
    """Ask another officer to take the case over. The owner stays the owner until that officer accepts."""
    if refused := check_is_owner(case, by):
        return refused
    if to.key == by.key:
        return Refused(Refusal.ALREADY_YOURS, case)
    step = Step(now, StepKind.HANDOVER_OFFERED, by, display_name(to))
    line = ThreadReply(StepLine(step), (to.key,), harmless=True)
    return transition_to(replace(case, offered_to=to), (step,), UpdateCard(), line)


def take(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Take the case over from its owner, with or without an offer. A case without an owner is claimed."""
    if case.owner is None or case.state is CaseState.CLOSED or case.owner.key == by.key:
        return claim(case, by, now)
    step = Step(now, StepKind.HANDOVER_ACCEPTED, by, display_name(case.owner))
    line = ThreadReply(StepLine(step), owner_mention(case), harmless=True)
    return transition_to(claimed_by(case, by, now), (step,), UpdateCard(), line, *notify_all(case, Claimed(by)))


def decline(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Decline to take the case over. Only the officer, or a member of the user group, that was asked can do so."""
    own_keys = {by.key} | {f"{by.platform}:{group}" for group in by.groups}
    if case.offered_to is None or case.owner is None or case.offered_to.key not in own_keys:
        return Refused(Refusal.NOT_OFFERED, case)
    step = Step(now, StepKind.HANDOVER_DECLINED, by)
    line = ThreadReply(StepLine(step), owner_mention(case), harmless=True)
    return transition_to(replace(case, offered_to=None), (step,), UpdateCard(), line)


def check_is_owner(case: Case, by: Person) -> Refused | None:
    """Return the refusal if this officer does not own the case, or None if they do."""
    return check_may_act(case, by) or (Refused(Refusal.CLAIM_FIRST, case) if case.owner is None else None)
