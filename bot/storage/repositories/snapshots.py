"""The last good knowledge base, so that a broken file changes no answer across a restart either."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.storage.schema import knowledge_snapshot
from bot.storage.transaction import Tx, insert


def put(tx: Tx, revision: str, text: str) -> None:
    """Keep this one in place of those before it."""
    tx.connection.execute(delete(knowledge_snapshot).where(knowledge_snapshot.c.revision != revision))
    statement = insert(tx, knowledge_snapshot).values(revision=revision, text=text, saved_at=tx.now)
    tx.connection.execute(
        statement.on_conflict_do_update(index_elements=["revision"], set_={"saved_at": statement.excluded.saved_at})
    )


def latest(tx: Tx) -> tuple[str, str] | None:
    """(revision, text), or None where there was none yet."""
    query = select(knowledge_snapshot.c.revision, knowledge_snapshot.c.text)
    row = tx.connection.execute(query.order_by(knowledge_snapshot.c.saved_at.desc()).limit(1)).one_or_none()
    return None if row is None else (row.revision, row.text)
