"""What a transition returns, and what all of them share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.case import Asker, Case, CaseState, Outcome, Step
from bot.messages import Outgoing, Person, Said
from bot.presentation import texts
from bot.presentation.cards import name


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """What the press office promises, for this moment.

    `on_call` is who is mentioned in a ping that leaves now, already in the first where `on_call_at_once`; `opens_in` is
    how long nobody will be at the press desk, `closes_at` until when somebody is, `day_ends` when an answer is due of
    which nobody says when. `zone` is the organisation's.
    """

    phone: str
    holding_line: str
    fallback_after: timedelta
    on_call: tuple[str, ...] = ()
    on_call_at_once: bool = False
    opens_in: timedelta = timedelta()
    closes_at: datetime | None = None
    day_ends: datetime | None = None
    zone: tzinfo = UTC


# ---- effects: what has to leave, in this order, with the change -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostCard:
    """A new card in every press channel; `again`: in those that have none and will get none."""

    mention: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """The card in every press channel as it is now."""


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """A message in the thread of the card, in every press channel.

    `harmless`: it neither names nor quotes whoever asked, so that it may stand below the card of a restricted case.
    `carries` is what an asker said: they learn when it is there, or that it cannot be.
    """

    outgoing: Outgoing
    mention: tuple[str, ...] = ()
    harmless: bool = False
    carries: Said | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """The card by e-mail to the press office, where that is set up."""


@dataclass(frozen=True, slots=True)
class NotifyAsker:
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


Effect = PostCard | UpdateCard | ThreadReply | Mail | NotifyAsker | StartTimer | StopTimer
FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Change:
    """What a transition does, all of it or nothing. `notice` is for whoever pressed; `also` happens to other cases."""

    case: Case
    steps: tuple[Step, ...]
    effects: tuple[Effect, ...]
    notice: str = ""
    also: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changes; `reason` says why, to whoever pressed."""

    reason: str


# ---- the common part ------------------------------------------------------------------------------------------------


def is_stale(case: Case, revision: int) -> bool:
    """Whether a button drawn at `revision` speaks of an earlier turn of the case."""
    return revision < case.turned


def not_for(case: Case, by: Person) -> Refused | None:
    """Why the case is not this officer's to end or to answer, or None."""
    if case.joined_into is not None:
        return elsewhere(case, case.joined_into)
    if case.state is CaseState.CLOSED:
        return Refused(texts.already_closed(case.reference))
    if case.owner is not None and case.owner.key != by.key:
        return Refused(texts.taken(case.reference, name(case.owner)))
    return None


def elsewhere(case: Case, joined_into: int) -> Refused:
    """The case was joined to another, which goes on for both."""
    return Refused(texts.goes_on(case.reference, replace(case, id=joined_into).reference))


def changed(case: Case, steps: tuple[Step, ...], *effects: Effect, notice: str = "") -> Change:
    """The change, at the next revision."""
    return Change(replace(case, revision=case.revision + 1), steps, effects, notice)


def turned(case: Case) -> Case:
    """As it will be once it has changed hands: buttons drawn before are stale."""
    return replace(case, turned=case.revision + 1)


def owned(case: Case, by: Person, now: datetime) -> Case:
    """In somebody's hands."""
    return turned(replace(_settled(case), state=CaseState.CLAIMED, owner=by, claimed_at=now))


def free(case: Case) -> Case:
    """In nobody's hands."""
    nobodys = replace(_settled(case), state=CaseState.OPEN, owner=None, outcome=None)
    return turned(replace(nobodys, claimed_at=None, answered_at=None, closed_at=None))


def closed(case: Case, outcome: Outcome, now: datetime) -> Case:
    """Ended; whose it was stays on record."""
    return turned(replace(_settled(case), state=CaseState.CLOSED, outcome=outcome, closed_at=now))


def tell_all(case: Case, outgoing: Outgoing, *, awaited: bool = False) -> tuple[NotifyAsker, ...]:
    """Everybody who asked, each alone."""
    once = {asker.person.key: asker for asker in reversed(case.askers)}  # some asked in two cases that were joined
    return tuple(NotifyAsker(asker, outgoing, awaited) for asker in case.askers if once[asker.person.key] is asker)


def stop_all() -> tuple[StopTimer, ...]:
    """The case has ended: nothing is waited for."""
    return (StopTimer(FALLBACK),)


def _settled(case: Case) -> Case:
    """What its owner waited for, and whom they asked to take it over, ends with their turn."""
    return replace(case, waiting_until=None, waiting_for="", offered_to=None)


def owner_of(case: Case, *, but: Person | None = None) -> tuple[str, ...]:
    """Whom to mention in what concerns the owner: nobody where there is none, or where they did it themselves."""
    if case.owner is None or (but is not None and but.key == case.owner.key):
        return ()
    return (case.owner.key,)
