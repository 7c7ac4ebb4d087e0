"""Transitions that officers cause: claim, reply, note, record the journalist's answer, close, reopen, restrict."""

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
    check_may_act,
    claimed_by,
    closed,
    notify_all,
    owner_mention,
    refuse_joined,
    stop_timers,
    transition_to,
    without_owner,
)
from bot.messages import Person


def claim(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Make this officer the owner. If the case has an owner, the refusal names them."""
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED, case)
    if case.owner is not None:
        mine = case.owner.key == by.key
        return Refused(Refusal.ALREADY_YOURS if mine else Refusal.CLAIMED_BY_ANOTHER, case)
    step = Step(now, StepKind.CLAIMED, by)
    return transition_to(claimed_by(case, by, now), (step,), UpdateCard(), *notify_all(case, Claimed(by)))


def unclaim(case: Case, by: Person, status: DeskStatus, now: datetime) -> Transition | Refused:
    """Give the case back to the queue. Any officer may do this, because an owner can fall ill."""
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED, case)
    if case.owner is None:
        return Refused(Refusal.NOT_CLAIMED, case)
    step = Step(now, StepKind.UNCLAIMED, by)
    line = ThreadReply(StepLine(step), owner_mention(case, but=by), harmless=True)
    notices = notify_all(case, Freed(case.owner))
    return transition_to(without_owner(case), (step,), UpdateCard(), line, *notices, *_fallback_timer(case, status))


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
    """Write to all askers, to each in a message of their own. A case without an owner is claimed by this.

    `from_thread`: the officer wrote the text below the card, so the line there is left out. `files` is the number of
    files with it, which are not sent.
    """
    if refused := check_may_act(case, by):
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
    answered = replace(case if case.owner else claimed_by(case, by, now), answered_at=now)
    notices = notify_all(case, OfficerReply(by, words, kind), awaited=True)
    return transition_to(answered, (*_claim_step(case, by, now), step), UpdateCard(), *lines, *notices)


def issue(case: Case, by: Person, statement: Statement, history_text: str, now: datetime) -> Transition | Refused:
    """Record a statement that was issued to the journalist. It answers them. `history_text` is the text of the step."""
    step = Step(now, StepKind.STATEMENT, by, history_text)
    return _responded(case, by, step, StatementLine(statement), now)


def respond(case: Case, by: Person, how: str, now: datetime) -> Transition | Refused:
    """Record that the journalist was answered, and how. An answer to the asker is `reply`."""
    step = Step(now, StepKind.RESPONDED, by, how.strip())
    return _responded(case, by, step, StepLine(step), now)


def note(case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False) -> Transition | Refused:
    """Record a note, which only the press office sees. Possible in every state.

    `from_thread`: the officer wrote it below the card, so the line there is left out.
    """
    words = text.strip()
    if not words:
        return Refused(Refusal.NOTHING_WRITTEN, case)
    step = Step(now, StepKind.NOTED, by, words)
    lines = () if from_thread else (ThreadReply(StepLine(step)),)
    return transition_to(case, (step,), UpdateCard(), *lines)


def close(case: Case, by: Person, outcome: Outcome, now: datetime, *, inside: str = "") -> Transition | Refused:
    """Close the case. `inside` is a last note, which only the press office sees."""
    if refused := check_may_act(case, by):
        return refused
    is_false_alarm = outcome is Outcome.FALSE_ALARM
    kind, text = (StepKind.FALSE_ALARM, "") if is_false_alarm else (StepKind.CLOSED, outcome.value)
    steps = [Step(now, kind, by, text)]
    if inside.strip():
        steps.append(Step(now, StepKind.NOTED, by, inside.strip()))
    notices = notify_all(case, PlainNotice.FALSE_ALARM if is_false_alarm else PlainNotice.CLOSED)
    return transition_to(closed(case, outcome, now), tuple(steps), UpdateCard(), *notices, *stop_timers())


def reopen(case: Case, by: Person, status: DeskStatus, now: datetime) -> Transition | Refused:
    """Reopen a closed case. It has no owner then."""
    if case.joined_into is not None:
        return refuse_joined(case, case.joined_into)
    if case.state is not CaseState.CLOSED:
        return Refused(Refusal.NOT_CLOSED, case)
    step = Step(now, StepKind.REOPENED, by)
    line = ThreadReply(StepLine(step), harmless=True)
    notices = notify_all(case, PlainNotice.REOPENED)
    again = _unanswered(without_owner(case), status, now)
    return transition_to(again, (step,), UpdateCard(), line, *notices, *_fallback_timer(case, status))


def restrict(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Restrict the case. Cards, lists and e-mails show only reference, outlet and deadline from now on."""
    if case.restricted:
        return Refused(Refusal.ALREADY_RESTRICTED, case)
    step = Step(now, StepKind.RESTRICTED, by)
    line = ThreadReply(StepLine(step), harmless=True)
    return transition_to(replace(case, restricted=True), (step,), UpdateCard(), line)


def unrestrict(case: Case, by: Person, now: datetime) -> Transition | Refused:
    """Lift the restriction. Everybody in a press channel sees the whole case again."""
    if not case.restricted:
        return Refused(Refusal.NOT_RESTRICTED, case)
    step = Step(now, StepKind.UNRESTRICTED, by)
    line = ThreadReply(StepLine(step), harmless=True)
    return transition_to(replace(case, restricted=False), (step,), UpdateCard(), line)


def _responded(case: Case, by: Person, step: Step, line: ThreadLine, now: datetime) -> Transition | Refused:
    """Record an answer to the journalist. The first one meets the deadline. A case without an owner is claimed."""
    if refused := check_may_act(case, by):
        return refused
    if case.kind is not CaseKind.MEDIA:
        return Refused(Refusal.MEDIA_ONLY, case)
    after = replace(case if case.owner else claimed_by(case, by, now), responded_at=case.responded_at or now)
    steps = (*_claim_step(case, by, now), step)
    return transition_to(after, steps, UpdateCard(), ThreadReply(line), *notify_all(case, PlainNotice.RESPONDED))


def _claim_step(case: Case, by: Person, now: datetime) -> tuple[Step, ...]:
    """Return the step of the claim that an answer implies, if the case has no owner."""
    return () if case.owner else (Step(now, StepKind.CLAIMED, by),)


def _unanswered(case: Case, status: DeskStatus, now: datetime) -> Case:
    """Return the case, waiting for a new answer. A deadline that was met and has passed is forgotten."""
    if case.responded_at is None:
        return case
    unanswered = replace(case, responded_at=None)
    if case.due_at is None or case.due_at > now:
        return unanswered
    details = replace(case.details, deadline="", slot="")
    return replace(unanswered, due_at=status.assumed_deadline, due_known=False, due_words="", details=details)


def _fallback_timer(case: Case, status: DeskStatus) -> tuple[StartTimer, ...]:
    """Return the effect that starts the fallback timer for a case without an owner.

    While it had one, the fallback did not happen, so perhaps no press channel has the card.
    """
    return (StartTimer(FALLBACK, status.fallback_after),) if case.kind is CaseKind.MEDIA else ()
