"""A desk that serves forgets what it holds in memory of somebody whom a command beside it erased."""

from __future__ import annotations

import asyncio
from functools import lru_cache

import pytest

from adapters.slack.conversations import Conversations
from adapters.slack.people import Directory
from adapters.slack.settings import SlackSettings
from adapters.slack.web_api import SlackWebApi
from adapters.teams.conversations import ConversationReferences, UserReference
from bot.admin import retention
from bot.app.forgetting import clear_function_caches, forget_when_told
from bot.domain import similarity
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.waiting import until


async def test_a_desk_clears_its_memory_when_another_process_forgot_somebody(
    store: Store, database_url: str, clock: ManualClock
) -> None:
    cleared: list[str] = []
    looking = asyncio.create_task(forget_when_told(store, [lambda: cleared.append("now")], interval=0.01))
    beside = Store(database_url, clock)
    beside.open_beside()
    assert cleared == []
    await retention.forget(beside, "slack:U0SAM")
    await until(lambda: cleared == ["now"])
    beside.close()
    looking.cancel()


def test_no_function_of_the_desk_keeps_a_person_s_words(monkeypatch: pytest.MonkeyPatch) -> None:
    @lru_cache
    def read(words: str) -> str:
        return words

    monkeypatch.setattr(similarity, "read", read, raising=False)
    read("they asked about the flooded cellar of Sam")
    clear_function_caches()
    assert read.cache_info().currsize == 0


async def test_slack_is_asked_again_who_somebody_is(quick_store: Store, clock: ManualClock) -> None:
    class Api(SlackWebApi):
        asked = 0

        async def user_profile(self, user: str) -> dict[str, object]:
            self.asked += 1
            return {"team_id": "T1", "profile": {"real_name": f"Name {self.asked}"}}

        async def open_conversation(self, user: str) -> str:
            self.asked += 1
            return f"D{self.asked}"

    settings = SlackSettings("xoxb-1", workspaces=frozenset({"T1"}))
    api = Api(settings)
    directory = Directory(settings, api, DurableState(quick_store, "slack"), clock)
    conversations = Conversations(DurableState(quick_store, "slack"), clock, api)
    names = [(await directory.member("U1")).person.name for _ in range(2)]
    assert await conversations.direct_channel("U1") == await conversations.direct_channel("U1")
    directory.forget()
    conversations.forget()
    await DurableState(quick_store, "slack").delete("direct/U1")
    assert [*names, (await directory.member("U1")).person.name] == ["Name 1", "Name 1", "Name 3"]
    assert await conversations.direct_channel("U1") == "D4"


async def test_teams_remembers_somebody_anew_who_writes_after_they_were_forgotten(
    quick_store: Store, clock: ManualClock
) -> None:
    state = DurableState(quick_store, "teams")
    references = ConversationReferences(state, clock)
    await references.set_joined("aad")
    await retention.forget(quick_store, "teams:aad")
    references.forget()
    assert not await references.has_joined("aad")
    assert await references.user("aad") == UserReference()
    await references.set_joined("aad")
    assert await state.get("met/aad") is not None
