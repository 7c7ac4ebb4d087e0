from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.web.transcript import Transcript
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
def transcript(state: DurableState, clock: ManualClock) -> Transcript:
    return Transcript(state, clock)


async def test_another_process_reads_what_this_one_wrote(
    transcript: Transcript, state: DurableState, clock: ManualClock
) -> None:
    said = await transcript.person_says("staff/sam", "sam", "a question", "event-one")
    clock.advance(timedelta(minutes=1))
    sent = await transcript.desk_says("press", HELLO, "job/1")
    await transcript.change(sent.id, BYE)
    await transcript.progress("event-one", "sent")
    assert await Transcript(state, clock).all() == await transcript.all()
    assert said.event_id == "event-one"
    assert sent.event_id == ""
    assert said.at < sent.at


async def test_ids_grow_over_a_restart(transcript: Transcript, state: DurableState, clock: ManualClock) -> None:
    ids = [(await transcript.desk_says("press", HELLO, f"job/{number}")).id for number in range(11)]
    await transcript.change(ids[0], BYE)
    later = await Transcript(state, clock).desk_says("press", HELLO, "job/11")
    assert sorted([*ids, later.id]) == [*ids, later.id]
    assert len({*ids, later.id}) == 12


async def test_the_same_key_is_one_message_also_over_a_restart(
    transcript: Transcript, state: DurableState, clock: ManualClock
) -> None:
    first = await transcript.desk_says("press", HELLO, "job/1")
    again = await Transcript(state, clock).desk_says("press", BYE, "job/1")
    assert again == first


async def test_an_event_id_cannot_be_taken_for_a_key_of_the_relay(transcript: Transcript) -> None:
    said = await transcript.person_says("staff/sam", "sam", "text", "job-1")
    assert (await transcript.desk_says("staff/sam", HELLO, "job-1")).id != said.id


async def test_progress_never_goes_back_to_sent(transcript: Transcript) -> None:
    said = await transcript.person_says("press/1", "anna", "reply: yes", "event-one")
    await transcript.progress("event-one", "delivered")
    await transcript.progress("event-one", "sent")
    await transcript.progress("event-unknown", "failed")
    entry = await transcript.get(said.id)
    assert entry is not None
    assert entry.progress == "delivered"
    await transcript.progress("event-one", "failed")
    assert [one.progress for one in await transcript.all()] == ["failed"]


async def test_a_listener_gets_the_newest_state_of_what_it_missed_and_then_each_change(transcript: Transcript) -> None:
    one = await transcript.desk_says("press", HELLO, "job/1")
    two = await transcript.desk_says("press", HELLO, "job/2")
    changed = await transcript.change(one.id, BYE)
    with transcript.listen(one.revision) as queue:
        assert [queue.get_nowait() for _ in range(queue.qsize())] == [two, changed]
        three = await transcript.desk_says("press", HELLO, "job/3")
        assert queue.get_nowait() == three
    await transcript.desk_says("press", HELLO, "job/4")
    assert queue.empty()


async def test_what_could_not_be_stored_is_not_shown(transcript: Transcript, quick_store: Store) -> None:
    await transcript.desk_says("press", HELLO, "job/1")
    quick_store.close()
    with transcript.listen(0) as queue:
        with pytest.raises(StoreUnavailable):
            await transcript.desk_says("press", HELLO, "job/2")
        assert queue.qsize() == 1
    quick_store.open()
    assert (await transcript.desk_says("press", HELLO, "job/2")).key == "sent/job/2"
