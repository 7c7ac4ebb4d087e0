"""A whole desk whose Teams is the real adapter, on a Microsoft of this machine."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Address, Mark, Outgoing, Receipt, Said
from bot.ports import Desk, Finding, Identity
from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.desk import SETTINGS, DeskHarness, RecordingPlatform
from tests.teams.microsoft import Posted, read
from tests.teams.office import TeamsOffice
from tests.teams.people import ANNA, BEN, PRESS, Who, buttons

OFFICERS = (f"teams:{ANNA.aad}", f"teams:{BEN.aad}", "slack:anna")


def settings(*channels: str) -> dict[str, Any]:
    """The press office in these channels."""
    office = {**SETTINGS["press_office"], "channels": list(channels), "officers": list(OFFICERS), "on_call": []}
    return {**SETTINGS, "press_office": office}


Opening = Callable[..., Coroutine[Any, Any, "TeamsHouse"]]
"""A house with the press office in these channels; keywords are settings of the adapter."""


class _OnTeams(RecordingPlatform):
    """In the house's place for Teams."""

    def __init__(self, office: TeamsOffice) -> None:
        super().__init__("teams")
        self.office = office

    async def start(self, desk: Desk) -> None:
        self.office.desk = desk
        await self.office.adapter.start(desk)

    async def identify(self, said: Said) -> Identity:
        return await self.office.adapter.identify(said)

    async def turn_away(self, said: Said) -> None:
        await self.office.adapter.turn_away(said)

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        return await self.office.adapter.messenger.send(to, outgoing, key)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        return await self.office.adapter.messenger.update(receipt, outgoing, key)

    async def delete(self, receipt: Receipt) -> bool:
        return await self.office.adapter.messenger.delete(receipt)

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        return await self.office.adapter.messenger.mark(message, event_id, mark)

    async def diagnose(self) -> Sequence[Finding]:
        return await self.office.adapter.messenger.diagnose()


class TeamsHouse:
    """`stack` closes it."""

    def __init__(self, store: Store, clock: ManualClock, channels: Sequence[str]) -> None:
        self.desk = DeskHarness(store, clock, settings(*channels))
        self.office = TeamsOffice(store, clock, RecordingDesk())  # until the house starts
        self.stack = AsyncExitStack()

    async def open(self, folder: Path, environment: pytest.MonkeyPatch, **more: Any) -> None:
        await self.office.open(folder, environment, **more)
        self.stack.push_async_callback(self.office.close)
        self.desk.platforms["teams"] = _OnTeams(self.office)
        await self.desk.start()

    async def says(self, who: Who, text: str, conversation: str = "", **more: Any) -> None:
        assert await self.office.client.says(who, text, conversation, **more) == 200
        await self.settle()

    async def opens_queue(self, who: Who) -> Posted:
        """The message that shows it."""
        await self.says(who, texts.QUEUE)
        there = self.office.microsoft.conversations[who.chat]
        return next(posted for posted in there if posted.activity["summary"] == texts.QUEUE)

    def reads(self, who: Who, words: str) -> Posted:
        """The newest message in their personal chat in which this stands."""
        there = reversed(self.office.microsoft.conversations[who.chat])
        return next(posted for posted in there if words in read(posted.activity))

    async def presses(self, who: Who, posted: Posted, label: str, conversation: str = "") -> Any:
        """What pressing is answered with."""
        status, answer = await self.office.client.presses(who, buttons(posted.card)[label], conversation, posted.id)
        assert status == 200
        await self.settle()
        return answer

    async def fills(self, who: Who, form: Any, values: dict[str, str], conversation: str = "") -> Any:
        status, answer = await self.office.client.fills(who, form, values, conversation)
        assert status == 200
        await self.settle()
        return answer

    async def settle(self) -> None:
        await self.desk.settle()
        await self.office.adapter.idle()

    def chat(self, who: Who) -> list[str]:
        """What somebody reads in their personal chat."""
        return self.office.microsoft.texts(who.chat)

    @property
    def threads(self) -> dict[str, list[Posted]]:
        """Those in the press channel, oldest first."""
        there = self.office.microsoft.conversations
        return {name: posted for name, posted in there.items() if name.startswith(f"{PRESS};")}
