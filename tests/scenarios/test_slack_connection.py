"""Slack that goes away and comes back, two desks on one Slack, and a desk that stops in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.adapter import SlackAdapter
from bot.messages import Address, Markdown, Outgoing
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.slack.office import SlackOffice, office
from tests.slack.server import Failure, LoopbackSlack
from tests.slack.workspace import SETTINGS, Workspace, build, connected, ready, running
from tests.waiting import goes_on, insist, until

pytestmark = pytest.mark.slow

ENQUIRY = "a reporter from the Harbour Post just rang me about my tweet"


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    started = LoopbackSlack()
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
def state(quick_store: Store) -> DurableState:
    return DurableState(quick_store, "slack")


async def until_taken(here: Workspace, text: str, ts: str) -> None:
    """Slack sends an event again until it is acknowledged."""

    async def taken() -> bool:
        return await here.says("U0SAM", text, ts=ts) is not None

    await insist(taken)


async def test_slack_asks_for_a_new_connection_and_nothing_is_lost(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock
) -> None:
    desk = RecordingDesk()
    async with connected(slack, desk, state, clock, "socket") as here:
        here.patience = 0.5
        for number in range(12):
            if number % 4 == 2:
                await slack.ask_to_reconnect()
            await until_taken(here, f"message {number}", slack.ts())
        assert here.adapter.health().ready
    assert list(dict.fromkeys(said.text for said in desk.said)) == [f"message {number}" for number in range(12)]


async def test_a_connection_that_drops_is_made_again_and_nothing_is_lost(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock
) -> None:
    desk = RecordingDesk()
    async with connected(slack, desk, state, clock, "socket", redelivery_seconds=120) as here:
        here.patience = 0.5
        await until_taken(here, "before", slack.ts())
        await slack.drop_connections()
        await until_taken(here, "after", slack.ts())
        await ready(here.adapter)
        assert here.adapter.health().reason == ""
    assert [said.text for said in desk.said] == ["before", "after"]


@pytest.mark.slow
async def test_an_absence_longer_than_slack_repeats_is_reported(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock
) -> None:
    async with connected(slack, RecordingDesk(), state, clock, "socket", redelivery_seconds=0) as here:
        slack.app_token_works = False
        await slack.drop_connections()
        await until(lambda: "invalid_auth" in here.adapter.health().reason)
        assert not here.adapter.health().ready
        slack.app_token_works = True
        await ready(here.adapter)
        assert "was not connected for" in here.adapter.health().reason


@pytest.mark.parametrize(("down_for", "reported"), [(timedelta(minutes=4), False), (timedelta(minutes=6), True)])
async def test_so_is_one_that_lies_between_two_processes(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock, down_for: timedelta, reported: bool
) -> None:
    async with connected(slack, RecordingDesk(), state, clock, "socket") as here:
        assert here.adapter.health().reason == ""
    clock.advance(down_for)
    async with connected(slack, RecordingDesk(), state, clock, "socket") as here:
        assert here.adapter.health().ready
        assert ("was not connected for 360 s" in here.adapter.health().reason) is reported


async def test_a_refused_app_token_leaves_the_rest_working(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock
) -> None:
    slack.app_token_works = False
    adapter = build(slack, state, clock, "socket")
    await adapter.start(RecordingDesk())
    await until(lambda: "invalid_auth" in adapter.health().reason)
    assert not adapter.health().ready
    await adapter.messenger.send(
        Address("slack", "C0PRESS"), Outgoing((Markdown("Still here."),), "Still here."), "job/1"
    )
    assert [one.words for one in slack.in_("C0PRESS")] == ["Still here."]
    slack.app_token_works = True
    await ready(adapter)
    await adapter.stop()
    await adapter.close()


async def test_a_refused_bot_token_is_said_and_nothing_is_acknowledged(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock
) -> None:
    adapter = SlackAdapter(replace(SETTINGS, bot_token="xoxb-wrong", api_url=slack.api_url, mode="http"), state, clock)
    await adapter.start(RecordingDesk())
    await until(lambda: "SLACK_BOT_TOKEN" in adapter.health().reason)
    await adapter.stop()
    await adapter.close()


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_a_clean_stop_finishes_what_is_in_flight(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock, mode: str
) -> None:
    desk = RecordingDesk()
    desk.let.clear()
    adapter = build(slack, state, clock, "http" if mode == "http" else "socket")
    async with running(slack, adapter, desk, "http" if mode == "http" else "socket") as here:
        delivery = asyncio.create_task(here.says("U0SAM", "in flight"))
        await desk.entered.wait()
        stopping = asyncio.create_task(adapter.stop())
        assert await goes_on(stopping) is (mode == "socket")  # a request is the server's, which stops first
        desk.let.set()
        assert await delivery == {}
        await stopping
    assert [said.text for said in desk.said] == ["in flight"]


async def test_what_the_store_cannot_take_is_sent_again_and_taken_then(
    slack: LoopbackSlack, state: DurableState, clock: ManualClock
) -> None:
    desk = RecordingDesk()
    desk.available = False
    async with connected(slack, desk, state, clock, "socket") as here:
        here.patience = 0.5
        ts = slack.ts()
        assert await here.says("U0SAM", "hello", ts=ts) is None
        desk.available = True
        await until_taken(here, "hello", ts)
    assert len(desk.said) == 1


@pytest.fixture(params=["http", "socket"])
async def here(request: pytest.FixtureRequest, quick_store: Store, clock: ManualClock) -> AsyncIterator[SlackOffice]:
    async with office(quick_store, clock, request.param) as opened:
        yield opened


async def test_an_event_that_comes_again_and_again_is_one_case(here: SlackOffice) -> None:
    ts = here.slack.ts()
    for _ in range(4):
        await here.here.says("U0SAM", ENQUIRY, ts=ts)
    await asyncio.gather(*[here.here.mentions("U0SAM", ENQUIRY, "C0STAFF", "1795700000.000001") for _ in range(3)])
    for reference in ("M-1", "M-2"):  # one for each message
        await here.dm("U0SAM", f"Your reference is {reference}")
    await here.nothing_more()
    assert len(here.slack.in_("C0PRESS", "")) == 2


async def test_what_nobody_subscribed_to_is_acknowledged_and_ignored(here: SlackOffice) -> None:
    unknown: list[tuple[str, dict[str, Any]]] = [
        ("events_api", {"type": "event_callback", "event": {"type": "reaction_added", "user": "U0SAM"}}),
        ("events_api", {"type": "event_callback", "event": {"type": "something_new"}}),
        ("events_api", {"type": "app_rate_limited"}),
        ("interactive", {"type": "view_closed", "view": {"callback_id": "report"}}),
        ("interactive", {"type": "shortcut", "callback_id": "something_new"}),
        ("interactive", {"type": "message_action", "callback_id": "something_new", "message": {"text": "hello"}}),
        ("interactive", {"type": "block_suggestion", "action_id": "something_new"}),
        ("interactive", {"type": "interactive_message", "callback_id": "old", "actions": [{"name": "something_old"}]}),
        ("interactive", {"type": "dialog_submission", "callback_id": "something_old"}),
        ("events_api", {"type": "event_callback", "event": {}}),
        ("slash_commands", {"type": "something_new"}),
    ]
    for kind, payload in unknown:
        whose = {"team_id": "T0HOME", "team": {"id": "T0HOME"}, "user": {"id": "U0SAM"}}
        assert await here.here.deliver(kind, {**whose, **payload}) == {}, payload
    await here.nothing_more()
    assert here.slack.posted == []
    assert here.slack.opened == []
    assert here.stored() == {}


async def test_two_desks_on_one_slack_give_one_answer(
    here: SlackOffice, quick_store: Store, clock: ManualClock
) -> None:
    second = build(here.slack, DurableState(quick_store, "slack"), clock, "http")
    first = here.here
    async with running(here.slack, second, here.desk, "http") as there:
        ts = here.slack.ts()
        await asyncio.gather(*[one.says("U0SAM", ENQUIRY, ts=ts) for one in (first, there, first, there)])
        await here.dm("U0SAM", "Your reference is M-1")
        await here.nothing_more()
        assert len(here.slack.in_("C0PRESS", "")) == 1
        assert len(here.slack.in_("D0SAM")) == 1


async def test_slack_that_refuses_for_a_while_gets_everything_in_order_and_once(here: SlackOffice) -> None:
    trouble = [
        Failure("ratelimited", 429, retry_after=1),
        Failure(status=500),
        Failure(status=502, taken=True),
        Failure(status=503),
        Failure(drops=True, taken=True),
        Failure(drops=True),
    ]
    here.slack.failures["chat.postMessage"] += trouble
    await here.here.says("U0SAM", ENQUIRY)
    for number in range(3):
        await here.here.says("U0SAM", f"M-1: he said {number} more things about it")

    async def all_there() -> bool:
        await here.pass_time_to_next_try()
        return len(here.slack.in_("C0PRESS")) >= 4 and len(here.slack.in_("D0SAM")) >= 4

    await insist(all_there, within=60)
    await here.nothing_more()
    added = [one.words for one in here.slack.in_("C0PRESS")[1:]]
    assert [f"he said {number} more" in words for number, words in enumerate(added)] == [True] * 3
    assert len(here.slack.in_("D0SAM")) == 4
