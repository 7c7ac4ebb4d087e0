"""The rows of the queue: events that came in, and jobs, which are what has to leave and when.

Deliveries of one lane leave one after the other, in the order in which their transactions committed. Timers ignore
lanes: they wait for no other job, and no other job waits for them.

Statements compare the state with a literal, because SQLite uses a partial index only if the statement repeats its
condition word for word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from bot.storage.records import Backlog, Job, JobKind, JobState, NewJob
from bot.storage.schema import inbound_event, job
from bot.storage.schema import lane as lanes
from bot.storage.sql import Prepared, TransactionScope, upsert_on

_PENDING: ColumnElement[str] = literal_column("'pending'")
_TIMER: ColumnElement[str] = literal_column("'timer'")
_KINDS: list[ColumnElement[str]] = [literal_column(f"'{kind}'") for kind in JobKind]
_NOW = bindparam("now", type_=job.c.due_at.type)


class EventRepository:
    """The events that were handled, so that one that a platform repeats is handled once."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def seen(self, source: str, event_id: str) -> bool:
        """Whether `claim_once` was called for this event."""
        query = select(inbound_event.c.event_id).where(
            inbound_event.c.source == source, inbound_event.c.event_id == event_id
        )
        return self._tx.connection.execute(query).first() is not None

    def claim_once(self, source: str, event_id: str) -> bool:
        """Record an event. True the first time; `source` is a platform or a `DedupeScope`.

        A second transaction with the same event waits until the first has ended.
        """
        row = {"source": source, "event_id": event_id, "received_at": self._tx.now}
        return _ADD_EVENT.first(self._tx, row) is not None


