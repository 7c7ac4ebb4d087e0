from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot import effects, outbox
from bot.effects import Below, Delivery, MarkMessage, Send, Update
from bot.errors import DeliveryFailure, PermanentFailure, StoreUnavailable, TemporaryFailure
from bot.ledger import Ledger
from bot.messages import Address, Mark, Outgoing, Person, Receipt
from bot.model import Asker, CaseKind, Details, Job, JobKind, JobState, NewJob
from bot.ports import Finding
from bot.relay import Relay
from bot.store import cases, jobs, postings
from bot.store.engine import Store
from bot.store.tx import Tx
from tests.clock import ManualClock
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]
ADA, PRESS = Address("test", "ada"), Address("test", "press")
GONE = PermanentFailure("The channel is gone.", "Make another.")


def says(text: str) -> Outgoing:
    return Outgoing((), text)


@dataclass
class Platform:
    """A messenger that writes down what it takes, and does before what `before` says for a summary."""

    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        await self._take(f"{to.token}: {outgoing.summary}", outgoing.summary, key)
        return Receipt(to, (f"part {len(self.taken)}",), Address(to.platform, f"{to.token}/thread"))

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        await self._take(f"{receipt.parts} becomes: {outgoing.summary}", outgoing.summary, key)
        if outgoing.summary == "was deleted":
            return Receipt(receipt.address, ("sent again",), Address("test", "press/new thread"))
        return receipt

    async def mark(self, message: Address, event_id: str, mark: Mark) -> None:
        await self._take(f"{message.token} {event_id} {mark}", "mark", "mark")

    async def diagnose(self) -> Sequence[Finding]:
        return ()

    async def _take(self, what: str, summary: str, key: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if summary in self.before:
                result = self.before[summary]()
                if asyncio.iscoroutine(result):
                    await result
        finally:
            self.at_once -= 1
        self.taken.append(what)
        self.keys.append(key)


@dataclass
class Desk:
    """Handlers that note what they are told in the database: what is rolled back is not there."""

    fails: dict[str, Exception] = field(default_factory=dict)

    def read(self, job: Job) -> Delivery:
        return effects.read(job)

    def timer(self, tx: Tx, job: Job) -> None:
        self._note(tx, "timer", job, "fired")

    def sent(self, tx: Tx, job: Job, receipt: Receipt) -> None:
        self._note(tx, "sent", job, receipt.parts[0])

    def dead(self, tx: Tx, job: Job, failure: DeliveryFailure) -> None:
        self._note(tx, "dead", job, str(failure))
        send(tx, ADA, "the fallback", key=f"{job.key}:fallback")

    def _note(self, tx: Tx, what: str, job: Job, detail: str) -> None:
        tx.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        tx.connection.exec_driver_sql(f"INSERT INTO note VALUES ('{what} {job.key}: {detail}')")  # noqa: S608
        if job.key in self.fails:
            raise self.fails[job.key]


def send(tx: Tx, to: Address, text: str, *, key: str = "", lane: str = "") -> None:
    job = NewJob(JobKind.SEND, lane or str(to), key or text, effects.payload(Send(to, says(text))), tx.now)
    assert jobs.put(tx, job) is not None


def put_of_case(tx: Tx, case_id: int, delivery: Delivery, key: str) -> None:
    kind = JobKind.UPDATE if isinstance(delivery, Update) else JobKind.SEND
    jobs.put(tx, NewJob(kind, "press", key, effects.payload(delivery), tx.now, case_id))


def a_case(tx: Tx) -> int:
    asker = Asker(Person("test", "ada"), ADA, ADA, "a reporter rang", tx.now, "E1")
    return cases.create(tx, CaseKind.MEDIA, asker, Details()).id


def timer(tx: Tx, key: str, *, after: timedelta = timedelta(0), case_id: int | None = None) -> None:
    jobs.put(tx, NewJob(JobKind.TIMER, "timers", key, {"v": 1}, tx.now + after, case_id))


def notes(store: Store) -> list[str]:
    with store.transaction() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        return sorted(tx.connection.exec_driver_sql("SELECT text FROM note").scalars())


def the(store: Store, key: str) -> Job:
    with store.transaction() as tx:
        found = jobs.by_key(tx, key)
    assert found is not None
    return found


def is_in(store: Store, key: str, state: JobState) -> Callable[[], bool]:
    return lambda: the(store, key).state is state


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110  what is waited for happens in a database
            await asyncio.sleep(0.01)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@asynccontextmanager
async def relaying(store: Store, platform: Platform, desk: Desk, owner: str = "me") -> AsyncIterator[Relay]:
    relay = Relay(store, {"test": platform}, desk, owner)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()


async def test_what_is_put_in_is_delivered_and_noted(store: Store, platform: Platform, desk: Desk) -> None:
    async with relaying(store, platform, desk) as relay:
        with store.transaction() as tx:
            send(tx, ADA, "hello", key="k1")
        relay.wake()
        await until(is_in(store, "k1", JobState.DONE))
    assert (platform.taken, platform.keys) == (["ada: hello"], ["k1"])
    assert notes(store) == ["sent k1: part 1"]


async def test_lanes_keep_their_order_and_leave_side_by_side(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        for number in range(5):
            for lane in "abcd":
                send(tx, Address("test", lane), f"{number}", key=f"{lane}{number}")
    async with relaying(store, platform, desk):
        await until(lambda: len(platform.taken) == 20)
    for lane in "abcd":
        assert [taken for taken in platform.taken if taken.startswith(lane)] == [f"{lane}: {n}" for n in range(5)]
    assert 1 < platform.most_at_once <= 8


async def test_a_temporary_failure_is_tried_again_in_its_place(
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    def busy() -> None:
        raise TemporaryFailure("busy", retry_after=30)

    platform.before["first"] = busy
    with store.transaction() as tx:
        send(tx, PRESS, "first")
        send(tx, PRESS, "second")
        send(tx, ADA, "beside")
    async with relaying(store, platform, desk) as relay:
        await until(lambda: the(store, "first").attempts == 1)
        await until(is_in(store, "beside", JobState.DONE))
        assert (the(store, "first").last_error, platform.taken) == ("busy", ["ada: beside"])
        del platform.before["first"]
        assert the(store, "first").due_at >= clock.now() + timedelta(seconds=30)
        clock.advance(timedelta(minutes=1))
        relay.wake()
        await until(is_in(store, "second", JobState.DONE))
    assert platform.taken == ["ada: beside", "press: first", "press: second"]


async def test_a_permanent_failure_brings_its_fallback(store: Store, platform: Platform, desk: Desk) -> None:
    def gone() -> None:
        raise GONE

    platform.before["ping"] = gone
    with store.transaction() as tx:
        send(tx, PRESS, "ping")
    async with relaying(store, platform, desk):
        await until(lambda: platform.taken == ["ada: the fallback"])
    assert the(store, "ping").state is JobState.DEAD
    assert notes(store) == [f"dead ping: {GONE}", "sent ping:fallback: part 1"]


async def test_nothing_is_given_up_without_its_fallback(
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    def gone() -> None:
        raise GONE

    platform.before["ping"] = gone
    desk.fails["ping"] = LookupError("ping says: a secret")
    with store.transaction() as tx:
        send(tx, PRESS, "ping")
        send(tx, ADA, "beside")
    async with relaying(store, platform, desk) as relay:
        await until(lambda: the(store, "ping").attempts == 1)
        assert the(store, "ping").state is JobState.PENDING
        await until(is_in(store, "beside", JobState.DONE))
        desk.fails.clear()
        clock.advance(outbox.LONGEST_DELAY)
        relay.wake()
        await until(is_in(store, "ping", JobState.DEAD))
    assert platform.taken == ["ada: beside", "ada: the fallback"]


async def test_a_message_is_not_sent_again_because_the_desk_stumbled(
    store: Store, platform: Platform, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fails["k1"] = LookupError("k1 says: a secret")
    with store.transaction() as tx:
        send(tx, ADA, "hello", key="k1")
        send(tx, PRESS, "hello", key="k2")
    async with relaying(store, platform, desk):
        await until(is_in(store, "k1", JobState.DONE))
        await until(is_in(store, "k2", JobState.DONE))
    assert sorted(platform.taken) == ["ada: hello", "press: hello"]
    assert [note for note in notes(store) if "k1" in note] == []
    assert len(notes(store)) == 1
    assert "LookupError" in caplog.text
    assert "a secret" not in caplog.text


async def test_a_timer_is_due_in_the_transaction_that_ends_it(
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    desk.fails["failing"] = LookupError()
    with store.transaction() as tx:
        timer(tx, "fine", case_id=a_case(tx))
        timer(tx, "failing")
        timer(tx, "later", after=timedelta(minutes=1))
    async with relaying(store, platform, desk) as relay:
        await until(is_in(store, "fine", JobState.DONE))
        await until(lambda: the(store, "failing").attempts == 1)
        assert notes(store) == ["timer fine: fired"]
        desk.fails.clear()
        clock.advance(timedelta(minutes=1))
        relay.wake()
        await until(is_in(store, "failing", JobState.DONE))
        await until(is_in(store, "later", JobState.DONE))
    assert notes(store) == ["timer failing: fired", "timer fine: fired", "timer later: fired"]


def test_a_timer_that_was_stopped_while_it_was_held_does_nothing(store: Store, desk: Desk) -> None:
    with store.transaction() as tx:
        timer(tx, "k1")
        (job,) = jobs.claim(tx, "me", 1, outbox.LEASE)
        jobs.cancel_lane(tx, "timers")
    with store.transaction() as tx:
        Ledger(desk, "me").fire(tx, job)
    assert notes(store) == []


async def test_a_card_is_changed_in_place_and_written_below(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        case = a_case(tx)
        postings.put(tx, case, PRESS, Receipt(PRESS, ("card",), Address("test", "press/thread")))
        put_of_case(tx, case, Update(PRESS, says("claimed")), "k1")
        put_of_case(tx, case, Below(PRESS, says("a note")), "k2")
        put_of_case(tx, case, Update(PRESS, says("was deleted")), "k3")
        put_of_case(tx, case, Below(PRESS, says("another note")), "k4")
    async with relaying(store, platform, desk):
        await until(is_in(store, "k4", JobState.DONE))
    assert platform.taken == [
        "('card',) becomes: claimed",
        "press/thread: a note",
        "('card',) becomes: was deleted",
        "press/new thread: another note",
    ]
    assert notes(store) == ["sent k2: part 2", "sent k4: part 4"]
    with store.transaction() as tx:
        assert [posting.receipt.parts for posting in postings.of_case(tx, case)] == [("sent again",)]


async def test_without_a_card_there_is_nothing_to_change(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        case = a_case(tx)
        put_of_case(tx, case, Update(PRESS, says("claimed")), "k1")
        put_of_case(tx, case, Below(PRESS, says("a note")), "k2")
    async with relaying(store, platform, desk):
        await until(is_in(store, "k2", JobState.DONE))
    assert (platform.taken, notes(store), the(store, "k1").state) == ([], [], JobState.DONE)


async def test_a_message_is_marked(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        mark = effects.payload(MarkMessage(PRESS, "E1", "delivered"))
        jobs.put(tx, NewJob(JobKind.MARK, "lane", "k1", mark, tx.now))
    async with relaying(store, platform, desk):
        await until(is_in(store, "k1", JobState.DONE))
    assert (platform.taken, notes(store)) == (["press E1 delivered"], [])


async def test_an_adapters_mistake_is_a_failure_and_not_an_end(
    store: Store, platform: Platform, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def mistake() -> None:
        raise KeyError("a secret")

    platform.before["bad"] = mistake
    with store.transaction() as tx:
        send(tx, PRESS, "bad")
        send(tx, ADA, "good")
    async with relaying(store, platform, desk):
        await until(is_in(store, "good", JobState.DONE))
        await until(lambda: the(store, "bad").attempts == 1)
    assert "KeyError at mistake" in the(store, "bad").last_error
    assert "a secret" not in caplog.text + the(store, "bad").last_error


async def test_what_this_release_cannot_read_waits_for_one_that_can(
    store: Store, platform: Platform, desk: Desk
) -> None:
    with store.transaction() as tx:
        jobs.put(tx, NewJob(JobKind.SEND, "lane", "from the future", {"v": 1000}, tx.now))
        send(tx, ADA, "good")
    async with relaying(store, platform, desk):
        await until(is_in(store, "good", JobState.DONE))
        await until(lambda: the(store, "from the future").attempts == 1)
    assert the(store, "from the future").state is JobState.PENDING


async def test_a_platform_that_is_not_configured_is_a_permanent_failure(
    store: Store, platform: Platform, desk: Desk
) -> None:
    with store.transaction() as tx:
        send(tx, Address("elsewhere", "x"), "hello", key="k1")
    async with relaying(store, platform, desk):
        await until(is_in(store, "k1", JobState.DEAD))
    assert "The platform elsewhere is not configured." in the(store, "k1").last_error


async def test_a_job_that_ends_its_worker_is_given_up(
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    with store.transaction() as tx:
        send(tx, PRESS, "deadly")
    for _ in range(outbox.MOST_CRASHES):
        with store.transaction() as tx:
            assert jobs.claim(tx, "crashes", 1, outbox.LEASE)
        clock.advance(outbox.LEASE)
    async with relaying(store, platform, desk):
        await until(lambda: platform.taken == ["ada: the fallback"])
    assert the(store, "deadly").state is JobState.DEAD


async def test_stopping_finishes_what_is_under_way(store: Store, platform: Platform, desk: Desk) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        begun.set()
        await go_on.wait()

    platform.before["slow"] = slowly
    with store.transaction() as tx:
        send(tx, PRESS, "slow")
        send(tx, PRESS, "behind it")
    relay = Relay(store, {"test": platform}, desk, "me")
    await relay.start()
    await begun.wait()
    stopping = asyncio.create_task(relay.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    go_on.set()
    await stopping
    assert (the(store, "slow").state, the(store, "behind it").state) == (JobState.DONE, JobState.PENDING)
    assert platform.taken == ["press: slow"]


async def test_a_platform_that_never_answers_stops_nobody_else(
    sqlite_url: str, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    store = Store(sqlite_url, clock)
    store.open()
    platform.before["stuck"] = asyncio.Event().wait
    with store.transaction() as tx:
        send(tx, PRESS, "stuck")
        send(tx, ADA, "beside")
    async with relaying(store, platform, desk):
        await until(is_in(store, "beside", JobState.DONE))
        await until(lambda: the(store, "stuck").attempts == 1)
    assert the(store, "stuck").last_error == "No answer in time."
    store.close()


async def test_health_tells_what_waits(store: Store, platform: Platform, desk: Desk, clock: ManualClock) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        begun.set()
        await go_on.wait()

    platform.before["slow"] = slowly
    put_in = clock.now()
    with store.transaction() as tx:
        for number in range(9):  # one more than there are hands
            send(tx, ADA, "slow", key=f"k{number}", lane=f"lane {number}")
    async with relaying(store, platform, desk) as relay:
        assert relay.health().reached is None
        await until(lambda: relay.health().oldest_due == put_in)
        assert relay.health().delivered is None
        go_on.set()
        await until(lambda: relay.health().oldest_due is None)
        await until(lambda: len(platform.taken) == 9)
    assert relay.health().reached == relay.health().delivered == put_in


DIES_AFTER_SENDING = """
import asyncio, os, signal, sys
from bot.relay import Relay
from bot.store.engine import Store
from tests.clock import ManualClock
from tests.unit.test_relay import Desk, Platform

def die():
    print("taken", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = Store(sys.argv[1], ManualClock())
    store.open(exclusive=True)
    await Relay(store, {"test": Platform(before={"first": die})}, Desk(), "dies").start()
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_crash_between_a_send_and_its_note_repeats_and_loses_nothing(
    database_url: str, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    store = Store(database_url, clock)
    store.open()
    with store.transaction() as tx:
        send(tx, PRESS, "first")
        send(tx, PRESS, "second")
    store.close()
    command = [sys.executable, "-c", DIES_AFTER_SENDING, database_url]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (killed.returncode, killed.stdout) == (-9, "taken\n")
    store = Store(database_url, clock)
    store.open(exclusive=True)  # on SQLite that ends the dead process's lease; on PostgreSQL it lapses
    if database_url.startswith("postgresql"):
        clock.advance(outbox.LEASE)
    async with relaying(store, platform, desk):
        await until(is_in(store, "second", JobState.DONE))
    assert platform.taken == ["press: first", "press: second"]
    assert platform.keys == ["first", "second"], "a platform that can tell shows it once"
    store.close()


@pytest.mark.postgresql
async def test_an_outage_of_the_database_is_waited_out(
    postgres: Postgres, postgresql_url: str, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    store = Store(postgresql_url, clock)
    store.open()

    async def outage() -> None:
        await asyncio.to_thread(postgres.stop)

    platform.before["during"] = outage
    with store.transaction() as tx:
        send(tx, ADA, "during")
        send(tx, ADA, "after")
    async with relaying(store, platform, desk):
        try:
            await until(lambda: platform.taken == ["ada: during"])
            with pytest.raises(StoreUnavailable):
                await store.run(lambda tx: None)
        finally:
            await asyncio.to_thread(postgres.start)
        await until(is_in(store, "after", JobState.DONE))
    assert platform.taken == ["ada: during", "ada: after"], "what was taken is noted late, not sent again"
    store.close()


@pytest.mark.postgresql
async def test_replicas_share_the_work(postgresql_url: str, platform: Platform, desk: Desk, clock: ManualClock) -> None:
    stores = [Store(postgresql_url, clock) for _ in range(3)]
    for store in stores:
        store.open()
    with stores[0].transaction() as tx:
        for number in range(60):
            send(tx, Address("test", f"lane {number % 12}"), f"{number:02}")
    async with (
        relaying(stores[0], platform, desk, "a"),
        relaying(stores[1], platform, desk, "b"),
        relaying(stores[2], platform, desk, "c"),
    ):
        await until(lambda: len(platform.taken) >= 60)
    assert sorted(platform.keys) == [f"{number:02}" for number in range(60)]
    for lane in range(12):
        theirs = [taken for taken in platform.taken if taken.startswith(f"lane {lane}:")]
        assert theirs == sorted(theirs)
    for store in stores:
        store.close()
