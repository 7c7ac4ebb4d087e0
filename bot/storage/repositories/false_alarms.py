"""What was taken for an enquiry and was none, kept without a name: for whoever owns the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from bot.storage.schema import false_alarm
from bot.storage.scope import TransactionScope


class FalseAlarmRepository:
    """What was taken for an enquiry and was none, kept without a name: for whoever owns the answers."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def add(self, text: str) -> None:
        """Somebody's words, at this moment and nobody's any more."""
        self._tx.connection.execute(insert(false_alarm).values(at=self._tx.now, text=text))

    def since(self, begin: datetime, limit: int) -> list[tuple[datetime, str]]:
        """(when, words), newest first."""
        query = select(false_alarm.c.at, false_alarm.c.text).where(false_alarm.c.at >= begin)
        query = query.order_by(false_alarm.c.at.desc(), false_alarm.c.id.desc()).limit(limit)
        return [(at, text) for at, text in self._tx.connection.execute(query)]
