"""How a case becomes one of which only officers see more than reference, outlet and deadline, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import StepLine
from bot.domain.case import Case, Step, StepKind
from bot.domain.transitions.transition import Refusal, Refused, ThreadReply, Transition, UpdateCard, changed
from bot.messages import Person


def restrict(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Show reference, outlet and deadline alone on cards, lists and e-mails from now on."""
    if case.restricted:
        return Refused(Refusal.ALREADY_RESTRICTED, case)
    step = Step(now, StepKind.RESTRICTED, by)
    return changed(replace(case, restricted=True), (step,), UpdateCard(), ThreadReply(StepLine(step), harmless=True))


def unrestrict(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Show the whole case again to everybody who reads a press channel."""
    if not case.restricted:
        return Refused(Refusal.NOT_RESTRICTED, case)
    step = Step(now, StepKind.UNRESTRICTED, by)
    return changed(replace(case, restricted=False), (step,), UpdateCard(), ThreadReply(StepLine(step), harmless=True))
