"""How further words change an open case: its deadline, its urgency, its details, and whether it becomes restricted.

What somebody wrote down as the deadline counts before what is read from messages. Every reading is shown back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import deadlines
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Step, StepKind
from bot.domain.extraction import extract_details, reextract
from bot.domain.schedule import EscalationPolicy
from bot.domain.triage import is_delicate, is_urgent, may_be_foi, triage


def apply_message(case: Case, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime) -> Case:
    """Return the case with what a further message says. Of two deadlines the earlier one counts."""
    foi = case.foi or may_be_foi(text)
    if case.kind is CaseKind.QUESTION:
        return replace(case, foi=foi)
    case = replace(case, details=extract_details(case.details, text, policy, now))
    said = None if case.details.deadline else deadlines.find(text, policy.hours, now)
    if said is not None and (case.due_at is None or not case.due_known or said < case.due_at):
        case = replace(case, due_at=said, due_known=True)
    is_soon = said is not None and said == case.due_at and said - now <= policy.urgent_within
    urgent = case.urgent or is_soon or is_urgent(text)
    return _restricted_if_delicate(replace(case, foi=foi, urgent=urgent), text, steps)


def apply_correction(
    case: Case, was: Asker, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime
) -> Case:
    """Return the case with an opening message that was edited and now reads `text`.

    Both versions are read at the time when the message was written: an edit that leaves "in half an hour" in place
    does not move the deadline.
    """
    askers = tuple(replace(asker, text=text) if asker is was else asker for asker in case.askers)
    edited = replace(case, askers=askers)
    if case.kind is CaseKind.QUESTION:
        return replace(edited, foi=case.foi or may_be_foi(text))
    before, after = (deadlines.find(words, policy.hours, was.said_at) for words in (was.text, text))
    new_deadline = before != after and not case.details.deadline
    details = reextract(case.details, was.text, text, policy, was.said_at)
    return _restricted_if_delicate(_triaged_again(edited, details, policy, now, new_deadline=new_deadline), text, steps)


def apply_details(case: Case, details: Details, policy: EscalationPolicy, now: datetime) -> Case:
    """Return the case with details that somebody wrote down. A new deadline, or an earlier new slot, counts from now.

    A slot that stays as it was does not count against a new deadline: a wrong reading could not be corrected otherwise.
    """
    is_new_slot = details.slot != case.details.slot
    if details.deadline != case.details.deadline:
        counts = details if is_new_slot else replace(details, slot="")
        return replace(_triaged_again(case, counts, policy, now, new_deadline=True), details=details)
    after = _triaged_again(case, details, policy, now, new_deadline=False)
    reads_slot = is_new_slot and case.kind is CaseKind.MEDIA
    at = deadlines.read_slot(details.slot, policy.hours, now) if reads_slot else None
    if at is None or (_is_due_before(case, at) and not _is_due_by_slot(case, policy)):
        return after
    return replace(after, due_at=at, due_known=True, urgent=after.urgent or at - now <= policy.urgent_within)


def newly_called(before: Case, after: Case, on_call: tuple[str, ...]) -> tuple[str, ...]:
    """Return whom of `on_call` to mention because the case became urgent: nobody if somebody has it."""
    return on_call if after.urgent and not before.urgent and after.state is CaseState.OPEN else ()


def further_steps(before: Case, after: Case, called: Sequence[str], now: datetime) -> tuple[Step, ...]:
    """Return what the history tells besides: that somebody was called, that the case is restricted now."""
    on_call = (Step(now, StepKind.ON_CALL),) if called else ()
    restricted = (Step(now, StepKind.RESTRICTED),) if after.restricted and not before.restricted else ()
    return (*on_call, *restricted)


def deadline_changed(before: Case, after: Case) -> bool:
    """Return whether there is a deadline to show back, because it is another one than before."""
    return after.due_at is not None and (after.due_at, after.due_known) != (before.due_at, before.due_known)


def _triaged_again(
    case: Case, details: Details, policy: EscalationPolicy, now: datetime, *, new_deadline: bool
) -> Case:
    """Return the case with these details, and with what all its words say of its urgency and of `new_deadline`."""
    words = "\n".join(asker.text for asker in case.askers)
    read = triage(case.kind, words, details, policy, now)
    foi = case.foi or read.foi
    if new_deadline:
        return replace(case, details=details, due_at=read.due_at, due_known=read.due_known, urgent=read.urgent, foi=foi)
    return replace(case, details=details, foi=foi, urgent=case.urgent or read.urgent)


def _is_due_before(case: Case, at: datetime) -> bool:
    return case.due_known and case.due_at is not None and case.due_at <= at


def _is_due_by_slot(case: Case, policy: EscalationPolicy) -> bool:
    """Whether the deadline is that of the slot, so that it moves with it."""
    return not case.details.deadline and case.due_at == deadlines.read_slot(
        case.details.slot, policy.hours, case.opened_at
    )


def _restricted_if_delicate(case: Case, text: str, steps: Sequence[Step]) -> Case:
    """Restrict the case if the words are delicate, unless an officer has lifted a restriction before."""
    lifted = any(step.kind is StepKind.UNRESTRICTED for step in steps)
    return replace(case, restricted=case.restricted or (not lifted and is_delicate(text)))
