from __future__ import annotations

import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.storage.engine import Store
from bot.storage.records import Backlog, Job, JobKind, JobState, NewJob
from bot.storage.transaction import Transaction
from tests.clock import ManualClock

LEASE = timedelta(seconds=15)
SECOND = timedelta(seconds=1)


def a_send(tx: Transaction, lane: str, key: str, *, after: timedelta = timedelta(0)) -> NewJob:
    return NewJob(JobKind.SEND, lane, key, {"v": 1, "of": key}, tx.now + after)


def a_timer(tx: Transaction, lane: str, key: str, *, after: timedelta = timedelta(0)) -> NewJob:
    return NewJob(JobKind.TIMER, lane, key, {"v": 1}, tx.now + after)


def put(store: Store, *keys: str, lane: str = "lane") -> None:
    with store.transaction() as tx:
        for key in keys:
            tx.jobs.put(a_send(tx, lane, key))


def claim(store: Store, owner: str = "me", limit: int = 10) -> list[Job]:
    with store.transaction() as tx:
        return tx.jobs.claim(owner, limit, LEASE)


def done(store: Store, *held: Job) -> set[int]:
    with store.transaction() as tx:
        return tx.jobs.done(held)


def state(store: Store, key: str) -> JobState:
    with store.transaction() as tx:
        found = tx.jobs.by_key(key)
    assert found is not None
    return found.state


def test_a_job_comes_back_as_it_was_put_in(store: Store, clock: ManualClock) -> None:
    put(store, "k")
    (job,) = claim(store)
    assert (job.kind, job.lane, job.key, job.payload) == (JobKind.SEND, "lane", "k", {"v": 1, "of": "k"})
    assert (job.attempts, job.claims, job.created_at) == (0, 1, clock.now())


def test_the_same_key_is_put_in_once_whatever_became_of_it(store: Store) -> None:
    put(store, "k", "k")
    (held,) = claim(store)
    done(store, held)
    put(store, "k")
    assert claim(store) == []
    with store.transaction() as tx:
        assert tx.jobs.put(a_send(tx, "other lane", "k")) is None
        assert tx.jobs.by_key("never put in") is None


def test_one_lane_leaves_one_by_one_and_others_beside_it(store: Store) -> None:
    put(store, "a1", "a2", lane="a")
    put(store, "b1", "b2", lane="b")
    first = claim(store)
    assert [job.key for job in first] == ["a1", "b1"]
    assert claim(store) == []
    done(store, *first)
    assert [job.key for job in claim(store)] == ["a2", "b2"]


