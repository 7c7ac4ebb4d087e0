"""Incidents: at most one at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.domain.case import Incident
from bot.messages import Person
from bot.storage.row_values import person_columns, to_person
from bot.storage.schema import incident
from bot.storage.transaction import Tx


def current(tx: Tx) -> Incident | None:
    """The one that lasts, or None."""
    row = tx.connection.execute(
        select(incident).where(incident.c.ended_at.is_(None)).order_by(incident.c.started_at).limit(1)
    ).first()
    return _incident(row) if row else None


def load(tx: Tx, incident_id: int) -> Incident | None:
    """One that lasts or has ended."""
    row = tx.connection.execute(select(incident).where(incident.c.id == incident_id)).first()
    return _incident(row) if row else None


def start(tx: Tx, by: Person, *, title: str, holding_line: str, lead: str) -> Incident | None:
    """A new one from now on, or None where one lasts already. `lead` is `platform:id`."""
    if current(tx) is not None:
        return None
    values = {"title": title, "holding_line": holding_line, "lead": lead, "started_at": tx.now}
    columns = values | person_columns("by", by)
    made = tx.connection.execute(insert(incident).values(columns).returning(incident.c.id)).scalar_one()
    return load(tx, made)


def end(tx: Tx, incident_id: int) -> Incident | None:
    """Ended now, or None where it is not the one that lasts."""
    lasting = incident.c.id == incident_id, incident.c.ended_at.is_(None)
    if tx.connection.execute(update(incident).where(*lasting).values(ended_at=tx.now)).rowcount != 1:
        return None
    return load(tx, incident_id)


def _incident(row: Row[Any]) -> Incident:
    by = to_person(row, "by")
    assert by is not None  # noqa: S101  nobody else writes incidents
    return Incident(row.id, row.title, row.holding_line, row.lead, row.started_at, by, row.ended_at)
