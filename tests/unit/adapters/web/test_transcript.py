from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.web.message_store import MessageStore
from bot.errors import StoreUnavailable
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock

HELLO: dict[str, Any] = {"blocks": [], "summary": "Hello.", "urgent": False}
BYE: dict[str, Any] = {"blocks": [], "summary": "Bye.", "urgent": False}


@pytest.fixture
def state(quick_store: Store) -> DurableState:
    return DurableState(quick_store, "web")


@pytest.fixture
def messages(state: DurableState, clock: ManualClock) -> MessageStore:
    return MessageStore(state, clock)


async def test_another_process_reads_what_this_one_wrote(
    messages: MessageStore, state: DurableState, clock: ManualClock
) -> None:
    said = await messages.add_person_message("staff/sam", "sam", "a question", "event-one")
    clock.advance(timedelta(minutes=1))
    sent = await messages.add_desk_message("press", HELLO, "job/1")
    await messages.replace_content(sent.id, BYE)
    await messages.set_progress("event-one", "sent")
    assert await MessageStore(state, clock).all() == await messages.all()
    assert said.event_id == "event-one"
    assert sent.event_id == ""
    assert said.at < sent.at


async def test_ids_grow_over_a_restart(messages: MessageStore, state: DurableState, clock: ManualClock) -> None:
    ids = [(await messages.add_desk_message("press", HELLO, f"job/{number}")).id for number in range(11)]
    await messages.replace_content(ids[0], BYE)
    later = await MessageStore(state, clock).add_desk_message("press", HELLO, "job/11")
    assert sorted([*ids, later.id]) == [*ids, later.id]
    assert len({*ids, later.id}) == 12


async def test_the_same_key_is_one_message_also_over_a_restart(
    messages: MessageStore, state: DurableState, clock: ManualClock
) -> None:
    first = await messages.add_desk_message("press", HELLO, "job/1")
    again = await MessageStore(state, clock).add_desk_message("press", BYE, "job/1")
    assert again == first


async def test_an_event_id_cannot_be_taken_for_a_key_of_the_relay(messages: MessageStore) -> None:
    said = await messages.add_person_message("staff/sam", "sam", "text", "job-1")
    assert (await messages.add_desk_message("staff/sam", HELLO, "job-1")).id != said.id


async def test_progress_never_goes_back_to_sent(messages: MessageStore) -> None:
    said = await messages.add_person_message("press/1", "anna", "reply: yes", "event-one")
    await messages.set_progress("event-one", "delivered")
    await messages.set_progress("event-one", "sent")
    await messages.set_progress("event-unknown", "failed")
    entry = await messages.get(said.id)
    assert entry is not None
    assert entry.progress == "delivered"
    await messages.set_progress("event-one", "failed")
    assert [one.progress for one in await messages.all()] == ["failed"]


async def test_a_listener_gets_the_newest_state_of_what_it_missed_and_then_each_change(messages: MessageStore) -> None:
    one = await messages.add_desk_message("press", HELLO, "job/1")
    two = await messages.add_desk_message("press", HELLO, "job/2")
    changed = await messages.replace_content(one.id, BYE)
    with messages.subscribe(one.revision) as queue:
        assert [queue.get_nowait() for _ in range(queue.qsize())] == [two, changed]
        three = await messages.add_desk_message("press", HELLO, "job/3")
        assert queue.get_nowait() == three
    await messages.add_desk_message("press", HELLO, "job/4")
    assert queue.empty()


async def test_what_could_not_be_stored_is_not_shown(messages: MessageStore, quick_store: Store) -> None:
    await messages.add_desk_message("press", HELLO, "job/1")
    quick_store.close()
    with messages.subscribe(0) as queue:
        with pytest.raises(StoreUnavailable):
            await messages.add_desk_message("press", HELLO, "job/2")
        assert queue.qsize() == 1
    quick_store.open()
    assert (await messages.add_desk_message("press", HELLO, "job/2")).key == "sent/job/2"
