"""What time does to a case: reminders, nudges and deadlines. `schedule` says what is due when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import (
    NudgeLine,
    PhoneReason,
    PlainNotice,
    PleasePhone,
    ReminderLine,
    ReturnedLine,
    StepLine,
)
from bot.domain.case import Case, CaseKind, Step, StepKind
from bot.domain.schedule import (
    WHILE_UNCLAIMED,
    EscalationPolicy,
    deadline_key,
    due,
    steps_since_opened,
    unclaimed_since,
)
from bot.domain.transitions.transition import (
    FALLBACK,
    DeskStatus,
    Effect,
    Mail,
    PostCard,
    StartTimer,
    ThreadReply,
    Transition,
    UpdateCard,
    changed,
    free,
    notify_all,
    owner_of,
)


def come_due(
    case: Case, steps: Sequence[Step], policy: EscalationPolicy, status: DeskStatus, now: datetime
) -> Transition | None:
    """Return the first of what is due by now, or None. The rest follows when the case is looked at again.

    Everything that came due together while nobody had the case is done together, in one line for the press office.
    """
    kinds = [each.kind for each in due(case, steps, policy) if each.at <= now]
    if not kinds:
        return None
    unclaimed = [kind for kind in kinds if kind in WHILE_UNCLAIMED]
    if StepKind.DEADLINE_PASSED in kinds:
        return _deadline_passed(case, policy, status, now)
    if StepKind.DEADLINE_NEAR in kinds:
        return _deadline_near(case, policy, status, now)
    if unclaimed:
        return _remind(case, steps, unclaimed, status, now)
    return _return(case, steps, status, now) if StepKind.RETURNED in kinds else _nudge(case, now)


def _remind(
    case: Case, steps: Sequence[Step], kinds: Sequence[StepKind], status: DeskStatus, now: datetime
) -> Transition:
    """Nobody has claimed it yet. Also try again in press channels that could not be given the card."""
    since, done = unclaimed_since(case, steps)
    called = StepKind.ON_CALL in kinds or any(step.kind is StepKind.ON_CALL for step in done)
    mention = status.on_call if case.kind is CaseKind.MEDIA and (called or status.on_call_at_once) else ()
    line = ReminderLine(now - since, tuple(kinds), on_call=bool(status.on_call), phone=status.phone)
    effects: list[Effect] = [UpdateCard(), PostCard(mention, again=True), ThreadReply(line, mention, harmless=True)]
    if StepKind.MAILED in kinds:
        effects.append(Mail())
    if StepKind.PHONE_GIVEN in kinds:
        effects += notify_all(case, PleasePhone(PhoneReason.UNCLAIMED, status.phone))
    return changed(case, tuple(Step(now, kind) for kind in kinds), *effects)


def _nudge(case: Case, now: datetime) -> Transition:
    """The owner has been silent, or wanted to wait until now."""
    step = Step(now, StepKind.NUDGED, text=case.waiting_for)
    line = NudgeLine(waited=case.waiting_until is not None, facts=case.waiting_for)
    awake = replace(case, waiting_until=None, waiting_for="")
    return changed(awake, (step,), UpdateCard(), ThreadReply(line, owner_of(case), harmless=not case.waiting_for))


def _return(case: Case, steps: Sequence[Step], status: DeskStatus, now: datetime) -> Transition:
    """Put the case back into the queue: the owner stayed silent. The asker is told of that once."""
    line = ThreadReply(ReturnedLine(case.owner), owner_of(case), harmless=True)
    told_before = any(step.kind is StepKind.RETURNED for step in steps_since_opened(steps))
    notices = () if told_before else notify_all(case, PlainNotice.RETURNED)
    timer = StartTimer(FALLBACK, status.fallback_after)
    return changed(free(case), (Step(now, StepKind.RETURNED),), UpdateCard(), line, *notices, timer)


def _deadline_near(case: Case, policy: EscalationPolicy, status: DeskStatus, now: datetime) -> Transition:
    """Mention the owner, or everybody on call if there is none."""
    step = Step(now, StepKind.DEADLINE_NEAR, text=deadline_key(case.due_at or now, policy))
    line = ThreadReply(StepLine(step), owner_of(case) or status.on_call, harmless=True)
    return changed(case, (step,), UpdateCard(), line)


def _deadline_passed(case: Case, policy: EscalationPolicy, status: DeskStatus, now: datetime) -> Transition:
    """Mention the owner, and whoever is on call if the deadline was known and not only assumed."""
    on_call = status.on_call if case.due_known else ()
    mention = tuple(dict.fromkeys((*owner_of(case), *on_call)))
    step = Step(now, StepKind.DEADLINE_PASSED, text=deadline_key(case.due_at or now, policy))
    return changed(case, (step,), UpdateCard(), ThreadReply(StepLine(step), mention, harmless=True))
