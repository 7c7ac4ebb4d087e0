"""How further words change a case: its deadline, urgency, details and restriction.

Words come as a further message, as an edit of a message, or as details that were written into a form. A deadline that
was written into a form is never replaced by one that is read from a message. The asker is shown each deadline that was
read, so that they can correct it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import deadlines
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Step, StepKind
from bot.domain.deadlines import Reading
from bot.domain.extraction import extract_details, reextract
from bot.domain.schedule import EscalationPolicy
from bot.domain.triage import earliest, is_delicate, is_urgent, may_be_foi, triage

_MOST_READ = 20
"""The most earlier messages that are read again when a further message is corrected."""


def apply_message(case: Case, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime) -> Case:
    """Return the case with what a further message says. Of two deadlines the earlier one is kept."""
    foi = case.foi or may_be_foi(text)
    if case.kind is CaseKind.QUESTION:
        return replace(case, foi=foi)
    case = replace(case, details=extract_details(case.details, text, policy, now))
    stated = None if case.details.deadline else deadlines.find_reading(text, policy.hours, now)
    if stated is not None and (case.due_at is None or not case.due_known or stated.at < case.due_at):
        case = _due(case, stated)
    is_soon = stated is not None and stated.at == case.due_at and stated.at - now <= policy.urgent_within
    urgent = case.urgent or is_soon or is_urgent(text)
    return _restrict_if_delicate(replace(case, foi=foi, urgent=urgent), text, steps)


def apply_further_correction(
    case: Case, corrected: str, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime
) -> Case:
    """Return the case after a further message was changed to `text`. `corrected` is the event of that message.

    If the deadline came from the words that were replaced, it is read anew from all that was said; each message is read
    as of the time when it was written.
    """
    at = next((step.at for step in steps if step.event_id == corrected), now)
    author = next((step.by for step in steps if step.event_id == corrected), None)
    said = [step for step in steps if step.kind in {StepKind.ADDED, StepKind.CORRECTED} and step.text]
    old = [
        step for step in said if step.event_id == corrected or (step.kind is StepKind.CORRECTED and step.by == author)
    ]
    replaced = [deadlines.find(step.text, policy.hours, at) for step in old]
    after = apply_message(case, text, steps, policy, at)
    if case.details.deadline or not case.due_known or case.due_at not in replaced:
        return after
    others = [(asker.text, asker.said_at) for asker in case.askers]
    others += [(step.text, step.at) for step in said if step not in old]
    found = [deadlines.find_reading(words, policy.hours, when) for words, when in (*others[:_MOST_READ], (text, at))]
    stated = earliest(found)
    if stated is not None:
        return _due(after, stated)
    return replace(after, due_at=deadlines.assumed(policy.hours, now), due_known=False, due_words="")


def apply_correction(
    case: Case, edited: Asker, text: str, steps: Sequence[Step], policy: EscalationPolicy, now: datetime
) -> Case:
    """Return the case after the opening message of the asker `edited` was changed to `text`.

    Both versions are read as of the time when the message was written. So an edit that keeps "in half an hour" does not
    move the deadline.
    """
    askers = tuple(replace(asker, text=text) if asker is edited else asker for asker in case.askers)
    after = replace(case, askers=askers)
    if case.kind is CaseKind.QUESTION:
        return replace(after, foi=case.foi or may_be_foi(text))
    old_deadline, new_deadline = (deadlines.find(words, policy.hours, edited.said_at) for words in (edited.text, text))
    is_new = old_deadline != new_deadline and not case.details.deadline
    details = reextract(case.details, edited.text, text, policy, edited.said_at)
    return _restrict_if_delicate(_triage_again(after, details, policy, now, replace_deadline=is_new), text, steps)


def without_message(case: Case, message: Step, others: Sequence[Step], policy: EscalationPolicy) -> Case:
    """Return the case without what was read from a message that is removed. `others` are the steps that stay.

    An urgent case stays urgent and a restricted one restricted: whoever was called has been called.
    """
    if case.kind is not CaseKind.MEDIA:
        return case
    details = reextract(case.details, message.text, "", policy, message.at)
    found = deadlines.find(message.text, policy.hours, message.at)
    if found is None or found != case.due_at or case.details.deadline:
        return replace(case, details=details)
    texts = [asker.text for asker in case.askers]
    result = triage(case.kind, "".join(texts[:1]), details, policy, case.opened_at, further=texts[1:])
    added = (step for step in others if step.kind in {StepKind.ADDED, StepKind.CORRECTED} and step.text)
    stated = [due for step in added if (due := deadlines.find(step.text, policy.hours, step.at)) is not None]
    stated += [result.due_at] if result.due_known and result.due_at is not None else []
    due_at = min(stated, default=result.due_at)
    return replace(case, details=details, due_at=due_at, due_known=bool(stated))


def apply_details(case: Case, details: Details, policy: EscalationPolicy, now: datetime) -> Case:
    """Return the case with details that somebody wrote into a form at `now`.

    A new deadline replaces the old one. A new slot replaces the deadline if it is earlier, or if the deadline came from
    the old slot.
    """
    is_new_slot = details.slot != case.details.slot
    if details.deadline != case.details.deadline:
        # An unchanged slot is left out. It may have been misread, and as the earlier time it would win over the new
        # deadline, so that nobody could correct it.
        relevant = details if is_new_slot else replace(details, slot="")
        return replace(_triage_again(case, relevant, policy, now, replace_deadline=True), details=details)
    after = _triage_again(case, details, policy, now, replace_deadline=False)
    has_new_slot = is_new_slot and case.kind is CaseKind.MEDIA
    slot_at = deadlines.read_slot(details.slot, policy.hours, now) if has_new_slot and not details.deadline else None
    if slot_at is None or (_is_due_by(case, slot_at) and not _is_deadline_of_slot(case, policy)):
        return after
    urgent = after.urgent or slot_at - now <= policy.urgent_within
    return replace(_due(after, Reading(slot_at, details.slot)), urgent=urgent)


def newly_called(before: Case, after: Case, on_call: tuple[str, ...]) -> tuple[str, ...]:
    """Return whom to mention because the case became urgent: `on_call`, or nobody if the case has an owner."""
    return on_call if after.urgent and not before.urgent and after.state is CaseState.OPEN else ()


def further_steps(before: Case, after: Case, called: Sequence[str], now: datetime) -> tuple[Step, ...]:
    """Return the steps that record the consequences of a message: somebody was called, the case became restricted."""
    on_call = (Step(now, StepKind.ON_CALL),) if called else ()
    restricted = (Step(now, StepKind.RESTRICTED),) if after.restricted and not before.restricted else ()
    return (*on_call, *restricted)


def deadline_changed(before: Case, after: Case) -> bool:
    """Return whether the case has a new deadline, which the asker should see and check."""
    return after.due_at is not None and (after.due_at, after.due_known) != (before.due_at, before.due_known)


def _triage_again(
    case: Case, details: Details, policy: EscalationPolicy, now: datetime, *, replace_deadline: bool
) -> Case:
    """Return the case with these details, and with the result of triaging its opening messages and them.

    With `replace_deadline`, deadline and urgency are those of the new triage. Otherwise the deadline stays, and an
    urgent case stays urgent.
    """
    texts = [asker.text for asker in case.askers]
    result = triage(case.kind, "".join(texts[:1]), details, policy, now, further=texts[1:])
    case = replace(case, details=details, foi=case.foi or result.foi)
    if replace_deadline:
        due = replace(case, due_at=result.due_at, due_known=result.due_known, due_words=result.due_words)
        return replace(due, urgent=result.urgent)
    return replace(case, urgent=case.urgent or result.urgent)


def _due(case: Case, stated: Reading) -> Case:
    """Return the case with a known deadline."""
    return replace(case, due_at=stated.at, due_known=True, due_words=stated.words)


def _is_due_by(case: Case, at: datetime) -> bool:
    """Return whether the case has a known deadline that is not later than `at`."""
    return case.due_known and case.due_at is not None and case.due_at <= at


def _is_deadline_of_slot(case: Case, policy: EscalationPolicy) -> bool:
    """Return whether the deadline was read from the slot when the case opened, so that it changes with the slot."""
    return not case.details.deadline and case.due_at == deadlines.read_slot(
        case.details.slot, policy.hours, case.opened_at
    )


def _restrict_if_delicate(case: Case, text: str, steps: Sequence[Step]) -> Case:
    """Return the case, restricted if the text is delicate. A restriction that an officer has lifted stays lifted."""
    lifted = any(step.kind is StepKind.UNRESTRICTED for step in steps)
    return replace(case, restricted=case.restricted or (not lifted and is_delicate(text)))