def test_a_job_that_is_due_later_holds_up_its_lane_and_a_timer_does_not(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.jobs.put(a_send(tx, "lane", "later", after=SECOND))
        tx.jobs.put(a_send(tx, "lane", "behind it"))
        tx.jobs.put(a_timer(tx, "other", "timer", after=SECOND))
        tx.jobs.put(a_send(tx, "other", "not behind it"))
    assert [job.key for job in claim(store)] == ["not behind it"]
    clock.advance(SECOND)
    assert [job.key for job in claim(store)] == ["timer", "later"]


def test_timers_are_claimed_first(store: Store, clock: ManualClock) -> None:
    for number in range(5):
        put(store, f"send {number}", lane=f"lane {number}")
    clock.advance(SECOND)
    with store.transaction() as tx:
        tx.jobs.put(a_timer(tx, "t", "timer"))
    assert [job.key for job in claim(store, limit=2)] == ["timer", "send 0"]
    assert [job.key for job in claim(store, limit=1)] == ["send 1"]


def test_a_lease_lapses_and_its_late_holder_is_fenced_off(store: Store, clock: ManualClock) -> None:
    put(store, "k")
    (late,) = claim(store, "late")
    clock.advance(LEASE)
    (job,) = claim(store, "next")
    assert job.claims == 2
    with store.transaction() as tx:
        assert tx.jobs.done([late]) == set()
        assert not tx.jobs.retry(late, tx.now, "late")
        assert not tx.jobs.give_up(late, "late")
    assert done(store, job) == {job.id}
    assert done(store, job) == set()
    assert state(store, "k") is JobState.DONE


def test_a_retry_puts_off_its_lane_but_no_other_and_keeps_the_order(store: Store, clock: ManualClock) -> None:
    put(store, "a1", "a2", lane="a")
    put(store, "b1", lane="b")
    with store.transaction() as tx:
        tx.jobs.put(a_timer(tx, "a", "timer", after=SECOND))
    first, _ = claim(store)
    with store.transaction() as tx:
        assert tx.jobs.retry(first, tx.now + 10 * SECOND, "busy")
        assert tx.jobs.next_due() == clock.now() + SECOND
        assert [job.due_at for job in tx.jobs.waiting("a")] == [
            tx.now + 10 * SECOND,
            tx.now + 10 * SECOND,
            tx.now + SECOND,
        ]
    clock.advance(5 * SECOND)
    assert [job.key for job in claim(store)] == ["timer"]
    clock.advance(5 * SECOND)
    (again,) = claim(store)
    assert (again.key, again.attempts, again.claims, again.last_error) == ("a1", 1, 2, "busy")
    done(store, again)
    assert [job.key for job in claim(store)] == ["a2"]


def test_a_dead_job_lets_its_lane_go_on(store: Store) -> None:
    put(store, "k1", "k2")
    (job,) = claim(store)
    with store.transaction() as tx:
        assert tx.jobs.give_up(job, "gone for good")
        found = tx.jobs.by_key("k1")
        assert found is not None
        assert (found.state, found.last_error, found.attempts) == (JobState.DEAD, "gone for good", 1)
    assert [job.key for job in claim(store)] == ["k2"]


def test_what_waits_in_a_lane_can_be_called_back(store: Store) -> None:
    put(store, "held", "waiting")
    put(store, "elsewhere", lane="other")
    with store.transaction() as tx:
        tx.jobs.put(a_timer(tx, "timers", "timer"))
    assert {job.key for job in claim(store)} == {"held", "elsewhere", "timer"}
    with store.transaction() as tx:
        assert tx.jobs.cancel_lane("lane") == 1
        assert tx.jobs.cancel_lane("timers") == 1
        assert tx.jobs.cancel_lane("no such lane") == 0
    states = {key: state(store, key) for key in ("held", "waiting", "elsewhere", "timer")}
    pending, cancelled = JobState.PENDING, JobState.CANCELLED
    assert states == {"held": pending, "waiting": cancelled, "elsewhere": pending, "timer": cancelled}


def test_what_waits_in_a_lane_is_in_order(store: Store) -> None:
    put(store, "k1", "k2", "k3")
    put(store, "elsewhere", lane="other")
    first, _ = claim(store)
    done(store, first)
    with store.transaction() as tx:
        assert [job.key for job in tx.jobs.waiting("lane")] == ["k2", "k3"]


def test_next_due_ignores_what_is_held_or_blocked(store: Store, clock: ManualClock) -> None:
    def next_due() -> object:
        with store.transaction() as tx:
            return tx.jobs.next_due()

    assert next_due() is None
    put(store, "k1", "k2")
    assert next_due() == clock.now()
    (held,) = claim(store)
    assert next_due() is None, "k2 is due, and the loop would spin on it"
    with store.transaction() as tx:
        tx.jobs.put(a_timer(tx, "t", "timer", after=SECOND))
    assert next_due() == clock.now() + SECOND
    done(store, held)
    assert next_due() == clock.now()


def test_the_backlog_counts(store: Store, clock: ManualClock) -> None:
    put(store, "k1", "k2")
    put(store, "dying", lane="other")
    with store.transaction() as tx:
        tx.jobs.put(a_send(tx, "x", "later", after=60 * SECOND))
    clock.advance(SECOND)
    dying = next(job for job in claim(store) if job.key == "dying")
    with store.transaction() as tx:
        tx.jobs.give_up(dying, "gone")
        assert tx.jobs.backlog() == Backlog(pending=3, due=2, dead=1)


def test_claimers_side_by_side_never_get_the_same_job(store: Store, database_url: str, clock: ManualClock) -> None:
    for number in range(60):
        put(store, f"k{number}", lane=f"lane {number % 20}")
    others = [Store(database_url, clock) for _ in range(3)]
    taken: Counter[int] = Counter()
    order: dict[str, list[int]] = defaultdict(list)

    def work(mine: Store) -> None:
        mine.open()
        while True:
            with mine.transaction() as tx:
                held = tx.jobs.claim(str(id(mine)), 3, LEASE)
                left = tx.jobs.backlog().pending
            for job in held:
                taken[job.id] += 1
                order[job.lane].append(job.id)
            done(mine, *held)
            if not left:
                return mine.close()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(work, others))
    assert set(taken.values()) == {1}
    assert len(taken) == 60
    assert all(ids == sorted(ids) for ids in order.values())


