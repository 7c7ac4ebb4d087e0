"""The inbox: who is next, how many one person may have, and what becomes of a message that cannot be decided."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import MatcherLost, StoreUnavailable
from bot.messages import Address, Person, Said
from bot.queue import inbox
from bot.queue.inbox import LEASE, MOST_A_MINUTE, MOST_WAITING, VERSION, Inbox, Received
from bot.storage.engine import Store
from bot.storage.records import InboxRow, NewInboxRow
from bot.storage.transaction import Transaction
from tests.clock import ManualClock
from tests.waiting import until

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def said(who: str, text: str = "", at: str = "") -> Said:
    direct = Address("slack", f"dm-{who}")
    return Said(f"{who}:{text}", Person("slack", who), text, Address("slack", at) if at else direct, direct)


def put(store: Store, message: Said, *, limited: bool = False, owner: str = "") -> Received:
    with store.transaction() as tx:
        return inbox.put(tx, message, limited=limited, owner=owner)


def claim(store: Store, limit: int = 100, owner: str = "me") -> list[InboxRow]:
    with store.transaction() as tx:
        return tx.inbox.claim(owner, limit, LEASE, VERSION)


def finish(store: Store, row: InboxRow) -> bool:
    with store.transaction() as tx:
        return tx.inbox.finish(row)


def events(rows: list[InboxRow]) -> list[str]:
    return [inbox.read(row).event_id for row in rows]


def drain(store: Store) -> list[str]:
    """Decide everything one by one, as fast as it comes; return the order."""
    order = []
    while rows := claim(store, 1):
        order += events(rows)
        assert finish(store, rows[0])
    return order


# ---- whose turn it is -----------------------------------------------------------------------------------------------


def test_a_row_holds_the_message_as_it_was_until_it_is_decided_and_then_nothing(store: Store) -> None:
    message = Said(
        "e1",
        Person("slack", "U1", "Sam 😀 \0", frozenset({"S1"})),
        "may I?\n\x07",
        Address("slack", "C1/2"),
        Address("slack", "U1"),
        addressed=False,
        files=3,
        link="https://x.example",
        corrects="e0",
        identified=False,
    )
    put(store, message)
    (row,) = claim(store)
    assert inbox.read(row) == message
    assert finish(store, row)
    with store.transaction() as tx:
        left = tx.connection.exec_driver_sql("SELECT payload, state FROM inbox").one()
    assert tuple(left) == ("{}", "done")
    assert not finish(store, row)


def test_half_a_character_loses_no_message(store: Store) -> None:
    put(store, said("a", "may I?\ud83d"))
    (row,) = claim(store)
    assert inbox.read(row).text == "may I?\ufffd"


def test_a_person_s_messages_and_a_conversation_s_are_decided_one_after_the_other(store: Store) -> None:
    for message in (said("a", "1"), said("a", "2", "c"), said("b", "3", "c"), said("c", "4")):
        put(store, message)
    first = claim(store)
    assert events(first) == ["a:1", "c:4"]
    assert claim(store) == []
    assert finish(store, first[0])
    second = claim(store)
    assert events(second) == ["a:2"]
    assert finish(store, second[0])
    assert events(claim(store)) == ["b:3"]


def test_people_take_turns(store: Store) -> None:
    for number in range(5):
        put(store, said("talkative", f"{number}"))
    for who in "bcd":
        for number in range(3):
            put(store, said(who, f"{number}"))
    order = drain(store)
    for who in "bcd":
        assert order.index(f"{who}:0") < order.index("talkative:2")
        assert [each for each in order if each.startswith(who)] == [f"{who}:{number}" for number in range(3)]


def test_somebody_who_comes_late_is_answered_before_anybody_s_third_that_waits(store: Store) -> None:
    for number in range(40):
        put(store, said("talkative", f"{number}"))
    for _ in range(10):
        assert finish(store, claim(store, 1)[0])
    put(store, said("late", "0"))
    assert "late:0" in drain(store)[:2]


def test_a_lease_keeps_a_row_until_it_ends_and_whoever_was_late_decides_nothing(
    store: Store, clock: ManualClock
) -> None:
    put(store, said("a", "1"))
    (old,) = claim(store)
    clock.advance(LEASE - SECOND)
    assert claim(store) == []
    clock.advance(SECOND)
    (new,) = claim(store, owner="another")
    assert not finish(store, old)
    assert finish(store, new)


def test_a_message_is_claimed_as_it_comes_only_if_nothing_comes_before_it(store: Store) -> None:
    first = put(store, said("a", "1"), owner="me").row
    assert first is not None
    assert first.claims == 1
    for message in (said("a", "2", "c"), said("b", "3", "c")):
        row = put(store, message, owner="me").row
        assert row is not None
        assert row.claims == 0
    assert claim(store) == []


def test_a_row_of_a_later_release_is_left_to_it(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        row = NewInboxRow("slack", "e", "slack:a", "slack:c", VERSION + 1, {"new": 1}, clock.now())
        tx.inbox.put(row, "", LEASE)
    assert claim(store) == []


def test_messages_of_an_unknown_person_wait_in_order_and_keep_back_nothing_else(
    store: Store, clock: ManualClock
) -> None:
    put(store, said("a", "1"))
    (held,) = claim(store)
    with store.transaction() as tx:
        assert tx.inbox.postpone(held, clock.now() + MINUTE, held=True)
    put(store, said("a", "2"))
    (fresh,) = claim(store)
    assert events([fresh]) == ["a:2"]
    with store.transaction() as tx:
        assert tx.inbox.has_earlier_held(fresh)
        tx.inbox.release("slack:a")
        tx.inbox.postpone(fresh, clock.now(), held=True)
    assert drain(store) == ["a:1", "a:2"]


# ---- how many one person may have -----------------------------------------------------------------------------------


def test_twenty_a_minute_are_matched_and_the_rest_is_told_so_once(store: Store, clock: ManualClock) -> None:
    slowed = [put(store, said("a", f"{number}"), limited=True).slowed for number in range(3 * MOST_A_MINUTE)]
    assert [number for number, told in enumerate(slowed) if told] == [MOST_A_MINUTE]
    for _ in range(3):
        assert len(drain(store)) == MOST_A_MINUTE
        clock.advance(MINUTE - SECOND)
        assert drain(store) == []
        clock.advance(SECOND)


def test_the_minute_slides(store: Store, clock: ManualClock) -> None:
    for number in range(MOST_A_MINUTE):
        assert not put(store, said("a", f"{number}"), limited=True).slowed
        clock.advance(2 * SECOND)
    late = put(store, said("a", "late"), limited=True)
    assert late.slowed
    assert late.row is not None
    assert late.row.due_at == clock.now() - MOST_A_MINUTE * 2 * SECOND + MINUTE


def test_a_person_has_at_most_two_hundred_waiting_and_others_are_not_kept_back(store: Store) -> None:
    taken = Counter(
        put(store, said("a", f"{number}"), limited=True).row is not None for number in range(MOST_WAITING + 9)
    )
    assert taken == {True: MOST_WAITING, False: 9}
    assert put(store, said("b", "1"), limited=True).row is not None
    assert events(claim(store, 2)) == ["a:0", "b:1"]


def test_who_is_not_limited_is_not(store: Store) -> None:
    for number in range(MOST_WAITING + 9):
        assert put(store, said("officer", f"{number}")).row is not None
    assert len(drain(store)) == MOST_WAITING + 9


# ---- the loop -------------------------------------------------------------------------------------------------------


class Desk:
    """Decides as it is told, and remembers in which order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.decided: list[str] = []
        self.given_up: list[str] = []
        self.tries: Counter[str] = Counter()
        self.troubles: dict[str, Callable[[], Awaitable[None]]] = {}
        self.ready = True

    def is_ready(self) -> bool:
        return self.ready

    async def decide(self, row: InboxRow) -> None:
        event = inbox.read(row).event_id
        self.tries[event] += 1
        if event in self.troubles:
            await self.troubles[event]()
        if await self._store.run(lambda tx: tx.inbox.finish(row)):
            self.decided.append(event)

    def give_up(self, tx: Transaction, row: InboxRow) -> None:
        assert tx.inbox.finish(row)
        self.given_up.append(inbox.read(row).event_id)


