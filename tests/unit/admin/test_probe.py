"""What readiness says of a database that looks well and is not, and of an outbox that nobody empties."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.admin import monitoring, probe
from bot.admin.monitoring import Monitoring
from bot.admin.probe import Probe
from bot.errors import StoreUnavailable
from bot.knowledge.watcher import KnowledgeWatcher
from bot.ports import Readiness
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.desk import KNOWLEDGE, RecordingPlatform, loaded_knowledge
from tests.unit.queue.relaying import ADA, send
from tests.waiting import until


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def serving(file: Path, clock: ManualClock) -> Iterator[Store]:
    store = Store(f"sqlite:///{file}", clock)
    store.open(exclusive=True)
    yield store
    store.close()


async def readiness(store: Store, tried: Probe | None = None) -> Readiness:
    platform = RecordingPlatform("slack")
    await platform.start(RecordingDesk())
    watcher = KnowledgeWatcher(KNOWLEDGE, loaded_knowledge().knowledge)
    return await Monitoring(store, watcher, [platform], database_problem=tried.problem if tried else str).readiness()


async def test_a_database_that_commits_is_well(store: Store) -> None:
    """On both engines."""
    tried = Probe(store)
    await tried.look()
    await tried.look()
    assert await readiness(store, tried) == Readiness(ready=True)


async def test_a_full_disk_is_not_well(serving: Store, caplog: pytest.LogCaptureFixture) -> None:
    with serving.transaction() as tx:
        pages = tx.connection.execute(text("PRAGMA page_count")).scalar_one()
        tx.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    tried = Probe(serving)
    await tried.look()
    await tried.look()
    now = await readiness(serving, tried)
    assert (now.ready, "full" in now.reasons["database"]) == (False, True)
    assert caplog.text.count("Nothing can be committed") == 1
    with serving.transaction() as tx:
        tx.connection.execute(text(f"PRAGMA max_page_count = {1000 + pages}"))
    await tried.look()
    assert (await readiness(serving, tried)).ready


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_that_is_gone_is_not_well(serving: Store, file: Path, replaced: bool) -> None:
    tried = Probe(serving)
    await tried.look()
    assert (await readiness(serving, tried)).ready
    _take_away(file, replaced)
    await tried.look()
    now = await readiness(serving, tried)
    assert (now.ready, "was deleted or replaced" in now.reasons["database"]) == (False, True)


def _take_away(file: Path, replaced: bool) -> None:
    file.rename(file.with_name("moved.db"))
    if replaced:
        file.write_bytes(b"")


@pytest.mark.parametrize(("free", "total"), [(199_000_000, 500_000_000), (1_900_000_000, 100_000_000_000)])
async def test_a_disk_that_is_nearly_full_is_said_in_time(
    serving: Store, monkeypatch: pytest.MonkeyPatch, free: int, total: int
) -> None:
    tried = Probe(serving)
    space = serving.free_space()
    assert space is not None
    assert 0 < space[0] < space[1]
    monkeypatch.setattr(serving, "free_space", lambda: (free, total))
    await tried.look()
    assert f"{free // 1_000_000} MB left" in tried.warning()
    assert tried.problem() == ""
    monkeypatch.setattr(serving, "free_space", lambda: (10 * free, total))
    await tried.look()
    assert tried.warning() == ""


async def test_a_probe_that_nobody_runs_is_not_well(serving: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = Probe(serving)
    await tried.look()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + probe.STALE + 1)
    assert "Nobody has tried to commit for 9" in (await readiness(serving, tried)).reasons["database"]


async def test_a_commit_that_hangs_is_not_well(serving: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_TIMEOUT", 0.05)
    tried = Probe(serving)
    with serving.transaction():  # holds the write lock
        await tried.look()
        now = await readiness(serving, tried)  # and does not wait for it
    assert (now.ready, "takes longer" in now.reasons["database"]) == (False, True)


async def test_a_probe_goes_on(serving: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "INTERVAL", 0.01)
    tried = Probe(serving)
    task = asyncio.create_task(tried.run())
    await until(lambda: tried._count > 2)
    task.cancel()


async def test_a_database_that_does_not_answer_is_not_well(serving: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "_TIMEOUT", 0.02)
    monkeypatch.setattr(monitoring, "_outbox_state", lambda _: time.sleep(0.2))
    assert (await readiness(serving)).reasons["database"].startswith("No answer within")


async def test_what_is_late_is_seen_although_no_relay_runs(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        send(tx, ADA, "hello")
    clock.advance(timedelta(seconds=59))
    assert (await readiness(store)).reasons == {}
    clock.advance(timedelta(seconds=2))
    now = await readiness(store)
    assert now == Readiness(ready=True, reasons={"outbox": "the oldest message has been waiting for 61 s"})


async def test_a_monitor_takes_the_write_lock_from_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(store, "run", run)
    watcher = KnowledgeWatcher(KNOWLEDGE, loaded_knowledge().knowledge)
    await Monitoring(store, watcher, []).metrics()
    await readiness(store)


async def test_without_a_database_there_is_no_readiness(serving: Store) -> None:
    serving.close()
    tried = Probe(serving)
    await tried.look()
    assert not (await readiness(serving, tried)).ready
    with pytest.raises(StoreUnavailable):
        await Monitoring(serving, KnowledgeWatcher(KNOWLEDGE, loaded_knowledge().knowledge), []).metrics()
