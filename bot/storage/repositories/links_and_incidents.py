"""What belongs together: links between two cases, cases that were joined, and incidents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update

from bot.domain.case import Case, CaseKind, Incident, Link, LinkKind
from bot.messages import Person
from bot.storage.repositories.cases import CaseRepository
from bot.storage.schema import case_link, incident, press_case
from bot.storage.sql import TransactionScope, person_columns, upsert

_MOST_RECENT = 100
"""The most enquiries that a new one is compared with; a press office has far fewer in two days."""


class LinkRepository:
    """Links between cases, and the cases at the other end of them."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, link: Link) -> bool:
        """Store a link. True if it is new, or changes a link of one story into a link of the same enquiry."""
        known = self.of_pair(link.case_id, link.other_id)
        if known is not None and (known.kind is link.kind or known.kind is LinkKind.SAME):
            return False
        values = {"case_id": link.case_id, "other_id": link.other_id, "kind": link.kind, "at": link.at}
        statement = upsert(self._tx, case_link).values(values)
        again = {"kind": link.kind, "at": link.at}
        self._tx.connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "other_id"], set_=again))
        return True

    def of_pair(self, one: int, other: int) -> Link | None:
        """The link between two cases, given in either order."""
        return next((link for link in self.of_case(one) if link.other(one) == other), None)

    def of_case(self, case_id: int) -> list[Link]:
        """The links of a case, ordered by the ids of both cases."""
        rows = self._tx.connection.execute(_OF_CASE, {"case": case_id})
        return [Link(row.case_id, row.other_id, LinkKind(row.kind), row.at) for row in rows]

    def linked_ids(self, case_ids: Sequence[int]) -> dict[int, set[int]]:
        """Case id -> ids of the cases linked with it, in both directions, of the links whose newer case is given."""
        found: dict[int, set[int]] = {}
        query = select(case_link.c.case_id, case_link.c.other_id).where(case_link.c.other_id.in_(case_ids))
        for older, newer in self._tx.connection.execute(query):
            found.setdefault(older, set()).add(newer)
            found.setdefault(newer, set()).add(older)
        return found

    def partners(self, case_id: int) -> Sequence[Case]:
        """The cases that a case is linked with."""
        return self.cases([link.other(case_id) for link in self.of_case(case_id)])

    def cases(self, case_ids: Collection[int]) -> Sequence[Case]:
        """The cases with these ids, oldest first."""
        return CaseRepository(self._tx).where(press_case.c.id.in_(case_ids)) if case_ids else ()

    def joined_to(self, case_id: int) -> Sequence[Case]:
        """The cases that were joined to a case."""
        return CaseRepository(self._tx).by_query(_JOINED_TO, {"case": case_id})

    def recent_enquiries(self, since: datetime, *, after: int = 0) -> Sequence[Case]:
        """Media enquiries opened at or after `since` with an id above `after`, oldest first; at most the 100 newest."""
        conditions = press_case.c.opened_at >= since, press_case.c.kind == CaseKind.MEDIA, press_case.c.id > after
        return CaseRepository(self._tx).where(*conditions, newest=_MOST_RECENT)


_CONCERNS = or_(case_link.c.case_id == bindparam("case"), case_link.c.other_id == bindparam("case"))
_OF_CASE = select(case_link).where(_CONCERNS).order_by(case_link.c.case_id, case_link.c.other_id)
_JOINED_TO = select(press_case).where(press_case.c.joined_into == bindparam("case")).order_by(press_case.c.id)


class IncidentRepository:
    """Incidents, of which at most one is under way at a time."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def current(self) -> Incident | None:
        """The incident that is under way, or None."""
        row = self._tx.connection.execute(
            select(incident).where(incident.c.ended_at.is_(None)).order_by(incident.c.started_at).limit(1)
        ).first()
        return _incident(row) if row else None

    def load(self, incident_id: int) -> Incident | None:
        """An incident, whether it has ended or not."""
        row = self._tx.connection.execute(select(incident).where(incident.c.id == incident_id)).first()
        return _incident(row) if row else None

    def start(self, by: Person, *, title: str, holding_line: str, lead: str) -> Incident | None:
        """Start an incident now. None if one is under way already. `lead` is `platform:id`."""
        if self.current() is not None:
            return None
        values = {"title": title, "holding_line": holding_line, "lead": lead, "started_at": self._tx.now}
        columns = values | person_columns("by", by)
        started = self._tx.connection.execute(insert(incident).values(columns).returning(incident.c.id)).scalar_one()
        return self.load(started)

    def end(self, incident_id: int) -> Incident | None:
        """End an incident now. None if it is not under way."""
        under_way = incident.c.id == incident_id, incident.c.ended_at.is_(None)
        if self._tx.connection.execute(update(incident).where(*under_way).values(ended_at=self._tx.now)).rowcount != 1:
            return None
        return self.load(incident_id)


def _incident(row: Row[Any]) -> Incident:
    return Incident(row.id, row.title, row.holding_line, row.lead, row.ended_at)
