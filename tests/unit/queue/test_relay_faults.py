from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy import text as sql

from bot.errors import StoreUnavailable
from bot.messages import Address
from bot.queue import relay, retry_policy
from bot.queue.outbox_transactions import LEASE, MOST_CRASHES, OutboxTransactions
from bot.queue.relay import SEND_TIMEOUT, Relay, can_send_within_lease
from bot.storage.engine import Store
from bot.storage.records import JobKind, JobState, NewJob
from bot.storage.schema import job
from tests.clock import ManualClock
from tests.postgres import Postgres
from tests.unit.queue.relaying import (
    ADA,
    GONE,
    PRESS,
    Desk,
    Platform,
    is_in,
    notes,
    relaying,
    send,
    the,
    timer,
)
from tests.waiting import until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def desk() -> Desk:
    return Desk()


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
        clock.advance(retry_policy.LONGEST_DELAY)
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
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    with store.transaction() as tx:
        tx.jobs.put(NewJob(JobKind.SEND, "lane", "from the future", {"v": 1000}, tx.now))
        send(tx, ADA, "of another kind", lane="another")
        send(tx, ADA, "good")
        other = update(job).where(job.c.idempotency_key == "of another kind")
        tx.connection.execute(other.values(kind="a later kind"))
    async with relaying(store, platform, desk) as relay:
        await until(is_in(store, "good", JobState.DONE))
        for tries in range(1, retry_policy.PARKED_AFTER + 3):
            await until(lambda: the(store, "from the future").attempts == tries)  # noqa: B023
            clock.advance(retry_policy.LONGEST_DELAY)
            relay.wake()
    assert the(store, "from the future").state is JobState.PENDING
    with store.transaction() as tx:
        query = select(job.c.state, job.c.claims).where(job.c.kind == "a later kind")
        assert tuple(tx.connection.execute(query).one()) == ("pending", 0)
        tx.connection.execute(delete(job).where(job.c.kind == "a later kind"))


async def park(store: Store, key: str, relay: Relay, clock: ManualClock) -> None:
    """Let a job be tried until it is parked."""
    for tries in range(1, retry_policy.PARKED_AFTER):
        await until(lambda: the(store, key).attempts == tries)  # noqa: B023
        clock.advance(retry_policy.LONGEST_DELAY)
        relay.wake()
    await until(is_in(store, key, JobState.DEAD))
    assert the(store, key).attempts == retry_policy.PARKED_AFTER


