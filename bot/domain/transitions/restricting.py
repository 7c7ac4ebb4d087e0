"""Transitions of the restriction. Of a restricted case, only officers see more than reference, outlet and deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import StepLine
from bot.domain.case import Case, Step, StepKind
from bot.domain.transitions.transition import Refusal, Refused, ThreadReply, Transition, UpdateCard, transition_to
from bot.messages import Person


def restrict(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Restrict the case. Cards, lists and e-mails show only reference, outlet and deadline from now on."""
    if case.restricted:
        return Refused(Refusal.ALREADY_RESTRICTED, case)
    step = Step(now, StepKind.RESTRICTED, by)
    line = ThreadReply(StepLine(step), harmless=True)
    return transition_to(replace(case, restricted=True), (step,), UpdateCard(), line)


def unrestrict(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Lift the restriction. Everybody in a press channel sees the whole case again."""
    if not case.restricted:
        return Refused(Refusal.NOT_RESTRICTED, case)
    step = Step(now, StepKind.UNRESTRICTED, by)
    line = ThreadReply(StepLine(step), harmless=True)
    return transition_to(replace(case, restricted=False), (step,), UpdateCard(), line)
