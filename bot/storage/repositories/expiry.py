"""Retention: one rule for each class of data, by which expired rows are counted, and removed batch by batch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    delete,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from bot.domain.case import CaseState
from bot.storage.records import DedupeScope
from bot.storage.schema import (
    adapter_state,
    answered,
    case_asker,
    false_alarm,
    feedback,
    inbound_event,
    inbox,
    job,
    lane,
    posting,
    press_case,
)
from bot.storage.sql import TransactionScope

# Literals, so that both engines use the partial indexes.
_PENDING: ColumnElement[str] = literal_column("'pending'")
_WAITING: ColumnElement[str] = literal_column("'waiting'")
_NOTHING: ColumnElement[str] = literal_column("'{}'")


RowKey = tuple[Any, ...]
"""The primary key of a row."""


class RetentionClass(StrEnum):
    """A class of data with a retention of its own, in the order in which they are removed."""

    CASES = "cases"
    ROUTES = "routes"  # how an adapter reaches people and threads
    QUESTIONS = "questions"
    ALARMS = "alarms"  # false alarms
    FEEDBACK = "feedback"
    DELIVERIES = "deliveries"  # of no case
    TEXTS = "texts"  # the payloads of deliveries; the rows stay
    INBOX = "inbox"
    EVENTS = "events"
    LANES = "lanes"  # that have no jobs


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The times before which data has expired."""

    cases: datetime
    questions: datetime
    """Also for routes, false alarms and deliveries."""
    feedback: datetime
    texts: datetime
    events: datetime
    """For events of platforms."""
    once: datetime
    """For events of a `DedupeScope`."""


class ExpiredRecords:
    """Counts and removes rows whose retention has ended."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def count(self, kind: RetentionClass, cutoffs: Cutoffs) -> int:
        """How many rows have expired now, without those that expire only once others are removed."""
        table, expired = _rule(kind, cutoffs)
        return int(self._tx.connection.execute(select(func.count()).select_from(table).where(expired)).scalar_one())

    def expired(
        self, kind: RetentionClass, cutoffs: Cutoffs, limit: int, without: Collection[RowKey] = ()
    ) -> list[RowKey]:
        """The primary keys of up to `limit` expired rows."""
        table, expired = _rule(kind, cutoffs)
        query = select(*table.primary_key).where(expired, not_(_is_among(table, without))).limit(limit)
        return [tuple(row) for row in self._tx.connection.execute(query)]

    def remove(
        self,
        kind: RetentionClass,
        cutoffs: Cutoffs,
        limit: int,
        *,
        only: Collection[RowKey] = (),
        without: Collection[RowKey] = (),
    ) -> int:
        """Remove up to `limit` expired rows and return their number. Rows locked by another transaction are skipped.

        `only` and `without` are primary keys; no `only` means all.
        """
        table, expired = _rule(kind, cutoffs)
        wanted = and_(expired, not_(_is_among(table, without)), *([_is_among(table, only)] if only else []))
        query = select(*table.primary_key).where(wanted).limit(limit).with_for_update(skip_locked=True)
        chosen = [tuple(row) for row in self._tx.connection.execute(query)]
        if not chosen:
            return 0
        # Checked again now that the rows are locked: a job may have entered a lane between the read and the lock.
        still_expired = and_(_is_among(table, chosen), expired)
        if kind is RetentionClass.TEXTS:
            return self._tx.connection.execute(update(table).where(still_expired).values(payload={})).rowcount
        return self._tx.connection.execute(delete(table).where(still_expired)).rowcount

    def held_back(self, closed_before: datetime) -> list[int]:
        """The ids of cases that have expired but are held, oldest first."""
        query = select(press_case.c.id).where(press_case.c.held.is_(True), _closed(closed_before))
        return list(self._tx.connection.execute(query.order_by(press_case.c.id)).scalars())


def _is_among(table: Table, keys: Collection[RowKey]) -> ColumnElement[bool]:
    """Whether the primary key of a row is one of these."""
    columns = list(table.primary_key)
    return tuple_(*columns).in_(keys) if len(columns) > 1 else columns[0].in_([key[0] for key in keys])


def _rule(kind: RetentionClass, cutoffs: Cutoffs) -> tuple[Table, ColumnElement[bool]]:
    """The table, and the condition under which a row of it has expired."""
    match kind:
        case RetentionClass.CASES:
            # Its last messages leave first.
            waiting = exists().where(job.c.case_id == press_case.c.id, job.c.state == _PENDING)
            return press_case, and_(_closed(cutoffs.cases), press_case.c.held.is_(False), not_(waiting))
        case RetentionClass.ROUTES:
            return adapter_state, and_(adapter_state.c.used_at < cutoffs.questions, not_(_of_a_case()))
        case RetentionClass.QUESTIONS | RetentionClass.ALARMS:
            table = answered if kind is RetentionClass.QUESTIONS else false_alarm
            return table, table.c.at < cutoffs.questions
        case RetentionClass.FEEDBACK:
            return feedback, feedback.c.at < cutoffs.feedback
        case RetentionClass.DELIVERIES:
            # Those of a case stay as long as it does: their keys keep them from being sent twice.
            return job, and_(job.c.case_id.is_(None), job.c.ended_at < cutoffs.questions)
        case RetentionClass.TEXTS:
            of_held = exists().where(press_case.c.id == job.c.case_id, press_case.c.held.is_(True))
            return job, and_(job.c.ended_at < cutoffs.texts, job.c.payload != _NOTHING, not_(of_held))
        case RetentionClass.INBOX:
            # What waits holds a question. What was decided holds nothing that anybody wrote.
            of_held = exists().where(press_case.c.id == inbox.c.case_id, press_case.c.held.is_(True))
            waits = and_(inbox.c.state == _WAITING, inbox.c.received_at < cutoffs.questions, not_(of_held))
            return inbox, or_(waits, and_(inbox.c.state != _WAITING, inbox.c.received_at < cutoffs.events))
        case RetentionClass.EVENTS:
            repeats = and_(
                inbound_event.c.source.not_in(list(DedupeScope)), inbound_event.c.received_at < cutoffs.events
            )
            return inbound_event, or_(repeats, inbound_event.c.received_at < cutoffs.once)
        case RetentionClass.LANES:
            return lane, lane.c.name.not_in(select(job.c.lane))


def _of_a_case() -> ColumnElement[bool]:
    """Whether a row of adapter state says how to reach an asker of a case, or belongs to the thread of its card.

    LIKE ignores case on SQLite, and an underscore matches any character. So it may keep too much, but never too little.
    """
    platform, key = adapter_state.c.platform, adapter_state.c.key
    asks = exists().where(case_asker.c.person_platform == platform, key.like(literal("%/") + case_asker.c.person_id))
    heads = exists().where(
        posting.c.thread_platform == platform, key.like(literal("thread/") + posting.c.thread_token + "%")
    )
    return or_(asks, heads)


def _closed(before: datetime) -> ColumnElement[bool]:
    return and_(press_case.c.state == CaseState.CLOSED, press_case.c.closed_at < before)
