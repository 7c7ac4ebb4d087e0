"""Several processes serve one database, each with a console."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from adapters.web import WebConsole
from bot.messages import Address
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.adapters.web.harness import CARD, PEOPLE, FormDesk, say
from tests.web_client import WebClient

PRESS = Address("web", "press")


@pytest.fixture
async def other(quick_store: Store, clock: ManualClock, desk: FormDesk) -> AsyncIterator[WebConsole]:
    """The console of another process, beside `console`."""
    console = WebConsole(DurableState(quick_store, "web"), clock, 0, PEOPLE, lambda: "")
    await console.start(desk)
    yield console
    await console.stop()


async def test_one_token_opens_both(console: WebConsole, other: WebConsole, session: ClientSession) -> None:
    assert console.url.partition("?")[2] == other.url.partition("?")[2]
    await WebClient.open(session, other.url)


async def test_no_message_takes_the_place_of_another(console: WebConsole, other: WebConsole, window: WebClient) -> None:
    sends = [
        messenger.send(PRESS, CARD, f"{name}/{number}")
        for number in range(10)
        for name, messenger in (("one", console.messenger), ("other", other.messenger))
    ]
    ids = {receipt.parts[0] for receipt in await asyncio.gather(*sends)}
    assert len(ids) == 20
    shown = await window.messages()
    assert {one["id"] for one in shown} == ids
    assert [one["revision"] for one in shown] == list(range(1, 21))


async def test_what_both_deliver_is_one_message(console: WebConsole, other: WebConsole) -> None:
    receipts = await asyncio.gather(*(one.messenger.send(PRESS, CARD, "job/1") for one in (console, other)))
    assert len({receipt.parts for receipt in receipts}) == 1


async def test_a_card_of_one_is_changed_and_answered_by_the_other(
    console: WebConsole, other: WebConsole, window: WebClient
) -> None:
    await window.messages()
    card = await other.messenger.send(PRESS, CARD, "job/1")
    assert card.thread is not None
    assert (await console.messenger.update(card, CARD, "job/2")).parts == card.parts
    await console.messenger.send(card.thread, CARD, "job/3")
    assert (await window.post("press", id="event-one", person="anna", message=card.parts[0], action="case.claim"))[
        0
    ] == 200


async def test_a_mark_is_not_taken_back_by_the_other(
    console: WebConsole, other: WebConsole, window: WebClient, desk: FormDesk
) -> None:
    desk.available = False
    await window.post("say", **say())
    await other.messenger.mark(PRESS, "event-one", "delivered")
    desk.available = True
    assert (await window.post("say", **say()))[0] == 200, "which marks it as sent"
    assert [one["progress"] for one in await window.messages()] == ["delivered"]


async def test_an_open_window_sees_what_the_other_writes(other: WebConsole, window: WebClient, desk: FormDesk) -> None:
    socket = await window.live()
    await _next(socket, "caught_up")
    card = await other.messenger.send(PRESS, CARD, "job/1")
    assert (await _next(socket, "message"))["message"]["id"] == card.parts[0]
    await socket.close()


async def _next(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while (event := await socket.receive_json(timeout=10))["type"] != kind:
        pass
    return dict(event)
