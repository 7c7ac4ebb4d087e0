"""What the policy's owners wrote, as values. `loader.load` makes it from a folder; nothing here can be half right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Strength = Literal["must", "should", "may", "good-practice", "states"]
Status = Literal["draft", "approved", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands: file relative to the knowledge folder, line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Clause:
    """One point of a document, and how far it binds."""

    id: str
    section: str
    point: int | None
    strength: Strength
    document: str


@dataclass(frozen=True, slots=True)
class Document:
    """A policy, with its clauses."""

    id: str
    title: str
    updated: date | None
    clauses: tuple[Clause, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Entry:
    """A situation that staff are in, the questions they ask in it, and the answer that its owner wrote."""

    id: str
    title: str
    questions: tuple[str, ...]
    not_questions: tuple[str, ...]
    answer: str
    cites: tuple[str, ...]
    see_also: tuple[str, ...]
    status: Status
    owner: str
    review_by: date | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Media:
    """Example messages of media enquiries and of what only looks like one, and what an asker is told meanwhile."""

    holding_line: str
    enquiries: tuple[str, ...]
    look_alikes: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of small talk, or of questions outside the policy (whose `answer`, a pointer, may be empty).

    `danger`: the answer is given before anything else.
    """

    id: str
    questions: tuple[str, ...]
    answer: str
    origin: Origin
    danger: bool = False


@dataclass(frozen=True)
class Knowledge:
    """A whole knowledge base. `revision` is a hash of its content: equal content, equal revision."""

    revision: str
    documents: tuple[Document, ...] = ()
    entries: tuple[Entry, ...] = ()
    media: Media | None = None
    smalltalk: tuple[Topic, ...] = ()
    out_of_scope: tuple[Topic, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = field(default=())

    @cached_property
    def answering(self) -> tuple[Entry, ...]:
        """The approved entries: only these answer."""
        return tuple(entry for entry in self.entries if entry.status == "approved")

    @cached_property
    def entry(self) -> dict[str, Entry]:
        """Approved entries by id."""
        return {entry.id: entry for entry in self.answering}

    @cached_property
    def topic(self) -> dict[str, Topic]:
        """Small talk and out-of-scope groups by id."""
        return {topic.id: topic for topic in (*self.smalltalk, *self.out_of_scope)}

    @cached_property
    def clause(self) -> dict[str, Clause]:
        """Clauses by id."""
        return {clause.id: clause for document in self.documents for clause in document.clauses}

    @cached_property
    def document(self) -> dict[str, Document]:
        """Documents by id."""
        return {document.id: document for document in self.documents}