class JobRepository:
    """The rows of the outbox: deliveries and timers."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, new: NewJob) -> int | None:
        """Add a job and return its id; None if the key was used before.

        Call it late in a transaction: until its end, other transactions wait to add to the same lane. This keeps the
        lane in the order of the commits.
        """
        row = {
            "kind": new.kind,
            "case_id": new.case_id,
            "lane": new.lane,
            "seq": _NEXT_IN_LANE.first(self._tx, {"name": new.lane, "next_seq": 1}),
            "idempotency_key": new.key,
            "payload": dict(new.payload),
            "state": JobState.PENDING,
            "attempts": 0,
            "claims": 0,
            "due_at": new.due_at,
            "created_at": self._tx.now,
            "lease_owner": "",
            "last_error": "",
        }
        added: int | None = _ADD_JOB.first(self._tx, row)
        return added

    def claim(self, owner: str, limit: int, lease: timedelta) -> list[Job]:
        """Take up to `limit` jobs that are due and held by nobody, for the duration of `lease`.

        Timers come first; then deliveries, at most one of each lane.
        """
        holder = {"now": self._tx.now, "until": self._tx.now + lease, "holder": owner}
        timers = self._claim(_CLAIM_TIMERS, holder, limit)
        rest = limit - len(timers)
        return timers + self._claim(_CLAIM, holder, rest) if rest else timers

    def done(self, held: Collection[Job]) -> set[int]:
        """Mark jobs as done and return their ids, without those that another took because the lease had expired."""
        if not held:
            return set()
        theirs = {"held": [(each.id, each.claims) for each in held]}
        return set(self._tx.connection.execute(_DONE, theirs | {"state": JobState.DONE} | self._ended_now()).scalars())

    def retry(self, held: Job, due_at: datetime, error: str, payload: Mapping[str, Any] | None = None) -> bool:
        """Count an attempt and postpone the job, with another payload if one is given.

        Return False if the caller no longer holds it.

        The deliveries behind it in its lane are postponed too. Otherwise every claim would read rows that are due but
        blocked.
        """
        again: dict[str, Any] = {
            "attempts": held.attempts + 1,
            "due_at": due_at,
            "lease_until": None,
            "lease_owner": "",
            "last_error": error,
        }
        if payload is not None:
            again["payload"] = dict(payload)
        if not self._update_held(held, again):
            return False
        if held.kind != JobKind.TIMER:
            behind = and_(job.c.lane == held.lane, job.c.state == _PENDING, job.c.kind != _TIMER, job.c.due_at < due_at)
            self._tx.connection.execute(update(job).where(behind).values(due_at=due_at))
        return True

    def give_up(self, held: Job, error: str) -> bool:
        """Give up a job; its lane goes on without it. False if the caller no longer holds it."""
        return self._update_held(
            held, {"state": JobState.DEAD, "attempts": held.attempts + 1, "last_error": error} | self._ended_now()
        )

    def cancel_lane(self, lane: str) -> int:
        """Cancel the pending jobs of a lane and return their number.

        A delivery that a relay holds at the moment is not cancelled; a timer is.
        """
        cancellable = or_(job.c.kind == _TIMER, job.c.lease_until.is_(None), job.c.lease_until <= self._tx.now)
        statement = update(job).where(job.c.lane == lane, job.c.state == _PENDING, cancellable)
        return self._tx.connection.execute(statement.values(state=JobState.CANCELLED, **self._ended_now())).rowcount

    def replace_payload(self, waiting: Job, payload: Mapping[str, Any]) -> None:
        """Replace the payload of a pending job. A relay that holds the job at the moment sends the old one."""
        pending = and_(job.c.id == waiting.id, job.c.state == _PENDING)
        self._tx.connection.execute(update(job).where(pending).values(payload=dict(payload)))

    def cancel(self, waiting: Job) -> bool:
        """Cancel a pending delivery and empty its payload. False if a relay holds it at the moment."""
        free = or_(job.c.lease_until.is_(None), job.c.lease_until <= self._tx.now)
        statement = update(job).where(job.c.id == waiting.id, job.c.state == _PENDING, free)
        ended = {"state": JobState.CANCELLED, "payload": {}} | self._ended_now()
        return self._tx.connection.execute(statement.values(ended)).rowcount == 1

    def empty(self, ended: Job) -> None:
        """Empty the payload of a job that has ended."""
        self._tx.connection.execute(update(job).where(job.c.id == ended.id, job.c.state != _PENDING).values(payload={}))

    def next_due(self) -> datetime | None:
        """When `claim` finds a job next, or None. Held jobs, and jobs behind another in their lane, do not count."""
        firsts = [query.first(self._tx, {"now": self._tx.now}) for query in (_NEXT_TIMER, _NEXT)]
        return min((due for due in firsts if due is not None), default=None)

    def backlog(self) -> Backlog:
        """The numbers of pending, due and dead jobs, for metrics and readiness."""
        waiting = select(func.count()).where(job.c.state == _PENDING)
        due = select(func.count()).where(job.c.state == _PENDING, job.c.due_at <= self._tx.now)
        given_up = select(func.count()).where(job.c.state == JobState.DEAD)
        return Backlog(
            pending=self._tx.connection.execute(waiting).scalar_one(),
            due=self._tx.connection.execute(due).scalar_one(),
            dead=self._tx.connection.execute(given_up).scalar_one(),
        )

    def revive_timers(self) -> int:
        """Make the timers that were given up due once more, and return their number.

        For the start of a process: perhaps this release can carry them out.
        """
        given_up = and_(job.c.kind == _TIMER, job.c.state == JobState.DEAD)
        again = {"state": JobState.PENDING, "attempts": 0, "claims": 0, "due_at": self._tx.now, "ended_at": None}
        return self._tx.connection.execute(update(job).where(given_up).values(again)).rowcount

    def end_all_leases(self) -> None:
        """End all leases. Only for the single process of an SQLite database, when it starts."""
        held = and_(job.c.state == _PENDING, job.c.lease_until.is_not(None))
        self._tx.connection.execute(update(job).where(held).values(lease_until=None, lease_owner=""))

    def waiting(self, lane: str) -> list[Job]:
        """The pending jobs of a lane, in its order."""
        return [_job(row) for row in _WAITING.all(self._tx, {"wanted": lane})]

    def reposts(self) -> list[Job]:
        """The pending attempts to post a card again in a press channel that refused it, oldest first."""
        query = select(job).where(job.c.kind == JobKind.REPOST, job.c.state == _PENDING).order_by(job.c.id)
        return [_job(row) for row in self._tx.connection.execute(query)]

    def by_key(self, key: str) -> Job | None:
        """The job with this key in any state, or None."""
        return next((_job(row) for row in _BY_KEY.all(self._tx, {"key": key})), None)

    def newest_in(self, lane: str, case_ids: Collection[int]) -> Job | None:
        """The job that was added last to this lane, in any state; None if it is of none of these cases."""
        newest = and_(lanes.c.name == job.c.lane, lanes.c.next_seq == job.c.seq)
        query = select(job).join(lanes, newest).where(job.c.case_id.in_(case_ids), job.c.lane == lane)
        return next((_job(row) for row in self._tx.connection.execute(query)), None)

    def deliveries_of(self, case_id: int) -> list[Job]:
        """All deliveries of a case in any state, oldest first."""
        query = select(job).where(job.c.case_id == case_id, job.c.kind != JobKind.TIMER).order_by(job.c.id)
        return [_job(row) for row in self._tx.connection.execute(query)]

    def _claim(self, statement: Prepared, holder: dict[str, Any], limit: int) -> list[Job]:
        claimed = [_job(row) for row in statement.all(self._tx, holder | {"most": limit})]
        return sorted(claimed, key=lambda each: (each.due_at, each.id))

    def _update_held(self, held: Job, values: dict[str, Any]) -> bool:
        """Change a job. False if its lease expired and another took it, or it was cancelled."""
        still_held = and_(job.c.id == held.id, job.c.claims == held.claims, job.c.state == _PENDING)
        return self._tx.connection.execute(update(job).where(still_held).values(values)).rowcount == 1

    def _ended_now(self) -> dict[str, Any]:
        return {"ended_at": self._tx.now, "lease_until": None, "lease_owner": ""}


def _add_event(engine: str) -> ReturningInsert[Any]:
    return upsert_on(engine, inbound_event).on_conflict_do_nothing().returning(inbound_event.c.event_id)


def _next_in_lane(engine: str) -> ReturningInsert[Any]:
    take_next = upsert_on(engine, lanes).on_conflict_do_update(
        index_elements=[lanes.c.name], set_={"next_seq": lanes.c.next_seq + 1}
    )
    return take_next.returning(lanes.c.next_seq)


def _add_job(engine: str) -> ReturningInsert[Any]:
    return upsert_on(engine, job).on_conflict_do_nothing(index_elements=[job.c.idempotency_key]).returning(job.c.id)


def _claim(*, timers: bool) -> ReturningUpdate[Any]:
    candidate = (
        select(job.c.id)
        .where(job.c.due_at <= _NOW, _free(timers=timers))
        .order_by(job.c.due_at, job.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("candidate")
        .prefix_with("MATERIALIZED")
    )
    taken = {"claims": job.c.claims + 1, "lease_until": bindparam("until"), "lease_owner": bindparam("holder")}
    return update(job).where(job.c.id.in_(select(candidate.c.id))).values(taken).returning(job)


def _first_due(*, timers: bool) -> Select[Any]:
    return select(job.c.due_at).where(_free(timers=timers)).order_by(job.c.due_at, job.c.id).limit(1)


def _free(*, timers: bool) -> ColumnElement[bool]:
    """Pending jobs that nobody holds: timers, or else the first delivery of each lane.

    A kind that a later release added waits for that release.
    """
    unheld = and_(
        job.c.state == _PENDING, job.c.kind.in_(_KINDS), or_(job.c.lease_until.is_(None), job.c.lease_until <= _NOW)
    )
    if timers:
        return and_(unheld, job.c.kind == _TIMER)
    earlier = job.alias("earlier")
    blocked = exists().where(
        earlier.c.lane == job.c.lane,
        earlier.c.seq < job.c.seq,
        earlier.c.state == _PENDING,
        earlier.c.kind != _TIMER,
    )
    return and_(unheld, job.c.kind != _TIMER, ~blocked)


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        case_id=row.case_id,
        lane=row.lane,
        key=row.idempotency_key,
        payload=row.payload,
        state=JobState(row.state),
        attempts=row.attempts,
        claims=row.claims,
        due_at=row.due_at,
        created_at=row.created_at,
        last_error=row.last_error,
        ended_at=row.ended_at,
    )


# Built once at import: building a statement takes longer than running it. If the process dies between a send and its
# `done`, the message is sent again, so each turn of the relay has to be short.
_HELD = tuple_(job.c.id, job.c.claims).in_(bindparam("held", expanding=True))
_DONE = update(job).where(_HELD, job.c.state == _PENDING).returning(job.c.id)
_WAITING = Prepared(select(job).where(job.c.lane == bindparam("wanted"), job.c.state == _PENDING).order_by(job.c.seq))
_BY_KEY = Prepared(select(job).where(job.c.idempotency_key == bindparam("key")))
_CLAIM_TIMERS, _CLAIM = Prepared(_claim(timers=True)), Prepared(_claim(timers=False))
_NEXT_TIMER, _NEXT = Prepared(_first_due(timers=True)), Prepared(_first_due(timers=False))
_NEXT_IN_LANE, _ADD_JOB, _ADD_EVENT = Prepared(_next_in_lane), Prepared(_add_job), Prepared(_add_event)
