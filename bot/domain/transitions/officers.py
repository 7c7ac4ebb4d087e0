"""What officers do to a case: claim, reply, note, record the answer, close, reopen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import (
    Claimed,
    Freed,
    OfficerReply,
    PlainLine,
    PlainNotice,
    StatementLine,
    StepLine,
    ThreadLine,
)
from bot.domain.case import Case, CaseKind, CaseState, Outcome, ReplyKind, Statement, Step, StepKind
from bot.domain.transitions.transition import (
    FALLBACK,
    DeskStatus,
    Refusal,
    Refused,
    StartTimer,
    ThreadReply,
    Transition,
    UpdateCard,
    changed,
    closed,
    free,
    joined_to_another,
    not_for,
    notify_all,
    owned,
    owner_of,
    stop_timers,
)
from bot.messages import Person


def claim(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Take the case; whoever comes second is told who has it."""
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED, case)
    if case.owner is not None:
        mine = case.owner.key == by.key
        return Refused(Refusal.ALREADY_YOURS if mine else Refusal.CLAIMED_BY_ANOTHER, case)
    step = Step(now, StepKind.CLAIMED, by)
    return changed(owned(case, by, now), (step,), UpdateCard(), *notify_all(case, Claimed(by)))


def unclaim(case: Case, by: Person, status: DeskStatus, now: datetime) -> Transition | Refused:
    """Free the case for somebody else. Any officer may, since owners fall ill."""
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED, case)
    if case.owner is None:
        return Refused(Refusal.NOT_CLAIMED, case)
    step = Step(now, StepKind.UNCLAIMED, by)
    line = ThreadReply(StepLine(step), owner_of(case, but=by), harmless=True)
    notices = notify_all(case, Freed(case.owner))
    return changed(free(case), (step,), UpdateCard(), line, *notices, *_watch_for_a_claim(case, status))


def reply(
    case: Case,
    by: Person,
    text: str,
    now: datetime,
    kind: ReplyKind = ReplyKind.ADVICE,
    *,
    from_thread: bool = False,
    files: int = 0,
) -> Transition | Refused:
    """Write to everybody who asked; each gets it alone. `files` that came with it are not carried."""
    if refused := not_for(case, by):
        return refused
    words = text.strip()
    if not words:
        return Refused(Refusal.NOTHING_WRITTEN, case)
    if not case.askers:
        return Refused(Refusal.NO_ASKER, case)
    label = kind.value if case.kind is CaseKind.MEDIA else ""
    step = Step(now, StepKind.REPLIED, by, words, label=label)
    lines = [] if from_thread else [ThreadReply(StepLine(step))]
    if files:
        lines.append(ThreadReply(PlainLine.FILES_NOT_SENT, harmless=True))
    answered = replace(case if case.owner else owned(case, by, now), answered_at=now)
    notices = notify_all(case, OfficerReply(by, words, kind), awaited=True)
    return changed(answered, (*_claimed_by(case, by, now), step), UpdateCard(), *lines, *notices)


def issue(case: Case, by: Person, statement: Statement, history_text: str, now: datetime) -> Transition | Refused:
    """Record the statement that was issued to the journalist; that is their answer."""
    step = Step(now, StepKind.STATEMENT, by, history_text)
    return _answered(case, by, step, StatementLine(statement), now)


def respond(case: Case, by: Person, how: str, now: datetime) -> Transition | Refused:
    """Record that the journalist has had an answer. That the asker was advised is another thing."""
    step = Step(now, StepKind.RESPONDED, by, how.strip())
    return _answered(case, by, step, StepLine(step), now)


def note(case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False) -> Transition | Refused:
    """Write a note, which stays inside the press office. Possible in every state."""
    words = text.strip()
    if not words:
        return Refused(Refusal.NOTHING_WRITTEN, case)
    step = Step(now, StepKind.NOTED, by, words)
    lines = () if from_thread else (ThreadReply(StepLine(step)),)
    return changed(case, (step,), UpdateCard(), *lines)


def close(case: Case, by: Person, outcome: Outcome, now: datetime, *, inside: str = "") -> Transition | Refused:
    """End the case. `inside` is a last note, which stays inside the press office."""
    if refused := not_for(case, by):
        return refused
    is_false_alarm = outcome is Outcome.FALSE_ALARM
    kind, text = (StepKind.FALSE_ALARM, "") if is_false_alarm else (StepKind.CLOSED, outcome.value)
    steps = [Step(now, kind, by, text)]
    if inside.strip():
        steps.append(Step(now, StepKind.NOTED, by, inside.strip()))
    notices = notify_all(case, PlainNotice.FALSE_ALARM if is_false_alarm else PlainNotice.CLOSED)
    return changed(closed(case, outcome, now), tuple(steps), UpdateCard(), *notices, *stop_timers())


def reopen(case: Case, by: Person, status: DeskStatus, now: datetime) -> Transition | Refused:
    """Take a closed case up again, with its history."""
    if case.joined_into is not None:
        return joined_to_another(case, case.joined_into)
    if case.state is not CaseState.CLOSED:
        return Refused(Refusal.NOT_CLOSED, case)
    step = Step(now, StepKind.REOPENED, by)
    line = ThreadReply(StepLine(step), harmless=True)
    notices = notify_all(case, PlainNotice.REOPENED)
    again = _unanswered(free(case), status, now)
    return changed(again, (step,), UpdateCard(), line, *notices, *_watch_for_a_claim(case, status))


def _answered(case: Case, by: Person, step: Step, line: ThreadLine, now: datetime) -> Transition | Refused:
    """The first answer meets the deadline. It claims a case that nobody has."""
    if refused := not_for(case, by):
        return refused
    if case.kind is not CaseKind.MEDIA:
        return Refused(Refusal.MEDIA_ONLY, case)
    after = replace(case if case.owner else owned(case, by, now), responded_at=case.responded_at or now)
    steps = (*_claimed_by(case, by, now), step)
    return changed(after, steps, UpdateCard(), ThreadReply(line), *notify_all(case, PlainNotice.RESPONDED))


def _claimed_by(case: Case, by: Person, now: datetime) -> tuple[Step, ...]:
    return () if case.owner else (Step(now, StepKind.CLAIMED, by),)


def _unanswered(case: Case, status: DeskStatus, now: datetime) -> Case:
    """Wait for a new answer. A deadline that was met and has passed does not count any more."""
    if case.responded_at is None:
        return case
    again = replace(case, responded_at=None)
    if case.due_at is None or case.due_at > now:
        return again
    details = replace(case.details, deadline="", slot="")
    return replace(again, due_at=status.assumed_deadline, due_known=False, details=details)


def _watch_for_a_claim(case: Case, status: DeskStatus) -> tuple[StartTimer, ...]:
    """Nobody has the case again, and perhaps no channel could be told of it while somebody had."""
    return (StartTimer(FALLBACK, status.fallback_after),) if case.kind is CaseKind.MEDIA else ()
