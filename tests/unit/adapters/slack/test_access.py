"""Who gets in: people of the workspace; guests and strangers are told, politely and where only they see it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import pytest

from adapters.slack.people import CACHED_FOR, RETRY_GROUP_AFTER
from adapters.slack.web_api import LOOKUP_TIMEOUT
from bot.messages import Said
from bot.presentation import texts
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.slack.server import Failure, LoopbackSlack
from tests.slack.workspace import Workspace, connected

OUTSIDERS: dict[str, dict[str, Any]] = {
    "guest": {"is_restricted": True},
    "single-channel guest": {"is_restricted": True, "is_ultra_restricted": True},
    "somebody from another organisation": {"is_stranger": True, "team_id": "T0OTHER"},
    "somebody from another workspace": {"team_id": "T0OTHER"},
}


class Opens(Protocol):
    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[tuple[Workspace, RecordingDesk]]: ...


@pytest.fixture
def open_(quick_store: Store, clock: ManualClock) -> Opens:
    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[tuple[Workspace, RecordingDesk]]:
        slack, desk = LoopbackSlack(), RecordingDesk()
        await slack.start()
        async with connected(slack, desk, DurableState(quick_store, "slack"), clock, "http", **settings) as workspace:
            yield workspace, desk
        await slack.stop()

    return opened


@pytest.mark.parametrize("profile", OUTSIDERS.values(), ids=OUTSIDERS.keys())
async def test_outsiders_are_refused_where_only_they_see_it(open_: Opens, profile: dict[str, Any]) -> None:
    async with open_() as (here, desk):
        slack = here.slack
        slack.add_user("U0GUEST", "Guest", **profile)
        await here.says("U0GUEST", "may I?")
        await here.mentions("U0GUEST", "may I?", "C0STAFF")
        await here.command("U0GUEST", "may I?")
        await here.shortcut("U0GUEST", "may I?")
        await slack.until(lambda: len(slack.posted) == 4)
        assert {(one.text, one.whom) for one in slack.posted} == {(texts.NOT_FOR_GUESTS, "U0GUEST")}
        await here.says("U0GUEST", "just talking", "C0OPEN")
        await here.opens("U0GUEST", "home")
        assert len(slack.posted) == 4
        assert slack.published == {}
        assert desk.committed == []


async def test_somebody_whom_slack_does_not_show_is_an_outsider(open_: Opens) -> None:
    async with open_() as (here, desk):
        await here.command("U0NOBODY", "may I?")
        await here.slack.until(lambda: len(here.slack.posted) == 1)
        assert desk.committed == []


async def test_outsiders_get_in_where_they_are_allowed(open_: Opens) -> None:
    async with open_(guests=True) as (here, desk):
        for number, profile in enumerate(OUTSIDERS.values()):
            here.slack.add_user(f"U0GUEST{number}", "Guest", **profile)
            await here.says(f"U0GUEST{number}", "may I?")
        await here.command("U0NOBODY", "may I?")
        assert len(desk.said) == len(OUTSIDERS) + 1


async def test_only_listed_workspaces_get_in(open_: Opens) -> None:
    async with open_(workspaces=frozenset({"T0SECOND"})) as (here, desk):
        await here.says("U0SAM", "may I?")
        assert desk.committed == []
        here.slack.add_user("U0SUE", "Sue", team_id="T0SECOND")
        assert await here.event(here.message("U0SUE", "may I?"), team="T0SECOND") == {}
        assert [said.person.name for said in desk.said] == ["Sue"]


async def test_another_workspace_s_people_are_refused_where_only_they_see_it(open_: Opens) -> None:
    async with open_(workspaces=frozenset({"T0SECOND"})) as (here, desk):
        await here.says("U0SAM", "may I?")
        await here.mentions("U0SAM", "may I?", "C0STAFF")
        await here.command("U0SAM", "may I?")
        await here.shortcut("U0SAM", "may I?")
        await here.slack.until(lambda: len(here.slack.posted) == 4)
        assert {one.text for one in here.slack.posted} == {texts.NOT_FOR_GUESTS}
        assert {one.whom for one in here.slack.posted} == {"U0SAM"}
        await here.says("U0SAM", "just talking", "C0OPEN")
        await here.says("U0SAM", "hello", bot_id="B0OTHER")
        await here.opens("U0SAM", "home")
        assert len(here.slack.posted) == 4
        assert desk.committed == []
        assert [method for method, _ in here.slack.calls if method == "users.info"] == []


@pytest.mark.slow
async def test_while_slack_is_slow_it_still_gets_its_answer_in_time(open_: Opens, clock: ManualClock) -> None:
    groups = [f"S{number}" for number in range(4)]
    async with open_(officer_groups=frozenset(groups)) as (here, desk):
        for group in groups:
            here.slack.groups[group] = ["U0SAM"]
        here.slack.failures["users.info"].append(Failure(hangs=0.3))
        here.slack.failures["usergroups.users.list"].extend([Failure(hangs=LOOKUP_TIMEOUT + 1)] * len(groups))
        begun = time.monotonic()
        await asyncio.gather(*[here.says("U0SAM", f"number {number}") for number in range(3)])
        assert time.monotonic() - begun < 3  # after which Slack sends it again
        assert {said.person.groups for said in desk.said} == {frozenset()}
        clock.advance(2 * RETRY_GROUP_AFTER)

        for _ in range(3):  # look-ups that were under way end first
            await here.says("U0SAM", "later")
        assert desk.said[-1].person.groups == frozenset(groups)


async def test_an_officer_stays_one_after_a_restart_while_slack_does_not_list_the_group(open_: Opens) -> None:
    async with open_(officer_groups=frozenset({"S0PRESS"})) as (here, desk):
        here.slack.groups["S0PRESS"] = ["U0BEN"]
        await here.says("U0BEN", "one")
    async with open_(officer_groups=frozenset({"S0PRESS"})) as (here, later):
        await here.says("U0BEN", "two")
        await here.says("U0BEN", "three")
        await here.says("U0SAM", "four")
    assert [said.person.groups for said in (*desk.said, *later.said)] == [*[{"S0PRESS"}] * 3, frozenset()]


async def test_an_organisation_s_people_belong_to_all_its_workspaces(open_: Opens) -> None:
    async with open_() as (here, desk):
        here.slack.add_user("U0ORG", "Org", team_id="T0FAR", enterprise_user={"teams": ["T0FAR", "T0HOME"]})
        await here.says("U0ORG", "may I?")
        assert len(desk.said) == 1


async def test_both_event_types_of_a_mention_and_all_redeliveries_are_one_event(open_: Opens) -> None:
    async with open_() as (here, desk):
        ts = here.slack.ts()
        for _ in range(3):
            await here.mentions("U0SAM", "may I?", "C0STAFF", ts)
        (said,) = {one.event_id: one for one in desk.said}.values()
        assert said == Said(
            event_id=f"T0HOME:C0STAFF:{ts}",
            person=said.person,
            text="may I?",
            at=said.at,
            direct=said.direct,
            link=f"https://home.slack.example/archives/C0STAFF/p{ts.replace('.', '')}",
        )
        assert (said.at.token, said.direct.token) == (f"C0STAFF/{ts}", "U0SAM")


async def test_who_is_in_a_group_stays_known_while_slack_does_not_say(open_: Opens, clock: ManualClock) -> None:
    async with open_(officer_groups=frozenset({"S0PRESS"})) as (here, desk):
        await here.says("U0BEN", "one")
        assert "S0PRESS" in here.adapter.health().reason
        here.slack.groups["S0PRESS"] = ["U0BEN"]
        clock.advance(2 * CACHED_FOR)
        await here.says("U0BEN", "two")
        assert here.adapter.health().reason == ""
        del here.slack.groups["S0PRESS"]
        clock.advance(2 * CACHED_FOR)
        await here.says("U0BEN", "three")
        assert [said.person.groups for said in desk.said] == [frozenset(), {"S0PRESS"}, {"S0PRESS"}]
