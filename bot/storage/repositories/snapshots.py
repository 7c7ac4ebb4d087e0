"""The last good knowledge base, so that a broken file changes no answer across a restart either."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.storage.schema import knowledge_snapshot
from bot.storage.scope import TransactionScope, insert


class SnapshotRepository:
    """The last good knowledge base, so that a broken file changes no answer across a restart either."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, revision: str, text: str) -> None:
        """Keep this one in place of those before it."""
        self._tx.connection.execute(delete(knowledge_snapshot).where(knowledge_snapshot.c.revision != revision))
        statement = insert(self._tx, knowledge_snapshot).values(revision=revision, text=text, saved_at=self._tx.now)
        self._tx.connection.execute(
            statement.on_conflict_do_update(index_elements=["revision"], set_={"saved_at": statement.excluded.saved_at})
        )

    def latest(self) -> tuple[str, str] | None:
        """(revision, text), or None where there was none yet."""
        query = select(knowledge_snapshot.c.revision, knowledge_snapshot.c.text)
        row = self._tx.connection.execute(query.order_by(knowledge_snapshot.c.saved_at.desc()).limit(1)).one_or_none()
        return None if row is None else (row.revision, row.text)
