"""Cases, their askers and their history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, delete, exists, func, insert, or_, select, update

from bot.domain.case import TAKEN_BACK, Asker, Case, CaseKind, CaseState, Details, Membership, Outcome, Step, StepKind
from bot.errors import StaleCase
from bot.messages import Address
from bot.storage.schema import case_asker, case_step, press_case
from bot.storage.sql import Prepared, SafeText, TransactionScope, is_person, person_columns, to_person


class CaseRepository:
    """Cases, their askers and their history."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def create(
        self,
        kind: CaseKind,
        asker: Asker | None,
        details: Details,
        *,
        restricted: bool = False,
        incident_id: int | None = None,
        due_at: datetime | None = None,
        due_known: bool = False,
        due_words: str = "",
        urgent: bool = False,
        foi: bool = False,
    ) -> Case:
        """Store a new, open case at revision 1, opened now. Its history begins with the caller's first `add_step`.

        `asker` is None for an enquiry that came by phone and that an officer entered.
        """
        case = Case(
            id=0,
            kind=kind,
            state=CaseState.OPEN,
            askers=(asker,) if asker else (),
            opened_at=self._tx.now,
            details=details,
            restricted=restricted,
            incident_id=incident_id,
            due_at=due_at,
            due_known=due_known,
            due_words=due_words,
            urgent=urgent,
            foi=foi,
        )
        statement = insert(press_case).values(_columns(case)).returning(press_case.c.id)
        case = replace(case, id=self._tx.connection.execute(statement).scalar_one())
        self._write_askers(case)
        return case

    def load(self, case_id: int, *, for_update: bool = True) -> Case | None:
        """The case, or None. It is locked until this transaction ends, unless `for_update` is false."""
        query = _BY_ID_LOCKED if for_update else _BY_ID
        return self._first(query.all(self._tx, {"wanted": case_id}))

    def lock(self, case_id: int) -> None:
        """Lock the case until this transaction ends, without reading it."""
        self._tx.connection.execute(_LOCK, {"wanted": case_id})

    def save(self, case: Case) -> None:
        """Store a changed case with its askers.

        Raises StaleCase unless its revision is the stored one plus one. `held` is not written, see `hold`.
        """
        stored = {"wanted": case.id, "before": case.revision - 1}
        if self._tx.connection.execute(_SAVE, _columns(case) | stored).rowcount != 1:
            raise StaleCase(f"{case.reference} was changed by somebody else meanwhile.")
        self._tx.connection.execute(_DELETE_ASKERS, {"wanted": case.id})
        self._write_askers(case)

    def add_step(self, case_id: int, step: Step) -> None:
        """Append a line to the history."""
        said = {"text": step.text, "event_id": step.event_id, "label": step.label}
        columns = {"case_id": case_id, "at": step.at, "kind": step.kind, **said}
        self._tx.connection.execute(_ADD_STEP, columns | person_columns("by", step.by))

    def remove_words(self, case_id: int, number: int) -> None:
        """Remove the words of the step at this position of the history, and mark it so. Edits find it no more."""
        of_case = select(case_step.c.id).where(case_step.c.case_id == case_id).order_by(case_step.c.id)
        step_id = self._tx.connection.execute(of_case.offset(number).limit(1)).scalar_one()
        gone = {"text": "", "event_id": "", "label": TAKEN_BACK}
        self._tx.connection.execute(update(case_step).where(case_step.c.id == step_id).values(gone))

    def has_message(self, case_id: int, event_id: str) -> bool:
        """Whether this message opened the case or was added to it, and has not been taken back."""
        opened = exists().where(case_asker.c.case_id == case_id, case_asker.c.event_id == event_id)
        added = exists().where(case_step.c.case_id == case_id, case_step.c.event_id == event_id)
        return bool(self._tx.connection.execute(select(or_(opened, added))).scalar_one())

    def steps(self, case_id: int) -> tuple[Step, ...]:
        """The history of a case, in the order in which it was written."""
        rows = _STEPS.all(self._tx, {"wanted": case_id})
        return tuple(
            Step(row.at, StepKind(row.kind), to_person(row, "by"), row.text, row.event_id, row.label) for row in rows
        )

    def open_in(self, person: str, at: Address) -> list[Case]:
        """The newest cases that are not closed and to which a further message of this person may belong; not locked.

        The person (`platform:id`) is an asker of them, and asked in the conversation `at` or has it as the direct one.
        """
        platform, _, identifier = person.partition(":")
        asker = {"platform": platform, "person": identifier, "at_platform": at.platform, "at_token": at.token}
        return self._with_askers(_OPEN_IN.all(self._tx, asker))

    def by_event(self, platform: str, event_id: str) -> Case | None:
        """The case that this message opened or was added to; locked.

        If an added message was separated into a case of its own, that case. If the case was joined to another, the
        other.
        """
        opened = exists().where(
            case_asker.c.case_id == press_case.c.id,
            case_asker.c.event_id == event_id,
            case_asker.c.person_platform == platform,
        )
        added = exists().where(
            case_step.c.case_id == press_case.c.id,
            and_(case_step.c.event_id == event_id, case_step.c.event_id != ""),
            case_step.c.by_platform == platform,
        )
        query = select(press_case).where(or_(opened, added)).order_by(press_case.c.id.desc()).limit(1)
        found = self._first(self._tx.connection.execute(query.with_for_update(key_share=True)).all())
        return found if found is None or found.joined_into is None else self.load(found.joined_into)

    def listing(self, states: Collection[CaseState], limit: int, *, before: int | None = None) -> list[Case]:
        """Cases in any of these states, newest first; with `before`, those with a smaller id."""
        query = select(press_case).where(press_case.c.state.in_(states)).order_by(press_case.c.id.desc()).limit(limit)
        return self.by_query(query if before is None else query.where(press_case.c.id < before))

    def hold(self, case_id: int, *, held: bool) -> None:
        """Set or lift the hold, which keeps a case from being purged or erased."""
        self._tx.connection.execute(update(press_case).where(press_case.c.id == case_id).values(held=held))

    def of_asker(self, person: str) -> list[Case]:
        """All cases in which this person (`platform:id`) is an asker, newest first."""
        theirs = exists().where(case_asker.c.case_id == press_case.c.id, is_person(case_asker, "person", person))
        return self.by_query(select(press_case).where(theirs).order_by(press_case.c.id.desc()))

    def counts(self) -> dict[tuple[CaseKind, CaseState], int]:
        """How many cases there are of each kind in each state."""
        rows = self._tx.connection.execute(
            select(press_case.c.kind, press_case.c.state, func.count()).group_by(press_case.c.kind, press_case.c.state)
        )
        return {(CaseKind(kind), CaseState(state)): count for kind, state, count in rows}

    def where(self, *conditions: ColumnElement[bool], newest: int | None = None) -> list[Case]:
        """The cases for which all conditions hold, oldest first; only the `newest` ones, if given."""
        query = select(press_case).where(*conditions).order_by(press_case.c.id.desc()).limit(newest)
        return self.by_query(query)[::-1]

    def by_query(self, query: Select[Any], given: Mapping[str, Any] | None = None) -> list[Case]:
        """The cases that a query on `press_case` finds, with their askers, in its order. `given`: its parameters."""
        return self._with_askers(self._tx.connection.execute(query, given).all())

    def _first(self, rows: Sequence[Row[Any]]) -> Case | None:
        return next(iter(self._with_askers(rows[:1])), None)

    def _with_askers(self, rows: Sequence[Row[Any]]) -> list[Case]:
        if not rows:
            return []
        askers: dict[int, list[Asker]] = defaultdict(list)
        for row in self._tx.connection.execute(_ASKERS, {"wanted": [row.id for row in rows]}):
            askers[row.case_id].append(_asker(row))
        return [_case(row, tuple(askers[row.id])) for row in rows]

    def _write_askers(self, case: Case) -> None:
        rows = [_asker_columns(case.id, position, asker) for position, asker in enumerate(case.askers)]
        if rows:
            self._tx.connection.execute(_ADD_ASKERS, rows)


