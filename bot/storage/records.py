"""Rows of the outbox, postings of cards and recorded answers, as the repositories return them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.messages import Address, Receipt


class JobKind(StrEnum):
    """What a row of the outbox does when it is due."""

    SEND = "send"
    UPDATE = "update"
    MARK = "mark"
    REPOST = "repost"
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
    key: str
    payload: Mapping[str, Any]
    state: JobState
    attempts: int
    claims: int
    due_at: datetime
    created_at: datetime
    last_error: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A case's card as it stands in a channel, so that it can be updated in place and its thread be recognised."""

    address: Address
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: what was asked, which entries were shown, and from which knowledge."""

    id: int
    at: datetime
    question: str
    entries: tuple[str, ...]
    knowledge: str
    asker: str = ""
    """`platform:id`, empty where nothing needs it (an unanswered question is kept without a name)."""
    event_id: str = ""
    """Of the message that asked, so that a case which is made of it knows its edits; as `link` and `files`, not kept
    without the asker."""
    link: str = ""
    files: int = 0
