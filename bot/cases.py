"""The life of a case: pure transitions, each of which returns what changes, what is remembered and what has to leave.

    open ──claim──▶ claimed ──close──▶ closed
      ▲  ◀─unclaim──   │ reply, note      │
      └────────────────┴─────reopen───────┘

A reply to a case that nobody has claims it. What belongs to one officer (reply, close, false alarm of a claimed case)
is theirs alone; anyone else frees it first, and the history shows it. Who is an officer is the desk's question, not this
room's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from bot import cards, wording
from bot.messages import Outgoing, Person, Said
from bot.model import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind

MAX_REMINDER_GAP = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the press office promises, for this moment: `on_call` is who is mentioned in a ping that leaves now."""

    phone: str
    holding_line: str
    remind_after: timedelta
    fallback_after: timedelta
    on_call: tuple[str, ...] = ()
    on_call_at_once: bool = False


# ---- effects: what has to leave, in this order, with the change -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ping:
    """A new card in every press channel."""

    mention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redraw:
    """The card in every press channel as it is now."""


@dataclass(frozen=True, slots=True)
class BelowPing:
    """A message in the thread of the card, in every press channel."""

    outgoing: Outgoing
    mention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to an asker, in their direct conversation. `awaited`: the press office is told what became of it."""

    asker: Asker
    outgoing: Outgoing
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class StartTimer:
    """`name` comes back after this time unless it is stopped; started again, it starts afresh."""

    name: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class StopTimer:
    """What the timer waited for has become moot."""

    name: str


Effect = Ping | Redraw | BelowPing | Tell | StartTimer | StopTimer
REMIND, FALLBACK = "remind", "fallback"


@dataclass(frozen=True, slots=True)
class Change:
    """What a transition does, all of it or nothing. `notice` is for whoever pressed."""

    case: Case
    steps: tuple[Step, ...]
    effects: tuple[Effect, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changes; `reason` says why, to whoever pressed."""

    reason: str


# ---- opening and what askers do -------------------------------------------------------------------------------------


def asker_of(said: Said, now: datetime) -> Asker:
    """Whoever said something, as an asker of a case."""
    return Asker(said.person, said.direct, said.at, said.text, now, said.event_id, said.link, said.files)


def opened(case: Case, terms: Terms, now: datetime) -> Change:
    """A case that was just created: ping, acknowledge, and watch that somebody takes it."""
    asker = case.askers[0]
    step = Step(now, StepKind.OPENED, asker.person, asker.text, asker.event_id)
    mention = terms.on_call if case.kind is CaseKind.MEDIA and terms.on_call_at_once else ()
    acknowledgement = cards.acknowledgement(case, holding_line=terms.holding_line, phone=terms.phone)
    effects: list[Effect] = [Ping(mention), Tell(asker, acknowledgement), StartTimer(REMIND, terms.remind_after)]
    if case.kind is CaseKind.MEDIA:
        effects.append(StartTimer(FALLBACK, terms.fallback_after))
    return Change(case, (step,), tuple(effects))


def add(case: Case, said: Said, now: datetime, *, number: int) -> Change:
    """A further message of an asker. `number` is the place it will have in the history, counted from 0."""
    step = Step(now, StepKind.ADDED, said.person, said.text, said.event_id)
    asker = _asker(case, said.person) or asker_of(said, now)
    below = cards.in_thread(wording.further(_name(said.person)), said.text)
    owner = (case.owner.key,) if case.owner else ()
    told = cards.added(case, number, files=said.files)
    return _change(case, (step,), Redraw(), BelowPing(below, owner), Tell(asker, told))


def correct(case: Case, said: Said, now: datetime) -> Change:
    """An asker edited a message that is part of the case."""
    step = Step(now, StepKind.CORRECTED, said.person, said.text, said.event_id)
    below = cards.in_thread(wording.correction(_name(said.person)), said.text)
    return _change(case, (step,), Redraw(), BelowPing(below))


def withdraw(case: Case, by: Person, steps: Sequence[Step], now: datetime) -> Change | Refused:
    """The asker no longer needs it: done at once while nobody has it, a request to its owner afterwards."""
    asker = _asker(case, by)
    if asker is None:
        return Refused(wording.NOT_YOURS)
    if case.state is CaseState.CLOSED:
        return Refused(wording.already_closed_for_asker(case.reference))
    if case.state is CaseState.OPEN:
        closed = _closed(case, Outcome.WITHDRAWN, now)
        told = Tell(asker, cards.plain(wording.withdrawn_for_asker(case.reference)))
        return _change(closed, (Step(now, StepKind.WITHDRAWN, by),), Redraw(), told, *_stop_all())
    if any(step.kind is StepKind.WITHDRAWAL_ASKED for step in steps):
        return Refused(wording.withdrawal_already_asked(case.reference))
    owner = _name(case.owner) if case.owner else ""
    below = BelowPing(cards.in_thread(wording.withdrawal_asked(_name(by))), (case.owner.key,) if case.owner else ())
    told = Tell(asker, cards.plain(cards.escape(wording.withdrawal_asked_for_asker(case.reference, owner))))
    return _change(case, (Step(now, StepKind.WITHDRAWAL_ASKED, by),), Redraw(), below, told)


