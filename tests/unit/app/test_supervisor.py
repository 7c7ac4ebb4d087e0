"""Faults in the tasks of a desk: each is logged, named in readiness, and the task goes on; or the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from adapters.slack.adapter import SlackAdapter
from adapters.slack.transports import DowntimeTracker
from adapters.slack.web_api import SlackWebApi
from bot.admin.monitoring import Monitoring
from bot.admin.retention import DailyPurge
from bot.app import serving, supervisor
from bot.app.supervisor import Supervisor
from bot.config import Privacy, from_mapping
from bot.errors import StoreUnavailable
from bot.knowledge import watcher as watching
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.source_files import fingerprint
from bot.knowledge.watcher import KnowledgeWatcher
from bot.queue.relay import Relay
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from bot.storage.records import JobState
from bot.storage.repositories.events_and_jobs import JobRepository
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.desk import KNOWLEDGE, DeskHarness
from tests.slack.server import LoopbackSlack
from tests.slack.workspace import SETTINGS, ready
from tests.unit.queue.relaying import ADA, Desk, Platform, is_in, send
from tests.waiting import until

SMALL = Path(__file__).parents[2] / "chaos" / "knowledge"
SECRET = "what a person wrote"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 0.001)


@pytest.fixture
async def tasks() -> AsyncIterator[Supervisor]:
    made = Supervisor()
    yield made
    made.stop()


def failing_first(times: int, calls: Callable[..., Any], error: BaseException) -> Callable[..., Any]:
    """What raises `error` so many times, and then calls."""
    left = times

    def fail(*args: Any, **more: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            raise error
        return calls(*args, **more)

    return fail


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


# ---- the rules ------------------------------------------------------------------------------------------------------


async def test_a_task_that_fails_is_named_and_started_again(
    tasks: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on = asyncio.Event()

    async def _turn() -> None:
        goes_on.set()
        await asyncio.Event().wait()

    task = tasks.start("relay", failing_first(2, _turn, LookupError(SECRET)))
    await goes_on.wait()

    (name, what), *more = tasks.problems().items()
    assert (name, more) == ("task relay", [])
    assert what.startswith("LookupError at fail:")
    assert what.endswith(", restarted 2 times")
    assert "Task relay failed, it starts again in" in caplog.text
    assert "LookupError at fail:" in caplog.text
    assert SECRET not in caplog.text
    assert not tasks.has_given_up
    await ended(task)


async def test_a_cancellation_from_inside_is_a_failure_like_any_other(tasks: Supervisor) -> None:
    goes_on = asyncio.Event()

    async def wait() -> None:
        goes_on.set()
        await asyncio.Event().wait()

    task = tasks.start("relay", failing_first(1, wait, asyncio.CancelledError()))
    await goes_on.wait()
    assert "CancelledError" in tasks.problems()["task relay"]
    await ended(task)
    assert task.cancelled()


async def test_a_task_that_keeps_failing_is_given_up(tasks: Supervisor, caplog: pytest.LogCaptureFixture) -> None:
    async def never() -> None:
        raise AssertionError

    task = tasks.start("relay", never)
    async with asyncio.timeout(10):
        await tasks.gave_up()
    await task
    assert tasks.problems()["task relay"].endswith("given up: the process ends")
    assert caplog.text.count("it starts again") == supervisor.MOST_FAILURES - 1
    assert "keeps failing, the process ends" in caplog.text


async def test_failures_far_apart_end_nothing_and_are_forgotten(
    tasks: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "WINDOW", 0.0)
    goes_on = asyncio.Event()

    async def wait() -> None:
        goes_on.set()
        await asyncio.Event().wait()

    task = tasks.start("relay", failing_first(3 * supervisor.MOST_FAILURES, wait, LookupError()))
    await goes_on.wait()
    assert not tasks.has_given_up
    assert tasks.problems() == {}
    await ended(task)


def test_the_delay_doubles_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 1.0)
    record = supervisor._TaskRecord()
    delays = []
    for _ in range(8):
        record.add("a fault")
        delays.append(record.delay)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_nothing_is_started_again_while_the_desk_stops(
    tasks: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 60.0)

    async def fails() -> None:
        raise LookupError

    waits = tasks.start("waits", fails)
    await until(lambda: "it starts again" in caplog.text)
    tasks.stop()
    async with asyncio.timeout(10):
        await waits
        await tasks.start("late", fails)
    assert "Task late failed while the desk stops" in caplog.text


# ---- each task of a desk --------------------------------------------------------------------------------------------


async def test_a_database_error_does_not_end_the_relay(
    quick_store: Store, tasks: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Before, the loop ended, and readiness said that all was well."""
    done = JobRepository.done
    # The first failure is that of the common transaction, the second of the outcome alone, the third without follow-up.
    fails = failing_first(3, done, DatabaseError(SECRET, None, Exception(SECRET)))
    monkeypatch.setattr(JobRepository, "done", lambda self, held: (fails if held else done)(self, held))
    with quick_store.transaction() as tx:
        send(tx, ADA, "before")
    platform = Platform()
    relay = Relay(quick_store, {"test": platform}, Desk(), "me", tasks.start)
    await relay.start()
    await until(lambda: "task relay" in tasks.problems())
    with quick_store.transaction() as tx:
        send(tx, ADA, "after", lane="another")
    await until(is_in(quick_store, "after", JobState.DONE))
    tasks.stop()
    await relay.stop()

    assert tasks.problems()["task relay"].startswith("DatabaseError at ")
    assert "restarted once" in tasks.problems()["task relay"]
    assert SECRET not in caplog.text


