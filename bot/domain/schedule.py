"""When time does something to a case: pure, from the case and its history alone.

Nothing is switched on or off. What a case waits for follows from what it is and from what was done already, so that a
claim, an ending or a new deadline puts an end to what has become moot without having to know of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.hours import Hours

WATCH = "watch"
"""The one timer of a case, at whose time it is looked at."""

MAX_REMINDER_GAP = timedelta(hours=4)
SHORTEST_WARNING = timedelta(minutes=15)
"""Before a deadline; a quarter of the time where that is more."""

_BEGINS_WAITING = frozenset({StepKind.OPENED, StepKind.UNCLAIMED, StepKind.REOPENED, StepKind.RETURNED})
_BEGINS_ANEW = frozenset({StepKind.OPENED, StepKind.REOPENED})
_MAILED = frozenset({StepKind.MAILED, StepKind.FALLBACK})
_PHONE_GIVEN = frozenset({StepKind.PHONE_GIVEN, StepKind.FALLBACK})
CHAIN = frozenset({StepKind.REMINDED, StepKind.ON_CALL, StepKind.MAILED, StepKind.PHONE_GIVEN})
"""What happens while nobody has a case."""


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """How long things may wait, counted as `bot.config` says. `mails`: there is an address for e-mail.

    An enquiry is urgent that is due within `urgent_within`; `handover_before` is before the end of a shift.
    """

    hours: Hours
    remind_after: timedelta
    on_call_after: timedelta
    mail_after: timedelta
    phone_after: timedelta
    nudge_after: timedelta
    return_after: timedelta
    urgent_within: timedelta
    handover_before: timedelta
    mails: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is to be taken, and when."""

    kind: StepKind
    at: datetime


