"""The rows of the outbox.

Deliveries of one lane leave one after the other, in the order in which their transactions committed. Timers stand in no
lane: they wait for nothing and hold nothing up. The state is compared as a literal throughout, because SQLite uses a
partial index only where the statement repeats its condition word for word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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

from bot.storage.prepared_statements import Prepared
from bot.storage.records import Job, JobKind, JobState, NewJob
from bot.storage.schema import job
from bot.storage.schema import lane as lanes
from bot.storage.scope import TransactionScope, insert_on

_PENDING: ColumnElement[str] = literal_column("'pending'")
_TIMER: ColumnElement[str] = literal_column("'timer'")
_NOW = bindparam("now", type_=job.c.due_at.type)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The outbox in numbers: rows that wait, how many of them are due, and rows that were given up."""

    pending: int
    due: int
    dead: int


class JobRepository:
    """The rows of the outbox."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, new: NewJob) -> int | None:
        """The row's id, or None where a row with this key is or was there already.

        Call it late in a transaction: from here on others wait to write into the same lane, which is what keeps its
        order.
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
        added: int | None = _PUT.first(self._tx, row)
        return added

    def claim(self, owner: str, limit: int, lease: timedelta) -> list[Job]:
        """Take up to `limit` due jobs that nobody holds, for the length of `lease`: timers first, one of each lane."""
        holder = {"now": self._tx.now, "until": self._tx.now + lease, "holder": owner}
        timers = _claim(self._tx, _CLAIM_TIMERS, holder, limit)
        rest = limit - len(timers)
        return timers + _claim(self._tx, _CLAIM, holder, rest) if rest else timers

    def done(self, held: Collection[Job]) -> set[int]:
        """Finish jobs.

        The ids of those that were still the caller's: not where a lease lapsed and another took the job.
        """
        if not held:
            return set()
        theirs = {"held": [(each.id, each.claims) for each in held]}
        return set(self._tx.connection.execute(_DONE, theirs | {"state": JobState.DONE} | _ended(self._tx)).scalars())

    def retry(self, held: Job, due_at: datetime, error: str, payload: Mapping[str, Any] | None = None) -> bool:
        """Count an attempt and put the job off, with another payload if one is given. False if it is not the caller's.

        The whole lane behind it is put off too: rows that are due but blocked would be looked at in vain with every
        claim.
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
        if not _finish(self._tx, held, again):
            return False
        if held.kind != JobKind.TIMER:
            behind = and_(job.c.lane == held.lane, job.c.state == _PENDING, job.c.kind != _TIMER, job.c.due_at < due_at)
            self._tx.connection.execute(update(job).where(behind).values(due_at=due_at))
        return True

    def dead(self, held: Job, error: str) -> bool:
        """Give a job up; false where it is not the caller's. Its lane goes on without it."""
        return _finish(
            self._tx,
            held,
            {"state": JobState.DEAD, "attempts": held.attempts + 1, "last_error": error} | _ended(self._tx),
        )

    def cancel_lane(self, lane: str) -> int:
        """Call back what waits in a lane; how many.

        A delivery that a relay holds now is past recall, a timer is not.
        """
        recallable = or_(job.c.kind == _TIMER, job.c.lease_until.is_(None), job.c.lease_until <= self._tx.now)
        statement = update(job).where(job.c.lane == lane, job.c.state == _PENDING, recallable)
        return self._tx.connection.execute(statement.values(state=JobState.CANCELLED, **_ended(self._tx))).rowcount

    def rewrite(self, waits: Job, payload: Mapping[str, Any]) -> None:
        """Have something else leave in its place; what a relay holds just now leaves as it was."""
        still = and_(job.c.id == waits.id, job.c.state == _PENDING)
        self._tx.connection.execute(update(job).where(still).values(payload=dict(payload)))

    def next_due(self) -> datetime | None:
        """Return when `claim` can find something next. Leases, and jobs behind another in their lane, do not count."""
        firsts = [query.first(self._tx, {"now": self._tx.now}) for query in (_NEXT_TIMER, _NEXT)]
        return min((due for due in firsts if due is not None), default=None)

    def pending(self) -> Backlog:
        """The state of the outbox, for metrics and readiness."""
        waiting = select(func.count()).where(job.c.state == _PENDING)
        due = select(func.count()).where(job.c.state == _PENDING, job.c.due_at <= self._tx.now)
        given_up = select(func.count()).where(job.c.state == JobState.DEAD)
        return Backlog(
            pending=self._tx.connection.execute(waiting).scalar_one(),
            due=self._tx.connection.execute(due).scalar_one(),
            dead=self._tx.connection.execute(given_up).scalar_one(),
        )

    def release(self) -> None:
        """End all leases. Only for the one process of an SQLite database, at its start."""
        held = and_(job.c.state == _PENDING, job.c.lease_until.is_not(None))
        self._tx.connection.execute(update(job).where(held).values(lease_until=None, lease_owner=""))

    def waiting(self, lane: str) -> list[Job]:
        """What is still to leave in a lane, in order."""
        return [_job(row) for row in _WAITING.all(self._tx, {"wanted": lane})]

    def reposts(self) -> list[Job]:
        """The cards that press channels refused and that are offered to them again, the oldest first."""
        query = select(job).where(job.c.kind == JobKind.REPOST, job.c.state == _PENDING).order_by(job.c.id)
        return [_job(row) for row in self._tx.connection.execute(query)]

    def by_key(self, key: str) -> Job | None:
        """The job that was put in under this key, whatever became of it."""
        return next((_job(row) for row in _BY_KEY.all(self._tx, {"key": key})), None)

    def deliveries_of(self, case_id: int) -> list[Job]:
        """Everything that a case had to send, in the order in which it was put in, whatever became of it."""
        query = select(job).where(job.c.case_id == case_id, job.c.kind != JobKind.TIMER).order_by(job.c.id)
        return [_job(row) for row in self._tx.connection.execute(query)]


