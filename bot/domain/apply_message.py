"""What further words say of a case that is open: its deadline, its haste, whether only officers may read of it.

What somebody wrote down as the deadline counts before what is read from messages. Every reading is shown back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import deadlines
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Step, StepKind
from bot.domain.extraction import taken_anew, taken_down
from bot.domain.restriction import is_delicate
from bot.domain.schedule import EscalationPolicy
from bot.domain.transitions.transition import DeskStatus
from bot.domain.triage import is_urgent, may_be_foi, understood
from bot.presentation import texts


def heard(case: Case, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime) -> Case:
    """With what a further message says. Of two deadlines the earlier counts, since nobody called the other off."""
    foi = case.foi or may_be_foi(text)
    if case.kind is CaseKind.QUESTION:
        return replace(case, foi=foi)
    case = replace(case, details=taken_down(case.details, text, policy, now))
    said = None if case.details.deadline else deadlines.find(text, policy.hours, now)
    if said is not None and (case.due_at is None or not case.due_known or said < case.due_at):
        case = replace(case, due_at=said, due_known=True)
    soon = said is not None and said == case.due_at and said - now <= policy.urgent_within
    return _guarded(replace(case, foi=foi, urgent=case.urgent or soon or is_urgent(text)), text, steps)


def corrected(
    case: Case, was: Asker, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime
) -> Case:
    """With an opening message that now reads `text`.

    Both readings are taken at the time when it was said: an edit that leaves "in half an hour" alone does not move it.
    """
    askers = tuple(replace(asker, text=text) if asker is was else asker for asker in case.askers)
    edited = replace(case, askers=askers)
    if case.kind is CaseKind.QUESTION:
        return replace(edited, foi=case.foi or may_be_foi(text))
    before, after = (deadlines.find(words, policy.hours, was.said_at) for words in (was.text, text))
    anew = before != after and not case.details.deadline
    details = taken_anew(case.details, was.text, text, policy, was.said_at)
    return _guarded(reread(edited, details, policy, now, anew=anew), text, steps)


def reread(case: Case, details: Details, policy: EscalationPolicy, now: datetime, *, anew: bool) -> Case:
    """The case with these details, and what all words say of its haste; `anew`: of its deadline as well."""
    said = "\n".join(asker.text for asker in case.askers)
    read = understood(case.kind, said, details, policy, now)
    foi = case.foi or read.foi
    if anew:
        return replace(case, details=details, due_at=read.due_at, due_known=read.due_known, urgent=read.urgent, foi=foi)
    return replace(case, details=details, foi=foi, urgent=case.urgent or read.urgent)


def filled_in(case: Case, details: Details, policy: EscalationPolicy, now: datetime) -> Case:
    """With details that somebody wrote down. A new deadline counts from now on, and so does a new slot that is earlier.

    A slot that stays as it was does not count against a new deadline, or a wrong reading of it could not be corrected.
    """
    moved = details.slot != case.details.slot
    if details.deadline != case.details.deadline:
        counts = details if moved else replace(details, slot="")
        return replace(reread(case, counts, policy, now, anew=True), details=details)
    after = reread(case, details, policy, now, anew=False)
    at = deadlines.read_slot(details.slot, policy.hours, now) if moved and case.kind is CaseKind.MEDIA else None
    if at is None or (_is_due_before(case, at) and not _is_due_by_slot(case, policy)):
        return after
    return replace(after, due_at=at, due_known=True, urgent=after.urgent or at - now <= policy.urgent_within)


def _is_due_before(case: Case, at: datetime) -> bool:
    return case.due_known and case.due_at is not None and case.due_at <= at


def _is_due_by_slot(case: Case, policy: EscalationPolicy) -> bool:
    """Whether the deadline is that of the slot, so that it moves with it."""
    return not case.details.deadline and case.due_at == deadlines.read_slot(
        case.details.slot, policy.hours, case.opened_at
    )


def hurries(before: Case, after: Case, status: DeskStatus) -> tuple[str, ...]:
    """Whom to call because the case hurries by now, where nobody has it."""
    return status.on_call if after.urgent and not before.urgent and after.state is CaseState.OPEN else ()


def follows(before: Case, after: Case, calls: Sequence[str], now: datetime) -> tuple[Step, ...]:
    """What the history tells besides: who was called, and that only officers may read on."""
    called = (Step(now, StepKind.ON_CALL),) if calls else ()
    hidden = (Step(now, StepKind.RESTRICTED),) if after.restricted and not before.restricted else ()
    return (*called, *hidden)


def shown_back(before: Case, after: Case, status: DeskStatus) -> str:
    """A deadline that was read anew, for whoever wrote it to correct; empty where it is what it was."""
    if after.due_at is None or (after.due_at, after.due_known) == (before.due_at, before.due_known):
        return ""
    say = texts.understood_deadline if after.due_known else texts.assumed_deadline
    return say(after.due_at.astimezone(status.zone))


def _guarded(case: Case, text: str, steps: Sequence[Step]) -> Case:
    """Restricted where the words are delicate, unless an officer has decided that everybody may read on."""
    lifted = any(step.kind is StepKind.UNRESTRICTED for step in steps)
    return replace(case, restricted=case.restricted or (not lifted and is_delicate(text)))
