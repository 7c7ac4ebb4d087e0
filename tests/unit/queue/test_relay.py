from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.errors import TemporaryFailure
from bot.messages import Address, Receipt
from bot.queue import outbox
from bot.queue.outbox import MarkMessage, SendToThread, Update
from bot.queue.outbox_transactions import LEASE, OutboxTransactions
from bot.queue.relay import Relay
from bot.storage.engine import Store
from bot.storage.records import JobKind, JobState, NewJob
from tests.clock import ManualClock
from tests.unit.queue.relaying import (
    ADA,
    GONE,
    PRESS,
    Desk,
    Platform,
    a_case,
    is_in,
    notes,
    put_of_case,
    relaying,
    says,
    send,
    the,
    timer,
)
from tests.waiting import goes_on, until


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def desk() -> Desk:
    return Desk()


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
    assert 1 < platform.most_at_once <= 4  # lanes


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
        (job,) = tx.jobs.claim("me", 1, LEASE)
        tx.jobs.cancel_lane("timers")
    with store.transaction() as tx:
        OutboxTransactions(desk, "me").fire(tx, job)
    assert notes(store) == []


async def test_a_card_is_changed_in_place_and_written_below(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        case = a_case(tx)
        tx.postings.put(case, PRESS, Receipt(PRESS, ("card",), Address("test", "press/thread")))
        put_of_case(tx, case, Update(PRESS, says("claimed")), "k1")
        put_of_case(tx, case, SendToThread(PRESS, says("a note")), "k2")
        put_of_case(tx, case, Update(PRESS, says("was deleted")), "k3")
        put_of_case(tx, case, SendToThread(PRESS, says("another note")), "k4")
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
        assert [posting.receipt.parts for posting in tx.postings.of_case(case)] == [("sent again",)]


async def test_without_a_card_there_is_nothing_to_change(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        case = a_case(tx)
        put_of_case(tx, case, Update(PRESS, says("claimed")), "k1")
        put_of_case(tx, case, SendToThread(PRESS, says("a note")), "k2")
    async with relaying(store, platform, desk):
        await until(is_in(store, "k2", JobState.DONE))
    assert (platform.taken, notes(store), the(store, "k1").state) == ([], [], JobState.DONE)


async def test_a_message_is_marked(store: Store, platform: Platform, desk: Desk) -> None:
    with store.transaction() as tx:
        mark = outbox.payload(MarkMessage(PRESS, "E1", "delivered"))
        tx.jobs.put(NewJob(JobKind.MARK, "lane", "k1", mark, tx.now))
    async with relaying(store, platform, desk):
        await until(is_in(store, "k1", JobState.DONE))
    assert (platform.taken, notes(store)) == (["press E1 delivered"], [])


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
    assert await goes_on(stopping)
    go_on.set()
    await stopping
    assert (the(store, "slow").state, the(store, "behind it").state) == (JobState.DONE, JobState.PENDING)
    assert platform.taken == ["press: slow"]


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


@dataclass
class Looks(Platform):
    """Knows no keys, but can be asked what it has taken."""

    recalled: list[tuple[str, datetime]] = field(default_factory=list)

    def recall(self, key: str, since: datetime) -> None:
        self.recalled.append((key, since))


async def test_a_platform_that_can_look_is_asked_about_what_a_dead_process_may_have_sent(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    begun, platform = clock.now(), Looks()
    with store.transaction() as tx:
        send(tx, ADA, "held when its process died", key="held")
        assert tx.jobs.claim("the dead one", 1, LEASE)
    clock.advance(LEASE)
    with store.transaction() as tx:
        send(tx, PRESS, "never touched", key="new")
    async with relaying(store, platform, desk):
        await until(is_in(store, "held", JobState.DONE))
        await until(is_in(store, "new", JobState.DONE))
    assert platform.recalled == [("held", begun)]
