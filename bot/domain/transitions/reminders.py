"""What time does to a case: reminders, calls, nudges and deadlines, as `schedule` says when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case, CaseKind, Step, StepKind
from bot.domain.schedule import CHAIN, EscalationPolicy, due, named, since_taken_up, waiting_since
from bot.domain.transitions.transition import (
    FALLBACK,
    Change,
    DeskStatus,
    Effect,
    Mail,
    PostCard,
    StartTimer,
    ThreadReply,
    UpdateCard,
    changed,
    free,
    owner_of,
    tell_all,
)
from bot.presentation import cards, texts
from bot.presentation.cards import name


def come_due(
    case: Case, steps: Sequence[Step], policy: EscalationPolicy, status: DeskStatus, now: datetime
) -> Change | None:
    """The first of what is due by now; None where nothing is. What is left follows when the case is looked at again.

    What came due together while nobody had the case is done together, and the press office reads of it once.
    """
    kinds = [each.kind for each in due(case, steps, policy) if each.at <= now]
    if not kinds:
        return None
    chain = [kind for kind in kinds if kind in CHAIN]
    if StepKind.DEADLINE_PASSED in kinds:
        return _deadline_passed(case, policy, status, now)
    if StepKind.DEADLINE_NEAR in kinds:
        return _deadline_near(case, policy, status, now)
    if chain:
        return _unclaimed(case, steps, chain, status, now)
    return _returned(case, steps, status, now) if StepKind.RETURNED in kinds else _nudged(case, now)


def _unclaimed(
    case: Case, steps: Sequence[Step], kinds: Sequence[StepKind], status: DeskStatus, now: datetime
) -> Change:
    """Nobody has claimed it yet. A press channel that could not be given the card is tried again."""
    since, done = waiting_since(case, steps)
    called = StepKind.ON_CALL in kinds or any(step.kind is StepKind.ON_CALL for step in done)
    mention = status.on_call if case.kind is CaseKind.MEDIA and (called or status.on_call_at_once) else ()
    words = [texts.reminder(case.reference, int((now - since).total_seconds() // 60))]
    if case.urgent:
        words.append(texts.HURRIES)
    words += _also(kinds, status)
    effects: list[Effect] = [UpdateCard(), PostCard(mention, again=True)]
    effects.append(ThreadReply(cards.in_thread(" ".join(words)), mention, harmless=True))
    if StepKind.MAILED in kinds:
        effects.append(Mail())
    if StepKind.PHONE_GIVEN in kinds:
        effects += tell_all(case, cards.plain(texts.phone_for_asker(case.reference, cards.escape(status.phone))))
    return changed(case, tuple(Step(now, kind) for kind in kinds), *effects)


def _also(kinds: Collection[StepKind], status: DeskStatus) -> list[str]:
    words = []
    if StepKind.ON_CALL in kinds:
        words.append(texts.CALLS if status.on_call else texts.NOBODY_TO_CALL)
    if StepKind.MAILED in kinds:
        words.append(texts.MAILED)
    if StepKind.PHONE_GIVEN in kinds:
        words.append(texts.told_to_phone(status.phone))
    return words


def _nudged(case: Case, now: datetime) -> Change:
    """The owner has been silent, or wanted to wait until now."""
    waited = case.waiting_until is not None
    words = texts.waited(case.reference, case.waiting_for) if waited else texts.nudge(case.reference)
    awake = replace(case, waiting_until=None, waiting_for="")
    below = ThreadReply(cards.in_thread(words), owner_of(case), harmless=not case.waiting_for)
    return changed(awake, (Step(now, StepKind.NUDGED, text=case.waiting_for),), UpdateCard(), below)


def _returned(case: Case, steps: Sequence[Step], status: DeskStatus, now: datetime) -> Change:
    """The owner stayed silent. The asker is told of that once."""
    before = name(case.owner) if case.owner else texts.THE_DESK
    below = ThreadReply(cards.in_thread(texts.returned(case.reference, before)), owner_of(case), harmless=True)
    again = any(step.kind is StepKind.RETURNED for step in since_taken_up(steps))
    told = () if again else tell_all(case, cards.sentence(texts.returned_for_asker(case.reference)))
    watch = StartTimer(FALLBACK, status.fallback_after)
    return changed(free(case), (Step(now, StepKind.RETURNED),), UpdateCard(), below, *told, watch)


def _deadline_near(case: Case, policy: EscalationPolicy, status: DeskStatus, now: datetime) -> Change:
    """The owner is told, or everybody on call where there is none."""
    deadline = case.due_at or now
    zone = policy.hours.zone
    at = texts.spoken(deadline.astimezone(zone), now.astimezone(zone))
    words = texts.deadline_near(case.reference, at, known=case.due_known)
    below = ThreadReply(cards.in_thread(words), owner_of(case) or status.on_call, harmless=True)
    step = Step(now, StepKind.DEADLINE_NEAR, text=named(deadline, policy))
    return changed(case, (step,), UpdateCard(), below)


def _deadline_passed(case: Case, policy: EscalationPolicy, status: DeskStatus, now: datetime) -> Change:
    """Nobody is called over a deadline that was only assumed but whoever has the case."""
    called = status.on_call if case.due_known else ()
    mention = tuple(dict.fromkeys((*owner_of(case), *called)))
    words = texts.deadline_passed(case.reference, known=case.due_known)
    below = ThreadReply(cards.in_thread(words), mention, harmless=True)
    step = Step(now, StepKind.DEADLINE_PASSED, text=named(case.due_at or now, policy))
    return changed(case, (step,), UpdateCard(), below)
