"""What was asked and how it went, counted for the owners of the answers; nothing here names whoever asked."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Select, select

from bot.model import Outcome
from bot.store.tables import answered, case_asker, feedback, press_case
from bot.store.tx import Tx


def given(tx: Tx, since: datetime) -> Counter[tuple[str, str]]:
    """How often each (entry id, outcome) came since then: `answer` gave it, `choose` offered it."""
    query = select(answered.c.entries, answered.c.outcome).where(
        answered.c.at >= since, answered.c.outcome.in_(["answer", "choose"])
    )
    return Counter((entry, row.outcome) for row in tx.connection.execute(query) for entry in row.entries)


def outcomes(tx: Tx, since: datetime) -> Counter[str]:
    """How often each outcome came since then."""
    query = select(answered.c.outcome).where(answered.c.at >= since)
    return Counter(tx.connection.execute(query).scalars())


def false_alarms(tx: Tx, since: datetime, limit: int) -> list[tuple[datetime, str]]:
    """(when, words) of what the press office marked as no enquiry; newest first, restricted cases left out."""
    query = (
        select(case_asker.c.said_at, case_asker.c.text)
        .join(press_case, press_case.c.id == case_asker.c.case_id)
        .where(press_case.c.outcome == Outcome.FALSE_ALARM, press_case.c.restricted.is_(False))
        .where(case_asker.c.said_at >= since)
        .order_by(case_asker.c.said_at.desc())
    )
    return _pairs(tx, query, limit)


def not_media(tx: Tx, since: datetime, limit: int) -> list[tuple[datetime, str]]:
    """(when, words) of messages of which somebody said, when asked, that the media are not involved; newest first."""
    query = (
        select(answered.c.at, answered.c.question)
        .join(feedback, feedback.c.answered_id == answered.c.id)
        .where(answered.c.at >= since, feedback.c.verdict == "not media")
        .order_by(answered.c.at.desc())
    )
    return _pairs(tx, query, limit)


def _pairs(tx: Tx, query: Select[datetime, str], limit: int) -> list[tuple[datetime, str]]:
    return [(at, text) for at, text in tx.connection.execute(query.limit(limit))]
