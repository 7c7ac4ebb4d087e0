"""The steps that are due for a case and when: reminders, calls, nudges, deadlines. Pure.

The schedule is not stored. It is computed each time from the case and its history. So a claim, a closing or a new
deadline changes what is due without any code that cancels something.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.domain.hours import Hours

WATCH = "watch"
"""Name of a case's timer that is set to the first of the steps that `due` returns."""

MAX_REMINDER_GAP = timedelta(hours=4)
"""The longest time between two reminders. It bounds the doubling, so that an unclaimed case is not forgotten."""
SHORTEST_WARNING = timedelta(minutes=15)
"""The least time between the warning and the deadline. Usually it is a quarter of the time since the case opened."""

_LEAVES_UNCLAIMED = frozenset({StepKind.OPENED, StepKind.UNCLAIMED, StepKind.REOPENED, StepKind.RETURNED})
"""Steps after which the case is open and has no owner."""
_OPENS = frozenset({StepKind.OPENED, StepKind.REOPENED})
# The fallback of an undelivered ping sends the e-mail and gives the phone number as well.
_MAILED = frozenset({StepKind.MAILED, StepKind.FALLBACK})
_PHONE_GIVEN = frozenset({StepKind.PHONE_GIVEN, StepKind.FALLBACK})
WHILE_UNCLAIMED = frozenset({StepKind.REMINDED, StepKind.ON_CALL, StepKind.MAILED, StepKind.PHONE_GIVEN})
"""Kinds of steps that are due while nobody has claimed a case."""


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """After how long the desk escalates a case.

    Times without a claim count every hour from the moment at which the case has no owner. Times of a silent owner
    count only while the desk is open, unless a known deadline is near.
    """

    hours: Hours
    remind_after: timedelta
    """Time without a claim until the first reminder in the thread."""
    on_call_after: timedelta
    """Time without a claim until whoever is on call is mentioned."""
    mail_after: timedelta
    """Time without a claim until the card is sent to the press office by e-mail."""
    phone_after: timedelta
    """Time without a claim until the asker is given the phone number."""
    nudge_after: timedelta
    """Time since the owner's last step until they are asked how the case is going."""
    return_after: timedelta
    """Time between the nudge and the return of the case to the queue, if the owner still does nothing."""
    urgent_within: timedelta
    """An enquiry that is due within this time is urgent."""
    handover_before: timedelta
    """How long before the end of a shift the open cases are listed."""
    mails: bool = True
    """True if the press office has an e-mail address to which the desk can write."""


@dataclass(frozen=True, slots=True)
class Due:
    """A step that has to happen at a given time."""

    kind: StepKind
    at: datetime


