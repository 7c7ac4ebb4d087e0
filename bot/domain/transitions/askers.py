"""Transitions that askers cause: add a message, correct one, withdraw, separate a message, fill in details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from bot.domain.announcements import DeadlineRead, MessageAdded, PlainNotice, StepLine, WithdrawalNoted
from bot.domain.apply_message import (
    apply_correction,
    apply_details,
    apply_further_correction,
    apply_message,
    deadline_changed,
    further_steps,
    newly_called,
)
from bot.domain.case import BESIDE, Asker, Case, CaseState, Details, Membership, Outcome, Step, StepKind
from bot.domain.schedule import EscalationPolicy
from bot.domain.transitions.opening import asker_of
from bot.domain.transitions.transition import (
    DeskStatus,
    NotifyAsker,
    Refusal,
    Refused,
    ThreadReply,
    Transition,
    UpdateCard,
    closed,
    owner_mention,
    stop_timers,
    transition_to,
)
from bot.messages import Person, Said


def add(
    case: Case,
    said: Said,
    steps: Sequence[Step],
    status: DeskStatus,
    policy: EscalationPolicy,
    now: datetime,
    *,
    unsure: bool = False,
    from_form: bool = False,
) -> Transition:
    """Add a further message to the case. It may state a deadline or be urgent. `steps` is the history so far.

    With `unsure` it may be another enquiry: whoever is on call is mentioned anew if nobody owns the case. With
    `from_form` there is no message, because the words were written into a form.
    """
    after = apply_message(case, said.text, steps, policy, now)
    calls = newly_called(case, after, status.on_call)
    if unsure and case.owner is None:
        calls = status.on_call
    step = Step(now, StepKind.ADDED, said.person, said.text, said.event_id)
    asker = _asker(case, said.person) or asker_of(said, now)
    line = ThreadReply(StepLine(step), (*owner_mention(case), *calls), carries=said, from_form=from_form)
    notice = MessageAdded(len(steps), said.files, new_deadline=deadline_changed(case, after), unsure=unsure)
    history = (step, *further_steps(case, after, calls, now))
    return transition_to(after, history, UpdateCard(), line, NotifyAsker(asker, notice))


def correct(
    case: Case, said: Said, steps: Sequence[Step], status: DeskStatus, policy: EscalationPolicy, now: datetime
) -> Transition:
    """Apply an edit of a message of the case.

    An edited opening message replaces the old one on the card. Of an edited further message the deadline is replaced;
    otherwise it is treated as one more.
    """
    step = Step(now, StepKind.CORRECTED, said.person, said.text, said.event_id, said.corrects)
    opening = next((asker for asker in case.askers if asker.event_id == said.corrects), None)
    if opening is None:
        after = apply_further_correction(case, said.corrects, said.text, steps, policy, now)
    else:
        after = apply_correction(case, opening, said.text, steps, policy, now)
    calls = newly_called(case, after, status.on_call)
    asker = opening or _asker(case, said.person)
    notices = (NotifyAsker(asker, DeadlineRead()),) if asker and deadline_changed(case, after) else ()
    line = ThreadReply(StepLine(step), (*owner_mention(case), *calls), carries=said)
    return transition_to(after, (step, *further_steps(case, after, calls, now)), UpdateCard(), line, *notices)


def withdraw(case: Case, by: Person, steps: Sequence[Step], now: datetime) -> Transition | Refused:
    """Withdraw the case. If it has an owner or other askers, only ask the press office to do so."""
    asker = _asker(case, by)
    if asker is None:
        return Refused(Refusal.ASKER_ONLY, case)
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED_FOR_ASKER, case)
    if case.state is CaseState.OPEN and len(case.askers) == 1:
        step = Step(now, StepKind.WITHDRAWN, by)
        notice = NotifyAsker(asker, PlainNotice.WITHDRAWN)
        ended = closed(case, Outcome.WITHDRAWN, now)
        return transition_to(ended, (step,), UpdateCard(), ThreadReply(StepLine(step)), notice, *stop_timers())
    if _has_asked_to_withdraw(steps, by):
        return Refused(Refusal.WITHDRAWAL_ALREADY_ASKED, case)
    step = Step(now, StepKind.WITHDRAWAL_ASKED, by)
    line = ThreadReply(StepLine(step), owner_mention(case))
    return transition_to(case, (step,), UpdateCard(), line, NotifyAsker(asker, WithdrawalNoted(case.owner)))


def separate(case: Case, message: Step, by: Person, new: Case, now: datetime) -> Transition:
    """Record that an added message became the separate case `new`. `message` is the step that added it."""
    step = Step(now, StepKind.SEPARATED, by, new.reference)
    line = ThreadReply(StepLine(step, quote=message.text), owner_mention(case))
    return transition_to(case, (step,), UpdateCard(), line)


def merged_details(case: Case, details: Details, *, keep: bool = False) -> Details:
    """Return the case's details, overwritten by the fields of `details` that are not empty.

    With `keep` they only fill what is empty: the press office has checked the rest.
    """
    first, second = (case.details, details) if keep else (details, case.details)
    merged = {field.name: getattr(first, field.name) or getattr(second, field.name) for field in fields(Details)}
    return Details(**merged)


def are_checked(case: Case, steps: Sequence[Step]) -> bool:
    """Return whether the press office wrote details of the case, so that an asker's form must not replace them."""
    askers = {asker.person.key for asker in case.askers}
    with_details = (step for step in steps if step.kind in {StepKind.OPENED, StepKind.DETAILS})
    return any(step.by is None or step.by.key not in askers for step in with_details)


