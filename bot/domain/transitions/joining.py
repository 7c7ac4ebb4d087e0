"""Cases that are linked, made one, and made two again.

Of two joined cases the older goes on for both; the newer closes and points to it. What was joined to the newer before
points to the older from then on, so one step always leads to the case that goes on. Every asker is kept in both cases:
in the older to be answered there, in the newer as it was when they asked.
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
    changed,
    closed,
    owner_of,
    stop_timers,
)
from bot.messages import Person

_ASKERS_MESSAGES = frozenset({StepKind.ADDED, StepKind.CORRECTED})


def linked(case: Case, other: Case, kind: LinkKind, now: datetime) -> Transition:
    """Record on `case` that `other` belongs with it. The line below the card does not name who asked."""
    step = Step(now, StepKind.LINKED, text=other.reference)
    line = ThreadReply(LinkedLine(other, same=kind is LinkKind.SAME), owner_of(case), harmless=True)
    return changed(case, (step,), UpdateCard(), line)


def join(
    one: Case, other: Case, link: Link | None, also: Sequence[Case], by: Person, now: datetime
) -> tuple[Transition, ...] | Refused:
    """Make two cases one. Return the transition of the case that goes on, of the one that ends, and of `also`.

    `also` are the cases that were joined to the newer one before. `link` is what is known of the two: only the same
    enquiry may be joined, never one of another outlet.
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
    moved = (_going_on(into, gone, by, now), _ended(gone, into, by, now))
    return (*moved, *(_pointed(case, into, by, now) for case in also))


def split(
    into: Case, gone: Case, steps: Sequence[Step], by: Person, status: DeskStatus, now: datetime
) -> tuple[Transition, Transition] | Refused:
    """Undo a join. Return the transition of the case that went on, and of the one that is on its own again.

    `steps` is the history of the first. What the other's askers wrote since goes with them. A deadline that became
    earlier by the join stays so.
    """
    if gone.joined_into != into.id:
        return Refused(Refusal.NOT_JOINED, gone)
    theirs = tuple(asker for asker in into.askers if asker.from_case == gone.id)
    left = replace(into, askers=tuple(asker for asker in into.askers if asker.from_case != gone.id))
    again = replace(gone, joined_into=None, askers=tuple(replace(asker, from_case=None) for asker in theirs))
    freed = reopen(again, by, status, now)
    if isinstance(freed, Refused):
        return freed
    messages = _messages_since(gone, theirs, steps)
    other_effects = (effect for effect in freed.effects if not isinstance(effect, NotifyAsker))
    notices = (NotifyAsker(asker, SplitNotice(into.reference)) for asker in again.askers)
    back = replace(freed, steps=(*messages, *freed.steps), effects=(*other_effects, *notices))
    step = Step(now, StepKind.SPLIT, by, gone.reference)
    line = ThreadReply(StepLine(step), owner_of(into, but=by), harmless=True)
    return changed(left, (step,), UpdateCard(), line), back


def _going_on(into: Case, gone: Case, by: Person, now: datetime) -> Transition:
    """Take in everybody who asked in the other case, and its owner if nobody has this one."""
    came = tuple(replace(asker, from_case=asker.from_case or gone.id) for asker in gone.askers)
    merged = replace(
        _with_earlier_deadline(into, gone),
        askers=into.askers + came,
        restricted=into.restricted or gone.restricted,
        urgent=into.urgent or gone.urgent,
        foi=into.foi or gone.foi,
    )
    step = Step(now, StepKind.TOOK_IN, by, gone.reference)
    line = ThreadReply(StepLine(step), owner_of(into, but=by), harmless=True)
    taken = claim(merged, by, now) if into.owner is None and gone.owner is not None else None
    if isinstance(taken, Transition):
        # Those who came read in one message that their case was joined, and who has it: no second notice.
        here = (effect for effect in taken.effects if not (isinstance(effect, NotifyAsker) and effect.asker in came))
        return replace(taken, steps=(step, *taken.steps), effects=(*here, line))
    return changed(merged, (step,), UpdateCard(), line)


def _with_earlier_deadline(into: Case, gone: Case) -> Case:
    """Keep the earlier of two deadlines, and fill in every other detail that was not known."""
    known = {
        field.name: getattr(into.details, field.name) or getattr(gone.details, field.name) for field in fields(Details)
    }
    due = (into.due_at, into.due_known)
    # A known deadline counts before an assumed one.
    theirs_first = gone.due_at is not None and (
        into.due_at is None or (not gone.due_known, gone.due_at) < (not into.due_known, into.due_at)
    )
    if theirs_first:
        due = (gone.due_at, gone.due_known)
        known["deadline"] = gone.details.deadline
    return replace(into, details=Details(**known), due_at=due[0], due_known=due[1])


def _ended(gone: Case, into: Case, by: Person, now: datetime) -> Transition:
    ended = replace(closed(gone, Outcome.JOINED, now), joined_into=into.id)
    step = Step(now, StepKind.JOINED, by, into.reference)
    line = ThreadReply(StepLine(step), harmless=True)
    notices = (NotifyAsker(asker, _joined_notice(asker, gone, into)) for asker in gone.askers)
    return changed(ended, (step,), UpdateCard(), line, *notices, *stop_timers())


def _pointed(case: Case, into: Case, by: Person, now: datetime) -> Transition:
    """Point a case that was joined to the newer one to the older. Its askers are told with the newer's."""
    step = Step(now, StepKind.JOINED, by, into.reference)
    return changed(replace(case, joined_into=into.id), (step,), UpdateCard())


def _joined_notice(asker: Asker, gone: Case, into: Case) -> JoinedNotice:
    known_as = gone.reference if asker.from_case is None else replace(gone, id=asker.from_case).reference
    return JoinedNotice(known_as, into.reference, into.owner or gone.owner)


def _messages_since(gone: Case, theirs: Sequence[Asker], steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps for what these askers wrote while their case was joined."""
    keys = {asker.person.key for asker in theirs}
    since = gone.closed_at
    return tuple(
        step
        for step in steps
        if step.kind in _ASKERS_MESSAGES
        and step.by is not None
        and step.by.key in keys
        and since is not None
        and step.at >= since
    )
