"""What became of deliveries, as it concerns a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.transitions.transition import (
    FALLBACK,
    Change,
    DeskStatus,
    Mail,
    NotifyAsker,
    StartTimer,
    StopTimer,
    ThreadReply,
    UpdateCard,
    changed,
    owner_of,
    tell_all,
)
from bot.presentation import cards, texts


def pinged(case: Case, where: str, now: datetime) -> Change:
    """A press channel took the card. Whoever was told to phone is told that it arrived."""
    step = Step(now, StepKind.DELIVERED, text=where)
    late = case.unreachable and case.state is not CaseState.CLOSED
    told = tell_all(case, cards.sentence(texts.reached_for_asker(case.reference))) if late else ()
    return changed(replace(case, unreachable=""), (step,), UpdateCard(), *told, StopTimer(FALLBACK))


def ping_failed(case: Case, where: str, why: str, status: DeskStatus, now: datetime, *, elsewhere: bool) -> Change:
    """A press channel cannot be given the card. `elsewhere`: another has it, or may still take it.

    An ordinary question waits for the morning with its fallback; an enquiry does not.
    """
    if not elsewhere and not (case.kind is CaseKind.QUESTION and status.opens_in):
        fallen_back = unreachable(case, where, why, status, now)
        if fallen_back is not None:
            return fallen_back
    step = Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}")
    waits = case.state is CaseState.OPEN and not elsewhere and not case.unreachable
    watch = (StartTimer(FALLBACK, status.opens_in + status.fallback_after),) if waits else ()
    return changed(case, (step,), UpdateCard(), *watch)


def unreachable(case: Case, where: str, why: str, status: DeskStatus, now: datetime) -> Change | None:
    """No press channel took the card: it goes by e-mail, and the asker is given the phone number, once.

    None where that was done already, or somebody has found the case without its card.
    """
    if case.unreachable or case.state is not CaseState.OPEN:
        return None
    told = cards.plain(texts.unreachable_for_asker(case.reference, cards.escape(status.phone)))
    marked = replace(case, unreachable=texts.unreachable(where, why))
    steps = (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"), Step(now, StepKind.FALLBACK))
    return changed(marked, steps, UpdateCard(), Mail(), *tell_all(case, told), StopTimer(FALLBACK))


def below_failed(case: Case, where: str, why: str, now: datetime) -> Change:
    """Something that was to stand below the card in a press channel does not; the history shows it."""
    return changed(case, (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"),), UpdateCard())


def further_failed(case: Case, event_id: str, steps: Sequence[Step], status: DeskStatus) -> tuple[NotifyAsker, ...]:
    """For whoever wrote the message `event_id`, which no press channel could be given: that they had better phone."""
    wrote = {step.by.key for step in steps if step.event_id == event_id and step.by is not None}
    asker = next((each for each in case.askers if each.event_id == event_id or each.person.key in wrote), None)
    told = cards.plain(texts.further_undelivered(case.reference, cards.escape(status.phone)))
    return () if asker is None else (NotifyAsker(asker, told),)


def reply_delivered(case: Case, name: str, now: datetime) -> Change:
    """An asker has what an officer wrote."""
    step = Step(now, StepKind.DELIVERED, text=name)
    return changed(case, (step,), UpdateCard(), ThreadReply(cards.in_thread(texts.delivered_to(name))))


def tell_failed(case: Case, name: str, why: str, now: datetime) -> Change:
    """An asker cannot be written to: the press office must know."""
    step = Step(now, StepKind.UNDELIVERED, text=f"{name}: {why}")
    below = ThreadReply(cards.in_thread(texts.undelivered_to(name, why)), owner_of(case))
    return changed(case, (step,), UpdateCard(), below)
