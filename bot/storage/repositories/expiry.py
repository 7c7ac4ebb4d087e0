"""What is kept no longer: one rule for each class of data, used to count it and to remove it a batch at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
from bot.storage.repositories.events import DedupeScope
from bot.storage.schema import (
    adapter_state,
    answered,
    case_asker,
    false_alarm,
    feedback,
    inbound_event,
    job,
    lane,
    posting,
    press_case,
)
from bot.storage.scope import TransactionScope

# Literals, so that both engines see that the partial indexes serve.
_PENDING: ColumnElement[str] = literal_column("'pending'")
_NOTHING: ColumnElement[str] = literal_column("'{}'")


class Kind(StrEnum):
    """A class of data that goes at the same age, in the order in which they are removed."""

    CASES = "cases"
    ROUTES = "routes"
    QUESTIONS = "questions"
    ALARMS = "alarms"
    FEEDBACK = "feedback"
    DELIVERIES = "deliveries"
    TEXTS = "texts"
    EVENTS = "events"
    LANES = "lanes"


@dataclass(frozen=True, slots=True)
class Ages:
    """The instants before which things are too old. `once` is for what the desk did once, `events` for platforms'."""

    cases: datetime
    questions: datetime
    feedback: datetime
    texts: datetime
    events: datetime
    once: datetime


class ExpiredRecords:
    """What is kept no longer: one rule for each class of data, used to count it and to remove it a batch at a time."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def count(self, kind: Kind, ages: Ages) -> int:
        """How many rows are too old now; what becomes so only when others are gone is not among them."""
        table, expired = _rule(kind, ages)
        return int(self._tx.connection.execute(select(func.count()).select_from(table).where(expired)).scalar_one())

    def remove(self, kind: Kind, ages: Ages, limit: int) -> int:
        """Remove up to `limit` rows that are too old; how many.

        Rows that somebody else holds are left for another time.
        """
        table, expired = _rule(kind, ages)
        keys = list(table.primary_key)
        query = select(*keys).where(expired).limit(limit).with_for_update(skip_locked=True)
        chosen = [tuple(row) for row in self._tx.connection.execute(query)]
        if not chosen:
            return 0
        locked = tuple_(*keys).in_(chosen) if len(keys) > 1 else keys[0].in_([row[0] for row in chosen])
        # Asked again now that the rows are ours: a job may have come into a lane between the look at it and the lock.
        these = and_(locked, expired)
        if kind is Kind.TEXTS:
            return self._tx.connection.execute(update(table).where(these).values(payload={})).rowcount
        return self._tx.connection.execute(delete(table).where(these)).rowcount

    def held_back(self, closed_before: datetime) -> list[int]:
        """The ids of cases that would be too old but are held, the oldest first."""
        query = select(press_case.c.id).where(press_case.c.held.is_(True), _closed(closed_before))
        return list(self._tx.connection.execute(query.order_by(press_case.c.id)).scalars())


def _rule(kind: Kind, ages: Ages) -> tuple[Table, ColumnElement[bool]]:
    """The table, and which of its rows are too old."""
    match kind:
        case Kind.CASES:
            # What is still on its way to somebody leaves first.
            waiting = exists().where(job.c.case_id == press_case.c.id, job.c.state == _PENDING)
            return press_case, and_(_closed(ages.cases), press_case.c.held.is_(False), not_(waiting))
        case Kind.ROUTES:
            return adapter_state, and_(adapter_state.c.used_at < ages.questions, not_(_of_a_case()))
        case Kind.QUESTIONS:
            return answered, answered.c.at < ages.questions
        case Kind.ALARMS:
            return false_alarm, false_alarm.c.at < ages.questions
        case Kind.FEEDBACK:
            return feedback, feedback.c.at < ages.feedback
        case Kind.DELIVERIES:
            # Those of a case go with it: their keys are what keeps them from being sent twice.
            return job, and_(job.c.case_id.is_(None), job.c.ended_at < ages.questions)
        case Kind.TEXTS:
            of_held = exists().where(press_case.c.id == job.c.case_id, press_case.c.held.is_(True))
            return job, and_(job.c.ended_at < ages.texts, job.c.payload != _NOTHING, not_(of_held))
        case Kind.EVENTS:
            repeats = and_(inbound_event.c.source.not_in(list(DedupeScope)), inbound_event.c.received_at < ages.events)
            return inbound_event, or_(repeats, inbound_event.c.received_at < ages.once)
        case Kind.LANES:
            return lane, lane.c.name.not_in(select(job.c.lane))


def _of_a_case() -> ColumnElement[bool]:
    """Whether a row of an adapter's state is how somebody is reached who asks in a case, or where its card stands.

    LIKE takes A for a on SQLite, and an underscore for anything: so it keeps a little more, never less.
    """
    platform, key = adapter_state.c.platform, adapter_state.c.key
    asks = exists().where(case_asker.c.person_platform == platform, key.like(literal("%/") + case_asker.c.person_id))
    heads = exists().where(
        posting.c.thread_platform == platform, key.like(literal("thread/") + posting.c.thread_token + "%")
    )
    return or_(asks, heads)


def _closed(before: datetime) -> ColumnElement[bool]:
    return and_(press_case.c.state == CaseState.CLOSED, press_case.c.closed_at < before)
