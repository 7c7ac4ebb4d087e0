"""The platform that the desk's own tests run on keeps the rules of a real one."""

from __future__ import annotations

import pytest

from bot.errors import StoreUnavailable, TemporaryFailure
from bot.messages import Address, Person
from tests.contract.adapters import AdapterContract, RecordingDesk, Shown
from tests.desk import RecordingPlatform, said


class RecordingRig:
    def __init__(self) -> None:
        self.adapter = RecordingPlatform("paper")
        self.desk = RecordingDesk()
        self.home = Address("paper", "dm-sam")

    async def person_says(self, text: str, event: str) -> bool:
        try:
            await self.adapter.deliver(said(Person("paper", "sam"), text, event))
        except StoreUnavailable:
            return False
        return True

    async def shown(self) -> list[Shown]:
        return [Shown(message.text) for message in self.adapter.shown if not message.deleted]

    async def lose(self) -> None:
        self.adapter.shown.clear()

    async def break_down(self) -> None:
        self.adapter.failures["dm-sam"] = TemporaryFailure("Away.")


class TestRecordingPlatform(AdapterContract):
    @pytest.fixture
    async def rig(self) -> RecordingRig:
        made = RecordingRig()
        await made.adapter.start(made.desk)
        return made
