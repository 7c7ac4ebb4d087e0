from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.messages import Address
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import AdapterContract, RecordingDesk, Shown
from tests.slack import limits
from tests.slack.server import LoopbackSlack
from tests.slack.workspace import Mode, Workspace, connected, escaped


class SlackRig:
    """Sam's direct conversation in a Slack on loopback."""

    home = Address("slack", "U0SAM")

    def __init__(self, workspace: Workspace, desk: RecordingDesk) -> None:
        self.adapter, self.desk = workspace.adapter, desk
        self._workspace, self._slack = workspace, workspace.slack
        self._events: dict[str, str] = {}

    async def person_says(self, text: str, event: str) -> bool:
        ts = self._events.setdefault(event, self._slack.ts())
        return await self._workspace.says("U0SAM", escaped(text), ts=ts) is not None

    async def shown(self) -> list[Shown]:
        messages = self._slack.in_(self._slack.direct("U0SAM"))
        return [Shown(message.words, tuple(limits.alive(message.blocks))) for message in messages]

    async def lose(self) -> None:
        self._slack.posted.clear()

    async def break_down(self) -> None:
        self._slack.down = True


class SlackContract(AdapterContract):
    mode: Mode

    @pytest.fixture
    async def rig(self, quick_store: Store, clock: ManualClock) -> AsyncIterator[SlackRig]:
        slack, desk = LoopbackSlack(), RecordingDesk()
        await slack.start()
        async with connected(slack, desk, DurableState(quick_store, "slack"), clock, self.mode) as workspace:
            workspace.patience = 1
            yield SlackRig(workspace, desk)
        await slack.stop()


class TestSlackOverHttp(SlackContract):
    mode = "http"


class TestSlackBySocket(SlackContract):
    mode = "socket"