def _next_in_lane(engine: str) -> ReturningInsert[Any]:
    take_next = insert_on(engine, lanes).on_conflict_do_update(
        index_elements=[lanes.c.name], set_={"next_seq": lanes.c.next_seq + 1}
    )
    return take_next.returning(lanes.c.next_seq)


def _unless_there(engine: str) -> ReturningInsert[Any]:
    return insert_on(engine, job).on_conflict_do_nothing(index_elements=[job.c.idempotency_key]).returning(job.c.id)


def _claim(tx: TransactionScope, statement: Prepared, holder: dict[str, Any], limit: int) -> list[Job]:
    claimed = [_job(row) for row in statement.all(tx, holder | {"most": limit})]
    return sorted(claimed, key=lambda each: (each.due_at, each.id))


def _claiming(*, timers: bool) -> ReturningUpdate[Any]:
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
    unheld = and_(job.c.state == _PENDING, or_(job.c.lease_until.is_(None), job.c.lease_until <= _NOW))
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


def _finish(tx: TransactionScope, held: Job, values: dict[str, Any]) -> bool:
    mine = and_(job.c.id == held.id, job.c.claims == held.claims, job.c.state == _PENDING)
    return tx.connection.execute(update(job).where(mine).values(values)).rowcount == 1


def _ended(tx: TransactionScope) -> dict[str, Any]:
    return {"ended_at": tx.now, "lease_until": None, "lease_owner": ""}


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


# Made once: to put one together takes longer than to run it. What is sent and not yet noted when the process dies is
# sent again, so the length of the relay's turn counts.
_HELD = tuple_(job.c.id, job.c.claims).in_(bindparam("held", expanding=True))
_DONE = update(job).where(_HELD, job.c.state == _PENDING).returning(job.c.id)
_WAITING = Prepared(select(job).where(job.c.lane == bindparam("wanted"), job.c.state == _PENDING).order_by(job.c.seq))
_BY_KEY = Prepared(select(job).where(job.c.idempotency_key == bindparam("key")))
_CLAIM_TIMERS, _CLAIM = Prepared(_claiming(timers=True)), Prepared(_claiming(timers=False))
_NEXT_TIMER, _NEXT = Prepared(_first_due(timers=True)), Prepared(_first_due(timers=False))
_NEXT_IN_LANE, _PUT = Prepared(_next_in_lane), Prepared(_unless_there)