def test_a_lane_has_the_order_of_its_commits(store: Store, database_url: str, clock: ManualClock) -> None:
    committed: list[str] = []
    noting = threading.Lock()

    def work(writer: int) -> None:
        mine = Store(database_url, clock)
        mine.open()
        for number in range(15):
            key = f"{writer}/{number}"
            with mine.transaction() as tx:
                tx.jobs.put(a_send(tx, "lane", key))
                with noting:  # the lane's row is locked: whoever is here commits before anybody else gets here
                    committed.append(key)
        mine.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    left = []
    while held := claim(store):
        left += [job.key for job in held]
        done(store, *held)
    assert left == committed


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["put a", "put b", "claim", "done", "retry", "dead", "lapse"]), max_size=30))
def test_a_lane_never_overtakes_itself(store: Store, clock: ManualClock, steps: list[str]) -> None:
    with store.transaction() as tx:
        tx.connection.execute(text("DELETE FROM job"))
    ended: dict[str, list[int]] = {"a": [], "b": []}
    held: list[Job] = []
    for number, step in enumerate(steps):
        match step.split():
            case ["put", lane]:
                put(store, f"{number}", lane=lane)
            case ["claim"]:
                held += claim(store, limit=1 + number % 2)
                assert len({job.lane for job in held}) == len(held)
            case ["lapse"]:
                clock.advance(LEASE)
                held = []
            case [verb] if held:
                job = held.pop()
                with store.transaction() as tx:
                    if verb == "retry":
                        assert tx.jobs.retry(job, tx.now + SECOND, "busy")
                    else:
                        assert tx.jobs.done([job]) if verb == "done" else tx.jobs.give_up(job, "gone")
                        ended[job.lane].append(job.id)
            case _:
                pass
    assert all(ids == sorted(set(ids)) for ids in ended.values())


@pytest.mark.parametrize("timers", [False, True])
def test_claiming_looks_only_at_rows_that_are_due(sqlite_url: str, clock: ManualClock, *, timers: bool) -> None:
    store = Store(sqlite_url, clock)
    store.open()
    statements: list[str] = []
    with store.transaction() as tx:
        driver: Any = tx.connection.connection.dbapi_connection
        driver.set_trace_callback(statements.append)
        tx.jobs.claim("me", 5, LEASE)
        driver.set_trace_callback(None)
        plan = "\n".join(row[3] for row in driver.execute("EXPLAIN QUERY PLAN " + statements[0 if timers else 1]))
    assert ("USING INDEX job_timer (due_at<?)" if timers else "USING INDEX job_due (due_at<?)") in plan
    assert timers or "job_lane (lane=? AND seq<?)" in plan
    assert "SCAN job" not in plan
    store.close()
