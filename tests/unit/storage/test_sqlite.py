from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.errors import ConfigurationError, DatabaseInUse
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.storage.test_jobs import a_send


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
        tx.jobs.put(a_send(tx, "lane", "k"))
        assert tx.jobs.claim("died", 5, timedelta(hours=1))
    store.close()
    store.open(exclusive=True)
    with store.transaction() as tx:
        assert [job.claims for job in tx.jobs.claim("next", 5, timedelta(hours=1))] == [2]
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
                tx.events.claim_once(source, str(number))
        return 60

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, (server, command), ("server", "command")))
    with command.transaction() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM inbound_event")).scalar_one() == 120
    command.close()
    server.close()


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be made or written \(Is a directory\)"):
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


def test_on_sqlite_time_is_the_clocks(sqlite_url: str) -> None:
    store = Store(sqlite_url, SystemClock())
    store.open()
    before = datetime.now(UTC)
    with store.transaction() as tx:
        assert before <= tx.now <= datetime.now(UTC)
    store.close()
