"""What a transition returns: the changed case, its new steps and the effects, all of them data.

A transition is a pure function `(case, who, …, now) -> Transition | Refused`. It draws nothing and writes nothing:
`presentation` draws the effects, `desk` stores the case and puts the effects into the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum, auto

from bot.domain.announcements import AskerNotice, ThreadLine
from bot.domain.case import Asker, Case, CaseState, Outcome, Step
from bot.messages import Person, Said


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """What holds at the press desk at this moment."""

    phone: str
    """The press office's number; empty where none is configured."""
    holding_line: str
    """Markdown: what an asker should and should not do until an officer calls. An incident has its own."""
    fallback_after: timedelta
    """How long a ping may stay undelivered before the asker is given the phone number."""
    on_call: tuple[str, ...] = ()
    """Who is on call now, as `platform:id`."""
    on_call_at_once: bool = False
    """Mention them in the first ping: nobody is at the desk now."""
    opens_in: timedelta = timedelta()
    """How long nobody will be at the desk; zero while somebody is."""
    closes_at: datetime | None = None
    """Until when somebody is at the desk; None while nobody is."""
    assumed_deadline: datetime | None = None
    """End of the working day: the deadline to assume when none is known."""
    zone: tzinfo = UTC
    """The organisation's time zone."""


# ---- effects: what has to leave, in this order, together with the change ---------------------------------------------


@dataclass(frozen=True, slots=True)
class PostCard:
    """Post the case's card in every press channel. With `again`, only where no card is and none is on its way."""

    mention: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """Update the card in every press channel to show the case as it is now."""


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """Write a line below the card, in every press channel."""

    line: ThreadLine
    mention: tuple[str, ...] = ()
    harmless: bool = False
    """The line neither names nor quotes an asker, so it may stand below the card of a restricted case as it is."""
    carries: Said | None = None
    """The asker's message that the line passes on. The asker learns when it is delivered, or that it cannot be."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Send the card to the press office by e-mail, if an address is configured."""


@dataclass(frozen=True, slots=True)
class NotifyAsker:
    """Write to an asker, in their direct conversation."""

    asker: Asker
    notice: AskerNotice
    awaited: bool = False
    """It is an officer's reply: the press office is told whether it was delivered."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start the case's timer `name`, or start it afresh. It comes back after this time unless it is stopped."""

    name: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Stop the case's timer `name`."""

    name: str


Effect = PostCard | UpdateCard | ThreadReply | Mail | NotifyAsker | StartTimer | StopTimer

FALLBACK = "fallback"
"""The timer after which an undelivered ping gets its fallback: e-mail, and the phone number for the asker."""


@dataclass(frozen=True, slots=True)
class Transition:
    """What a transition does, all of it or nothing. `also` are the transitions of other cases that belong to it."""

    case: Case
    steps: tuple[Step, ...]
    effects: tuple[Effect, ...]
    also: tuple[Transition, ...] = ()


# ---- refusals -------------------------------------------------------------------------------------------------------


class Refusal(Enum):
    """Why a transition does not happen."""

    ALREADY_CLOSED = auto()
    ALREADY_CLOSED_FOR_ASKER = auto()
    ALREADY_JOINED = auto()
    ALREADY_RESTRICTED = auto()
    ALREADY_YOURS = auto()
    ASKER_ONLY = auto()
    CLAIM_FIRST = auto()
    CLAIMED_BY_ANOTHER = auto()
    JOINED_TO_ANOTHER = auto()
    MEDIA_ONLY = auto()
    NO_ASKER = auto()
    NO_OTHER_OFFICER = auto()
    NO_SUCH_CASE = auto()
    NOT_A_FUTURE_TIME = auto()
    NOT_AN_OFFICER = auto()
    NOT_CLAIMED = auto()
    NOT_CLOSED = auto()
    NOT_JOINED = auto()
    NOT_OFFERED = auto()
    NOT_RESTRICTED = auto()
    NOT_THE_SAME_ENQUIRY = auto()
    NOTHING_TO_PUT_OFF = auto()
    NOTHING_WRITTEN = auto()
    PASSED_ON_ALREADY = auto()
    STALE_BUTTON = auto()
    UNKNOWN_OUTCOME = auto()
    WITHDRAWAL_ALREADY_ASKED = auto()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changes. `case` and `other` are what the refusal speaks of, if it speaks of any."""

    refusal: Refusal
    case: Case | None = None
    other: Case | None = None


# ---- shared by the transitions --------------------------------------------------------------------------------------


def is_stale(case: Case, revision: int) -> bool:
    """Return whether a button that was drawn at `revision` was drawn before the case last changed hands."""
    return revision < case.ownership_revision


def not_for(case: Case, by: Person) -> Refused | None:
    """Return why this officer may not end or answer the case, or None if they may."""
    if case.joined_into is not None:
        return joined_to_another(case, case.joined_into)
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED, case)
    if case.owner is not None and case.owner.key != by.key:
        return Refused(Refusal.CLAIMED_BY_ANOTHER, case)
    return None


def joined_to_another(case: Case, joined_into: int) -> Refused:
    """Refuse because the case was joined to another, which goes on for both."""
    return Refused(Refusal.JOINED_TO_ANOTHER, case, replace(case, id=joined_into))


def changed(case: Case, steps: tuple[Step, ...], *effects: Effect) -> Transition:
    """Return the transition to this case, at its next revision."""
    return Transition(replace(case, revision=case.revision + 1), steps, effects)


def owned(case: Case, by: Person, now: datetime) -> Case:
    """Return the case, claimed by `by`."""
    return _changed_hands(replace(_released(case), state=CaseState.CLAIMED, owner=by, claimed_at=now))


def free(case: Case) -> Case:
    """Return the case, open and without an owner."""
    nobodys = replace(_released(case), state=CaseState.OPEN, owner=None, outcome=None)
    return _changed_hands(replace(nobodys, claimed_at=None, answered_at=None, closed_at=None))


def closed(case: Case, outcome: Outcome, now: datetime) -> Case:
    """Return the case, closed; its owner stays on record."""
    return _changed_hands(replace(_released(case), state=CaseState.CLOSED, outcome=outcome, closed_at=now))


def notify_all(case: Case, notice: AskerNotice, *, awaited: bool = False) -> tuple[NotifyAsker, ...]:
    """Return the effects that tell each asker, each of them alone and once."""
    once = {asker.person.key: asker for asker in reversed(case.askers)}  # some asked in two cases that were joined
    return tuple(NotifyAsker(asker, notice, awaited) for asker in case.askers if once[asker.person.key] is asker)


def stop_timers() -> tuple[StopTimer, ...]:
    """Return the effects that stop what a case waited for when it ends."""
    return (StopTimer(FALLBACK),)


def owner_of(case: Case, *, but: Person | None = None) -> tuple[str, ...]:
    """Return whom to mention about what concerns the owner: nobody if there is none, or if they did it themselves."""
    if case.owner is None or (but is not None and but.key == case.owner.key):
        return ()
    return (case.owner.key,)


def _changed_hands(case: Case) -> Case:
    """Buttons that were drawn before this revision are stale."""
    return replace(case, ownership_revision=case.revision + 1)


def _released(case: Case) -> Case:
    """What the owner waited for, and whom they asked to take over, ends with their ownership."""
    return replace(case, waiting_until=None, waiting_for="", offered_to=None)
