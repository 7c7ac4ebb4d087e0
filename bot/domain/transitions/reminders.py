"""Transitions that follow from time: reminders, nudges, deadlines. `domain.schedule` computes when they are due."""

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
    notify_all,
    owner_mention,
    transition_to,
    without_owner,
)


def come_due(
    case: Case, steps: Sequence[Step], policy: EscalationPolicy, status: DeskStatus, now: datetime
) -> Transition | None:
    """Return the transition for what is due by now, or None if nothing is.

    All due steps of the escalation of an unclaimed case are done together, with one line for the press office. Of other
    due steps only the first is done. Applying the transition sets the timer again, so that the others follow at once.
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
    """Remind the press office that nobody has claimed the case. Also post the card in channels that do not have it."""
    since, done = unclaimed_since(case, steps)
    called = StepKind.ON_CALL in kinds or any(step.kind is StepKind.ON_CALL for step in done)
    mention = status.on_call if case.kind is CaseKind.MEDIA and (called or status.on_call_at_once) else ()
    line = ReminderLine(now - since, tuple(kinds), on_call=bool(status.on_call), phone=status.phone)
    effects: list[Effect] = [UpdateCard(), PostCard(mention, again=True), ThreadReply(line, mention, harmless=True)]
    if StepKind.MAILED in kinds:
        effects.append(Mail())
    if StepKind.PHONE_GIVEN in kinds:
        effects += notify_all(case, PleasePhone(PhoneReason.UNCLAIMED, status.phone))
    return transition_to(case, tuple(Step(now, kind) for kind in kinds), *effects)


def _nudge(case: Case, now: datetime) -> Transition:
    """Ask the owner how the case is going: they did nothing for some time, or wanted to wait until now."""
    step = Step(now, StepKind.NUDGED, text=case.waiting_for)
    nudge = NudgeLine(waited=case.waiting_until is not None, facts=case.waiting_for)
    line = ThreadReply(nudge, owner_mention(case), harmless=not case.waiting_for)
    return transition_to(replace(case, waiting_until=None, waiting_for=""), (step,), UpdateCard(), line)


def _return(case: Case, steps: Sequence[Step], status: DeskStatus, now: datetime) -> Transition:
    """Put the case back into the queue, because its owner did nothing after the nudge. Askers are told once."""
    line = ThreadReply(ReturnedLine(case.owner), owner_mention(case), harmless=True)
    told_before = any(step.kind is StepKind.RETURNED for step in steps_since_opened(steps))
    notices = () if told_before else notify_all(case, PlainNotice.RETURNED)
    timer = StartTimer(FALLBACK, status.fallback_after)
    return transition_to(without_owner(case), (Step(now, StepKind.RETURNED),), UpdateCard(), line, *notices, timer)


def _deadline_near(case: Case, policy: EscalationPolicy, status: DeskStatus, now: datetime) -> Transition:
    """Warn of the deadline: mention the owner or, if there is none, whoever is on call."""
    step = Step(now, StepKind.DEADLINE_NEAR, text=deadline_key(case.due_at or now, policy))
    line = ThreadReply(StepLine(step), owner_mention(case) or status.on_call, harmless=True)
    return transition_to(case, (step,), UpdateCard(), line)


def _deadline_passed(case: Case, policy: EscalationPolicy, status: DeskStatus, now: datetime) -> Transition:
    """Report that the deadline has passed: mention the owner and, if the deadline was known, whoever is on call."""
    on_call = status.on_call if case.due_known else ()
    mention = tuple(dict.fromkeys((*owner_mention(case), *on_call)))
    step = Step(now, StepKind.DEADLINE_PASSED, text=deadline_key(case.due_at or now, policy))
    return transition_to(case, (step,), UpdateCard(), ThreadReply(StepLine(step), mention, harmless=True))