def add_details(
    case: Case,
    by: Person,
    details: Details,
    history_text: str,
    status: DeskStatus,
    policy: EscalationPolicy,
    now: datetime,
    *,
    keep: bool = False,
) -> Transition | Refused:
    """Fill in details of the enquiry. `history_text` is the text of the step: what is new.

    If they make the case urgent and it has no owner, whoever is on call is mentioned. With `keep`, what differs from
    the details so far stands beside them on the card, until the press office has looked at it.
    """
    wanted = merged_details(case, details)
    if wanted == case.details:
        return Refused(Refusal.NOTHING_WRITTEN, case)
    merged = merged_details(case, details, keep=keep)
    after = apply_details(case, merged, policy, now) if merged != case.details else case
    if merged != wanted:
        after = replace(after, urgent=after.urgent or apply_details(case, wanted, policy, now).urgent)
    calls = newly_called(case, after, status.on_call)
    step = Step(now, StepKind.DETAILS, by, history_text, label=BESIDE if merged != wanted else "")
    line = ThreadReply(StepLine(step), (*owner_mention(case, but=by), *calls))
    return transition_to(after, (step, *further_steps(case, after, calls, now)), UpdateCard(), line)


def identify(case: Case, person: Person, membership: Membership, now: datetime) -> Transition | None:
    """Record who an asker is, now that the platform has said so; None if it was not in question.

    The press office is told below the card only if they may not use the desk.
    """
    if not any(_is_in_question(asker, person) for asker in case.askers):
        return None
    named = tuple(
        replace(asker, person=person, membership=membership) if _is_in_question(asker, person) else asker
        for asker in case.askers
    )
    known = replace(case, askers=named)
    if membership is Membership.CONFIRMED:
        return transition_to(known, (Step(now, StepKind.IDENTIFIED),), UpdateCard())
    step = Step(now, StepKind.NOT_A_MEMBER)
    return transition_to(known, (step,), UpdateCard(), ThreadReply(StepLine(step), owner_mention(case)))


def _is_in_question(asker: Asker, person: Person) -> bool:
    return asker.person.key == person.key and asker.membership is Membership.UNCONFIRMED


def _asker(case: Case, person: Person) -> Asker | None:
    return next((asker for asker in case.askers if asker.person.key == person.key), None)


def _has_asked_to_withdraw(steps: Sequence[Step], by: Person) -> bool:
    """Return whether this person has asked for it since the case was opened or reopened."""
    for step in reversed(steps):
        if step.kind is StepKind.REOPENED:
            return False
        if step.kind is StepKind.WITHDRAWAL_ASKED and step.by is not None and step.by.key == by.key:
            return True
    return False
