"""Cases that are made one, and made two again.

The older goes on for both; the newer closes and points to it. What was joined to the newer points to the older from
then on, so that one step always leads to the case that goes on. Everybody who asked is kept, in both: in the one to be
answered there, in the other as it was when they asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Link, LinkKind, Outcome, Step, StepKind
from bot.domain.transitions.officers import claim, reopen
from bot.domain.transitions.transition import (
    Change,
    DeskStatus,
    NotifyAsker,
    Refused,
    ThreadReply,
    UpdateCard,
    changed,
    closed,
    owner_of,
    stop_all,
)
from bot.messages import Outgoing, Person
from bot.presentation import cards, texts
from bot.presentation.cards import name

_WORDS = frozenset({StepKind.ADDED, StepKind.CORRECTED})


def linked(case: Case, other: Case, kind: LinkKind, now: datetime) -> Change:
    """On the case that was there: another turned out to belong with it. Neither names who asked."""
    same = kind is LinkKind.SAME
    outlet = cards.visible(other).details.outlet
    below = cards.sentence(texts.linked_below(other.reference, outlet, same=same))
    step = Step(now, StepKind.LINKED, text=other.reference)
    return changed(case, (step,), UpdateCard(), ThreadReply(below, owner_of(case), harmless=True))


def join(
    one: Case, other: Case, link: Link | None, also: Sequence[Case], by: Person, now: datetime
) -> tuple[Change, ...] | Refused:
    """What becomes of the two cases, the one that goes on first, and of `also`, which were joined to the newer.

    `link` is what is known of the two: only the same enquiry may be joined, never another outlet's.
    """
    into, gone = sorted((one, other), key=lambda case: case.id)
    if into.id == gone.id or gone.joined_into == into.id:
        return Refused(texts.joined_already(one.reference, other.reference))
    if link is None or link.kind is not LinkKind.SAME or CaseKind.QUESTION in {into.kind, gone.kind}:
        return Refused(texts.not_to_be_joined(one.reference, other.reference))
    for case in (into, gone):
        if case.state is CaseState.CLOSED:
            return Refused(texts.already_closed(case.reference))
    if gone.owner is not None and gone.owner.key != by.key:
        return Refused(texts.taken(gone.reference, name(gone.owner)))
    moved = (_going_on(into, gone, by, now), _ended(gone, into, by, now))
    return (*moved, *(_pointed(case, into, by, now) for case in also))


def split(
    into: Case, gone: Case, steps: Sequence[Step], by: Person, status: DeskStatus, now: datetime
) -> tuple[Change, Change] | Refused:
    """The case that went on, and the one that is on its own again; `steps` are those of the first.

    With whoever asked there goes what they wrote since. A deadline that became earlier by the join stays so.
    """
    if gone.joined_into != into.id:
        return Refused(texts.not_joined(gone.reference))
    theirs = tuple(asker for asker in into.askers if asker.from_case == gone.id)
    left = replace(into, askers=tuple(asker for asker in into.askers if asker.from_case != gone.id))
    again = replace(gone, joined_into=None, askers=tuple(replace(asker, from_case=None) for asker in theirs))
    freed = reopen(again, by, status, now)
    if isinstance(freed, Refused):
        return freed
    said = _said_since(gone, theirs, steps)
    told = (effect for effect in freed.effects if not isinstance(effect, NotifyAsker))
    tells = (NotifyAsker(asker, _alone(gone, into)) for asker in again.askers)
    back = replace(freed, steps=(*said, *freed.steps), effects=(*told, *tells))
    below = ThreadReply(
        cards.sentence(texts.split_below(gone.reference, name(by))), owner_of(into, but=by), harmless=True
    )
    return changed(left, (Step(now, StepKind.SPLIT, by, gone.reference),), UpdateCard(), below), back


def _going_on(into: Case, gone: Case, by: Person, now: datetime) -> Change:
    """With everybody who asked in the other; in the hands of whoever had that, where nobody has this."""
    came = tuple(replace(asker, from_case=asker.from_case or gone.id) for asker in gone.askers)
    merged = replace(
        _hurried(into, gone),
        askers=into.askers + came,
        restricted=into.restricted or gone.restricted,
        urgent=into.urgent or gone.urgent,
        foi=into.foi or gone.foi,
    )
    step = Step(now, StepKind.TOOK_IN, by, gone.reference)
    line = cards.sentence(texts.took_in_below(gone.reference, name(by)))
    below = ThreadReply(line, owner_of(into, but=by), harmless=True)
    taken = claim(merged, by, now) if into.owner is None and gone.owner is not None else None
    if isinstance(taken, Change):
        # Those who came are told where they came from, in one message.
        here = (effect for effect in taken.effects if not (isinstance(effect, NotifyAsker) and effect.asker in came))
        return replace(taken, steps=(step, *taken.steps), effects=(*here, below))
    return changed(merged, (step,), UpdateCard(), below)


def _hurried(into: Case, gone: Case) -> Case:
    """With the earlier of two deadlines, and of everything else what was not known."""
    known = {
        field.name: getattr(into.details, field.name) or getattr(gone.details, field.name) for field in fields(Details)
    }
    due = (into.due_at, into.due_known)
    # One that is known counts before one that is assumed.
    theirs = gone.due_at is not None and (
        into.due_at is None or (not gone.due_known, gone.due_at) < (not into.due_known, into.due_at)
    )
    if theirs:
        due = (gone.due_at, gone.due_known)
        known["deadline"] = gone.details.deadline
    return replace(into, details=Details(**known), due_at=due[0], due_known=due[1])


def _ended(gone: Case, into: Case, by: Person, now: datetime) -> Change:
    ended = replace(closed(gone, Outcome.JOINED, now), joined_into=into.id)
    below = ThreadReply(cards.sentence(texts.goes_on(gone.reference, into.reference)), harmless=True)
    tells = (NotifyAsker(asker, _together(asker, gone, into)) for asker in gone.askers)
    step = Step(now, StepKind.JOINED, by, into.reference)
    return changed(ended, (step,), UpdateCard(), below, *tells, *stop_all())


def _pointed(case: Case, into: Case, by: Person, now: datetime) -> Change:
    """A case that was joined to the newer before. Its askers were told with the newer's."""
    step = Step(now, StepKind.JOINED, by, into.reference)
    return changed(replace(case, joined_into=into.id), (step,), UpdateCard())


def _together(asker: Asker, gone: Case, into: Case) -> Outgoing:
    known = gone.reference if asker.from_case is None else replace(gone, id=asker.from_case).reference
    owner = into.owner or gone.owner
    return cards.sentence(texts.joined_for_asker(known, into.reference, name(owner) if owner else ""))


def _alone(gone: Case, into: Case) -> Outgoing:
    return cards.sentence(texts.split_for_asker(gone.reference, into.reference))


def _said_since(gone: Case, theirs: Sequence[Asker], steps: Sequence[Step]) -> tuple[Step, ...]:
    """What whoever asked in the one that was joined wrote while it was."""
    keys = {asker.person.key for asker in theirs}
    since = gone.closed_at
    return tuple(
        step
        for step in steps
        if step.kind in _WORDS
        and step.by is not None
        and step.by.key in keys
        and since is not None
        and step.at >= since
    )
