from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.web import Persona, WebConsole
from bot.messages import Address
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import AdapterContract, RecordingDesk, Shown
from tests.web_client import WebClient

PEOPLE = (Persona("sam", "Sam Staff"), Persona("anna", "Anna Officer", officer=True))


class WebRig:
    def __init__(self, store: Store, clock: ManualClock, client: ClientSession) -> None:
        self.desk = RecordingDesk()
        self.home = Address("web", "staff/sam")
        self._state = DurableState(store, "web")
        self._store, self._client = store, client
        self.adapter = WebConsole(self._state, clock, 0, PEOPLE, lambda: "")

    async def person_says(self, text: str, event: str) -> bool:
        window = await WebClient.open(self._client, self.adapter.url)
        status, _ = await window.post("say", id=event, person="sam", at="staff/sam", text=text)
        return status == 200

    async def shown(self) -> list[Shown]:
        window = await WebClient.open(self._client, self.adapter.url)
        messages = await window.messages(staff="sam")
        ours = sorted((one for one in messages if "blocks" in one), key=lambda one: str(one["id"]))
        return [_shown(one) for one in ours if one["conversation"] == self.home.token]

    async def lose(self) -> None:
        await self.adapter.stop()
        for key, _ in await self._state.items("message/"):
            await self._state.delete(key)
        self.adapter = WebConsole(self._state, ManualClock(), 0, PEOPLE, lambda: "")
        await self.adapter.start(self.desk)

    async def break_down(self) -> None:
        self._store.close()


def _shown(message: dict[str, Any]) -> Shown:
    """HTML is alive, everything else in a message is put into the page as text."""
    html = " ".join(block["html"] for block in message["blocks"] if block["block"] == "prose")
    texts = [text for block in message["blocks"] if block["block"] != "prose" for text in _strings(block)]
    alive = re.findall(r"<[^>]+>", html)
    words = re.sub(r"<[^>]+>", "", html)
    return Shown(" ".join([words, *texts]).strip(), tuple(tag for tag in alive if tag not in {"<p>", "</p>"}))


def _strings(block: dict[str, Any]) -> list[str]:
    return [block["text"]] if block["block"] in {"quote", "small"} else [str(block)]


class TestWeb(AdapterContract):
    @pytest.fixture
    async def rig(self, quick_store: Store, clock: ManualClock) -> AsyncIterator[WebRig]:
        async with ClientSession() as client:
            rig = WebRig(quick_store, clock, client)
            await rig.adapter.start(rig.desk)
            yield rig
            await rig.adapter.stop()
