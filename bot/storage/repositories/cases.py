"""Cases, their askers and their history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.errors import StaleCase
from bot.messages import Address
from bot.storage.column_types import SafeText, Timestamp
from bot.storage.prepared_statements import Prepared
from bot.storage.row_values import is_person, person_columns, to_person
from bot.storage.schema import case_asker, case_step, press_case
from bot.storage.scope import TransactionScope


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
        urgent: bool = False,
        foi: bool = False,
    ) -> Case:
        """A new, open case at revision 1, opened now. Its history begins with the caller's first `add_step`.

        None asks where an officer opened it for what came by phone.
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
            urgent=urgent,
            foi=foi,
        )
        statement = insert(press_case).values(_columns(case)).returning(press_case.c.id)
        case = replace(case, id=self._tx.connection.execute(statement).scalar_one())
        _write_askers(self._tx, case)
        return case

    def load(self, case_id: int, *, for_update: bool = True) -> Case | None:
        """The case, and unless told otherwise the right to change it: others wait until this transaction ends."""
        wanted = _TO_CHANGE if for_update else _BY_ID
        return _first(self._tx, wanted.all(self._tx, {"wanted": case_id}))

    def lock(self, case_id: int) -> None:
        """The right to change the case, without reading it: others wait until this transaction ends."""
        self._tx.connection.execute(_LOCK, {"wanted": case_id})

    def save(self, case: Case) -> None:
        """Write a changed case with its askers. StaleCase unless its revision follows the one that is stored."""
        which = {"wanted": case.id, "before": case.revision - 1}
        if self._tx.connection.execute(_SAVE, _columns(case) | which).rowcount != 1:
            raise StaleCase(f"{case.reference} was changed by somebody else meanwhile.")
        self._tx.connection.execute(_NO_ASKERS, {"wanted": case.id})
        _write_askers(self._tx, case)

    def add_step(self, case_id: int, step: Step) -> None:
        """A further line of the history."""
        said = {"text": step.text, "event_id": step.event_id, "label": step.label}
        columns = {"case_id": case_id, "at": step.at, "kind": step.kind, **said}
        self._tx.connection.execute(_ADD_STEP, columns | person_columns("by", step.by))

    def steps(self, case_id: int) -> tuple[Step, ...]:
        """The history, in the order in which it was written."""
        rows = _STEPS.all(self._tx, {"wanted": case_id})
        return tuple(
            Step(row.at, StepKind(row.kind), to_person(row, "by"), row.text, row.event_id, row.label) for row in rows
        )

    def open_for(self, person: str, at: Address, since: datetime) -> Case | None:
        """The newest case, not closed, to which a further message of this person belongs, locked for a change.

        That is one in which they (`platform:id`) ask from this conversation, or have this for their direct one, and
        last
        wrote at or after `since`.
        """
        platform, _, identifier = person.partition(":")
        here = {"at_platform": at.platform, "at_token": at.token}
        return _first(
            self._tx, _OPEN_FOR.all(self._tx, here | {"platform": platform, "person": identifier, "since": since})
        )

    def by_event(self, platform: str, event_id: str) -> Case | None:
        """The case that this message opened or was added to, locked for a change.

        If an added message became a case of its own, that case; if the case was joined to another, the one that goes
        on.
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
        found = _first(self._tx, self._tx.connection.execute(query.with_for_update(key_share=True)).all())
        return found if found is None or found.joined_into is None else self.load(found.joined_into)

    def listing(self, states: Collection[CaseState], limit: int, *, before: int | None = None) -> list[Case]:
        """Cases in any of these states, newest first; with `before`, those with a smaller id."""
        query = select(press_case).where(press_case.c.state.in_(states)).order_by(press_case.c.id.desc()).limit(limit)
        return self.many(query if before is None else query.where(press_case.c.id < before))

    def hold(self, case_id: int, *, held: bool) -> None:
        """Keep this case from being purged or erased, or no longer."""
        self._tx.connection.execute(update(press_case).where(press_case.c.id == case_id).values(held=held))

    def of_asker(self, person: str) -> list[Case]:
        """All cases of this person (`platform:id`), newest first."""
        theirs = exists().where(case_asker.c.case_id == press_case.c.id, is_person(case_asker, "person", person))
        return self.many(select(press_case).where(theirs).order_by(press_case.c.id.desc()))

    def counts(self) -> dict[tuple[CaseKind, CaseState], int]:
        """How many cases there are of each kind in each state."""
        rows = self._tx.connection.execute(
            select(press_case.c.kind, press_case.c.state, func.count()).group_by(press_case.c.kind, press_case.c.state)
        )
        return {(CaseKind(kind), CaseState(state)): count for kind, state, count in rows}

    def some(self, *rules: ColumnElement[bool], newest: int | None = None) -> list[Case]:
        """Cases that all of these hold for, by their ids; with `newest`, at most that many of the greatest."""
        query = select(press_case).where(*rules).order_by(press_case.c.id.desc()).limit(newest)
        return self.many(query)[::-1]

    def many(self, query: Select[Any], given: Mapping[str, Any] | None = None) -> list[Case]:
        """The cases that a query on `press_case` finds, whole, in its order; `given` are its parameters."""
        return _whole(self._tx, self._tx.connection.execute(query, given).all())


def _open_for() -> Select[Any]:
    platform, person = bindparam("platform", type_=SafeText), bindparam("person", type_=SafeText)
    at_platform, at_token = bindparam("at_platform", type_=SafeText), bindparam("at_token", type_=SafeText)
    since = bindparam("since", type_=Timestamp)
    wrote_since = exists().where(
        or_(case_step.c.case_id == press_case.c.id, case_step.c.case_id == case_asker.c.from_case),
        # Not IN, for which SQLAlchemy writes the statement anew each time that it runs.
        or_(case_step.c.kind == StepKind.OPENED, case_step.c.kind == StepKind.ADDED),
        and_(case_step.c.by_platform == platform, case_step.c.by_id == person),
        case_step.c.at >= since,
    )
    asks_here = exists().where(
        case_asker.c.case_id == press_case.c.id,
        and_(case_asker.c.person_platform == platform, case_asker.c.person_id == person),
        or_(
            and_(case_asker.c.at_platform == at_platform, case_asker.c.at_token == at_token),
            and_(case_asker.c.direct_platform == at_platform, case_asker.c.direct_token == at_token),
        ),
        or_(case_asker.c.said_at >= since, wrote_since),
    )
    query = select(press_case).where(press_case.c.state != CaseState.CLOSED, asks_here)
    return query.order_by(press_case.c.id.desc()).limit(1).with_for_update(key_share=True)


# Made once: every message asks and every change writes, and to put one together takes longer than to run it.
_OPEN_FOR = Prepared(_open_for())
_WANTED: BindParameter[int] = bindparam("wanted")
_ONE = select(press_case).where(press_case.c.id == _WANTED)
_BY_ID, _TO_CHANGE = Prepared(_ONE), Prepared(_ONE.with_for_update(key_share=True))
_LOCK = select(press_case.c.id).where(press_case.c.id == _WANTED).with_for_update(key_share=True)
_SAVE = update(press_case).where(press_case.c.id == _WANTED, press_case.c.revision == bindparam("before"))
_NO_ASKERS = delete(case_asker).where(case_asker.c.case_id == _WANTED)
_ADD_ASKERS, _ADD_STEP = insert(case_asker), insert(case_step)
_STEPS = Prepared(select(case_step).where(case_step.c.case_id == _WANTED).order_by(case_step.c.id))
_WHOSE = case_asker.c.case_id.in_(bindparam("wanted", expanding=True))
_ASKERS = select(case_asker).where(_WHOSE).order_by(case_asker.c.position)


def _first(tx: TransactionScope, rows: Sequence[Row[Any]]) -> Case | None:
    return next(iter(_whole(tx, rows[:1])), None)


def _whole(tx: TransactionScope, rows: Sequence[Row[Any]]) -> list[Case]:
    if not rows:
        return []
    askers = _askers(tx, [row.id for row in rows])
    return [_case(row, tuple(askers[row.id])) for row in rows]


def _askers(tx: TransactionScope, case_ids: Sequence[int]) -> dict[int, list[Asker]]:
    found: dict[int, list[Asker]] = defaultdict(list)
    for row in tx.connection.execute(_ASKERS, {"wanted": case_ids}):
        found[row.case_id].append(_asker(row))
    return found


def _write_askers(tx: TransactionScope, case: Case) -> None:
    rows = [
        {
            "case_id": case.id,
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
        }
        | person_columns("person", asker.person)
        for position, asker in enumerate(case.askers)
    ]
    if rows:
        tx.connection.execute(_ADD_ASKERS, rows)


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
        urgent=row.urgent,
        responded_at=row.responded_at,
        waiting_until=row.waiting_until,
        waiting_for=row.waiting_for,
        offered_to=to_person(row, "offered"),
        foi=row.foi,
        incident_id=row.incident_id,
        joined_into=row.joined_into,
    )


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
    )
