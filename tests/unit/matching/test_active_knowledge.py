"""Knowledge that is loaded while its matcher is still being made."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import StoreUnavailable
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.match import Match
from tests.desk import loaded_knowledge
from tests.waiting import goes_on

HELLO = Match("answer")


class Greeter:
    async def match(self, text: str, previous: str = "") -> Match:
        return HELLO


@pytest.fixture
def unlearned() -> ActiveKnowledge:
    return ActiveKnowledge(LoadedKnowledge(loaded_knowledge().knowledge, None))


async def test_a_match_waits_for_the_matcher(unlearned: ActiveKnowledge) -> None:
    waiting = [asyncio.create_task(unlearned.match(text)) for text in ("one", "two")]
    assert await goes_on(waiting[0])
    unlearned.current = learned = LoadedKnowledge(unlearned.current.knowledge, Greeter())
    assert [await one for one in waiting] == [(learned, HELLO)] * 2
    await unlearned.ready()
    assert unlearned.is_ready


async def test_a_message_without_words_waits_for_nothing(unlearned: ActiveKnowledge) -> None:
    loaded, match = await unlearned.match(" \n")
    assert (loaded, match.outcome) == (unlearned.current, "unknown")


async def test_other_knowledge_without_a_matcher_is_no_reason_to_go_on(unlearned: ActiveKnowledge) -> None:
    waiting = asyncio.create_task(unlearned.ready())
    unlearned.current = LoadedKnowledge(unlearned.current.knowledge, None)
    assert await goes_on(waiting)
    waiting.cancel()


async def test_whoever_waits_when_the_desk_stops_is_told_to_come_again(unlearned: ActiveKnowledge) -> None:
    waiting = asyncio.create_task(unlearned.match("one"))
    assert await goes_on(waiting)
    unlearned.stop_waiting()
    with pytest.raises(StoreUnavailable, match="has not learned"):
        await waiting
    with pytest.raises(StoreUnavailable):
        await unlearned.match("two")
