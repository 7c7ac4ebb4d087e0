"""Works that are committed together (group commit), on SQLite."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.exc import OperationalError

from bot.errors import StoreUnavailable
from bot.storage.engine import Store
from bot.storage.schema import inbound_event
from bot.storage.transaction import BatchingWriter, Transaction
from tests.clock import ManualClock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@asynccontextmanager
async def busy(store: Store) -> AsyncIterator[None]:
    """Keep the writing thread busy: works that are handed in meanwhile queue and share the next transaction."""
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Transaction) -> None:
        begun.set()
        go_on.wait(10)

    async with asyncio.TaskGroup() as group:
        group.create_task(store.run(work))
        try:
            await asyncio.to_thread(begun.wait, 10)
            yield
        finally:
            go_on.set()


def remembers(event_id: str) -> Callable[[Transaction], bool]:
    return lambda tx: tx.events.claim_once("slack", event_id)


def known(tx: Transaction) -> set[str]:
    return set(tx.connection.execute(select(inbound_event.c.event_id)).scalars())


def fails(tx: Transaction) -> None:
    tx.events.claim_once("slack", "fails")
    raise LookupError


async def queued(store: Store, works: Sequence[Callable[[Transaction], object]]) -> list[asyncio.Task[object]]:
    """Run these works in one transaction, and return their tasks."""
    async with busy(store):
        tasks = [asyncio.create_task(store.run(work)) for work in works]
        await asyncio.sleep(0)
    return tasks


async def test_one_that_fails_undoes_itself_alone(store: Store) -> None:
    first, failing, last = await queued(store, [remembers("first"), fails, remembers("last")])
    assert await first
    assert await last
    with pytest.raises(LookupError):
        await failing
    assert await store.read(known) == {"first", "last"}


async def test_a_wrong_statement_undoes_itself_alone(store: Store) -> None:
    def wrong(tx: Transaction) -> None:
        tx.events.claim_once("slack", "wrong")
        tx.connection.execute(text("SELECT * FROM no_such_table"))

    first, failing, last = await queued(store, [remembers("first"), wrong, remembers("last")])
    assert (await first, await last) == (True, True)
    with pytest.raises(OperationalError):
        await failing
    assert await store.read(known) == {"first", "last"}


async def test_nobody_hears_of_a_result_before_the_commit(store: Store) -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        wrote.set()
        go_on.wait(10)

    first, last = await queued(store, [remembers("first"), slow])
    await asyncio.to_thread(wrote.wait, 10)
    assert await store.read(known) == set()
    assert not first.done()
    go_on.set()
    await asyncio.gather(first, last)
    assert await store.read(known) == {"first"}


async def test_one_whose_caller_gives_up_while_it_waits_never_happens(store: Store) -> None:
    async with busy(store):
        first, second = (asyncio.create_task(store.run(remembers(name))) for name in ("first", "second"))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    assert await second
    assert await store.read(known) == {"second"}


async def test_what_undoes_the_whole_is_an_outage_for_all_it_undid(store: Store) -> None:
    with store.transaction() as tx:
        tx.connection.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON inbound_event WHEN new.event_id = 'too much' "
                "BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END"
            )
        )
    tasks = await queued(store, [remembers("first"), remembers("too much"), remembers("last")])
    first, too_much, last = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(first, StoreUnavailable)
    assert isinstance(too_much, StoreUnavailable)
    assert last is True, "it had not begun, and came into the next transaction"
    assert await store.read(known) == {"last"}
    assert await store.run(remembers("first"))


async def test_a_transaction_that_cannot_begin_is_an_outage_for_all_who_wait(clock: ManualClock) -> None:
    go_on = threading.Event()

    class Begin(AbstractContextManager[Transaction]):
        def __enter__(self) -> Transaction:
            go_on.wait(10)
            raise StoreUnavailable("down")

        def __exit__(self, *_: object) -> None:
            pass

    together = BatchingWriter(Begin, clock)
    waiting = [asyncio.create_task(together.run(lambda tx: None)) for _ in range(3)]
    await asyncio.sleep(0)  # they have been given to the writer
    go_on.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["down"] * 3
    together.close()


async def test_each_has_an_instant_of_its_own(store: Store, clock: ManualClock) -> None:
    def later(tx: Transaction) -> float:
        clock.advance(timedelta(seconds=1))
        return tx.now.timestamp()

    first, second = await asyncio.gather(*await queued(store, [later, later]))
    assert isinstance(first, float)
    assert second == first + 1


async def test_a_store_that_is_closed_finishes_what_waits(store: Store, sqlite_url: str, clock: ManualClock) -> None:
    tasks = await queued(store, [remembers("first"), remembers("last")])
    store.close()
    assert await asyncio.gather(*tasks) == [True, True]
    again = Store(sqlite_url, clock)
    again.open()
    assert await again.read(known) == {"first", "last"}
    again.close()


async def test_reading_waits_for_no_writer_and_cannot_write(store: Store) -> None:
    assert await store.run(remembers("before"))
    async with busy(store):
        assert await store.read(known) == {"before"}
    with pytest.raises(StoreUnavailable, match="readonly"):
        await store.read(remembers("E2"))
    assert await store.read(known) == {"before"}


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('one')}/desk.db", ManualClock())
    opened.open()
    yield opened
    opened.close()


@given(st.lists(st.sampled_from(["kept", "fails", "given up"]), max_size=12))
def test_whatever_its_neighbours_do_a_work_is_kept_exactly_when_its_caller_hears_so(
    one_store: Store, kinds: list[str]
) -> None:
    def forget(tx: Transaction) -> None:
        tx.connection.execute(delete(inbound_event))

    async def scenario(store: Store) -> None:
        def work(number: int) -> Callable[[Transaction], int]:
            def carry_out(tx: Transaction) -> int:
                tx.events.claim_once("slack", str(number))
                if kinds[number] == "fails":
                    raise LookupError
                return number

            return carry_out

        async with busy(store):
            tasks = [asyncio.create_task(store.run(work(number))) for number in range(len(kinds))]
            await asyncio.sleep(0)
            for task, kind in zip(tasks, kinds, strict=True):
                if kind == "given up":
                    task.cancel()
            await asyncio.sleep(0)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        heard = {str(outcome) for outcome in outcomes if isinstance(outcome, int)}
        assert heard == {str(number) for number, kind in enumerate(kinds) if kind == "kept"}
        assert await store.read(known) == heard
        await store.run(forget)

    asyncio.run(scenario(one_store))


WRITES = """
import asyncio, sys
from bot.clock import SystemClock
from bot.storage.engine import Store

store = Store(sys.argv[1], SystemClock())
store.open(exclusive=True)

async def write(sender):
    for number in range(100_000):
        event_id = f"{sender}-{number}"
        await store.run(lambda tx: tx.events.claim_once("slack", event_id))
        print(event_id, flush=True)

async def main():
    await asyncio.gather(*[write(sender) for sender in range(8)])

asyncio.run(main())
"""


def test_what_was_heard_of_outlives_a_process_that_is_killed(sqlite_url: str, clock: ManualClock) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITES, sqlite_url], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        heard = [process.stdout.readline() for _ in range(100)]
        process.send_signal(signal.SIGKILL)
        heard += process.stdout.readlines()
    whole = {line.decode().strip() for line in heard if line.endswith(b"\n")}
    assert len(whole) >= 100
    store = Store(sqlite_url, clock)
    store.open(exclusive=True)
    with store.transaction() as tx:
        assert whole <= known(tx)
    store.close()