def _open_in() -> Select[Any]:
    platform, person = bindparam("platform", type_=SafeText), bindparam("person", type_=SafeText)
    at_platform, at_token = bindparam("at_platform", type_=SafeText), bindparam("at_token", type_=SafeText)
    asks_here = exists().where(
        case_asker.c.case_id == press_case.c.id,
        and_(case_asker.c.person_platform == platform, case_asker.c.person_id == person),
        or_(
            and_(case_asker.c.at_platform == at_platform, case_asker.c.at_token == at_token),
            and_(case_asker.c.direct_platform == at_platform, case_asker.c.direct_token == at_token),
        ),
    )
    query = select(press_case).where(press_case.c.state != CaseState.CLOSED, asks_here)
    return query.order_by(press_case.c.id.desc()).limit(_MOST_OPEN)


_MOST_OPEN = 5
"""Cases of one person with which a further message is compared."""

# Built once at import: building a statement takes longer than running it, and every message and change runs these.
_OPEN_IN = Prepared(_open_in())
_WANTED = bindparam("wanted", type_=press_case.c.id.type)
_ONE = select(press_case).where(press_case.c.id == _WANTED)
_BY_ID, _BY_ID_LOCKED = Prepared(_ONE), Prepared(_ONE.with_for_update(key_share=True))
_LOCK = select(press_case.c.id).where(press_case.c.id == _WANTED).with_for_update(key_share=True)
_SAVE = update(press_case).where(press_case.c.id == _WANTED, press_case.c.revision == bindparam("before"))
_DELETE_ASKERS = delete(case_asker).where(case_asker.c.case_id == _WANTED)
_ADD_ASKERS, _ADD_STEP = insert(case_asker), insert(case_step)
_STEPS = Prepared(select(case_step).where(case_step.c.case_id == _WANTED).order_by(case_step.c.id))
_OF_CASES = case_asker.c.case_id.in_(bindparam("wanted", expanding=True))
_ASKERS = select(case_asker).where(_OF_CASES).order_by(case_asker.c.position)


