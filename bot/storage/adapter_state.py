"""The durable key-value store of an adapter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select
from sqlalchemy.sql.dml import Insert

from bot.storage.engine import Store
from bot.storage.schema import adapter_state
from bot.storage.sql import Timestamp, upsert, upsert_on
from bot.storage.transaction import Transaction

_FRESH = timedelta(days=1)  # `remember` does not write again what was remembered since


class DurableState:
    """`ports.AdapterState` in the database, for one platform.

    Reads queue behind writes, so a thread that was just stored is found by the next message in it.
    """

    def __init__(self, store: Store, platform: str) -> None:
        self._store = store
        self._platform = platform

    async def get(self, key: str) -> str | None:
        """The value under this key, or None."""
        query = select(adapter_state.c.value).where(self._is(key))
        return await self._store.run(lambda tx: tx.connection.execute(query).scalar_one_or_none())

    async def put(self, key: str, value: str) -> None:
        """Store a value in place of an earlier one. It is committed when this returns."""
        await self._store.run(lambda tx: self._put(tx, key, value))

    async def remember(self, key: str, value: str = "") -> None:
        """As `put`, but the retention of questions applies: counted from the last call, to within a day."""

        def work(tx: Transaction) -> None:
            row = {"platform": self._platform, "key": key, "value": value, "used_at": tx.now}
            tx.connection.execute(_remember(tx.connection.dialect.name), row | {"stale": tx.now - _FRESH})

        await self._store.run(work)

    async def add(self, key: str, value: str) -> bool:
        """Store a value unless the key has one. True if this call stored it."""

        def work(tx: Transaction) -> bool:
            statement = upsert(tx, adapter_state).values(platform=self._platform, key=key, value=value)
            written = statement.on_conflict_do_nothing().returning(adapter_state.c.key)
            return tx.connection.execute(written).first() is not None

        return await self._store.run(work)

    async def put_numbered(self, counter: str, number: int, key: str, value: str) -> bool:
        """As `ports.AdapterState` says. The row of the counter is locked until the value is committed."""
        counted = adapter_state.c.value == str(number - 1)

        def work(tx: Transaction) -> bool:
            row = upsert(tx, adapter_state).values(platform=self._platform, key=counter, value=str(number))
            statement = row.on_conflict_do_update(
                index_elements=["platform", "key"], set_={"value": row.excluded.value}, where=counted
            ).returning(adapter_state.c.key)
            if tx.connection.execute(statement).first() is None:
                return False
            self._put(tx, key, value)
            return True

        return await self._store.run(work)

    async def delete(self, key: str) -> None:
        """Delete the value. A key without one is no error."""

        def work(tx: Transaction) -> None:
            tx.connection.execute(delete(adapter_state).where(self._is(key)))

        await self._store.run(work)

    async def items(self, prefix: str) -> Sequence[tuple[str, str]]:
        """All (key, value) whose key starts with `prefix`, ordered by key."""
        key = adapter_state.c.key
        # Not LIKE: it has wildcards, and ignores case on SQLite.
        starts = and_(key >= prefix, func.substr(key, 1, len(prefix)) == prefix)
        query = (
            select(key, adapter_state.c.value).where(adapter_state.c.platform == self._platform, starts).order_by(key)
        )
        rows = await self._store.run(lambda tx: tx.connection.execute(query).all())
        return [(row.key, row.value) for row in rows]

    def _put(self, tx: Transaction, key: str, value: str) -> None:
        statement = upsert(tx, adapter_state).values(platform=self._platform, key=key, value=value)
        new = {"value": statement.excluded.value}
        tx.connection.execute(statement.on_conflict_do_update(index_elements=["platform", "key"], set_=new))

    def _is(self, key: str) -> ColumnElement[bool]:
        return and_(adapter_state.c.platform == self._platform, adapter_state.c.key == key)


@cache  # every message in a channel runs it, and building it takes longer than running it
def _remember(engine: str) -> Insert:
    statement = upsert_on(engine, adapter_state)
    new, column = statement.excluded, adapter_state.c
    stale = or_(column.used_at.is_(None), column.used_at < bindparam("stale", type_=Timestamp))
    return statement.on_conflict_do_update(
        index_elements=["platform", "key"],
        set_={"value": new.value, "used_at": new.used_at},
        where=or_(column.value != new.value, stale),
    )
