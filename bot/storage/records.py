"""The records that the repositories take and return, apart from the domain's own: jobs, postings, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.messages import Address, Receipt


class DedupeScope(StrEnum):
    """What the desk does only once: the sources of events that come from no platform.

    They are kept longer than a platform repeats its events.
    """

    WELCOME = "welcome"
    SHOWN = "shown"
    PASSED_ON = "passed on"
    SEPARATED = "separated"
    PURGED = "purged"


class JobKind(StrEnum):
    """What the relay does with a row of the outbox when it is due."""

    SEND = "send"  # a new message
    UPDATE = "update"  # changes a card in place
    MARK = "mark"  # shows on a person's own message what became of it
    REPOST = "repost"  # posts a card again in a press channel that refused it
    TIMER = "timer"  # runs a transaction and sends nothing itself


class JobState(StrEnum):
    """The state of a row of the outbox. A row is added as `PENDING`; every other state is final."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"  # given up after a failure
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A row to be added to the outbox."""

    kind: JobKind
    lane: str
    """Jobs of one lane leave one after the other, in the order of their commits."""
    key: str
    """The idempotency key: a second job with it is not added."""
    payload: Mapping[str, Any]
    """JSON. The queue writes and reads it."""
    due_at: datetime
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the outbox. Fields that `NewJob` has too are explained there."""

    id: int
    kind: JobKind
    case_id: int | None
    lane: str
    key: str
    payload: Mapping[str, Any]
    state: JobState
    attempts: int
    """How often it failed at the platform."""
    claims: int
    """How often a relay took it. Higher than `attempts` if processes died; it also tells whose lease is the latest."""
    due_at: datetime
    created_at: datetime
    last_error: str = ""
    ended_at: datetime | None = None
    """When it left the state `PENDING`."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The numbers of jobs in the outbox."""

    pending: int
    due: int
    """Those of the pending ones whose time has come."""
    dead: int


@dataclass(frozen=True, slots=True)
class NewInboxRow:
    """A row to be added to the inbox."""

    source: str
    """The platform."""
    event_id: str
    person: str
    """Who wrote it, as `platform:id`."""
    conversation: str
    version: int
    """The version of `payload`. An earlier release leaves a row alone that it cannot read."""
    payload: Mapping[str, Any]
    """JSON. The queue writes and reads it."""
    due_at: datetime


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A row of the inbox that was claimed. Fields that `NewInboxRow` has too are explained there."""

    id: int
    source: str
    person: str
    version: int
    payload: Mapping[str, Any]
    turn: int
    """People take turns: rows with a lower turn are decided first."""
    failures: int
    """How often reading or deciding it failed."""
    claims: int
    """How often it was taken; it also tells whose lease is the latest."""
    held: bool
    """True if it waits until the platform says who wrote it."""
    case_id: int | None
    """The case that it opened although it was not known who wrote it."""
    due_at: datetime


@dataclass(frozen=True, slots=True)
class InboxBacklog:
    """How many messages wait in the inbox."""

    waiting: int
    held: int
    """Those of which it is not known who wrote them."""
    oldest_due: datetime | None
    """When the first of the others was due."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The card of a case in a channel."""

    address: Address
    """The channel that it was posted to."""
    receipt: Receipt
    """What the platform returned: by it the card is updated in place, and its thread is recognised."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given."""

    id: int
    at: datetime
    question: str
    entries: tuple[str, ...]
    """The ids of the knowledge entries that were shown."""
    knowledge: str
    """The revision of the knowledge base."""
    asker: str = ""
    """`platform:id`. Empty if not needed: an unanswered question that no button
    passes on for its author alone is stored without its asker."""
    event_id: str = ""
    """The event of the question: if a case is made of it, later edits of the message find the case.

    Empty without `asker`, as are `link` and `files`.
    """
    link: str = ""
    """Opens the message on its platform."""
    files: int = 0
    """How many files were attached to the message."""
    topic: str = ""
    """As `Match.topic` of the question, if it was asked whether the media are involved."""
    nearest: tuple[str, ...] = ()
    """The ids of `Match.nearest`, likewise."""