def separate(case: Case, by: Person, new: Case, now: datetime) -> Change:
    """A message that was added is an enquiry of its own, which is `new`."""
    below = cards.in_thread(wording.separated(new.reference))
    return _change(case, (Step(now, StepKind.SEPARATED, by, new.reference),), Redraw(), BelowPing(below))


def add_details(case: Case, by: Person, details: Details, now: datetime) -> Change | Refused:
    """What became known of the enquiry; an empty field keeps what was known."""
    known = {field.name: getattr(details, field.name) or getattr(case.details, field.name) for field in fields(Details)}
    merged = Details(**known)
    if merged == case.details:
        return Refused(wording.NOTHING_WRITTEN)
    new = {wording.DETAILS_LABELS[name]: value for name, value in known.items() if value != getattr(case.details, name)}
    text = "; ".join(f"{label}: {value}" for label, value in new.items())
    below = cards.in_thread(wording.details_added(_name(by)), text)
    step = Step(now, StepKind.DETAILS, by, text)
    notice = wording.details_taken(case.reference)
    return _change(replace(case, details=merged), (step,), Redraw(), BelowPing(below), notice=notice)


# ---- what officers do -----------------------------------------------------------------------------------------------


def claim(case: Case, by: Person, now: datetime) -> Change | Refused:
    """Take the case; whoever comes second is told who has it."""
    if case.state is CaseState.CLOSED:
        return Refused(wording.already_closed(case.reference))
    if case.owner is not None:
        mine = case.owner.key == by.key
        return Refused(
            wording.yours_already(case.reference) if mine else wording.taken(case.reference, _name(case.owner))
        )
    told = cards.plain(cards.escape(wording.claimed_for_asker(_name(by), case.reference)))
    step = Step(now, StepKind.CLAIMED, by)
    return _change(_owned(case, by, now), (step,), Redraw(), *_tell_all(case, told), StopTimer(REMIND))


def unclaim(case: Case, by: Person, terms: Terms, now: datetime) -> Change | Refused:
    """Free the case for somebody else; any officer may, since owners fall ill."""
    if case.state is CaseState.CLOSED:
        return Refused(wording.already_closed(case.reference))
    if case.owner is None:
        return Refused(wording.not_claimed(case.reference))
    told = cards.plain(cards.escape(wording.freed_for_asker(_name(case.owner), case.reference)))
    free = _turned(replace(case, state=CaseState.OPEN, owner=None, claimed_at=None, answered_at=None))
    step = Step(now, StepKind.UNCLAIMED, by)
    return _change(free, (step,), Redraw(), *_tell_all(case, told), StartTimer(REMIND, terms.remind_after))


def reply(case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False) -> Change | Refused:
    """Write to everybody who asked; each gets it alone."""
    if refused := not_for(case, by):
        return refused
    if not text.strip():
        return Refused(wording.NOTHING_WRITTEN)
    owned = case if case.owner else _owned(case, by, now)
    steps = (*(() if case.owner else (Step(now, StepKind.CLAIMED, by),)), Step(now, StepKind.REPLIED, by, text.strip()))
    told = cards.reply(case, _name(by), text.strip())
    below = () if from_thread else (BelowPing(cards.in_thread(wording.wrote_to_asker(_name(by)), text.strip())),)
    answered = replace(owned, answered_at=now)
    return _change(answered, steps, Redraw(), *below, *_tell_all(case, told, awaited=True), StopTimer(REMIND))


def note(case: Case, by: Person, text: str, now: datetime, *, from_thread: bool = False) -> Change | Refused:
    """Write something that stays inside, whatever the state."""
    if not text.strip():
        return Refused(wording.NOTHING_WRITTEN)
    below = () if from_thread else (BelowPing(cards.in_thread(wording.noted(_name(by)), text.strip())),)
    return _change(case, (Step(now, StepKind.NOTED, by, text.strip()),), Redraw(), *below)


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
    told = _tell_all(case, cards.plain(say(case.reference)))
    return _change(_closed(case, outcome, now), tuple(steps), Redraw(), *told, *_stop_all())


def reopen(case: Case, by: Person, terms: Terms, now: datetime) -> Change | Refused:
    """Take a closed case up again, with its history."""
    if case.state is not CaseState.CLOSED:
        return Refused(wording.not_closed(case.reference))
    free = replace(case, state=CaseState.OPEN, owner=None, outcome=None)
    free = _turned(replace(free, claimed_at=None, answered_at=None, closed_at=None))
    told = _tell_all(case, cards.plain(wording.reopened_for_asker(case.reference)))
    return _change(free, (Step(now, StepKind.REOPENED, by),), Redraw(), *told, StartTimer(REMIND, terms.remind_after))