def _columns(case: Case) -> dict[str, Any]:
    columns = {
        "kind": case.kind,
        "state": case.state,
        "revision": case.revision,
        "turned": case.ownership_revision,
        "opened_at": case.opened_at,
        "outcome": case.outcome,
        "claimed_at": case.claimed_at,
        "answered_at": case.answered_at,
        "closed_at": case.closed_at,
        "restricted": case.restricted,
        "unreachable": case.unreachable,
        "due_at": case.due_at,
        "due_known": case.due_known,
        "due_words": case.due_words,
        "urgent": case.urgent,
        "responded_at": case.responded_at,
        "waiting_until": case.waiting_until,
        "waiting_for": case.waiting_for,
        "foi": case.foi,
        "incident_id": case.incident_id,
        "joined_into": case.joined_into,
    }
    people = person_columns("owner", case.owner) | person_columns("offered", case.offered_to)
    return columns | asdict(case.details) | people


def _case(row: Row[Any], askers: tuple[Asker, ...]) -> Case:
    return Case(
        id=row.id,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        askers=askers,
        opened_at=row.opened_at,
        details=Details(**{field.name: getattr(row, field.name) for field in fields(Details)}),
        owner=to_person(row, "owner"),
        outcome=Outcome(row.outcome) if row.outcome else None,
        claimed_at=row.claimed_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        restricted=row.restricted,
        unreachable=row.unreachable,
        revision=row.revision,
        ownership_revision=row.turned,
        held=row.held,
        due_at=row.due_at,
        due_known=row.due_known,
        due_words=row.due_words,
        urgent=row.urgent,
        responded_at=row.responded_at,
        waiting_until=row.waiting_until,
        waiting_for=row.waiting_for,
        offered_to=to_person(row, "offered"),
        foi=row.foi,
        incident_id=row.incident_id,
        joined_into=row.joined_into,
    )


def _asker_columns(case_id: int, position: int, asker: Asker) -> dict[str, Any]:
    columns = {
        "case_id": case_id,
        "position": position,
        "direct_platform": asker.direct.platform,
        "direct_token": asker.direct.token,
        "at_platform": asker.at.platform,
        "at_token": asker.at.token,
        "text": asker.text,
        "said_at": asker.said_at,
        "event_id": asker.event_id,
        "link": asker.link,
        "files": asker.files,
        "from_case": asker.from_case,
        "membership": asker.membership,
    }
    return columns | person_columns("person", asker.person)


def _asker(row: Row[Any]) -> Asker:
    person = to_person(row, "person")
    assert person is not None  # noqa: S101  the columns are NOT NULL
    return Asker(
        person=person,
        direct=Address(row.direct_platform, row.direct_token),
        at=Address(row.at_platform, row.at_token),
        text=row.text,
        said_at=row.said_at,
        event_id=row.event_id,
        link=row.link,
        files=row.files,
        from_case=row.from_case,
        membership=Membership(row.membership),
    )
