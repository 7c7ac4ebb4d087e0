"""What officers do to a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case, CaseKind, CaseState, Outcome, ReplyKind, Statement, Step, StepKind
from bot.domain.transitions.transition import (
    FALLBACK,
    Change,
    DeskStatus,
    Refused,
    StartTimer,
    ThreadReply,
    UpdateCard,
    changed,
    closed,
    elsewhere,
    free,
    not_for,
    owned,
    owner_of,
    stop_all,
    tell_all,
)
from bot.messages import Outgoing, Person
from bot.presentation import cards, texts
from bot.presentation.cards import name


def claim(case: Case, by: Person, now: datetime) -> Change | Refused:
    """Take the case; whoever comes second is told who has it."""
    if case.state is CaseState.CLOSED:
        return Refused(texts.already_closed(case.reference))
    if case.owner is not None:
        mine = case.owner.key == by.key
        return Refused(texts.yours_already(case.reference) if mine else texts.taken(case.reference, name(case.owner)))
    told = cards.sentence(texts.claimed_for_asker(name(by), case.reference))
    step = Step(now, StepKind.CLAIMED, by)
    return changed(owned(case, by, now), (step,), UpdateCard(), *tell_all(case, told))


def unclaim(case: Case, by: Person, status: DeskStatus, now: datetime) -> Change | Refused:
    """Free the case for somebody else; any officer may, since owners fall ill."""
    if case.state is CaseState.CLOSED:
        return Refused(texts.already_closed(case.reference))
    if case.owner is None:
        return Refused(texts.not_claimed(case.reference))
    told = cards.sentence(texts.freed_for_asker(name(case.owner), case.reference))
    below = ThreadReply(cards.in_thread(texts.freed(name(by))), owner_of(case, but=by), harmless=True)
    step = Step(now, StepKind.UNCLAIMED, by)
    return changed(free(case), (step,), UpdateCard(), below, *tell_all(case, told), *_watch(case, status))


def reply(
    case: Case,
    by: Person,
    text: str,
    now: datetime,
    kind: ReplyKind = ReplyKind.ADVICE,
    *,
    from_thread: bool = False,
    files: int = 0,
) -> Change | Refused:
    """Write to everybody who asked; each gets it alone. `files` that came with it are not carried."""
    if refused := not_for(case, by):
        return refused
    if not text.strip():
        return Refused(texts.NOTHING_WRITTEN)
    if not case.askers:
        return Refused(texts.nobody_asked(case.reference))
    label = kind.value if case.kind is CaseKind.MEDIA else ""
    steps = (*_claimed(case, by, now), Step(now, StepKind.REPLIED, by, text.strip(), label=label))
    told = cards.reply(case, name(by), text.strip(), kind)
    wrote = texts.wrote_to_asker(name(by))
    if kind is not ReplyKind.ADVICE:
        wrote = texts.wrote_as(name(by), texts.REPLY_KINDS[kind])
    below = [] if from_thread else [ThreadReply(cards.in_thread(wrote, text.strip()))]
    if files:
        below.append(ThreadReply(cards.in_thread(texts.FILES_NOT_SENT), harmless=True))
    answered = replace(case if case.owner else owned(case, by, now), answered_at=now)
    return changed(answered, steps, UpdateCard(), *below, *tell_all(case, told, awaited=True))


def issue(case: Case, by: Person, statement: Statement, now: datetime) -> Change | Refused:
    """Record what was issued to the journalist; that is their answer."""
    text = texts.statement_step(statement.recipient, statement.approver, statement.text)
    said = texts.statement_issued(name(by), statement.recipient, statement.approver)
    return _answered(case, by, Step(now, StepKind.STATEMENT, by, text), cards.in_thread(said, statement.text), now)


def respond(case: Case, by: Person, how: str, now: datetime) -> Change | Refused:
    """The journalist has had an answer, which is another thing than that the asker was advised."""
    step = Step(now, StepKind.RESPONDED, by, how.strip())
    return _answered(case, by, step, cards.in_thread(texts.responded(name(by)), how.strip()), now)


def _answered(case: Case, by: Person, step: Step, below: Outgoing, now: datetime) -> Change | Refused:
    """The first answer is the one that meets the deadline; it claims a case that nobody has."""
    if refused := not_for(case, by):
        return refused
    if case.kind is not CaseKind.MEDIA:
        return Refused(texts.TOO_OLD)
    taken = case if case.owner else owned(case, by, now)
    told = tell_all(case, cards.sentence(texts.responded_for_asker(case.reference)))
    after = replace(taken, responded_at=case.responded_at or now)
    return changed(after, (*_claimed(case, by, now), step), UpdateCard(), ThreadReply(below), *told)


def _claimed(case: Case, by: Person, now: datetime) -> tuple[Step, ...]:
    return () if case.owner else (Step(now, StepKind.CLAIMED, by),)


def note(case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False) -> Change | Refused:
    """Write something that stays inside, whatever the state."""
    if not text.strip():
        return Refused(texts.NOTHING_WRITTEN)
    below = () if from_thread else (ThreadReply(cards.in_thread(texts.noted(name(by)), text.strip())),)
    return changed(case, (Step(now, StepKind.NOTED, by, text.strip()),), UpdateCard(), *below)


def close(case: Case, by: Person, outcome: Outcome, now: datetime, *, inside: str = "") -> Change | Refused:
    """End the case. `inside` is a last note, which stays inside."""
    if refused := not_for(case, by):
        return refused
    alarm = outcome is Outcome.FALSE_ALARM
    kind = StepKind.FALSE_ALARM if alarm else StepKind.CLOSED
    steps = [Step(now, kind, by, "" if alarm else outcome.value)]
    if inside.strip():
        steps.append(Step(now, StepKind.NOTED, by, inside.strip()))
    say = texts.false_alarm_for_asker if alarm else texts.closed_for_asker
    told = tell_all(case, cards.sentence(say(case.reference)))
    return changed(closed(case, outcome, now), tuple(steps), UpdateCard(), *told, *stop_all())


def reopen(case: Case, by: Person, status: DeskStatus, now: datetime) -> Change | Refused:
    """Take a closed case up again, with its history."""
    if case.joined_into is not None:
        return elsewhere(case, case.joined_into)
    if case.state is not CaseState.CLOSED:
        return Refused(texts.not_closed(case.reference))
    told = tell_all(case, cards.sentence(texts.reopened_for_asker(case.reference)))
    below = ThreadReply(cards.in_thread(texts.reopened(name(by))), harmless=True)
    step = Step(now, StepKind.REOPENED, by)
    return changed(_unanswered(free(case), status, now), (step,), UpdateCard(), below, *told, *_watch(case, status))


def _unanswered(case: Case, status: DeskStatus, now: datetime) -> Case:
    """What was answered once has a new answer to wait for: a deadline that was met and is over is no longer its own."""
    if case.responded_at is None:
        return case
    again = replace(case, responded_at=None)
    if case.due_at is None or case.due_at > now:
        return again
    return replace(again, due_at=status.day_ends, due_known=False, details=replace(case.details, deadline="", slot=""))


def _watch(case: Case, status: DeskStatus) -> tuple[StartTimer, ...]:
    """Nobody has it again; perhaps nobody could be told of it while somebody had."""
    return (StartTimer(FALLBACK, status.fallback_after),) if case.kind is CaseKind.MEDIA else ()
