"""What a transition announces, as data: lines below a case's card, and notices to askers.

`presentation.cards.thread_lines` writes the lines, `presentation.cards.asker_cards` the notices. Most lines report a
step of the history and hold that step alone.
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
    """A step of the history."""

    step: Step
    quote: str = ""
    """Words to show with the step, if they are not the step's own text."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An officer issued a statement."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """Another case belongs with this one."""

    other: Case
    same: bool
    """True for the same enquiry (`LinkKind.SAME`), False for another outlet's enquiry on the same story."""


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """Nobody has claimed the case."""

    waited: timedelta
    """How long it has had no owner."""
    steps: tuple[StepKind, ...]
    """The steps of the escalation that happen with this reminder."""
    on_call: bool
    """True if somebody is on call."""
    phone: str
    """The press office's number, which askers are given with `StepKind.PHONE_GIVEN`; empty if none is configured."""


@dataclass(frozen=True, slots=True)
class NudgeLine:
    """The owner is asked how the case is going."""

    waited: bool
    """True if the owner wanted to wait until now; False if they did nothing for some time."""
    facts: str
    """What they waited for."""


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """The case is back in the queue, because its owner did nothing after the nudge."""

    owner: Person | None
    """The previous owner."""


class PlainLine(Enum):
    """Lines without data."""

    FILES_NOT_SENT = auto()
    """The files of an officer's reply are not sent to the askers."""


ThreadLine = StepLine | StatementLine | LinkedLine | ReminderLine | NudgeLine | ReturnedLine | PlainLine


# ---- notices to askers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The case was opened."""

    holding_line: str
    """Markdown."""
    phone: str
    """The press office's number; empty if none is configured."""
    called: bool
    """True if the ping mentions whoever is on call."""
    closes_at: datetime | None
    """When the desk closes; None while it is closed."""
    opens_at: datetime | None
    """When the desk opens; None while it is open, or if no hours are configured."""


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """A further message was added to the case."""

    number: int
    """Position of its step in the history, counted from 0. The button "separate" names the message by it."""
    files: int
    """Number of files attached to the message."""
    new_deadline: bool
    """True if a deadline was read from the message. The asker is shown it, so that they can correct it."""
    unsure: bool = False
    """True if it may be another enquiry, which the asker can say with a button."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The asker has taken back a message."""

    mailed: bool
    """True if the press office has got an e-mail with it, which stays."""


@dataclass(frozen=True, slots=True)
class DeadlineRead:
    """A deadline was read from an edited message. The asker is shown it, so that they can correct it."""


@dataclass(frozen=True, slots=True)
class WithdrawalNoted:
    """The request to withdraw was passed on to the press office."""

    owner: Person | None
    """The officer who decides. If it is None, the case continues for its other askers."""


@dataclass(frozen=True, slots=True)
class PleasePhone:
    """The asker should phone, because the press office may not know of the case or the message."""

    why: PhoneReason
    phone: str
    """The press office's number; empty if none is configured."""


class PhoneReason(Enum):
    """Why an asker should phone."""

    UNREACHABLE = auto()
    """No press channel accepted the card."""
    UNCLAIMED = auto()
    """Nobody claimed the case in time."""
    MESSAGE_UNDELIVERED = auto()
    """A further message of the asker reached no press channel."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An officer looks after the case now."""

    officer: Person


@dataclass(frozen=True, slots=True)
class Freed:
    """An officer gave the case up."""

    officer: Person
    """The previous owner."""


@dataclass(frozen=True, slots=True)
class OfficerReply:
    """An officer's reply."""

    officer: Person
    words: str
    kind: ReplyKind


@dataclass(frozen=True, slots=True)
class JoinedNotice:
    """The asker's case was joined to another one."""

    reference: str
    """The reference under which the asker knows their case."""
    into: str
    """Reference of the case that continues for both."""
    owner: Person | None
    """Owner of the case that continues."""


@dataclass(frozen=True, slots=True)
class SplitNotice:
    """The asker's case is separate again."""

    into: str
    """Reference of the case to which it was joined before."""


class PlainNotice(Enum):
    """Notices without data."""

    CLOSED = auto()
    FALSE_ALARM = auto()
    REACHED = auto()
    """A press channel accepted the card after the asker was told to phone."""
    REMOVAL_ASKED = auto()
    """The officers were asked to remove a message."""
    REMOVED = auto()
    """An officer has removed it."""
    REOPENED = auto()
    RESPONDED = auto()
    """The press office has answered the journalist."""
    RETURNED = auto()
    """The case is back in the queue, because its owner did nothing after the nudge."""
    WITHDRAWN = auto()


AskerNotice = (
    Acknowledgement
    | MessageAdded
    | TakenBack
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
