"""How a case passes from one officer to another, and how its owner asks for time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.transitions.officers import claim
from bot.domain.transitions.transition import (
    Change,
    DeskStatus,
    Refused,
    ThreadReply,
    UpdateCard,
    changed,
    not_for,
    owned,
    owner_of,
    tell_all,
)
from bot.messages import Person
from bot.presentation import cards, texts
from bot.presentation.cards import name


def wait(case: Case, by: Person, facts: str, until: datetime, status: DeskStatus, now: datetime) -> Change | Refused:
    """The owner can go on only when something is there. Until then nobody asks them how it is going."""
    if refused := not_owned_by(case, by):
        return refused
    if case.kind is CaseKind.QUESTION:
        return Refused(texts.NO_HURRY)
    if until <= now:
        return Refused(texts.NOT_A_TIME)
    what = facts.strip()
    local = until.astimezone(status.zone)
    words = texts.waits(name(by), what, texts.spoken(local, now.astimezone(status.zone)))
    step = Step(now, StepKind.WAITING, by, texts.waiting(what, texts.moment(local)))
    below = ThreadReply(cards.in_thread(words), harmless=not what)
    return changed(replace(case, waiting_until=until, waiting_for=what), (step,), UpdateCard(), below)


def hand_over(case: Case, by: Person, to: Person, now: datetime) -> Change | Refused:
    """The owner asks another officer to take the case over; until that one accepts, it is still the owner's."""
    if refused := not_owned_by(case, by):
        return refused
    if to.key == by.key:
        return Refused(texts.yours_already(case.reference))
    offered = replace(case, offered_to=to)
    asked = ThreadReply(cards.offer(offered, texts.asks_to_take(name(by), case.reference, name(to))), (to.key,), True)
    return changed(offered, (Step(now, StepKind.HANDOVER_OFFERED, by, name(to)),), UpdateCard(), asked)


def take(case: Case, by: Person, now: datetime) -> Change | Refused:
    """Accept a handover, to this officer or to whoever is there after a shift; of what nobody has, it is a claim."""
    if case.owner is None or case.state is CaseState.CLOSED or case.owner.key == by.key:
        return claim(case, by, now)
    words = texts.took_over(name(by), case.reference, name(case.owner))
    below = ThreadReply(cards.in_thread(words), owner_of(case), harmless=True)
    told = cards.sentence(texts.claimed_for_asker(name(by), case.reference))
    step = Step(now, StepKind.HANDOVER_ACCEPTED, by, name(case.owner))
    return changed(owned(case, by, now), (step,), UpdateCard(), below, *tell_all(case, told))


def decline(case: Case, by: Person, now: datetime) -> Change | Refused:
    """Whoever was asked to take the case over cannot."""
    asked = {by.key} | {f"{by.platform}:{group}" for group in by.groups}
    if case.offered_to is None or case.owner is None or case.offered_to.key not in asked:
        return Refused(texts.NOT_OFFERED)
    words = texts.declined(name(by), case.reference, name(case.owner))
    below = ThreadReply(cards.in_thread(words), owner_of(case), harmless=True)
    step = Step(now, StepKind.HANDOVER_DECLINED, by)
    return changed(replace(case, offered_to=None), (step,), UpdateCard(), below)


def not_owned_by(case: Case, by: Person) -> Refused | None:
    """Why this officer cannot pass the case on or put it off, or None."""
    return not_for(case, by) or (Refused(texts.CLAIM_FIRST) if case.owner is None else None)
