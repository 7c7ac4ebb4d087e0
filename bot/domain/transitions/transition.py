"""What a transition returns: the changed case, its new steps and the effects. All of it is data.

A transition is a pure function `(case, who, …, now) -> Transition | Refused`. It sends and stores nothing:
`desk.apply_transition` stores the case, lets `presentation` draw the effects, and puts them into the outbox.
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
    """The state of the press desk at the moment of a transition."""

    phone: str
    """The press office's number; empty if none is configured."""
    holding_line: str
    """Markdown: what an asker should and should not do until an officer calls. An incident has its own."""
    fallback_after: timedelta
    """How long a ping may stay undelivered before the asker is given the phone number."""
    on_call: tuple[str, ...] = ()
    """Who is on call now, as `platform:id`."""
    on_call_at_once: bool = False
    """True if the first ping mentions them, because the desk is closed or an incident lasts."""
    opens_in: timedelta = timedelta()
    """Time until the desk opens; zero while it is open, or if no hours are configured."""
    closes_at: datetime | None = None
    """When the desk closes; None while it is closed."""
    assumed_deadline: datetime | None = None
    """End of the working day: the deadline to assume when none is known."""
    zone: tzinfo = UTC
    """The organisation's time zone."""


# ---- effects: what is sent, in this order, once the change is committed ---------------------------------------------


@dataclass(frozen=True, slots=True)
class PostCard:
    """Post the case's card in every press channel. This is the ping."""

    mention: tuple[str, ...] = ()
    """People or user groups to mention, as `platform:id`."""
    again: bool = False
    """True to leave out the channels that have the card or are still waiting for it."""


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """Update the card in every press channel to show the case as it is now."""


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """Write a line below the card, in every press channel."""

    line: ThreadLine
    mention: tuple[str, ...] = ()
    """People or user groups to mention, as `platform:id`."""
    harmless: bool = False
    """True if the line neither names nor quotes an asker, so that it can be shown as it is below a restricted card."""
    carries: Said | None = None
    """The asker's message that the line passes on. The asker is shown whether it was delivered."""
    from_form: bool = False
    """True if that was written into a form, so that there is no message to show it on."""


@dataclass(frozen=True, slots=True)
class RemoveWords:
    """Remove the words of a message from the history, and what was delivered of it from the press channels."""

    steps: tuple[int, ...]
    """The steps that hold them, by their positions in the history."""
    event_id: str
    """The event of the message."""
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """Send the card to the press office by e-mail, if an address is configured."""


@dataclass(frozen=True, slots=True)
class NotifyAsker:
    """Write to an asker, in their direct conversation."""

    asker: Asker
    notice: AskerNotice
    awaited: bool = False
    """True for an officer's reply: the press office is told whether it was delivered."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start the case's timer `name`. One of this name that is running starts again."""

    name: str
    after: timedelta
    """Time until it is due, from the commit on."""


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Stop the case's timer `name`."""

    name: str


Effect = PostCard | UpdateCard | ThreadReply | RemoveWords | Mail | NotifyAsker | StartTimer | StopTimer

FALLBACK = "fallback"
"""The timer after which an undelivered ping gets its fallback: e-mail, and the phone number for the asker."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a case, which is committed as a whole or not at all."""

    case: Case
    """The case after the change."""
    steps: tuple[Step, ...]
    """Steps to add to its history."""
    effects: tuple[Effect, ...]
    also: tuple[Transition, ...] = ()
    """Transitions of other cases that are committed together with this one."""


# ---- refusals -------------------------------------------------------------------------------------------------------


class Refusal(Enum):
    """Why a transition does not happen."""

    ALREADY_CLOSED = auto()
    ALREADY_CLOSED_FOR_ASKER = auto()
    ALREADY_JOINED = auto()
    ALREADY_RESTRICTED = auto()
    ALREADY_YOURS = auto()
    ASK_TO_REMOVE = auto()
    ASKER_ONLY = auto()
    CLAIM_FIRST = auto()
    CLAIMED_BY_ANOTHER = auto()
    HELD = auto()
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
    REMOVAL_ALREADY_ASKED = auto()
    STALE_BUTTON = auto()
    TAKEN_BACK_ALREADY = auto()
    UNKNOWN_OUTCOME = auto()
    WITHDRAWAL_ALREADY_ASKED = auto()