UNREADABLE = {
    "no JSON": "what is this",
    "no object": "[1]",
    "empty": "{}",
    "of an unknown action": '{"v": 1, "delivery": {"do": "dance"}}',
    "without a delivery": '{"v": 1}',
    "of no version": '{"v": "x", "delivery": {}}',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_row_that_nobody_can_read_is_parked_and_its_lane_goes_on(
    quick_store: Store, platform: Platform, desk: Desk, clock: ManualClock, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    store = quick_store
    with store.transaction() as tx:
        send(tx, ADA, "bad")
        send(tx, ADA, "behind it")
        damaged = sql("UPDATE job SET payload = :text WHERE idempotency_key = 'bad'")
        tx.connection.execute(damaged, {"text": text})
    async with relaying(store, platform, desk) as relay:
        await park(store, "bad", relay, clock)
        await until(is_in(store, "behind it", JobState.DONE))
    assert platform.taken == ["ada: behind it"]
    assert the(store, "bad").last_error.startswith("Parked: It cannot be read: ")
    assert "(send) is parked" in caplog.text


async def test_a_timer_that_fails_each_time_is_parked_and_tried_again_by_the_next_process(
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    desk.fails["remind"] = LookupError("a secret")
    with store.transaction() as tx:
        timer(tx, "remind")
        timer(tx, "beside")
        send(tx, ADA, "good")
    async with relaying(store, platform, desk) as relay:
        await until(is_in(store, "good", JobState.DONE))
        await until(is_in(store, "beside", JobState.DONE))
        await park(store, "remind", relay, clock)
    assert "Parked: Unexpected: LookupError" in the(store, "remind").last_error
    with store.transaction() as tx:
        assert tx.jobs.backlog().dead == 1
    desk.fails.clear()
    with store.transaction() as tx:
        assert tx.jobs.revive_timers() == 1
    async with relaying(store, platform, desk):
        await until(is_in(store, "remind", JobState.DONE))
    assert "timer remind: fired" in notes(store)


async def test_a_message_whose_giving_up_fails_each_time_is_parked(
    store: Store, platform: Platform, desk: Desk, clock: ManualClock
) -> None:
    def gone() -> None:
        raise GONE

    platform.before["ping"] = gone
    desk.fails["ping"] = LookupError("a secret")
    with store.transaction() as tx:
        send(tx, PRESS, "ping")
        send(tx, PRESS, "behind it")
    async with relaying(store, platform, desk) as relay:
        await park(store, "ping", relay, clock)
        await until(is_in(store, "behind it", JobState.DONE))
    assert the(store, "ping").last_error == f"Parked: {GONE}"


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
    for _ in range(MOST_CRASHES):
        with store.transaction() as tx:
            assert tx.jobs.claim("crashes", 1, LEASE)
        clock.advance(LEASE)
    async with relaying(store, platform, desk):
        await until(lambda: platform.taken == ["ada: the fallback"])
    assert the(store, "deadly").state is JobState.DEAD


@pytest.mark.parametrize(("attempts", "claims", "ends"), [(0, 20, False), (0, 21, True), (290, 291, False)])
def test_only_claims_without_an_outcome_count_as_crashes(
    store: Store, desk: Desk, attempts: int, claims: int, ends: bool
) -> None:
    with store.transaction() as tx:
        send(tx, PRESS, "deadly")
        tx.connection.execute(update(job).values(attempts=attempts, claims=claims - 1))
    with store.transaction() as tx:
        batch = OutboxTransactions(desk, "me").next_batch(tx, (), 1)
    (claimed,) = [each.job for each in batch.ready] + [each.job for each in batch.failed]
    assert (claimed.attempts, claimed.claims) == (attempts, claims)
    assert bool(batch.failed) is ends


@pytest.mark.parametrize(("held", "in_time"), [(0, True), (4, True), (6, False), (20, False)])
def test_a_send_that_is_begun_ends_within_its_lease(held: int, in_time: bool) -> None:
    assert can_send_within_lease(timedelta(seconds=held)) == in_time
    assert (timedelta(seconds=held) + SEND_TIMEOUT < LEASE) == in_time


async def test_a_platform_that_never_answers_stops_nobody_else(
    quick_store: Store, platform: Platform, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "SEND_TIMEOUT", timedelta(seconds=0.2))
    store = quick_store
    platform.before["stuck"] = asyncio.Event().wait
    with store.transaction() as tx:
        send(tx, PRESS, "stuck")
        send(tx, ADA, "beside")
    async with relaying(store, platform, desk):
        await until(is_in(store, "beside", JobState.DONE))
        await until(lambda: the(store, "stuck").attempts == 1)
    assert the(store, "stuck").last_error == "No answer in time."


DIES_AFTER_SENDING = """
import asyncio, os, signal, sys
from bot.queue.relay import Relay
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.queue.relaying import Desk, Platform

def die():
    print("taken", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = Store(sys.argv[1], ManualClock())
    store.open(exclusive=True)
    await Relay(store, {"test": Platform(before={"first": die})}, Desk(), "dies").start()
    await asyncio.Event().wait()

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
        clock.advance(LEASE)
    async with relaying(store, platform, desk):
        await until(is_in(store, "second", JobState.DONE))
    assert platform.taken == ["press: first", "press: second"]
    assert platform.keys == ["first", "second"], "a platform that can tell shows it once"
    store.close()


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
