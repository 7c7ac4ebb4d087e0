"""What the desk answered and from which knowledge, and what people thought of it: for the answers' owners."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, or_, select, update

from bot.storage.records import Answered
from bot.storage.schema import answered, false_alarm, knowledge_snapshot
from bot.storage.schema import feedback as feedback_table
from bot.storage.sql import Prepared, TransactionScope, upsert

_NONE_OF_THESE = "none of these"
_IDS = 10**15  # ids of 15 digits, which every JSON reader keeps exactly


class AnswerRepository:
    """The answers that the desk gave, and the feedback on them."""

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
        topic: str = "",
        nearest: tuple[str, ...] = (),
    ) -> int:
        """Store an answer given now and return its id. The arguments are explained in `Answered`.

        The id is random, because the buttons below an answer carry it and nobody must guess another's.
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
            "beside": {"topic": topic, "nearest": list(nearest)} if topic or nearest else {},
        }
        return int(_RECORD.first(self._tx, row))

    def load(self, answered_id: int) -> Answered | None:
        """The answer. None if there never was one, or it has been purged."""
        row = self._tx.connection.execute(select(answered).where(answered.c.id == answered_id)).one_or_none()
        return None if row is None else _answered(row)

    def replace_question(self, asker: str, event_id: str, text: str) -> None:
        """Replace the words of a question that its asker has edited, so that a button passes on the new ones."""
        theirs = and_(answered.c.asker == asker, answered.c.event_id == event_id)
        self._tx.connection.execute(update(answered).where(theirs).values(question=text))

    def previous_question(self, asker: str, conversation: str, since: datetime) -> str:
        """The last question of this person in this conversation that was answered at or after `since`; "" if none."""
        query = (
            select(answered.c.question)
            .where(answered.c.asker == asker, answered.c.conversation == conversation, answered.c.at >= since)
            .where(answered.c.outcome == "answer")
            .order_by(answered.c.at.desc())
            .limit(1)
        )
        return str(self._tx.connection.execute(query).scalar_one_or_none() or "")

    def feedback(self, answered_id: int, verdict: str) -> bool:
        """Store a verdict on an answer, in place of an earlier one. False if there is no such answer."""
        given = self.load(answered_id)
        if given is None:
            return False
        statement = upsert(self._tx, feedback_table).values(
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
        """Questions since then for which no entry was found, or every offered entry was rejected; newest first."""
        rejected = select(feedback_table.c.answered_id).where(feedback_table.c.verdict == _NONE_OF_THESE)
        query = (
            select(answered)
            .where(answered.c.at >= since, or_(answered.c.outcome == "unknown", answered.c.id.in_(rejected)))
            .order_by(answered.c.at.desc(), answered.c.id.desc())
            .limit(limit)
        )
        return [_answered(row) for row in self._tx.connection.execute(query)]

    def verdicts(self, since: datetime) -> Counter[tuple[str, str]]:
        """How often each (entry id, verdict) was given since then."""
        query = select(feedback_table.c.entries, feedback_table.c.verdict).where(feedback_table.c.at >= since)
        return Counter((entry, row.verdict) for row in self._tx.connection.execute(query) for entry in row.entries)


_RECORD = Prepared(insert(answered).returning(answered.c.id))


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
        topic=row.beside.get("topic", ""),
        nearest=tuple(row.beside.get("nearest", ())),
    )


class UsageQueries:
    """Counts of answers, and messages that were no media enquiry. Nothing here names the person who asked."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def given(self, since: datetime) -> Counter[tuple[str, str]]:
        """How often each (entry id, outcome) came since then: `answer` gave the entry, `choose` offered it."""
        query = select(answered.c.entries, answered.c.outcome).where(
            answered.c.at >= since, answered.c.outcome.in_(["answer", "choose"])
        )
        return Counter((entry, row.outcome) for row in self._tx.connection.execute(query) for entry in row.entries)

    def outcomes(self, since: datetime) -> Counter[str]:
        """How often each outcome came since then."""
        query = select(answered.c.outcome).where(answered.c.at >= since)
        return Counter(self._tx.connection.execute(query).scalars())

    def not_media(self, since: datetime, limit: int) -> list[tuple[datetime, str]]:
        """(time, text) of messages whose sender was asked and said that no media are involved; newest first."""
        query = (
            select(answered.c.at, answered.c.question)
            .join(feedback_table, feedback_table.c.answered_id == answered.c.id)
            .where(answered.c.at >= since, feedback_table.c.verdict == "not media")
            .order_by(answered.c.at.desc())
            .limit(limit)
        )
        return [(at, text) for at, text in self._tx.connection.execute(query)]


class FalseAlarmRepository:
    """Messages that were wrongly taken for a media enquiry, stored without the person."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def add(self, text: str) -> None:
        """Store the text of a message, with the time but without its author."""
        self._tx.connection.execute(insert(false_alarm).values(at=self._tx.now, text=text))

    def since(self, begin: datetime, limit: int) -> list[tuple[datetime, str]]:
        """(time, text) of the messages since then, newest first."""
        query = select(false_alarm.c.at, false_alarm.c.text).where(false_alarm.c.at >= begin)
        query = query.order_by(false_alarm.c.at.desc(), false_alarm.c.id.desc()).limit(limit)
        return [(at, text) for at, text in self._tx.connection.execute(query)]


class SnapshotRepository:
    """The last valid knowledge base, so that a broken file changes no answer after a restart either."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, revision: str, text: str) -> None:
        """Store this snapshot and delete those of other revisions."""
        self._tx.connection.execute(delete(knowledge_snapshot).where(knowledge_snapshot.c.revision != revision))
        statement = upsert(self._tx, knowledge_snapshot).values(revision=revision, text=text, saved_at=self._tx.now)
        self._tx.connection.execute(
            statement.on_conflict_do_update(index_elements=["revision"], set_={"saved_at": statement.excluded.saved_at})
        )

    def latest(self) -> tuple[str, str] | None:
        """(revision, text) of the stored snapshot; None if there is none."""
        query = select(knowledge_snapshot.c.revision, knowledge_snapshot.c.text)
        row = self._tx.connection.execute(query.order_by(knowledge_snapshot.c.saved_at.desc()).limit(1)).one_or_none()
        return None if row is None else (row.revision, row.text)