@dataclass(frozen=True, slots=True)
class Refused:
    """The result of a transition that does not happen."""

    refusal: Refusal
    case: Case | None = None
    """The case that the text of the refusal names, if it names one."""
    other: Case | None = None
    """The second case that the text names, if it names two."""


# ---- shared by the transitions --------------------------------------------------------------------------------------


def is_stale(case: Case, revision: int) -> bool:
    """Return whether state or owner of the case have changed since a button was drawn at `revision`."""
    return revision < case.ownership_revision


def check_may_act(case: Case, by: Person) -> Refused | None:
    """Return why this officer may not answer or close the case, or None if they may.

    They may while the case is not closed, and is either theirs or nobody's.
    """
    if case.joined_into is not None:
        return refuse_joined(case, case.joined_into)
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED, case)
    if case.owner is not None and case.owner.key != by.key:
        return Refused(Refusal.CLAIMED_BY_ANOTHER, case)
    return None


def refuse_joined(case: Case, joined_into: int) -> Refused:
    """Return the refusal for a case that was joined to another one, which continues for both."""
    return Refused(Refusal.JOINED_TO_ANOTHER, case, replace(case, id=joined_into))


def transition_to(case: Case, steps: tuple[Step, ...], *effects: Effect) -> Transition:
    """Return the transition whose result is this case, with its revision increased by one."""
    return Transition(replace(case, revision=case.revision + 1), steps, effects)


def claimed_by(case: Case, by: Person, now: datetime) -> Case:
    """Return the case, claimed by `by`."""
    claimed = replace(_without_waiting_and_offer(case), state=CaseState.CLAIMED, owner=by, claimed_at=now)
    return _with_new_ownership(claimed)


def without_owner(case: Case) -> Case:
    """Return the case, open and without an owner."""
    unowned = replace(_without_waiting_and_offer(case), state=CaseState.OPEN, owner=None, outcome=None)
    return _with_new_ownership(replace(unowned, claimed_at=None, answered_at=None, closed_at=None))


def closed(case: Case, outcome: Outcome, now: datetime) -> Case:
    """Return the case, closed. It keeps its owner."""
    ended = replace(_without_waiting_and_offer(case), state=CaseState.CLOSED, outcome=outcome, closed_at=now)
    return _with_new_ownership(ended)


def notify_all(case: Case, notice: AskerNotice, *, awaited: bool = False) -> tuple[NotifyAsker, ...]:
    """Return the effects that tell each asker, in a message of their own. `awaited`: see `NotifyAsker`."""
    # After a join a person can be an asker twice. They are told once, as the first of the two.
    first = {asker.person.key: asker for asker in reversed(case.askers)}
    return tuple(NotifyAsker(asker, notice, awaited) for asker in case.askers if first[asker.person.key] is asker)


def stop_timers() -> tuple[StopTimer, ...]:
    """Return the effects that stop a case's timers when it closes.

    The timer of the escalation is not among them, because it is set from the schedule after each transition.
    """
    return (StopTimer(FALLBACK),)


def owner_mention(case: Case, *, but: Person | None = None) -> tuple[str, ...]:
    """Return the owner, as `platform:id` to mention; nobody if there is no owner, or if `but` is the owner."""
    if case.owner is None or (but is not None and but.key == case.owner.key):
        return ()
    return (case.owner.key,)


def _with_new_ownership(case: Case) -> Case:
    """Return the case, so that buttons drawn before its next revision are stale."""
    return replace(case, ownership_revision=case.revision + 1)


def _without_waiting_and_offer(case: Case) -> Case:
    """Return the case without the facts that its owner waits for and without their offer to hand it over.

    Both belong to the owner, and end when ownership changes.
    """
    return replace(case, waiting_until=None, waiting_for="", offered_to=None)
