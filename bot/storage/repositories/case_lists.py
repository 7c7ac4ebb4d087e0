"""What the press office looks through: lists of cases, search, response times, and the officers that are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, or_, select

from bot.domain.case import Case, CaseKind, CaseState, StepKind
from bot.messages import Person
from bot.storage.repositories.cases import CaseRepository
from bot.storage.schema import case_asker, case_statement, case_step, press_case
from bot.storage.sql import TransactionScope, is_person, to_person

_MOST_WORDS = 8  # of a search; further ones are ignored
_NOT_CLOSED = press_case.c.state != CaseState.CLOSED
_BY_DEADLINE = (
    press_case.c.responded_at.is_not(None),
    cast(press_case.c.urgent, Integer).desc(),
    press_case.c.due_at.asc().nulls_last(),
    press_case.c.id,
)


@dataclass(frozen=True, slots=True)
class DurationSummary:
    """How long something took."""

    count: int
    """The number of cases in which it happened."""
    median: timedelta
    slowest: timedelta


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """How long media enquiries waited, each counted from their opening; None if it happened in no case."""

    claim: DurationSummary | None
    """Until an officer claimed the case."""
    advise: DurationSummary | None
    """Until the first reply to the asker."""
    respond: DurationSummary | None
    """Until the journalist had an answer."""


class CaseLists:
    """Lists of cases and search, for the press office. Each returns at most `limit` cases."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def by_deadline(self, limit: int) -> list[Case]:
        """Cases that are not closed: urgent ones first, then by deadline, and last those answered to the journalist."""
        return self._load(select(press_case).where(_NOT_CLOSED).order_by(*_BY_DEADLINE).limit(limit))

    def of_officer(self, person: str, limit: int) -> list[Case]:
        """Cases that this officer (`platform:id`) owns or was asked to take over, ordered as in `by_deadline`."""
        theirs = or_(is_person(press_case, "owner", person), is_person(press_case, "offered", person))
        return self._load(select(press_case).where(_NOT_CLOSED, theirs).order_by(*_BY_DEADLINE).limit(limit))

    def closed(self, limit: int) -> list[Case]:
        """Closed cases, the one closed last first."""
        closed = select(press_case).where(press_case.c.state == CaseState.CLOSED)
        return self._load(closed.order_by(press_case.c.closed_at.desc(), press_case.c.id.desc()).limit(limit))

    def search(self, words: str, limit: int) -> list[Case]:
        """The cases that contain every one of these words somewhere, newest first; none if there are no words.

        The search covers the reference, the details of the enquiry, people's names, messages, history and statements.
        """
        conditions = [or_(*_contains(word)) for word in words.split()[:_MOST_WORDS]]
        if not conditions:
            return []
        return self._load(select(press_case).where(and_(*conditions)).order_by(press_case.c.id.desc()).limit(limit))

    def response_times(self, since: datetime) -> ResponseTimes:
        """The times of the media enquiries that were opened since then."""
        query = select(
            press_case.c.opened_at, _first(StepKind.CLAIMED), _first(StepKind.REPLIED), press_case.c.responded_at
        ).where(press_case.c.kind == CaseKind.MEDIA, press_case.c.opened_at >= since)
        rows = self._tx.connection.execute(query).all()
        return ResponseTimes(*(_summarise([row[place] - row[0] for row in rows if row[place]]) for place in (1, 2, 3)))

    def _load(self, query: Select[Any]) -> list[Case]:
        return CaseRepository(self._tx).by_query(query)


class KnownOfficers:
    """The officers who have taken a case."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def known(self) -> list[Person]:
        """Everybody who ever claimed or took over a case, the latest first, each with the name they had last."""
        by = (case_step.c.by_platform, case_step.c.by_id)
        took = case_step.c.kind.in_([StepKind.CLAIMED, StepKind.HANDOVER_ACCEPTED])
        newest = select(func.max(case_step.c.id)).where(took, case_step.c.by_id.is_not(None)).group_by(*by)
        rows = self._tx.connection.execute(
            select(case_step).where(case_step.c.id.in_(newest)).order_by(case_step.c.id.desc())
        )
        return [person for row in rows if (person := to_person(row, "by")) is not None]


def _first(kind: StepKind) -> ColumnElement[datetime]:
    """The time of a case's first step of this kind, as a subquery."""
    earliest = select(func.min(case_step.c.at, type_=case_step.c.at.type))
    return earliest.where(case_step.c.case_id == press_case.c.id, case_step.c.kind == kind).scalar_subquery()


def _summarise(lengths: list[timedelta]) -> DurationSummary | None:
    if not lengths:
        return None
    return DurationSummary(
        len(lengths), timedelta(seconds=median(each.total_seconds() for each in lengths)), max(lengths)
    )


def _contains(word: str) -> Iterator[ColumnElement[bool]]:
    """One condition for each place in which a case may contain this word."""
    kind, _, number = word.upper().partition("-")
    if kind in {"M", "Q"} and number.isascii() and number.isdecimal() and len(number) < 19:
        kind_of_reference = CaseKind.MEDIA if kind == "M" else CaseKind.QUESTION
        yield and_(press_case.c.id == int(number), press_case.c.kind == kind_of_reference)
    details = (each for each in press_case.c if each.name in _SEARCHED)
    yield from (_holds(column, word) for column in details)
    asked = or_(_holds(case_asker.c.text, word), _holds(case_asker.c.person_name, word))
    yield exists().where(case_asker.c.case_id == press_case.c.id, asked)
    yield exists().where(case_step.c.case_id == press_case.c.id, _holds(case_step.c.text, word))
    yield exists().where(case_statement.c.case_id == press_case.c.id, _holds(case_statement.c.text, word))


def _holds(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    # SQLite ignores the case of ASCII letters only, so a word with others is searched in its likely spellings.
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(column.icontains(each, autoescape=True) for each in sorted(spellings)))


_SEARCHED = frozenset({"outlet", "journalist", "contact", "about", "questions", "slot", "said", "owner_name"})
