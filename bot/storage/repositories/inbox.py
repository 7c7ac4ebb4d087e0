"""The inbox: messages that were taken in and wait to be decided.

A person's messages are decided one after the other, and so are those of a conversation. People take turns: a row's
`turn` says how many of the person's rows are decided before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.storage.records import InboxBacklog, InboxRow, NewInboxRow
from bot.storage.schema import inbox
from bot.storage.sql import Prepared, SafeText, Timestamp, TransactionScope

_WAITING: ColumnElement[str] = literal_column("'waiting'")
_NOW = bindparam("now", type_=Timestamp)
_PERSON = bindparam("person", type_=SafeText)
_CONVERSATION = bindparam("conversation", type_=SafeText)


class InboxRepository:
    """The rows of the inbox. A row waits until `finish`; then nothing is left in it that anybody wrote."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, new: NewInboxRow, owner: str, lease: timedelta) -> InboxRow:
        """Add a row. If `owner` is given, the row is claimed by it at once."""
        person = {"person": new.person}
        last, first = _LAST_TURN.first(self._tx, person), _FIRST_TURN.first(self._tx, {})
        row = {
            "source": new.source,
            "event_id": new.event_id,
            "person": new.person,
            "conversation": new.conversation,
            "version": new.version,
            "payload": dict(new.payload),
            "state": "waiting",
            "turn": max(0 if last is None else last + 1, first or 0),
            "failures": 0,
            "claims": 1 if owner else 0,
            "held": False,
            "received_at": self._tx.now,
            "due_at": new.due_at,
            "lease_until": self._tx.now + lease if owner else None,
            "lease_owner": owner,
        }
        return _row(_ADD.all(self._tx, row)[0])

    def has_waiting_in(self, conversation: str) -> bool:
        """Whether a message in this conversation waits."""
        return _WAITING_IN.first(self._tx, {"conversation": conversation}) is not None

    def has_waiting(self, person: str, conversation: str) -> bool:
        """Whether a message of this person, or one in this conversation, waits."""
        return _WAITING_OF.first(self._tx, {"person": person}) is not None or self.has_waiting_in(conversation)

    def recent(self, person: str, since: datetime, limit: int) -> list[tuple[datetime, bool]]:
        """(when it was or is due, whether it waits) of the person's newest rows that wait or were due since then."""
        rows = _RECENT.all(self._tx, {"person": person, "since": since, "most": limit})
        return [(row.due_at, row.state == "waiting") for row in rows]

    def claim(self, owner: str, limit: int, lease: timedelta, version: int) -> list[InboxRow]:
        """Take up to `limit` rows whose turn it is, for the duration of `lease`, as far as this version reads them.

        Rows that are held, because it is not known who wrote them, keep back no others but held ones.
        """
        holder = {"now": self._tx.now, "until": self._tx.now + lease, "holder": owner, "most": limit, "reads": version}
        claimed = [_row(row) for row in _CLAIM.all(self._tx, holder)]
        return sorted(claimed, key=lambda each: (each.turn, each.id))

    def is_due(self, version: int) -> bool:
        """Whether `claim` would find a row now."""
        return _CLAIMABLE.first(self._tx, {"now": self._tx.now, "most": 1, "reads": version}) is not None

    def next_due(self) -> datetime | None:
        """When the first of the waiting rows is due; None if there is none."""
        due: datetime | None = self._tx.connection.execute(select(func.min(inbox.c.due_at)).where(_IS_WAITING)).scalar()
        return due

    def finish(self, row: InboxRow) -> bool:
        """Empty a row in the transaction that decides it. False if it was decided or taken by another before."""
        return _FINISH.first(self._tx, {"id_": row.id, "claimed": row.claims}) is not None

    def postpone(self, row: InboxRow, due_at: datetime, *, failed: bool = False, held: bool = False) -> bool:
        """Let a row wait until then. `failed` counts a failure; `held`: it is not known who wrote it.

        False if it was decided or taken by another before.
        """
        values: dict[str, Any] = {"due_at": due_at, "lease_until": None, "lease_owner": "", "held": held}
        if failed:
            values["failures"] = row.failures + 1
        return self._tx.connection.execute(update(inbox).where(_still_claimed(row)).values(values)).rowcount == 1

    def set_case(self, row: InboxRow, case_id: int) -> None:
        """Note the case that a row opened although it is not known who wrote it."""
        self._tx.connection.execute(update(inbox).where(inbox.c.id == row.id).values(case_id=case_id))

    def has_earlier_held(self, row: InboxRow) -> bool:
        """Whether an earlier message of the same person is held."""
        earlier = and_(_IS_WAITING, inbox.c.person == row.person, inbox.c.id < row.id, inbox.c.held.is_(True))
        return self._tx.connection.execute(select(inbox.c.id).where(earlier).limit(1)).first() is not None

    def release(self, person: str) -> None:
        """Make the held rows of a person due, because it is known now who they are."""
        held = and_(_IS_WAITING, inbox.c.person == person, inbox.c.held.is_(True), inbox.c.due_at > self._tx.now)
        self._tx.connection.execute(update(inbox).where(held).values(due_at=self._tx.now))

    def end_all_leases(self) -> None:
        """End all leases. Only for the single process of an SQLite database, when it starts."""
        leased = and_(_IS_WAITING, inbox.c.lease_until.is_not(None))
        self._tx.connection.execute(update(inbox).where(leased).values(lease_until=None, lease_owner=""))

    def backlog(self) -> InboxBacklog:
        """How many rows wait, how many of them because nobody says who wrote them, and when the first is due."""
        held, others = inbox.c.held.is_(True), inbox.c.held.is_(False)
        columns = func.count(), func.count().filter(held), func.min(inbox.c.due_at).filter(others)
        return InboxBacklog(*self._tx.connection.execute(select(*columns).where(_IS_WAITING)).one())

    def erase(self, person: str) -> int:
        """Delete the rows of a person, and return how many of them waited."""
        theirs = inbox.c.person == person
        waiting = self._tx.connection.execute(delete(inbox).where(theirs, _IS_WAITING)).rowcount
        self._tx.connection.execute(delete(inbox).where(theirs))
        return waiting