def failing(error: Exception) -> Callable[[], Awaitable[None]]:
    async def fail() -> None:
        raise error

    return fail


async def waits(store: Store) -> int:
    return (await store.read(lambda tx: tx.inbox.backlog())).waiting


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


async def turn_until(loop: Inbox, clock: ManualClock, done: Callable[[], bool]) -> None:
    while not done():
        loop.wake()
        clock.advance(SECOND)
        await asyncio.sleep(0.005)


async def test_what_waits_is_decided_in_order(store: Store, desk: Desk) -> None:
    for number in range(30):
        put(store, said("ab"[number % 2], f"{number}"))
    loop = Inbox(store, desk, "me")
    await loop.start()
    await until(lambda: len(desk.decided) == 30)
    await loop.stop()
    for who in "ab":
        theirs = [int(event.partition(":")[2]) for event in desk.decided if event.startswith(who)]
        assert theirs == sorted(theirs)


async def test_three_failures_settle_a_message_and_nobody_else_s_waits_for_it(
    store: Store, clock: ManualClock, desk: Desk
) -> None:
    desk.troubles["bad:1"] = failing(ValueError("what somebody wrote"))
    for message in (said("bad", "1"), said("bad", "2"), said("good", "1")):
        put(store, message)
    loop = Inbox(store, desk, "me")
    await loop.start()
    await turn_until(loop, clock, lambda: "bad:2" in desk.decided)
    await loop.stop()
    assert (desk.given_up, desk.tries["bad:1"]) == (["bad:1"], inbox.MOST_FAILURES)
    assert set(desk.decided) == {"good:1", "bad:2"}


