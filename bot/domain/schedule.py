"""What is due for a case and when: reminders, calls, nudges, deadlines. Pure, from the case and its history alone.

Nothing is switched on or off. What is due follows from the case as it is and from the steps that were taken already. So
a claim, a closing or a new deadline ends what has become pointless, without a word about it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.hours import Hours

WATCH = "watch"
"""The timer of a case that comes back when the first of what `due` lists is due."""

MAX_REMINDER_GAP = timedelta(hours=4)
SHORTEST_WARNING = timedelta(minutes=15)
"""How long before a deadline the warning comes at the least; otherwise a quarter of the time."""

_BEGINS_WAITING = frozenset({StepKind.OPENED, StepKind.UNCLAIMED, StepKind.REOPENED, StepKind.RETURNED})
_BEGINS_ANEW = frozenset({StepKind.OPENED, StepKind.REOPENED})
_MAILED = frozenset({StepKind.MAILED, StepKind.FALLBACK})
_PHONE_GIVEN = frozenset({StepKind.PHONE_GIVEN, StepKind.FALLBACK})
WHILE_UNCLAIMED = frozenset({StepKind.REMINDED, StepKind.ON_CALL, StepKind.MAILED, StepKind.PHONE_GIVEN})
"""Kinds of steps that happen while nobody has claimed a case."""


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """How long things may wait before the desk does something about it. Durations count as `bot.config` says."""

    hours: Hours
    remind_after: timedelta
    """Without a claim: the first reminder in the thread."""
    on_call_after: timedelta
    """Without a claim: whoever is on call is mentioned."""
    mail_after: timedelta
    """Without a claim: the card goes to the press office by e-mail."""
    phone_after: timedelta
    """Without a claim: the asker is given the phone number."""
    nudge_after: timedelta
    """Without a sign of the owner: they are asked how it is going."""
    return_after: timedelta
    """After the nudge, still without a sign: the case goes back into the queue."""
    urgent_within: timedelta
    """An enquiry that is due within this time is urgent."""
    handover_before: timedelta
    """How long before the end of a shift the open cases are listed."""
    mails: bool = True
    """Whether there is an e-mail address to write to."""


@dataclass(frozen=True, slots=True)
class Due:
    """A step to take, and when."""

    kind: StepKind
    at: datetime


def due(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """Return the steps that are still to come for the case as it is, earliest first; some may be overdue."""
    if case.state is CaseState.CLOSED:
        return []
    if case.kind is CaseKind.QUESTION:
        found = _question(case, steps, policy)
    else:
        found = _unclaimed(case, steps, policy) if case.state is CaseState.OPEN else _claimed(case, steps, policy)
        found = [*found, *_deadline(case, steps, policy)]
    return sorted(found, key=lambda each: each.at)


def waiting_since(case: Case, steps: Sequence[Step]) -> tuple[datetime, Sequence[Step]]:
    """Return since when nobody has had the case, and the steps since then."""
    for place in range(len(steps) - 1, -1, -1):
        if steps[place].kind in _BEGINS_WAITING:
            return steps[place].at, steps[place + 1 :]
    return case.opened_at, steps


def since_taken_up(steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps since the case was opened or reopened."""
    return next((steps[place:] for place in range(len(steps) - 1, -1, -1) if steps[place].kind in _BEGINS_ANEW), steps)


def deadline_key(deadline: datetime, policy: EscalationPolicy) -> str:
    """Return how a history names a deadline: local time, to the minute. By it each deadline is announced once."""
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
    times = _while_unclaimed(case, since, policy)
    if StepKind.REMINDED in kinds:
        del times[StepKind.REMINDED]
    if StepKind.ON_CALL in kinds:
        del times[StepKind.ON_CALL]
    if not policy.mails or kinds & _MAILED:
        del times[StepKind.MAILED]
    if any(step.kind in _PHONE_GIVEN for step in since_taken_up(steps)):
        del times[StepKind.PHONE_GIVEN]
    return [Due(kind, at) for kind, at in times.items()] or [_next_reminder(since, done, policy)]


def _while_unclaimed(case: Case, since: datetime, policy: EscalationPolicy) -> dict[StepKind, datetime]:
    """Return when each step is due. Before a known deadline the times shrink, in the same order, so that all fit.

    An assumed deadline does not shrink them: it would call somebody in the evening over an enquiry of the afternoon.
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
    """Everything was tried once: reminders go on, at growing gaps."""
    last = max((step.at for step in done if step.kind in WHILE_UNCLAIMED), default=since)
    reminders = sum(step.kind is StepKind.REMINDED for step in done)
    gap = min(policy.remind_after * 2 ** min(reminders, 16), MAX_REMINDER_GAP)
    return Due(StepKind.REMINDED, last + max(gap, policy.remind_after))


# ---- somebody has it ------------------------------------------------------------------------------------------------


def _claimed(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """A silent owner is nudged, and then loses the case; not once the journalist has been answered."""
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
    at = _after_working_time(case, since, length, policy)
    return [] if at is None else [Due(kind, at)]


def _after_working_time(case: Case, since: datetime, length: timedelta, policy: EscalationPolicy) -> datetime | None:
    """Return when `length` has passed without the closed hours; near a known deadline every hour counts."""
    worked = policy.hours.after(since, length)
    if case.due_at is None or not case.due_known:
        return worked
    hurried = max(since, _near(case.opened_at, case.due_at)) + length
    if hurried > case.due_at:
        return worked
    return hurried if worked is None else min(hurried, worked)


# ---- the deadline ---------------------------------------------------------------------------------------------------


def _deadline(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> Iterator[Due]:
    """Yield the warning and the end of the deadline. Only an answer to the journalist meets it."""
    if case.due_at is None or case.responded_at is not None:
        return
    told = {step.kind for step in steps if step.text == deadline_key(case.due_at, policy)}
    if StepKind.DEADLINE_PASSED in told:
        return
    yield Due(StepKind.DEADLINE_PASSED, case.due_at)
    near = _near(case.opened_at, case.due_at)
    # A case that opened later than this was urgent from its ping on; an assumed deadline wakes nobody.
    wanted = near > case.opened_at and (case.due_known or policy.hours.open(near))
    if wanted and StepKind.DEADLINE_NEAR not in told:
        yield Due(StepKind.DEADLINE_NEAR, near)


def _near(opened: datetime, deadline: datetime) -> datetime:
    return deadline - max((deadline - opened) / 4, SHORTEST_WARNING)
