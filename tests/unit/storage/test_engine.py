from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import column, inspect, table, text

from bot.errors import DatabaseTooNew, StoreUnavailable
from bot.storage.engine import Store
from bot.storage.migration import Migration, migrate, shipped
from bot.storage.schema import metadata
from bot.storage.transaction import Transaction
from tests.clock import ManualClock

ROOT = Path(__file__).parents[3]


def test_the_migrations_make_the_tables_that_the_queries_expect(store: Store) -> None:
    with store.transaction() as tx:
        found = inspect(tx.connection)
        made = {
            name: {each["name"]: each["nullable"] for each in found.get_columns(name)}
            for name in found.get_table_names()
        }
        keys = {name: found.get_pk_constraint(name)["constrained_columns"] for name in made}
    del made["schema_version"], keys["schema_version"]
    wanted = {each.name: {c.name: bool(c.nullable) for c in each.columns} for each in metadata.sorted_tables}
    del wanted["schema_version"]
    if tx.connection.dialect.name == "sqlite":  # SQLite calls an INTEGER PRIMARY KEY nullable, and it never is
        for name, columns in made.items():
            columns.update(dict.fromkeys(keys[name], False))
    assert made == wanted
    assert keys == {
        each.name: [c.name for c in each.primary_key] for each in metadata.sorted_tables if each.name in made
    }


def test_opening_again_keeps_what_is_there(empty_database_url: str, clock: ManualClock) -> None:
    for first in (True, False):
        store = Store(empty_database_url, clock)
        store.open()
        with store.transaction() as tx:
            assert tx.events.claim_once("slack", "E1") is first
        store.close()


def test_two_processes_that_open_at_once_migrate_once(empty_database_url: str, clock: ManualClock) -> None:
    stores = [Store(empty_database_url, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Store.open, stores))
    with stores[0].transaction() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM schema_version")).scalar_one() == 1
    for store in stores:
        store.close()


def test_processes_that_create_a_file_at_once_wait_for_each_other(tmp_path: Path, clock: ManualClock) -> None:
    for number in range(20):
        stores = [Store(f"sqlite:///{tmp_path}/{number}.db", clock) for _ in range(6)]
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(Store.open, stores))
        for store in stores:
            store.close()


def test_a_newer_database_is_refused(store: Store, database_url: str, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE schema_version SET version = 1000"))
    late = Store(database_url, clock)
    with pytest.raises(DatabaseTooNew, match="schema 1000"):
        late.open()


def test_a_later_migration_runs_alone(store: Store) -> None:
    version = shipped()[-1].version + 1
    later = Migration(version, "-- adds; nothing\nCREATE TABLE extra (id $id);\nCREATE INDEX extra_id ON extra (id);\n")
    for _ in range(2):
        with store.transaction() as tx:
            migrate(tx.connection, [*shipped(), later])
    with store.transaction() as tx:
        assert "extra" in inspect(tx.connection).get_table_names()
        assert tx.connection.execute(text("SELECT version FROM schema_version")).scalar_one() == version


DIES_IN_THE_MIDDLE = """
import os, signal, sys
from sqlalchemy import event, Engine
from bot.clock import SystemClock
from bot.storage.engine import Store

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if "CREATE TABLE case_step" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

Store(sys.argv[1], SystemClock()).open()
"""


def test_a_migration_killed_in_the_middle_starts_anew(empty_database_url: str, clock: ManualClock) -> None:
    killed = subprocess.run([sys.executable, "-c", DIES_IN_THE_MIDDLE, empty_database_url], cwd=ROOT, check=False)
    assert killed.returncode == -9
    store = Store(empty_database_url, clock)
    store.open()
    with store.transaction() as tx:
        assert tx.events.claim_once("slack", "E1")
    store.close()


def test_an_exception_undoes_the_transaction(store: Store) -> None:
    def work() -> None:
        with store.transaction() as tx:
            assert tx.events.claim_once("slack", "E1")
            raise LookupError

    with pytest.raises(LookupError):
        work()
    with store.transaction() as tx:
        assert tx.events.claim_once("slack", "E1")


def test_a_mistake_in_a_statement_is_not_taken_for_an_outage(store: Store) -> None:
    with pytest.raises(Exception, match="no_such_table") as caught, store.transaction() as tx:
        tx.connection.execute(table("no_such_table", column("x")).select())
    assert not isinstance(caught.value, StoreUnavailable)


def test_errors_do_not_quote_what_was_stored(store: Store) -> None:
    with pytest.raises(Exception, match="no_such_table") as caught, store.transaction() as tx:
        tx.connection.execute(table("no_such_table", column("x")).insert().values(x="a secret"))
    assert "a secret" not in str(caught.value)


async def test_a_cancelled_task_leaves_a_whole_transaction(store: Store) -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def work(tx: Transaction) -> None:
        tx.events.claim_once("slack", "E1")
        wrote.set()
        go_on.wait(10)
        tx.events.claim_once("slack", "E2")

    task = asyncio.create_task(store.run(work))
    await asyncio.to_thread(wrote.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()

    def both(tx: Transaction) -> tuple[bool, bool]:
        return tx.events.claim_once("slack", "E1"), tx.events.claim_once("slack", "E2")

    assert await store.run(both) == (False, False)


async def test_what_waits_for_a_thread_and_is_cancelled_never_happens(sqlite_url: str, clock: ManualClock) -> None:
    store = Store(sqlite_url, clock)
    store.open()
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Transaction) -> None:
        begun.set()
        go_on.wait(10)

    first = asyncio.create_task(store.run(work))
    await asyncio.to_thread(begun.wait, 10)
    second = asyncio.create_task(store.run(lambda tx: tx.events.claim_once("slack", "E1")))
    await asyncio.sleep(0)  # it has been given to the store
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go_on.set()
    await first
    assert await store.run(lambda tx: tx.events.claim_once("slack", "E1"))
    store.close()


async def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnavailable):
        await store.run(lambda tx: None)
