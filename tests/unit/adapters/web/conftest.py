from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from adapters.web import WebConsole
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.adapters.web.harness import PEOPLE, FormDesk
from tests.web_client import WebClient


@pytest.fixture
def desk() -> FormDesk:
    return FormDesk()


@pytest.fixture
async def console(quick_store: Store, clock: ManualClock, desk: FormDesk) -> AsyncIterator[WebConsole]:
    console = WebConsole(DurableState(quick_store, "web"), clock, 0, PEOPLE, lambda: "3 answers", lambda: ["why?"])
    await console.start(desk)
    yield console
    await console.stop()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def window(console: WebConsole, session: ClientSession) -> WebClient:
    return await WebClient.open(session, console.url)
