"""What officers do to a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot import cards, wording
from bot.cards import name
from bot.cases.changes import (
    FALLBACK,
    BelowPing,
    Change,
    Redraw,
    Refused,
    StartTimer,
    Terms,
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
from bot.messages import Person
from bot.model import Case, CaseKind, CaseState, Outcome, Step, StepKind


def claim(case: Case, by: Person, now: datetime) -> Change | Refused:
    """Take the case; whoever comes second is told who has it."""
    if case.state is CaseState.CLOSED:
        return Refused(wording.already_closed(case.reference))
    if case.owner is not None:
        mine = case.owner.key == by.key
        return Refused(
            wording.yours_already(case.reference) if mine else wording.taken(case.reference, name(case.owner))
        )
    told = cards.sentence(wording.claimed_for_asker(name(by), case.reference))
    step = Step(now, StepKind.CLAIMED, by)
    return changed(owned(case, by, now), (step,), Redraw(), *tell_all(case, told))


def unclaim(case: Case, by: Person, terms: Terms, now: datetime) -> Change | Refused:
    """Free the case for somebody else; any officer may, since owners fall ill."""
    if case.state is CaseState.CLOSED:
        return Refused(wording.already_closed(case.reference))
    if case.owner is None:
        return Refused(wording.not_claimed(case.reference))
    told = cards.sentence(wording.freed_for_asker(name(case.owner), case.reference))
    below = BelowPing(cards.in_thread(wording.freed(name(by))), owner_of(case, but=by))
    step = Step(now, StepKind.UNCLAIMED, by)
    return changed(free(case), (step,), Redraw(), below, *tell_all(case, told), *_watch(case, terms))


def reply(
    case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False, files: int = 0
) -> Change | Refused:
    """Write to everybody who asked; each gets it alone. `files` that came with it are not carried."""
    if refused := not_for(case, by):
        return refused
    if not text.strip():
        return Refused(wording.NOTHING_WRITTEN)
    steps = (*(() if case.owner else (Step(now, StepKind.CLAIMED, by),)), Step(now, StepKind.REPLIED, by, text.strip()))
    told = cards.reply(case, name(by), text.strip())
    below = [] if from_thread else [BelowPing(cards.in_thread(wording.wrote_to_asker(name(by)), text.strip()))]
    if files:
        below.append(BelowPing(cards.in_thread(wording.FILES_NOT_SENT)))
    answered = replace(case if case.owner else owned(case, by, now), answered_at=now)
    return changed(answered, steps, Redraw(), *below, *tell_all(case, told, awaited=True))


def note(case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False) -> Change | Refused:
    """Write something that stays inside, whatever the state."""
    if not text.strip():
        return Refused(wording.NOTHING_WRITTEN)
    below = () if from_thread else (BelowPing(cards.in_thread(wording.noted(name(by)), text.strip())),)
    return changed(case, (Step(now, StepKind.NOTED, by, text.strip()),), Redraw(), *below)


def close(case: Case, by: Person, outcome: Outcome, now: datetime, *, inside: str = "") -> Change | Refused:
    """End the case. `inside` is a last note, which stays inside."""
    if refused := not_for(case, by):
        return refused
    alarm = outcome is Outcome.FALSE_ALARM
    kind = StepKind.FALSE_ALARM if alarm else StepKind.CLOSED
    steps = [Step(now, kind, by, "" if alarm else outcome.value)]
    if inside.strip():
        steps.append(Step(now, StepKind.NOTED, by, inside.strip()))
    say = wording.false_alarm_for_asker if alarm else wording.closed_for_asker
    told = tell_all(case, cards.sentence(say(case.reference)))
    return changed(closed(case, outcome, now), tuple(steps), Redraw(), *told, *stop_all())


def reopen(case: Case, by: Person, terms: Terms, now: datetime) -> Change | Refused:
    """Take a closed case up again, with its history."""
    if case.joined_into is not None:
        return elsewhere(case, case.joined_into)
    if case.state is not CaseState.CLOSED:
        return Refused(wording.not_closed(case.reference))
    told = tell_all(case, cards.sentence(wording.reopened_for_asker(case.reference)))
    below = BelowPing(cards.in_thread(wording.reopened(name(by))))
    step = Step(now, StepKind.REOPENED, by)
    return changed(free(case), (step,), Redraw(), below, *told, *_watch(case, terms))


def _watch(case: Case, terms: Terms) -> tuple[StartTimer, ...]:
    """Nobody has it again; perhaps nobody could be told of it while somebody had."""
    return (StartTimer(FALLBACK, terms.fallback_after),) if case.kind is CaseKind.MEDIA else ()