async def test_an_outcome_that_cannot_be_recorded_takes_no_other_with_it(
    quick_store: Store, tasks: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = JobRepository.done

    def fails(self: JobRepository, held: Any) -> Any:
        if any(each.key == "bad" for each in held):
            raise DatabaseError("", None, Exception())
        return done(self, held)

    monkeypatch.setattr(JobRepository, "done", fails)
    with quick_store.transaction() as tx:
        for key in ("bad", "good", "better"):
            send(tx, ADA, key, lane=key)
    platform = Platform()
    relay = Relay(quick_store, {"test": platform}, Desk(), "me", tasks.start)
    await relay.start()
    for key in ("good", "better"):
        await until(is_in(quick_store, key, JobState.DONE))
    tasks.stop()
    await relay.stop()
    assert sorted(platform.keys) == ["bad", "better", "good"], "nothing was sent twice"


async def test_a_relay_that_cannot_claim_is_not_silent(
    quick_store: Store, tasks: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobRepository, "claim", failing_first(1, JobRepository.claim, LookupError(SECRET)))
    with quick_store.transaction() as tx:
        send(tx, ADA, "hello")
    relay = Relay(quick_store, {"test": Platform()}, Desk(), "me", tasks.start)
    await relay.start()
    await until(is_in(quick_store, "hello", JobState.DONE))
    tasks.stop()
    await relay.stop()
    assert tasks.problems()["task relay"].startswith("LookupError at ")


async def test_a_fault_of_the_watcher_does_not_end_it(
    tasks: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(watching, "fingerprint", failing_first(1, fingerprint, LookupError(SECRET)))
    taken: list[Knowledge] = []

    async def take_over(knowledge: Knowledge) -> None:
        taken.append(knowledge)

    keeper = KnowledgeWatcher(SMALL, load(KNOWLEDGE))
    task = tasks.start("knowledge", lambda: keeper.watch(take_over))
    await until(lambda: taken)
    assert tasks.problems()["task knowledge"].startswith("LookupError at fail:")
    await ended(task)


async def test_a_folder_that_cannot_be_looked_at_is_the_folders_trouble(
    tasks: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Before, the watcher ended without a line. It does not end the process either: the answers are still good."""
    monkeypatch.setattr(watching, "_LOOK_AGAIN", 0.05)
    fault = OSError(24, "Too many open files")
    monkeypatch.setattr(watching, "fingerprint", failing_first(8, fingerprint, fault))
    keeper = KnowledgeWatcher(SMALL, load(SMALL))
    task = tasks.start("knowledge", lambda: keeper.watch(_no_news))
    await until(lambda: keeper.trouble)
    assert "Too many open files" in str(keeper.trouble[0])
    await until(lambda: not keeper.trouble)
    assert tasks.problems() == {}
    assert caplog.text.count("Too many open files") == 1
    await ended(task)


async def _no_news(_: Knowledge) -> None:
    raise StoreUnavailable("It is not to be taken over.")


async def test_a_fault_of_retention_is_seen(
    quick_store: Store, tasks: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr("bot.admin.retention._cutoffs_and_held", fails)
    task = tasks.start("retention", DailyPurge(quick_store, Privacy()).run)
    await until(lambda: "task retention" in tasks.problems())
    assert tasks.problems()["task retention"].startswith("LookupError at fails:")
    assert SECRET not in caplog.text
    await ended(task)


async def test_a_fault_of_slacks_connection_is_seen_and_it_connects_again(
    quick_store: Store, tasks: Supervisor, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconnected = failing_first(1, DowntimeTracker.record_reconnected, LookupError(SECRET))
    monkeypatch.setattr(DowntimeTracker, "record_reconnected", reconnected)
    monkeypatch.setattr(SlackWebApi, "identify", failing_first(1, SlackWebApi.identify, KeyError(SECRET)))
    slack = LoopbackSlack()
    await slack.start()
    settings = replace(SETTINGS, api_url=slack.api_url)
    adapter = SlackAdapter(settings, DurableState(quick_store, "slack"), clock, start_task=tasks.start)
    await adapter.start(RecordingDesk())
    await ready(adapter)
    assert tasks.problems()["task slack"].startswith("KeyError at fail:")
    assert tasks.problems()["task slack socket"].startswith("LookupError at fail:")
    await adapter.stop()
    await adapter.close()
    await slack.stop()


# ---- readiness and the process --------------------------------------------------------------------------------------


async def test_readiness_names_the_task(harness: DeskHarness, tasks: Supervisor) -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    task = tasks.start("relay", failing_first(1, wait, LookupError()))
    await until(tasks.problems)
    keeper = KnowledgeWatcher(KNOWLEDGE, harness.active_knowledge.current.knowledge)
    platforms = list(harness.platforms.values())
    seen = Monitoring(harness.store, keeper, platforms, problems=[tasks.problems])
    assert "LookupError" in (await seen.readiness()).reasons["task relay"]
    await ended(task)


async def test_a_desk_whose_relay_keeps_failing_ends_with_70(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The whole application, as `policydesk serve` runs it."""

    def fails(*_: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr("bot.queue.outbox_transactions.OutboxTransactions.next_batch", fails)
    settings = {
        "database": f"sqlite:///{tmp_path}/desk.db",
        "knowledge": str(SMALL),
        "server": {"port": 0},
        "console": {"port": 0},
        "matching": {"encoder": "off", "cache": str(tmp_path / "cache")},
    }
    said: list[str] = []
    async with asyncio.timeout(60):
        assert await serving._serve(from_mapping(settings, {}), said.append) == 70
    assert any("keeps failing" in line for line in said)
    assert "Task relay keeps failing, the process ends: LookupError at fails:" in caplog.text
    assert SECRET not in caplog.text
    reopened = Store(f"sqlite:///{tmp_path}/desk.db", ManualClock())
    reopened.open(exclusive=True)  # it was closed in order
    reopened.close()


async def test_a_desk_that_cannot_even_stop_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Stuck:
        async def stop(self) -> None:
            await asyncio.Event().wait()

    ended_with: list[int] = []
    monkeypatch.setattr(serving, "_STOP_TIMEOUT", 0.01)
    monkeypatch.setattr("os._exit", ended_with.append)
    monkeypatch.setattr("logging.shutdown", lambda: None)
    await serving._end_broken(Stuck(), lambda _: None)  # type: ignore[arg-type]
    assert ended_with == [serving.TASK_KEEPS_FAILING]
    assert "could not stop in order: TimeoutError" in caplog.text
