from __future__ import annotations

import pytest
from aiohttp import WSMsgType

from adapters.web import WebConsole
from bot.messages import (
    Address,
    CaseHead,
    Joined,
    Mention,
    Outgoing,
)
from tests.clock import ManualClock
from tests.contract.adapters import NOON
from tests.unit.adapters.web.harness import CARD, FormDesk
from tests.web_client import WebClient


async def test_a_window_sees_its_own_conversation_and_the_press_desk(window: WebClient, console: WebConsole) -> None:
    for number, place in enumerate(("staff/sam", "staff/ruth", "press")):
        await console.messenger.send(Address("web", place), CARD, f"job/{number}")
    assert {one["conversation"] for one in await window.messages(staff="sam")} == {"staff/sam", "press"}
    assert {one["conversation"] for one in await window.messages(staff="nobody")} == {"staff/sam", "press"}


async def test_a_window_that_comes_back_gets_what_it_missed(window: WebClient, console: WebConsole) -> None:
    press = Address("web", "press")
    first = await console.messenger.send(press, CARD, "job/1")
    await console.messenger.send(press, CARD, "job/2")
    seen = max(one["revision"] for one in await window.messages())
    assert await window.messages(since=seen) == []
    await console.messenger.update(first, CARD, "job/3")
    assert [one["id"] for one in await window.messages(since=seen)] == [first.parts[0]]


async def test_a_window_is_greeted_and_told_who_is_there(window: WebClient, clock: ManualClock) -> None:
    socket = await window.live(staff="ruth")
    hello = await socket.receive_json(timeout=10)
    await socket.close()
    assert hello["staff"] == "ruth"
    assert hello["now"] == clock.now().isoformat()
    assert hello["knowledge"] == "3 answers"
    assert hello["examples"] == ["why?"]
    assert {"id": "anna", "name": "Anna Officer", "officer": True} in hello["people"]


async def test_the_desk_meets_everybody_once(window: WebClient, desk: FormDesk) -> None:
    for _ in range(2):
        await window.messages(staff="sam")
    await window.messages(staff="ruth")
    while (await desk.met.get()).person.id != "ruth":
        pass
    met = [one.person.id for one in desk.committed if isinstance(one, Joined)]
    assert met == ["sam", "ruth"]


@pytest.mark.parametrize("greeting", ["{", "[]", '{"since": "x"}', "7"])
async def test_a_window_that_makes_no_sense_is_sent_away(window: WebClient, greeting: str) -> None:
    socket = await window.session.ws_connect(f"{window.url}api/live", headers=window.cookie)
    await socket.send_str(greeting)
    message = await socket.receive(timeout=10)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 4400)


async def test_mentions_become_names_and_states_get_a_phase(window: WebClient, console: WebConsole) -> None:
    mention = Mention(("web:anna", "slack:U0ANNA", "web:gone"))
    heads = [CaseHead("M-1", "x", state, NOON) for state in ("unclaimed", "claimed by Anna", "closed: answered")]
    await console.messenger.send(Address("web", "press"), Outgoing((mention, *heads), "x"), "job/1")
    (message,) = await window.messages()
    assert message["blocks"][0]["names"] == ["Anna Officer", "gone"]
    assert [block["phase"] for block in message["blocks"][1:]] == ["unclaimed", "claimed", "closed"]