def due(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """Return the steps that still have to happen, earliest first; some may be overdue. `steps` is the whole history."""
    if case.state is CaseState.CLOSED:
        return []
    if case.kind is CaseKind.QUESTION:
        return _due_for_question(case, steps, policy)
    is_open = case.state is CaseState.OPEN
    found = _due_while_unclaimed(case, steps, policy) if is_open else _due_while_claimed(case, steps, policy)
    return sorted([*found, *_due_for_deadline(case, steps, policy)], key=lambda each: each.at)


def unclaimed_since(case: Case, steps: Sequence[Step]) -> tuple[datetime, Sequence[Step]]:
    """Return since when the case has had no owner, and the steps after that moment."""
    for index in range(len(steps) - 1, -1, -1):
        if steps[index].kind in _LEAVES_UNCLAIMED:
            return steps[index].at, steps[index + 1 :]
    return case.opened_at, steps


def steps_since_opened(steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps from the last opening or reopening of the case on, this one included."""
    return next((steps[index:] for index in range(len(steps) - 1, -1, -1) if steps[index].kind in _OPENS), steps)


def deadline_key(deadline: datetime, policy: EscalationPolicy) -> str:
    """Return the text of a step about this deadline: local time, to the minute.

    `due` compares it with the history, so that each deadline is announced once and a new one again.
    """
    return f"{deadline.astimezone(policy.hours.zone):%Y-%m-%d %H:%M}"


# ---- while nobody has claimed the case ------------------------------------------------------------------------------


def _due_for_question(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """Return one reminder for a question that nobody has claimed."""
    since, done = unclaimed_since(case, steps)
    if case.state is not CaseState.OPEN or any(step.kind is StepKind.REMINDED for step in done):
        return []
    return [Due(StepKind.REMINDED, since + policy.remind_after)]


def _due_while_unclaimed(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """Return each step of the escalation that did not happen yet; if all did, the next reminder."""
    since, done = unclaimed_since(case, steps)
    kinds = {step.kind for step in done}
    times = _escalation_times(case, since, policy)
    if StepKind.REMINDED in kinds:
        del times[StepKind.REMINDED]
    if StepKind.ON_CALL in kinds:
        del times[StepKind.ON_CALL]
    if not policy.mails or kinds & _MAILED:
        del times[StepKind.MAILED]
    if any(step.kind in _PHONE_GIVEN for step in steps_since_opened(steps)):
        del times[StepKind.PHONE_GIVEN]
    return [Due(kind, at) for kind, at in times.items()] or [_next_reminder(since, done, policy)]


def _escalation_times(case: Case, since: datetime, policy: EscalationPolicy) -> dict[StepKind, datetime]:
    """Return when each step is due for a case that has had no owner since `since`.

    If the known deadline is near, the times become shorter, so that all steps happen before it and in the same order.
    An assumed deadline does not shorten them: an enquiry of the afternoon would call somebody in the evening.
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
    """Return the reminder after all steps happened once. The time between two reminders doubles up to a maximum."""
    last = max((step.at for step in done if step.kind in WHILE_UNCLAIMED), default=since)
    reminders = sum(step.kind is StepKind.REMINDED for step in done)
    gap = min(policy.remind_after * 2 ** min(reminders, 16), MAX_REMINDER_GAP)
    return Due(StepKind.REMINDED, last + max(gap, policy.remind_after))


# ---- while somebody owns the case -----------------------------------------------------------------------------------


def _due_while_claimed(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> list[Due]:
    """Return the nudge of an owner who has been silent or, after a nudge, the return of the case to the queue.

    Nothing is due once the journalist has been answered.
    """
    opening = next(iter(steps_since_opened(steps)), None)
    if case.responded_at is not None and (opening is None or opening.at <= case.responded_at):
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
    at = _after_open_time(case, since, length, policy)
    return [] if at is None else [Due(kind, at)]


def _after_open_time(case: Case, since: datetime, length: timedelta, policy: EscalationPolicy) -> datetime | None:
    """Return when the desk has been open for `length` since `since`. Near a known deadline, closed hours count too.

    Return None if the desk does not open for so long (see `Hours.add_open_time`).
    """
    in_open_hours = policy.hours.add_open_time(since, length)
    if case.due_at is None or not case.due_known:
        return in_open_hours
    in_all_hours = max(since, _warning_time(case.opened_at, case.due_at)) + length
    if in_all_hours > case.due_at:
        return in_open_hours
    return in_all_hours if in_open_hours is None else min(in_all_hours, in_open_hours)


# ---- the deadline ---------------------------------------------------------------------------------------------------


def _due_for_deadline(case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> Iterator[Due]:
    """Yield the warning before the deadline and the step at the deadline, if the journalist was not answered."""
    if case.due_at is None or case.responded_at is not None:
        return
    announced = {step.kind for step in steps if step.text == deadline_key(case.due_at, policy)}
    if StepKind.DEADLINE_PASSED in announced:
        return
    yield Due(StepKind.DEADLINE_PASSED, case.due_at)
    warning = _warning_time(case.opened_at, case.due_at)
    # No warning if the case opened within the warning time: the ping said already that it is urgent. No warning of an
    # assumed deadline outside the hours, because it would disturb somebody for a guess.
    is_wanted = warning > case.opened_at and (case.due_known or policy.hours.open(warning))
    if is_wanted and StepKind.DEADLINE_NEAR not in announced:
        yield Due(StepKind.DEADLINE_NEAR, warning)


def _warning_time(opened: datetime, deadline: datetime) -> datetime:
    """Return when to warn: when a quarter of the time is left, but at least `SHORTEST_WARNING` before the deadline."""
    return deadline - max((deadline - opened) / 4, SHORTEST_WARNING)
