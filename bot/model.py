"""The records that the store keeps, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.messages import Address, Person, Receipt


class CaseKind(StrEnum):
    """A media enquiry, or an ordinary question that staff put to the press office."""

    MEDIA = "media"
    QUESTION = "question"


class CaseState(StrEnum):
    """Where a case is in its life."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    ANSWERED = "answered"
    NO_ACTION = "no action"
    FALSE_ALARM = "false alarm"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """One kind of line in a case's history."""

    OPENED = "opened"
    ADDED = "added"  # a further message of an asker
    CORRECTED = "corrected"  # an asker edited a message
    DETAILS = "details"
    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"
    REPLIED = "replied"
    NOTED = "noted"
    CLOSED = "closed"
    REOPENED = "reopened"
    FALSE_ALARM = "false alarm"
    WITHDRAWAL_ASKED = "withdrawal asked"
    WITHDRAWN = "withdrawn"
    SEPARATED = "separated"  # an added message became a case of its own
    REMINDED = "reminded"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who is to be answered in a case. `text` is what they first said, `at` where."""

    person: Person
    direct: Address
    at: Address
    text: str
    said_at: datetime
    event_id: str
    link: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a media enquiry beyond the message itself; empty where it is not known."""

    outlet: str = ""
    journalist: str = ""
    contact: str = ""
    deadline: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Something that the press office owns until it is closed.

    `revision` grows by one with every change; `turned` is the revision at which state or owner last changed, so that a
    button drawn before it is known to be stale. `held`: neither purged nor erased; no part of the case's life, so that
    saving a case leaves it as it is.
    """

    id: int
    kind: CaseKind
    state: CaseState
    askers: tuple[Asker, ...]
    opened_at: datetime
    details: Details = Details()
    owner: Person | None = None
    outcome: Outcome | None = None
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    restricted: bool = False
    unreachable: str = ""
    revision: int = 1
    turned: int = 1
    held: bool = False

    @property
    def reference(self) -> str:
        """What people call it: M-7, Q-12."""
        return f"{'M' if self.kind is CaseKind.MEDIA else 'Q'}-{self.id}"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a case's history. `by` is None where the desk itself did it.

    `event_id` is that of the message it records, where it records one: an edit of the message finds its case by it.
    """

    at: datetime
    kind: StepKind
    by: Person | None = None
    text: str = ""
    event_id: str = ""


class JobKind(StrEnum):
    """What a row of the outbox does when it is due."""

    SEND = "send"
    UPDATE = "update"
    MARK = "mark"
    TIMER = "timer"


class JobState(StrEnum):
    """Where a row of the outbox is in its life."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A row to be put into the outbox, once for each `key`. Jobs of one lane leave in the order of their commits."""

    kind: JobKind
    lane: str
    key: str
    payload: Mapping[str, Any]
    due_at: datetime
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the outbox. `attempts` counts failures of the far side, `claims` how often it was picked up."""

    id: int
    kind: JobKind
    case_id: int | None
    lane: str
    seq: int
    key: str
    payload: Mapping[str, Any]
    state: JobState
    attempts: int
    claims: int
    due_at: datetime
    created_at: datetime
    lease_until: datetime | None = None
    lease_owner: str = ""
    last_error: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A case's card as it stands in a channel, so that it can be updated in place and its thread be recognised."""

    case_id: int
    address: Address
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: what was asked, what the desk said, and from which knowledge."""

    id: int
    at: datetime
    question: str
    outcome: str
    entries: tuple[str, ...]
    knowledge: str
    asker: str = ""
    """`platform:id`, empty where nothing needs it (an unanswered question is kept without a name)."""
    event_id: str = ""
    """Of the message that asked, so that a case which is made of it knows its edits; as `link` and `files`, not kept
    without the asker."""
    link: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of an answer, kept without a name. `verdict`: helpful, not helpful, none of these."""

    answered_id: int
    at: datetime
    verdict: str
