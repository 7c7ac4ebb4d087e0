from __future__ import annotations

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from yarl import URL

from adapters.web import WebConsole
from bot.errors import ConfigurationError
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.adapters.web.harness import PEOPLE, FormDesk, say
from tests.web_client import WebClient


async def test_a_page_goes_on_after_a_restart(
    window: WebClient, console: WebConsole, quick_store: Store, clock: ManualClock, desk: FormDesk
) -> None:
    await window.post("say", **say())
    await console.stop()
    again = WebConsole(DurableState(quick_store, "web"), clock, URL(window.url).port or 0, PEOPLE, lambda: "")
    await again.start(desk)
    assert again.url == console.url
    assert (await window.post("say", **say()))[0] == 200
    assert [one["text"] for one in await window.messages()] == ["a question"]
    await again.stop()


async def test_the_desk_is_told_after_a_crash_what_it_did_not_hear(
    window: WebClient, console: WebConsole, quick_store: Store, clock: ManualClock, desk: FormDesk
) -> None:
    desk.available = False
    assert (await window.post("say", **say()))[0] == 503
    await console.stop()
    desk.available = True
    again = WebConsole(DurableState(quick_store, "web"), clock, 0, PEOPLE, lambda: "")
    await again.start(desk)
    later = await WebClient.open(window.session, again.url)
    socket = await later.live()
    while (await socket.receive_json(timeout=10)).get("message", {}).get("progress") != "sent":
        pass
    await socket.close()
    assert [said.event_id for said in desk.said] == ["event-one"]
    await again.stop()


async def test_an_open_window_does_not_hold_up_the_end(window: WebClient, console: WebConsole) -> None:
    socket = await window.live()
    await socket.receive_json(timeout=10)
    await console.stop()
    while (message := await socket.receive(timeout=10)).type is WSMsgType.TEXT:
        pass
    assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED}


async def test_a_port_that_is_taken_ends_the_start(
    console: WebConsole, quick_store: Store, clock: ManualClock, desk: FormDesk
) -> None:
    port = URL(console.url).port or 0
    second = WebConsole(DurableState(quick_store, "web"), clock, port, PEOPLE, lambda: "")
    with pytest.raises(ConfigurationError, match=rf"^console.port: cannot listen on 127.0.0.1:{port}: .* set another"):
        await second.start(desk)
    assert not second.health().ready
    (finding,) = await second.messenger.diagnose()
    assert finding.fix
    await second.stop()
    assert console.health().ready


async def test_a_page_that_is_opened_before_the_desk_has_started_waits(
    quick_store: Store, clock: ManualClock, session: ClientSession, desk: FormDesk
) -> None:
    console = WebConsole(DurableState(quick_store, "web"), clock, 0, PEOPLE, lambda: "")
    await console.listen()
    window = await WebClient.open(session, console.url)
    with pytest.raises(WSServerHandshakeError, match="503"):
        await window.live()
    said = {"person": "sam", "at": "staff/sam", "id": "event-one", "text": "may I?"}
    assert (await window.post("say", **said))[0] == 503, "the page says it again"
    await console.start(desk)
    assert (await window.post("say", **said))[0] == 200
    assert {one.text for one in desk.said} == {"may I?"}
    await console.stop()


async def test_what_the_desk_stumbles_over_is_marked_and_not_told_again(
    window: WebClient, console: WebConsole, quick_store: Store, clock: ManualClock, desk: FormDesk
) -> None:
    desk.stumbles = True
    assert (await window.post("say", **say()))[0] == 500
    assert [one["progress"] for one in await window.messages()] == ["failed"]
    await console.stop()
    desk.stumbles = False
    again = WebConsole(DurableState(quick_store, "web"), clock, 0, PEOPLE, lambda: "")
    await again.start(desk)
    await WebClient.open(window.session, again.url)
    await again.stop()
    assert desk.said == []
