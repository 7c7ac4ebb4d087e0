"""Transitions of two cases: link, join, split.

When two cases are joined, the older one continues for both. The newer one is closed, and `joined_into` names the older.
Cases that were joined to the newer one before are changed to name the older, so `joined_into` is never followed twice.
The newer case's askers are copied into the older, to be answered there; the newer keeps them as a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from bot.domain.announcements import JoinedNotice, LinkedLine, SplitNotice, StepLine
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Link, LinkKind, Outcome, Step, StepKind
from bot.domain.transitions.officers import claim, reopen
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
from bot.messages import Person

_MESSAGES_OF_ASKERS = frozenset({StepKind.ADDED, StepKind.CORRECTED})


def linked(case: Case, other: Case, kind: LinkKind, now: datetime) -> Transition:
    """Record on `case` that `other` belongs with it."""
    step = Step(now, StepKind.LINKED, text=other.reference)
    line = ThreadReply(LinkedLine(other, same=kind is LinkKind.SAME), owner_mention(case), harmless=True)
    return transition_to(case, (step,), UpdateCard(), line)


def join(
    one: Case, other: Case, link: Link | None, also: Sequence[Case], by: Person, now: datetime
) -> tuple[Transition, ...] | Refused:
    """Join two cases. Return the transitions of the older case, of the newer one, and of each case in `also`.

    `link` is the link between the two, if there is one. Only cases linked as the same enquiry may be joined. `also` are
    the cases that were joined to the newer one before.
    """
    into, gone = sorted((one, other), key=lambda case: case.id)
    if into.id == gone.id or gone.joined_into == into.id:
        return Refused(Refusal.ALREADY_JOINED, one, other)
    if link is None or link.kind is not LinkKind.SAME or CaseKind.QUESTION in {into.kind, gone.kind}:
        return Refused(Refusal.NOT_THE_SAME_ENQUIRY, one, other)
    for case in (into, gone):
        if case.state is CaseState.CLOSED:
            return Refused(Refusal.ALREADY_CLOSED, case)
    if gone.owner is not None and gone.owner.key != by.key:
        return Refused(Refusal.CLAIMED_BY_ANOTHER, gone)
    joined = (_take_in(into, gone, by, now), _close_joined(gone, into, by, now))
    return (*joined, *(_point_to(case, into, by, now) for case in also))


def split(
    into: Case, gone: Case, steps: Sequence[Step], by: Person, status: DeskStatus, now: datetime
) -> tuple[Transition, Transition] | Refused:
    """Undo a join. Return the transitions of the case that continued (`into`) and of the one that is separate again.

    `steps` is the history of `into`. What the askers of `gone` wrote during the join is copied into its history. A
    deadline that became earlier by the join is kept in `into`.
    """
    if gone.joined_into != into.id:
        return Refused(Refusal.NOT_JOINED, gone)
    moving = tuple(asker for asker in into.askers if asker.from_case == gone.id)
    remaining = replace(into, askers=tuple(asker for asker in into.askers if asker.from_case != gone.id))
    separate = replace(gone, joined_into=None, askers=tuple(replace(asker, from_case=None) for asker in moving))
    reopened = reopen(separate, by, status, now)
    if isinstance(reopened, Refused):
        return reopened
    messages = _messages_since(gone, moving, steps)
    # Askers are told that their case is separate again, instead of that it was reopened.
    other_effects = (effect for effect in reopened.effects if not isinstance(effect, NotifyAsker))
    notices = (NotifyAsker(asker, SplitNotice(into.reference)) for asker in separate.askers)
    separated = replace(reopened, steps=(*messages, *reopened.steps), effects=(*other_effects, *notices))
    step = Step(now, StepKind.SPLIT, by, gone.reference)
    line = ThreadReply(StepLine(step), owner_mention(into, but=by), harmless=True)
    return transition_to(remaining, (step,), UpdateCard(), line), separated


def _take_in(into: Case, gone: Case, by: Person, now: datetime) -> Transition:
    """Return the transition of the older case: it gets the other's askers and details.

    If only the other one has an owner, `by` is that owner (see `join`) and claims this case.
    """
    came = tuple(replace(asker, from_case=asker.from_case or gone.id) for asker in gone.askers)
    merged = replace(
        _merge_details(into, gone),
        askers=into.askers + came,
        restricted=into.restricted or gone.restricted,
        urgent=into.urgent or gone.urgent,
        foi=into.foi or gone.foi,
    )
    step = Step(now, StepKind.TOOK_IN, by, gone.reference)
    line = ThreadReply(StepLine(step), owner_mention(into, but=by), harmless=True)
    claimed = claim(merged, by, now) if into.owner is None and gone.owner is not None else None
    if isinstance(claimed, Transition):
        # Askers who came read in their notice of the join who the owner is, so they get no notice of the claim.
        effects = (each for each in claimed.effects if not (isinstance(each, NotifyAsker) and each.asker in came))
        return replace(claimed, steps=(step, *claimed.steps), effects=(*effects, line))
    return transition_to(merged, (step,), UpdateCard(), line)


def _merge_details(into: Case, gone: Case) -> Case:
    """Return `into` with the earlier of both deadlines, and with its unknown details filled in from `gone`.

    A known deadline is preferred to an assumed one.
    """
    details = {
        field.name: getattr(into.details, field.name) or getattr(gone.details, field.name) for field in fields(Details)
    }
    is_gone_first = gone.due_at is not None and (
        into.due_at is None or (not gone.due_known, gone.due_at) < (not into.due_known, into.due_at)
    )
    if is_gone_first:
        details["deadline"] = gone.details.deadline
    first = gone if is_gone_first else into
    return replace(
        into, details=Details(**details), due_at=first.due_at, due_known=first.due_known, due_words=first.due_words
    )


def _close_joined(gone: Case, into: Case, by: Person, now: datetime) -> Transition:
    """Return the transition of the newer case, which is closed."""
    ended = replace(closed(gone, Outcome.JOINED, now), joined_into=into.id)
    step = Step(now, StepKind.JOINED, by, into.reference)
    line = ThreadReply(StepLine(step), harmless=True)
    notices = (NotifyAsker(asker, _joined_notice(asker, gone, into)) for asker in gone.askers)
    return transition_to(ended, (step,), UpdateCard(), line, *notices, *stop_timers())


def _point_to(case: Case, into: Case, by: Person, now: datetime) -> Transition:
    """Return the transition of a case that was joined to the newer one before: it names the older one now.

    Its askers get the notice of the newer case, because they are askers of that one too.
    """
    step = Step(now, StepKind.JOINED, by, into.reference)
    return transition_to(replace(case, joined_into=into.id), (step,), UpdateCard())


def _joined_notice(asker: Asker, gone: Case, into: Case) -> JoinedNotice:
    # An asker whose case was joined to `gone` before knows that case, and not `gone`.
    known_as = gone.reference if asker.from_case is None else replace(gone, id=asker.from_case).reference
    return JoinedNotice(known_as, into.reference, into.owner or gone.owner)


def _messages_since(gone: Case, askers: Sequence[Asker], steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps with what these askers wrote while their case was joined."""
    keys = {asker.person.key for asker in askers}
    since = gone.closed_at
    return tuple(
        step
        for step in steps
        if step.kind in _MESSAGES_OF_ASKERS
        and step.by is not None
        and step.by.key in keys
        and since is not None
        and step.at >= since
    )
