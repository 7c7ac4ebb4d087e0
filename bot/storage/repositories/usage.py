"""What was asked and how it went, counted for the owners of the answers; nothing here names whoever asked."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Select, select

from bot.storage.schema import answered, feedback
from bot.storage.scope import TransactionScope


class UsageQueries:
    """What was asked and how it went, counted for the owners of the answers; nothing here names whoever asked."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def given(self, since: datetime) -> Counter[tuple[str, str]]:
        """How often each (entry id, outcome) came since then: `answer` gave it, `choose` offered it."""
        query = select(answered.c.entries, answered.c.outcome).where(
            answered.c.at >= since, answered.c.outcome.in_(["answer", "choose"])
        )
        return Counter((entry, row.outcome) for row in self._tx.connection.execute(query) for entry in row.entries)

    def outcomes(self, since: datetime) -> Counter[str]:
        """How often each outcome came since then."""
        query = select(answered.c.outcome).where(answered.c.at >= since)
        return Counter(self._tx.connection.execute(query).scalars())

    def not_media(self, since: datetime, limit: int) -> list[tuple[datetime, str]]:
        """(when, words) of messages of which somebody said, when asked, that the media are not involved.

        Newest first.
        """
        query = (
            select(answered.c.at, answered.c.question)
            .join(feedback, feedback.c.answered_id == answered.c.id)
            .where(answered.c.at >= since, feedback.c.verdict == "not media")
            .order_by(answered.c.at.desc())
        )
        return _pairs(self._tx, query, limit)


def _pairs(tx: TransactionScope, query: Select[datetime, str], limit: int) -> list[tuple[datetime, str]]:
    return [(at, text) for at, text in tx.connection.execute(query.limit(limit))]