@pytest.mark.parametrize("error", [StoreUnavailable("away"), MatcherLost("lost")])
async def test_what_is_no_fault_of_the_message_never_counts(
    store: Store, clock: ManualClock, desk: Desk, error: Exception
) -> None:
    desk.troubles["a:1"] = failing(error)
    put(store, said("a", "1"))
    loop = Inbox(store, desk, "me")
    await loop.start()
    await turn_until(loop, clock, lambda: desk.tries["a:1"] > 2 * inbox.MOST_FAILURES)
    del desk.troubles["a:1"]
    await turn_until(loop, clock, lambda: desk.decided == ["a:1"])
    await loop.stop()
    assert desk.given_up == []


async def test_a_message_that_cannot_even_be_given_up_is_not_tried_for_ever(
    store: Store, clock: ManualClock, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    put(store, said("a", "secret"))
    with store.transaction() as tx:
        tx.connection.exec_driver_sql('UPDATE inbox SET payload = \'{"text": "secret"}\'')
    loop = Inbox(store, desk, "me")
    await loop.start()
    for _ in range(100):
        loop.wake()
        clock.advance(SECOND)
        await asyncio.sleep(0.01)
        if not await waits(store):
            break
    await loop.stop()
    assert await waits(store) == 0
    assert "secret" not in caplog.text


async def test_nothing_is_begun_while_nothing_can_be_matched(store: Store, desk: Desk) -> None:
    desk.ready = False
    put(store, said("a", "1"))
    loop = Inbox(store, desk, "me")
    await loop.start()
    await asyncio.sleep(0.05)
    assert not loop.takes_at_once
    assert desk.tries == {}
    desk.ready = True
    loop.wake()
    await until(lambda: desk.decided == ["a:1"])
    await loop.stop()


async def test_a_stop_waits_for_what_was_begun_and_leaves_the_rest(store: Store, desk: Desk) -> None:
    let = asyncio.Event()

    async def wait() -> None:
        await let.wait()

    desk.troubles["a:1"] = wait
    for message in (said("a", "1"), said("a", "2")):
        put(store, message)
    loop = Inbox(store, desk, "me")
    await loop.start()
    await until(lambda: desk.tries["a:1"] == 1)
    stopping = asyncio.create_task(loop.stop())
    await asyncio.sleep(0.02)
    assert not stopping.done()
    let.set()
    await stopping
    assert desk.decided == ["a:1"]
    assert await waits(store) == 1