_IS_WAITING = inbox.c.state == _WAITING


def _still_claimed(row: InboxRow) -> ColumnElement[bool]:
    """The row, unless another has claimed it since."""
    return and_(inbox.c.id == row.id, inbox.c.claims == row.claims, _IS_WAITING)


def _candidates() -> Select[Any]:
    """The rows whose turn it is: due, held by nobody, and behind no other of the person or of the conversation."""
    earlier_of, earlier_in = inbox.alias("earlier_of"), inbox.alias("earlier_in")
    behind = or_(
        exists().where(
            earlier_of.c.state == _WAITING,
            earlier_of.c.person == inbox.c.person,
            earlier_of.c.id < inbox.c.id,
            or_(earlier_of.c.held.is_(False), inbox.c.held.is_(True)),
        ),
        exists().where(
            earlier_in.c.state == _WAITING,
            earlier_in.c.conversation == inbox.c.conversation,
            earlier_in.c.id < inbox.c.id,
            or_(earlier_in.c.held.is_(False), inbox.c.held.is_(True)),
        ),
    )
    free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= _NOW)
    readable = inbox.c.version <= bindparam("reads", type_=Integer)
    query = select(inbox.c.id).where(_IS_WAITING, inbox.c.due_at <= _NOW, free, readable, ~behind)
    return query.order_by(inbox.c.turn, inbox.c.id).limit(bindparam("most", type_=Integer))


def _claim() -> ReturningUpdate[Any]:
    candidate = _candidates().with_for_update(skip_locked=True).cte("candidate").prefix_with("MATERIALIZED")
    taken = {
        "claims": inbox.c.claims + 1,
        "lease_until": bindparam("until", type_=Timestamp),
        "lease_owner": bindparam("holder", type_=SafeText),
    }
    return update(inbox).where(inbox.c.id.in_(select(candidate.c.id))).values(taken).returning(inbox)


def _finish() -> ReturningUpdate[Any]:
    row = and_(inbox.c.id == bindparam("id_"), inbox.c.claims == bindparam("claimed"), _IS_WAITING)
    emptied: Mapping[str, Any] = {"state": "done", "payload": {}, "lease_until": None, "lease_owner": ""}
    return update(inbox).where(row).values(emptied).returning(inbox.c.id)


def _row(row: Row[Any]) -> InboxRow:
    return InboxRow(
        id=row.id,
        source=row.source,
        person=row.person,
        version=row.version,
        payload=row.payload,
        turn=row.turn,
        failures=row.failures,
        claims=row.claims,
        held=row.held,
        case_id=row.case_id,
        due_at=row.due_at,
    )


# Built once at import: building a statement takes longer than running it, and every message runs these.
_ADD = Prepared(insert(inbox).returning(inbox))
_OF_PERSON = and_(_IS_WAITING, inbox.c.person == _PERSON)
_LAST_TURN = Prepared(select(func.max(inbox.c.turn)).where(_OF_PERSON))
_FIRST_TURN = Prepared(select(inbox.c.turn).where(_IS_WAITING).order_by(inbox.c.turn).limit(1))
_WAITING_OF = Prepared(select(inbox.c.id).where(_OF_PERSON).limit(1))
_WAITING_IN = Prepared(select(inbox.c.id).where(_IS_WAITING, inbox.c.conversation == _CONVERSATION).limit(1))
_RECENT = Prepared(
    select(inbox.c.due_at, inbox.c.state)
    .where(inbox.c.person == _PERSON)
    .where(or_(_IS_WAITING, inbox.c.due_at > bindparam("since", type_=Timestamp)))
    .order_by(inbox.c.due_at.desc(), inbox.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
_CLAIMABLE, _CLAIM, _FINISH = Prepared(_candidates()), Prepared(_claim()), Prepared(_finish())
