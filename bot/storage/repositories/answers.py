"""What the desk answered, and what people thought of it: the raw material of the answers' owners."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy import insert as plain_insert

from bot.storage.prepared_statements import Prepared
from bot.storage.records import Answered
from bot.storage.schema import answered
from bot.storage.schema import feedback as feedback_table
from bot.storage.scope import TransactionScope, insert

_NONE_OF_THESE = "none of these"
_IDS = 10**15  # 15 digits, which JSON keeps exactly everywhere


class AnswerRepository:
    """What the desk answered, and what people thought of it: the raw material of the answers' owners."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def record(
        self,
        question: str,
        outcome: str,
        entries: tuple[str, ...],
        knowledge: str,
        asker: str = "",
        *,
        event_id: str = "",
        link: str = "",
        files: int = 0,
        conversation: str = "",
    ) -> int:
        """Note an answer given now, from this revision of the knowledge; its id. The rest is as in `Answered`.

        The id is drawn, not counted: below an answer stand buttons that carry it, and nobody is to guess another's.
        """
        row = {
            "id": secrets.randbelow(_IDS),
            "at": self._tx.now,
            "question": question,
            "outcome": outcome,
            "entries": list(entries),
            "knowledge": knowledge,
            "asker": asker,
            "event_id": event_id,
            "link": link,
            "files": files,
            "conversation": conversation,
        }
        return int(_RECORD.first(self._tx, row))

    def load(self, answered_id: int) -> Answered | None:
        """None where there never was one, or it is no longer kept."""
        row = self._tx.connection.execute(select(answered).where(answered.c.id == answered_id)).one_or_none()
        return None if row is None else _answered(row)

    def previous(self, asker: str, conversation: str, since: datetime) -> str:
        """What this person was last answered in this conversation, if that was since then; else an empty string."""
        query = (
            select(answered.c.question)
            .where(answered.c.asker == asker, answered.c.conversation == conversation, answered.c.at >= since)
            .where(answered.c.outcome == "answer")
            .order_by(answered.c.at.desc())
            .limit(1)
        )
        return str(self._tx.connection.execute(query).scalar_one_or_none() or "")

    def feedback(self, answered_id: int, verdict: str) -> bool:
        """Note what somebody thought of an answer; their last word counts. False where the answer is not there."""
        given = self.load(answered_id)
        if given is None:
            return False
        statement = insert(self._tx, feedback_table).values(
            answered_id=answered_id,
            at=self._tx.now,
            verdict=verdict,
            entries=list(given.entries),
            knowledge=given.knowledge,
        )
        latest = {"at": statement.excluded.at, "verdict": statement.excluded.verdict}
        self._tx.connection.execute(statement.on_conflict_do_update(index_elements=["answered_id"], set_=latest))
        return True

    def unanswered(self, since: datetime, limit: int) -> list[Answered]:
        """Questions since then to which nothing was known, or of whose candidates none was right; newest first."""
        refused = select(feedback_table.c.answered_id).where(feedback_table.c.verdict == _NONE_OF_THESE)
        query = (
            select(answered)
            .where(answered.c.at >= since, or_(answered.c.outcome == "unknown", answered.c.id.in_(refused)))
            .order_by(answered.c.at.desc(), answered.c.id.desc())
            .limit(limit)
        )
        return [_answered(row) for row in self._tx.connection.execute(query)]

    def verdicts(self, since: datetime) -> Counter[tuple[str, str]]:
        """How often each (entry id, verdict) was given since then."""
        query = select(feedback_table.c.entries, feedback_table.c.verdict).where(feedback_table.c.at >= since)
        return Counter((entry, row.verdict) for row in self._tx.connection.execute(query) for entry in row.entries)


_RECORD = Prepared(plain_insert(answered).returning(answered.c.id))


def _answered(row: Row[Any]) -> Answered:
    return Answered(
        id=row.id,
        at=row.at,
        question=row.question,
        entries=tuple(row.entries),
        knowledge=row.knowledge,
        asker=row.asker,
        event_id=row.event_id,
        link=row.link,
        files=row.files,
    )