# ---- what time and deliveries do ------------------------------------------------------------------------------------


def remind(case: Case, steps: Sequence[Step], terms: Terms, now: datetime) -> Change | None:
    """Nobody has claimed it yet. From the second reminder on, whoever is on call is mentioned; the gaps grow."""
    if case.state is not CaseState.OPEN:
        return None
    before = sum(1 for step in steps if step.kind is StepKind.REMINDED)
    waited = int((now - case.opened_at).total_seconds() // 60)
    mention = terms.on_call if case.kind is CaseKind.MEDIA and (before or terms.on_call_at_once) else ()
    below = BelowPing(cards.in_thread(wording.reminder(case.reference, waited)), mention)
    gap = min(terms.remind_after * 2 ** min(before + 1, 16), MAX_REMINDER_GAP)
    again = (StartTimer(REMIND, max(gap, terms.remind_after)),) if case.kind is CaseKind.MEDIA else ()
    return _change(case, (Step(now, StepKind.REMINDED),), Redraw(), below, *again)


def pinged(case: Case, where: str, now: datetime) -> Change:
    """A press channel took the card."""
    step = Step(now, StepKind.DELIVERED, text=where)
    return _change(replace(case, unreachable=""), (step,), Redraw(), StopTimer(FALLBACK))


def ping_failed(case: Case, where: str, why: str, now: datetime) -> Change:
    """One press channel of several cannot be reached."""
    return _change(case, (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"),), Redraw())


def unreachable(case: Case, where: str, why: str, terms: Terms, now: datetime) -> Change | None:
    """No press channel took the card: the asker is given the phone number, once."""
    if case.unreachable or case.state is CaseState.CLOSED:
        return None
    told = cards.plain(wording.unreachable_for_asker(case.reference, cards.escape(terms.phone)))
    marked = replace(case, unreachable=wording.unreachable(where, why))
    steps = (Step(now, StepKind.UNDELIVERED, text=f"{where}: {why}"), Step(now, StepKind.FALLBACK))
    return _change(marked, steps, Redraw(), *_tell_all(case, told), StopTimer(FALLBACK))


def reply_delivered(case: Case, name: str, now: datetime) -> Change:
    """An asker has what an officer wrote."""
    step = Step(now, StepKind.DELIVERED, text=name)
    return _change(case, (step,), Redraw(), BelowPing(cards.in_thread(wording.delivered_to(name))))


def reply_undelivered(case: Case, name: str, why: str, now: datetime) -> Change:
    """An asker cannot be given what an officer wrote: the officer must know."""
    step = Step(now, StepKind.UNDELIVERED, text=f"{name}: {why}")
    owner = (case.owner.key,) if case.owner else ()
    return _change(case, (step,), Redraw(), BelowPing(cards.in_thread(wording.undelivered_to(name, why)), owner))


# ---- the common part ------------------------------------------------------------------------------------------------


def is_stale(case: Case, revision: int) -> bool:
    """Whether a button drawn at `revision` speaks of an earlier turn of the case."""
    return revision < case.turned


def _change(case: Case, steps: tuple[Step, ...], *effects: Effect, notice: str = "") -> Change:
    return Change(replace(case, revision=case.revision + 1), steps, effects, notice)


def _turned(case: Case) -> Case:
    return replace(case, turned=case.revision + 1)


def _owned(case: Case, by: Person, now: datetime) -> Case:
    return _turned(replace(case, state=CaseState.CLAIMED, owner=by, claimed_at=now))


def _closed(case: Case, outcome: Outcome, now: datetime) -> Case:
    return _turned(replace(case, state=CaseState.CLOSED, outcome=outcome, closed_at=now))


def not_for(case: Case, by: Person) -> Refused | None:
    """Why the case is not this officer's to end or to answer, or None."""
    if case.state is CaseState.CLOSED:
        return Refused(wording.already_closed(case.reference))
    if case.owner is not None and case.owner.key != by.key:
        return Refused(wording.taken(case.reference, _name(case.owner)))
    return None


def _tell_all(case: Case, outgoing: Outgoing, *, awaited: bool = False) -> tuple[Tell, ...]:
    return tuple(Tell(asker, outgoing, awaited) for asker in case.askers)


def _stop_all() -> tuple[StopTimer, ...]:
    return StopTimer(REMIND), StopTimer(FALLBACK)


def _asker(case: Case, person: Person) -> Asker | None:
    return next((asker for asker in case.askers if asker.person.key == person.key), None)


def _name(person: Person) -> str:
    return person.name or person.key
