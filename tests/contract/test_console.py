from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from io import StringIO

import pytest

from adapters.console import TerminalConsole
from bot.messages import Address
from tests.contract.adapters import AdapterContract, RecordingDesk, Shown

_SEQUENCES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Paper(StringIO):
    """Remembers what was written at once, and tells whoever waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self.news = asyncio.Event()

    def write(self, text: str) -> int:
        length = super().write(text)
        self.written.append(text)
        self.news.set()
        return length


class TerminalRig:
    """A terminal whose keyboard is a pipe."""

    def __init__(self) -> None:
        reader, writer = os.pipe()
        self._keyboard = os.fdopen(writer, "w", buffering=1)
        self.source = os.fdopen(reader)
        self.output = Paper()
        self.desk = RecordingDesk()
        self.adapter = TerminalConsole(self.source, self.output)
        self.home = Address("console", "you")

    async def person_says(self, text: str, event: str) -> bool:
        self.output.news.clear()
        self._keyboard.write(f"{text}\n")
        await self.output.news.wait()
        return self.output.written[-1].strip() == "Taken."

    async def shown(self) -> list[Shown]:
        return [Shown(text.strip(), tuple(_SEQUENCES.findall(text))) for text in self.output.written]

    async def lose(self) -> None:
        self.output.written.clear()

    async def break_down(self) -> None:
        self.output.close()

    def hang_up(self) -> None:
        self._keyboard.close()


class TestTerminal(AdapterContract):
    redelivers = False
    edits = False

    @pytest.fixture
    async def rig(self) -> AsyncIterator[TerminalRig]:
        rig = TerminalRig()
        await rig.adapter.start(rig.desk)
        yield rig
        rig.hang_up()
        await rig.adapter.finished()
        await rig.adapter.stop()
        rig.source.close()
