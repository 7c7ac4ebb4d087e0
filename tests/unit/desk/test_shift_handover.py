"""The end of a shift, as the desk waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import from_mapping
from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk
from bot.desk.shift_handover import HANDOVER, post_handover, schedule_handover
from bot.domain.case import Details
from bot.domain.transitions import Transition, restrict
from bot.messages import Address, CaseHead, Mention, Person
from bot.queue import outbox
from bot.queue.outbox import Send
from bot.storage.engine import Store
from bot.storage.records import Job
from bot.storage.transaction import Transaction
from tests.clock import ManualClock
from tests.unit.queue.relaying import a_case

PRESS = Address("slack", "c-press")
LANE = outbox.desk_timer_lane(HANDOVER)
DAY = timedelta(days=1)
ENDS = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # the clock begins at ten that Monday
BEFORE = timedelta(minutes=15)


def press_desk(zone: str = "Europe/London", **changes: Any) -> PressDesk:
    known = {"channels": [str(PRESS)], "officers": ["slack:anna"], "on_call": ["slack:ben"], **changes}
    return PressDesk(from_mapping({"organisation": {"timezone": zone}, "press_office": known}, {}))


def begin(store: Store, **changes: Any) -> list[Job]:
    """A process starts; what it waits for then."""
    with store.transaction() as tx:
        schedule_handover(tx, press_desk(**changes))
        return tx.jobs.waiting(LANE)


def fire(tx: Transaction, at: PressDesk) -> None:
    (job,) = tx.jobs.waiting(LANE)
    assert job.due_at <= tx.now
    assert tx.jobs.done([job])
    post_handover(tx, at, job)


def posted(tx: Transaction) -> list[Send]:
    found = [outbox.read(job) for job in tx.jobs.waiting(str(PRESS))]
    return [delivery for delivery in found if isinstance(delivery, Send)]


def test_it_is_waited_for_after_a_fresh_start_and_after_a_restart(store: Store, clock: ManualClock) -> None:
    (first,) = begin(store)
    assert first.due_at == ENDS - BEFORE
    clock.advance(timedelta(hours=1))
    assert begin(store) == [first]
    assert begin(store) == [first]  # another replica


def test_it_follows_the_hours_as_they_are_configured_now(store: Store, clock: ManualClock) -> None:
    begin(store)
    clock.advance(timedelta(seconds=1))
    (earlier,) = begin(store, hours={"mon-fri": "09:00-15:00"})
    assert earlier.due_at == ENDS - timedelta(hours=2) - BEFORE
    clock.advance(timedelta(seconds=1))
    (sooner,) = begin(store, handover_before="30m")
    assert sooner.due_at == ENDS - 2 * BEFORE
    clock.advance(timedelta(seconds=1))
    assert begin(store, hours={"mon-sun": "00:00-24:00"}) == []
    clock.advance(timedelta(seconds=1))
    assert len(begin(store)) == 1
    assert begin(store, channels=[]) == []


def test_what_is_open_is_posted_once_and_the_next_end_waited_for(store: Store, clock: ManualClock) -> None:
    begin(store)
    with store.transaction() as tx:
        a_case(tx)
    clock.advance(ENDS - BEFORE - clock.now())
    with store.transaction() as tx:
        fire(tx, press_desk())
        (message,) = posted(tx)
        assert message.outgoing.blocks[0] == Mention(("slack:ben",))
        assert "M-1 (unclaimed)" in message.outgoing.summary
        (next_,) = tx.jobs.waiting(LANE)
        assert next_.due_at == ENDS + DAY - BEFORE


def test_two_replicas_post_it_once(store: Store, clock: ManualClock) -> None:
    (job,) = begin(store)
    with store.transaction() as tx:
        a_case(tx)
    clock.advance(ENDS - BEFORE - clock.now())
    with store.transaction() as tx:
        fire(tx, press_desk())
        post_handover(tx, press_desk(), job)
        assert len(posted(tx)) == 1
        assert len(tx.jobs.waiting(LANE)) == 1


def test_nothing_is_posted_where_nothing_is_open(store: Store, clock: ManualClock) -> None:
    begin(store)
    clock.advance(ENDS - BEFORE - clock.now())
    with store.transaction() as tx:
        fire(tx, press_desk())
        assert posted(tx) == []
        assert len(tx.jobs.waiting(LANE)) == 1


def test_one_that_was_missed_happens_after_the_restart(store: Store, clock: ManualClock) -> None:
    (missed,) = begin(store)
    clock.advance(2 * DAY)
    assert begin(store) == [missed]
    with store.transaction() as tx:
        fire(tx, press_desk())
        (next_,) = tx.jobs.waiting(LANE)
        assert next_.due_at == ENDS + 2 * DAY - BEFORE


def test_of_a_restricted_case_reference_outlet_and_deadline_are_posted(store: Store, clock: ManualClock) -> None:
    begin(store)
    with store.transaction() as tx:
        kept = tx.cases.load(a_case(tx))
        assert kept is not None
        secret = Details(outlet="The Gazette", journalist="Joan", about="the cellar", deadline="by five")
        tx.cases.save(replace(kept, details=secret, restricted=True, revision=2))
    clock.advance(ENDS - BEFORE - clock.now())
    with store.transaction() as tx:
        fire(tx, press_desk())
        (message,) = posted(tx)
    shown = str(message)
    assert all(word in shown for word in ("M-1", "The Gazette", "by five"))
    assert not any(word in shown for word in ("Joan", "cellar", "a reporter rang", "ada"))


def test_one_that_waits_is_redrawn_when_a_case_on_it_becomes_restricted(store: Store, clock: ManualClock) -> None:
    begin(store)
    with store.transaction() as tx:
        first, second = a_case(tx), a_case(tx)
    clock.advance(ENDS - BEFORE - clock.now())
    with store.transaction() as tx:
        fire(tx, press_desk())
        (before,) = posted(tx)
        secret = tx.cases.load(first)
        assert secret is not None
        change = restrict(secret, Person("slack", "anna"), tx.now)
        assert isinstance(change, Transition)
        apply_transition(tx, change, press_desk())
        (after,) = posted(tx)
    titles = {head.reference: head.title for head in after.outgoing.blocks if isinstance(head, CaseHead)}
    assert titles == {f"M-{first}": "Media enquiry (restricted)", f"M-{second}": "Media enquiry"}
    assert [block for block in after.outgoing.blocks if not isinstance(block, CaseHead)] == [
        block for block in before.outgoing.blocks if not isinstance(block, CaseHead)
    ]


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-10-24T12:00", "2026-10-25T16:45"),  # after the clocks went back, 16:45 is as many hours later
        ("2027-03-27T17:00", "2027-03-28T15:45"),
    ],
)
def test_the_clock_on_the_wall_says_when_a_shift_ends(store: Store, clock: ManualClock, at: str, due: str) -> None:
    clock.advance(datetime.fromisoformat(at).replace(tzinfo=UTC) - clock.now())
    (job,) = begin(store, hours={"sun": "09:00-17:00"})
    assert job.due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)
