"""What the press office looks through: what is open by deadline, an officer's own, what has ended, what is looked for.

And how long things took.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, or_, select

from bot.domain.case import Case, CaseKind, CaseState, StepKind
from bot.storage.repositories.cases import CaseRepository
from bot.storage.row_values import is_person
from bot.storage.schema import case_asker, case_statement, case_step, press_case
from bot.storage.scope import TransactionScope

_WORDS = 8  # of a search; further ones are left out
_NEVER_CLOSED = press_case.c.state != CaseState.CLOSED
_BY_DEADLINE = (
    press_case.c.responded_at.is_not(None),
    cast(press_case.c.urgent, Integer).desc(),
    press_case.c.due_at.asc().nulls_last(),
    press_case.c.id,
)


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took in `count` cases."""

    count: int
    median: timedelta
    slowest: timedelta


@dataclass(frozen=True, slots=True)
class Times:
    """From the report of an enquiry to the claim, to the first words to the asker, and to the journalist's answer.

    None where there was none.
    """

    claim: Took | None
    advise: Took | None
    respond: Took | None


class CaseLists:
    """The lists of the press office: open cases by deadline, an officer's own, closed ones, and search."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def by_deadline(self, limit: int) -> list[Case]:
        """What is not closed: first what is urgent, then by deadline.

        What the journalist has an answer to comes last.
        """
        return CaseRepository(self._tx).many(
            select(press_case).where(_NEVER_CLOSED).order_by(*_BY_DEADLINE).limit(limit)
        )

    def of_officer(self, person: str, limit: int) -> list[Case]:
        """What this officer (`platform:id`) has, and what they are asked to take over, as `by_deadline`."""
        theirs = or_(is_person(press_case, "owner", person), is_person(press_case, "offered", person))
        return CaseRepository(self._tx).many(
            select(press_case).where(_NEVER_CLOSED, theirs).order_by(*_BY_DEADLINE).limit(limit)
        )

    def ended(self, limit: int) -> list[Case]:
        """What is closed, the latest first."""
        closed = select(press_case).where(press_case.c.state == CaseState.CLOSED)
        return CaseRepository(self._tx).many(
            closed.order_by(press_case.c.closed_at.desc(), press_case.c.id.desc()).limit(limit)
        )

    def found(self, words: str, limit: int) -> list[Case]:
        """The cases in which each of these words stands somewhere, newest first; none for no words.

        Looked for are the reference, what is known of the enquiry, people's names, and all that was written.
        """
        conditions = [or_(*_somewhere(word)) for word in words.split()[:_WORDS]]
        if not conditions:
            return []
        return CaseRepository(self._tx).many(
            select(press_case).where(and_(*conditions)).order_by(press_case.c.id.desc()).limit(limit)
        )

    def times(self, since: datetime) -> Times:
        """Of the media enquiries that were reported since."""
        query = select(
            press_case.c.opened_at, _first(StepKind.CLAIMED), _first(StepKind.REPLIED), press_case.c.responded_at
        ).where(press_case.c.kind == CaseKind.MEDIA, press_case.c.opened_at >= since)
        rows = self._tx.connection.execute(query).all()
        return Times(*(_took([row[place] - row[0] for row in rows if row[place]]) for place in (1, 2, 3)))


def _first(kind: StepKind) -> ColumnElement[datetime]:
    earliest = select(func.min(case_step.c.at, type_=case_step.c.at.type))
    return earliest.where(case_step.c.case_id == press_case.c.id, case_step.c.kind == kind).scalar_subquery()


def _took(lengths: list[timedelta]) -> Took | None:
    if not lengths:
        return None
    return Took(len(lengths), timedelta(seconds=median(each.total_seconds() for each in lengths)), max(lengths))


def _somewhere(word: str) -> Iterator[ColumnElement[bool]]:
    kind, _, number = word.upper().partition("-")
    if kind in {"M", "Q"} and number.isascii() and number.isdecimal() and len(number) < 19:
        named = CaseKind.MEDIA if kind == "M" else CaseKind.QUESTION
        yield and_(press_case.c.id == int(number), press_case.c.kind == named)
    details = (each for each in press_case.c if each.name in _SEARCHED)
    yield from (_holds(column, word) for column in details)
    asked = or_(_holds(case_asker.c.text, word), _holds(case_asker.c.person_name, word))
    yield exists().where(case_asker.c.case_id == press_case.c.id, asked)
    yield exists().where(case_step.c.case_id == press_case.c.id, _holds(case_step.c.text, word))
    yield exists().where(case_statement.c.case_id == press_case.c.id, _holds(case_statement.c.text, word))


def _holds(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    # SQLite knows the two cases of ASCII alone, so the others are looked for as they may be written.
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(column.icontains(each, autoescape=True) for each in sorted(spellings)))


_SEARCHED = frozenset({"outlet", "journalist", "contact", "about", "questions", "slot", "said", "owner_name"})