def due(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """What time has still to do to the case as it is, the earliest first; some of it may be overdue."""
    if case.state is CaseState.CLOSED:
        return []
    if case.kind is CaseKind.QUESTION:
        found = _question(case, steps, policy)
    else:
        found = _unclaimed(case, steps, policy) if case.state is CaseState.OPEN else _claimed(case, steps, policy)
        found = [*found, *_deadline(case, steps, policy)]
    return sorted(found, key=lambda each: each.at)


def waiting_since(case: Case, steps: Sequence[Step]) -> tuple[datetime, Sequence[Step]]:
    """Since when nobody has had the case, and what has happened since."""
    for place in range(len(steps) - 1, -1, -1):
        if steps[place].kind in _BEGINS_WAITING:
            return steps[place].at, steps[place + 1 :]
    return case.opened_at, steps


def since_taken_up(steps: Sequence[Step]) -> Sequence[Step]:
    """What has happened since the case was opened or reopened."""
    return next((steps[place:] for place in range(len(steps) - 1, -1, -1) if steps[place].kind in _BEGINS_ANEW), steps)


def named(deadline: datetime, policy: EscalationPolicy) -> str:
    """How a history names a deadline, so that each is told of once: local time, to the minute."""
    return f"{deadline.astimezone(policy.hours.zone):%Y-%m-%d %H:%M}"


# ---- nobody has it --------------------------------------------------------------------------------------------------


def _question(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    since, done = waiting_since(case, steps)
    if case.state is not CaseState.OPEN or any(step.kind is StepKind.REMINDED for step in done):
        return []
    return [Due(StepKind.REMINDED, since + policy.remind_after)]


def _unclaimed(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    since, done = waiting_since(case, steps)
    kinds = {step.kind for step in done}
    times = _chain(case, since, policy)
    if StepKind.REMINDED in kinds:
        del times[StepKind.REMINDED]
    if StepKind.ON_CALL in kinds:
        del times[StepKind.ON_CALL]
    if not policy.mails or kinds & _MAILED:
        del times[StepKind.MAILED]
    if any(step.kind in _PHONE_GIVEN for step in since_taken_up(steps)):
        del times[StepKind.PHONE_GIVEN]
    return [Due(kind, at) for kind, at in times.items()] or [_next_reminder(since, done, policy)]


def _chain(case: Case, since: datetime, policy: EscalationPolicy) -> dict[StepKind, datetime]:
    """When each step is due. With a deadline that is known they shrink to fit: the last before it, in the same order.

    One that is only assumed hurries nobody: it would call somebody in the evening over an enquiry of the afternoon.
    """
    remind, on_call = since + policy.remind_after, since + policy.on_call_after
    mail, phone = since + policy.mail_after, since + policy.phone_after
    if case.due_at is not None and case.due_known and since < case.due_at:
        left = case.due_at - since
        half = max(since, case.opened_at + (case.due_at - case.opened_at) / 2)
        remind, on_call = min(remind, since + left / 4), min(on_call, half)
        mail, phone = min(mail, since + left * 5 / 8), min(phone, since + left * 3 / 4)
    if case.urgent:
        on_call = since
    return {
        StepKind.REMINDED: remind,
        StepKind.ON_CALL: on_call,
        StepKind.MAILED: mail,
        StepKind.PHONE_GIVEN: phone,
    }


def _next_reminder(since: datetime, done: Sequence[Step], policy: EscalationPolicy) -> Due:
    """Everything was tried: reminders go on, at growing gaps."""
    last = max((step.at for step in done if step.kind in CHAIN), default=since)
    reminders = sum(step.kind is StepKind.REMINDED for step in done)
    gap = min(policy.remind_after * 2 ** min(reminders, 16), MAX_REMINDER_GAP)
    return Due(StepKind.REMINDED, last + max(gap, policy.remind_after))


# ---- somebody has it ------------------------------------------------------------------------------------------------


def _claimed(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """A silent owner is nudged, and then relieved; not once the journalist has their answer."""
    taken_up = next(iter(since_taken_up(steps)), None)
    if case.responded_at is not None and (taken_up is None or taken_up.at <= case.responded_at):
        return []
    if case.waiting_until is not None:
        return [Due(StepKind.NUDGED, case.waiting_until)]
    kind, length, since = StepKind.NUDGED, policy.nudge_after, case.claimed_at or case.opened_at
    for step in reversed(steps):
        if step.kind is StepKind.NUDGED:
            kind, length, since = StepKind.RETURNED, policy.return_after, step.at
            break
        if step.by is not None and case.owner is not None and step.by.key == case.owner.key:
            since = max(since, step.at)
            break
    at = _patience(case, since, length, policy)
    return [] if at is None else [Due(kind, at)]


def _patience(case: Case, since: datetime, length: timedelta, policy: EscalationPolicy) -> datetime | None:
    """When `length` has passed, closed hours left out; near a deadline that is known every hour counts."""
    worked = policy.hours.after(since, length)
    if case.due_at is None or not case.due_known:
        return worked
    hurried = max(since, _near(case.opened_at, case.due_at)) + length
    if hurried > case.due_at:
        return worked
    return hurried if worked is None else min(hurried, worked)


# ---- the deadline ---------------------------------------------------------------------------------------------------


def _deadline(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> Iterator[Due]:
    """Only an answer to the journalist, or an end, meets it."""
    if case.due_at is None or case.responded_at is not None:
        return
    told = {step.kind for step in steps if step.text == named(case.due_at, policy)}
    if StepKind.DEADLINE_PASSED in told:
        return
    yield Due(StepKind.DEADLINE_PASSED, case.due_at)
    near = _near(case.opened_at, case.due_at)
    # What opened as late as that was called urgent with the ping; what is only assumed wakes nobody.
    wanted = near > case.opened_at and (case.due_known or policy.hours.open(near))
    if wanted and StepKind.DEADLINE_NEAR not in told:
        yield Due(StepKind.DEADLINE_NEAR, near)


def _near(opened: datetime, deadline: datetime) -> datetime:
    return deadline - max((deadline - opened) / 4, SHORTEST_WARNING)
