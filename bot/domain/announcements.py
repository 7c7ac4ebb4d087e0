"""What a transition announces, as data: lines below a case's card, and notices to whoever asked.

`presentation.announcements` draws each of them. Most lines tell of a step, and hold just that step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.case import Case, ReplyKind, Statement, Step, StepKind
from bot.messages import Person

# ---- lines below the card -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepLine:
    """Tell of a step. `quote` are words to show with it, if they are not the step's own text."""

    step: Step
    quote: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Tell that an officer issued a statement."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """Tell that another case belongs with this one. `same`: the same enquiry; else another outlet's on one story."""

    other: Case
    same: bool


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """Tell that nobody has claimed the case for so long, and which steps were taken about it now."""

    waited: timedelta
    steps: tuple[StepKind, ...]
    on_call: bool
    """Somebody is on call."""
    phone: str


@dataclass(frozen=True, slots=True)
class NudgeLine:
    """Ask the owner how it is going. `waited`: the time until which they wanted to wait has come; for these facts."""

    waited: bool
    facts: str


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Tell that the case is back in the queue, because its owner stayed silent."""

    owner: Person | None


class PlainLine(Enum):
    """Lines that need no more than their kind."""

    FILES_NOT_SENT = auto()


ThreadLine = StepLine | StatementLine | LinkedLine | ReminderLine | NudgeLine | ReturnedLine | PlainLine


# ---- notices to askers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The case was opened."""

    holding_line: str
    phone: str
    called: bool
    """Whoever is on call is mentioned in the ping."""
    closes_at: datetime | None
    """Until when somebody is at the desk."""
    opens_at: datetime | None
    """When somebody is next at the desk; None while somebody is, or if no hours are configured."""


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """A further message went into the case. `number` is that of its step, counted from 0."""

    number: int
    files: int
    new_deadline: bool
    """A deadline was read from it, to be shown back."""


@dataclass(frozen=True, slots=True)
class DeadlineRead:
    """A deadline was read from an edited message, to be shown back."""


@dataclass(frozen=True, slots=True)
class WithdrawalNoted:
    """The request to withdraw was passed on. `owner` decides; without one, the case goes on for other askers."""

    owner: Person | None


@dataclass(frozen=True, slots=True)
class PleasePhone:
    """Ask to phone, since the press office may not know. `phone` is the number; empty where none is configured."""

    why: PhoneReason
    phone: str


class PhoneReason(Enum):
    """Why an asker should phone."""

    UNREACHABLE = auto()
    """No press channel took the card."""
    UNCLAIMED = auto()
    """Nobody claimed the case in time."""
    MESSAGE_UNDELIVERED = auto()
    """A further message of theirs reached no press channel."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An officer looks after the case now."""

    officer: Person


@dataclass(frozen=True, slots=True)
class Freed:
    """The officer who looked after the case does not any more."""

    officer: Person


@dataclass(frozen=True, slots=True)
class OfficerReply:
    """An officer's words."""

    officer: Person
    words: str
    kind: ReplyKind


@dataclass(frozen=True, slots=True)
class JoinedNotice:
    """The case that they know as `reference` is looked after together with another."""

    reference: str
    into: str
    owner: Person | None


@dataclass(frozen=True, slots=True)
class SplitNotice:
    """The case is looked after on its own again, apart from `into`."""

    into: str


class PlainNotice(Enum):
    """Notices that need no more than the case's reference."""

    CLOSED = auto()
    FALSE_ALARM = auto()
    REACHED = auto()
    """The press office has the case after all."""
    REOPENED = auto()
    RESPONDED = auto()
    """The press office has answered the journalist."""
    RETURNED = auto()
    """The case lost an owner who stayed silent."""
    WITHDRAWN = auto()


AskerNotice = (
    Acknowledgement
    | MessageAdded
    | DeadlineRead
    | WithdrawalNoted
    | PleasePhone
    | Claimed
    | Freed
    | OfficerReply
    | JoinedNotice
    | SplitNotice
    | PlainNotice
)
