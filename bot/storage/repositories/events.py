"""Which events were handled already."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.sql.dml import ReturningInsert

from bot.storage.prepared_statements import Prepared
from bot.storage.schema import inbound_event
from bot.storage.scope import TransactionScope, insert_on


class DedupeScope(StrEnum):
    """Sources that are no platform: what the desk does once of its own, remembered longer than a platform repeats."""

    WELCOME = "welcome"
    SHOWN = "shown"
    PASSED_ON = "passed on"
    SEPARATED = "separated"
    PURGED = "purged"


class EventRepository:
    """Which events were handled already."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def seen(self, source: str, event_id: str) -> bool:
        """Whether `remember` was told of it."""
        query = select(inbound_event.c.event_id).where(
            inbound_event.c.source == source, inbound_event.c.event_id == event_id
        )
        return self._tx.connection.execute(query).first() is not None

    def claim_once(self, source: str, event_id: str) -> bool:
        """True the first time. A second transaction with the same event waits until the first has ended."""
        row = {"source": source, "event_id": event_id, "received_at": self._tx.now}
        return _REMEMBER.first(self._tx, row) is not None


def _remembering(engine: str) -> ReturningInsert[Any]:
    return insert_on(engine, inbound_event).on_conflict_do_nothing().returning(inbound_event.c.event_id)


_REMEMBER = Prepared(_remembering)
