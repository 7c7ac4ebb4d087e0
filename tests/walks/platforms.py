"""Platforms on loopback, with a member of staff and an officer: where a walk begins and ends."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, web

from adapters.slack.adapter import SlackAdapter
from bot.app.application import Application
from tests.slack.server import APP_TOKEN, BOT_TOKEN, LoopbackSlack
from tests.slack.server import SECRET as SIGNING_SECRET
from tests.slack.workspace import Mode, Workspace, ready
from tests.teams.microsoft import APP, TENANT, Microsoft, read
from tests.teams.microsoft import SECRET as PASSWORD
from tests.teams.office import trust
from tests.teams.people import ANNA, PRESS, SAM, Client, buttons
from tests.web_client import WebClient

CLAIM = "Claim"


async def until(true: Callable[[], object]) -> None:
    """Return once it is true of what people read."""
    while not true():  # noqa: ASYNC110  not every platform tells when something is shown
        await asyncio.sleep(0.005)


class Platform(ABC):
    """`channel` and `officer` are as the configuration names them, `secrets` as the environment does."""

    channel: str
    officer: str
    secrets: Mapping[str, str] = {}

    def __init__(self, stack: AsyncExitStack, folder: Path) -> None:
        self.stack, self.folder = stack, folder

    @abstractmethod
    async def open(self) -> Mapping[str, Any]:
        """Start the platform. Returns its sections of the configuration."""

    @abstractmethod
    async def connect(self, desk: Application) -> None:
        """Connect people to a desk that has started."""

    @abstractmethod
    async def ask(self, text: str) -> None:
        """A member of staff writes to the desk."""

    @abstractmethod
    async def claim(self) -> None:
        """The officer presses the button of the only card."""

    @abstractmethod
    def answers(self) -> list[str]:
        """What the member of staff reads."""

    @abstractmethod
    def cards(self) -> list[str]:
        """What stands in the press channel."""


class _RefusingSlack(LoopbackSlack):
    """Refuses messages to the press channel when `refusing` is set, and only after `let` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.refusing = False
        self.reached, self.let = asyncio.Event(), asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.refusing and request.path.endswith("chat.postMessage") and "C0PRESS" in await request.text():
            self.channels["C0PRESS"] = "is_archived"
            self.reached.set()
            await self.let.wait()
        return await super().answer(request)


class Slack(Platform):
    mode: Mode = "http"
    channel, officer = "slack:C0PRESS", "slack:U0ANNA"
    secrets: Mapping[str, str] = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }

    async def open(self) -> Mapping[str, Any]:
        self.slack = _RefusingSlack()
        await self.slack.start()
        self.stack.push_async_callback(self.slack.stop)
        return {"slack": {"api_url": self.slack.api_url, "mode": self.mode}}

    async def connect(self, desk: Application) -> None:
        (adapter,) = desk.adapters
        assert isinstance(adapter, SlackAdapter)
        await ready(adapter)
        session = await self.stack.enter_async_context(ClientSession())
        self.here = Workspace(self.slack, adapter, session, self.mode, f"{desk.url}/slack/events")

    async def ask(self, text: str) -> None:
        assert await self.here.says("U0SAM", text) is not None

    async def claim(self) -> None:
        (card,) = self.slack.in_("C0PRESS", "")
        assert await self.here.press("U0ANNA", card, CLAIM) is not None

    def answers(self) -> list[str]:
        return [posted.words for posted in self.slack.in_(self.slack.direct("U0SAM"))]

    def cards(self) -> list[str]:
        return [posted.words for posted in self.slack.in_("C0PRESS", "")]


class SlackSocket(Slack):
    mode = "socket"


class Teams(Platform):
    channel, officer = f"teams:{PRESS}", f"teams:{ANNA.aad}"
    secrets: Mapping[str, str] = {"MICROSOFT_APP_PASSWORD": PASSWORD}

    async def open(self) -> Mapping[str, Any]:
        self.microsoft = Microsoft()
        await self.microsoft.start()
        self.stack.push_async_callback(self.microsoft.stop)
        trust(self.microsoft, self.folder, self.stack.enter_context(pytest.MonkeyPatch.context()))
        addresses = {"openid_metadata_url": self.microsoft.openid_url, "login_url": self.microsoft.login_url}
        return {"teams": {"app_id": APP, "tenant_id": TENANT, "service_hosts": ["127.0.0.1"], **addresses}}

    async def connect(self, desk: Application) -> None:
        session = await self.stack.enter_async_context(ClientSession())
        self.client = Client(session, f"{desk.url}/api/messages", self.microsoft)
        while await self.client.installs_in_team(ANNA) != 200:  # until the desk has Microsoft's keys
            pass
        assert await self.client.installs(SAM) == 200
        await until(self.answers)  # the welcome

    async def ask(self, text: str) -> None:
        assert await self.client.says(SAM, text) == 200

    async def claim(self) -> None:
        ((thread, (card, *_)),) = self._threads().items()
        status, _ = await self.client.presses(ANNA, buttons(card.card)[CLAIM], thread, card.id)
        assert status == 200

    def answers(self) -> list[str]:
        return self.microsoft.texts(SAM.chat)

    def cards(self) -> list[str]:
        return [read(card.activity) for card, *_ in self._threads().values()]

    def _threads(self) -> dict[str, Any]:
        return {name: there for name, there in self.microsoft.conversations.items() if name.startswith(f"{PRESS};")}


class Web(Platform):
    channel, officer = "web:press", "web:anna"

    async def open(self) -> Mapping[str, Any]:
        return {"console": {"port": 0}}

    async def connect(self, desk: Application) -> None:
        (adapter,) = desk.adapters
        session = await self.stack.enter_async_context(ClientSession())
        self.page = await WebClient.open(session, adapter.url)  # type: ignore[attr-defined]
        self.shown: dict[str, Any] = {}
        watching = asyncio.create_task(self._watch(await self.page.live()))
        self.stack.callback(watching.cancel)
        await until(self.answers)  # the welcome

    async def _watch(self, socket: ClientWebSocketResponse) -> None:
        async for event in socket:
            if (told := event.json())["type"] == "message":
                self.shown[told["message"]["id"]] = told["message"]

    async def ask(self, text: str) -> None:
        status, _ = await self.page.post("say", id="event-one", person="sam", at="staff/sam", text=text)
        assert status == 200

    async def claim(self) -> None:
        ((card, blocks),) = self._blocks("press").items()
        rows = [block["buttons"] for block in blocks if block["block"] == "buttons"]
        (button,) = [button for row in rows for button in row if button["label"] == CLAIM]
        pressed = {"message": card, "action": button["action"], "value": button["value"]}
        status, _ = await self.page.post("press", id="event-two", person="anna", **pressed)
        assert status == 200

    def answers(self) -> list[str]:
        return [str(blocks) for blocks in self._blocks("staff/sam").values()]

    def cards(self) -> list[str]:
        return [str(blocks) for blocks in self._blocks("press").values()]

    def _blocks(self, conversation: str) -> dict[str, Any]:
        there = {id_: one for id_, one in self.shown.items() if one["conversation"] == conversation}
        return {id_: one["blocks"] for id_, one in there.items() if "blocks" in one}


PLATFORMS: Mapping[str, type[Platform]] = {"slack": Slack, "slack-socket": SlackSocket, "teams": Teams, "web": Web}
