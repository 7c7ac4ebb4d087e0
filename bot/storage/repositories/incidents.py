"""Incidents: at most one at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.domain.case import Incident
from bot.messages import Person
from bot.storage.row_values import person_columns
from bot.storage.schema import incident
from bot.storage.scope import TransactionScope


class IncidentRepository:
    """Incidents: at most one at a time."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def current(self) -> Incident | None:
        """The one that lasts, or None."""
        row = self._tx.connection.execute(
            select(incident).where(incident.c.ended_at.is_(None)).order_by(incident.c.started_at).limit(1)
        ).first()
        return _incident(row) if row else None

    def load(self, incident_id: int) -> Incident | None:
        """One that lasts or has ended."""
        row = self._tx.connection.execute(select(incident).where(incident.c.id == incident_id)).first()
        return _incident(row) if row else None

    def start(self, by: Person, *, title: str, holding_line: str, lead: str) -> Incident | None:
        """A new one from now on, or None where one lasts already. `lead` is `platform:id`."""
        if self.current() is not None:
            return None
        values = {"title": title, "holding_line": holding_line, "lead": lead, "started_at": self._tx.now}
        columns = values | person_columns("by", by)
        made = self._tx.connection.execute(insert(incident).values(columns).returning(incident.c.id)).scalar_one()
        return self.load(made)

    def end(self, incident_id: int) -> Incident | None:
        """Ended now, or None where it is not the one that lasts."""
        lasting = incident.c.id == incident_id, incident.c.ended_at.is_(None)
        if self._tx.connection.execute(update(incident).where(*lasting).values(ended_at=self._tx.now)).rowcount != 1:
            return None
        return self.load(incident_id)


def _incident(row: Row[Any]) -> Incident:
    return Incident(row.id, row.title, row.holding_line, row.lead, row.ended_at)
