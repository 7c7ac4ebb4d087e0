"""The content of a knowledge base as values. `loader.load` makes them, so they are always valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Strength = Literal["must", "should", "may", "good-practice", "states"]
Status = Literal["draft", "approved", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The place where something is written."""

    file: str
    """Relative to the knowledge folder."""

    line: int
    """Counted from 1."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Clause:
    """One point of a document."""

    id: str
    section: str
    """The heading under which it stands."""

    point: int | None
    """Its number in the section, counted from 1; None if the points have no numbers."""

    strength: Strength
    """How far it binds."""

    document: str
    """The id of its document."""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy and its clauses."""

    id: str
    title: str
    updated: date | None
    """When the document was last changed."""

    clauses: tuple[Clause, ...]
    origin: Origin
    url: str = ""
    """Where it can be read; may be empty."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A situation of staff, the questions they ask in it, and the answer that the policy's owner wrote."""

    id: str
    title: str
    questions: tuple[str, ...]
    not_questions: tuple[str, ...]
    """Questions that sound similar but have another answer."""

    answer: str
    """Markdown."""

    cites: tuple[str, ...]
    """Ids of clauses, the main one first."""

    see_also: tuple[str, ...]
    """Ids of other entries."""

    status: Status
    owner: str
    review_by: date | None
    origin: Origin
    formerly: tuple[str, ...] = ()
    """Ids of entries that this one has taken the place of: old buttons and statistics still carry them."""

    approved_by: str = ""
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """How media enquiries are recognised."""

    holding_line: str
    """What the asker is told to do until the press office replies (Markdown)."""

    enquiries: tuple[str, ...]
    """Example messages that report a media enquiry."""

    look_alikes: tuple[str, ...]
    """Example messages that sound like a media enquiry but are none."""
    origin: Origin
    holding_lines: Mapping[str, str] = field(default_factory=dict)
    """Kind of enquiry (`death`, `leak`, `on_site`, `already_spoken`) -> what is said instead of `holding_line`."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of small talk, or of questions outside the policy."""

    id: str
    questions: tuple[str, ...]
    answer: str
    """For a question outside the policy it says where to ask instead, and may be empty."""

    origin: Origin
    danger: bool = False
    """True if the answer is given before everything else."""


@dataclass(frozen=True)
class Knowledge:
    """A whole knowledge base."""

    revision: str
    """A hash of the content. Knowledge bases with the same content have the same revision."""

    documents: tuple[Document, ...] = ()
    entries: tuple[Entry, ...] = ()
    media: Media | None = None
    smalltalk: tuple[Topic, ...] = ()
    out_of_scope: tuple[Topic, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of phrases that mean the same."""

    @cached_property
    def answering(self) -> tuple[Entry, ...]:
        """The approved entries; no other entry is given as an answer."""
        return tuple(entry for entry in self.entries if entry.status == "approved")

    @cached_property
    def entry(self) -> dict[str, Entry]:
        """Approved entries by id, and by the ids that they had formerly."""
        former = {id_: entry for entry in self.answering for id_ in entry.formerly}
        return former | {entry.id: entry for entry in self.answering}

    @cached_property
    def topic(self) -> dict[str, Topic]:
        """Groups of small talk and of out-of-scope questions by id."""
        return {topic.id: topic for topic in (*self.smalltalk, *self.out_of_scope)}

    @cached_property
    def clause(self) -> dict[str, Clause]:
        """Clauses by id."""
        return {clause.id: clause for document in self.documents for clause in document.clauses}

    @cached_property
    def document(self) -> dict[str, Document]:
        """Documents by id."""
        return {document.id: document for document in self.documents}
