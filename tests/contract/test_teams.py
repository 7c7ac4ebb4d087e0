from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Address
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import AdapterContract, RecordingDesk, Shown
from tests.teams.microsoft import Answer, read
from tests.teams.office import TeamsOffice
from tests.teams.people import SAM

# What a card puts in for each reader: the one thing in a TextBlock that is ours.
_MOMENT = re.compile(r"\{\{DATE\(2026-11-23T12:00:00Z, SHORT\)\}\} \{\{TIME\(2026-11-23T12:00:00Z\)\}\}")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class TeamsRig:
    def __init__(self, office: TeamsOffice, desk: RecordingDesk) -> None:
        self.adapter, self.desk = office.adapter, desk
        self.home = Address("teams", SAM.aad)
        self._office = office
        self._ids: dict[str, Any] = {}

    async def person_says(self, text: str, event: str) -> bool:
        message = self._ids.setdefault(event, self._office.client.message(SAM, text))
        status, _ = await self._office.client.post(message)
        return status == 200

    async def shown(self) -> list[Shown]:
        posted = self._office.microsoft.conversations.get(SAM.chat, [])
        return [Shown(read(one.activity), tuple(_alive(one.card))) for one in posted]

    async def lose(self) -> None:
        self._office.microsoft.conversations.clear()

    async def break_down(self) -> None:
        self._office.microsoft.answers.extend(Answer(503) for _ in range(10))


def _alive(element: Any) -> Iterator[str]:
    """Whatever a client would do more with than show it."""
    match element:
        case {"type": "TextRun", "text": str(text)}:
            if target := element.get("selectAction"):
                yield target["url"]
            yield from ["{{"] if "{{" in text else []
            yield from _CONTROLS.findall(text)
        case {"type": "TextBlock", "text": str(text)}:
            yield from [] if _MOMENT.fullmatch(text) else [text]
        case dict():
            for value in element.values():
                yield from _alive(value)
        case list():
            for value in element:
                yield from _alive(value)
        case _:
            pass


class TestTeams(AdapterContract):
    @pytest.fixture
    async def rig(
        self, quick_store: Store, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[TeamsRig]:
        desk = RecordingDesk()
        office = TeamsOffice(quick_store, clock, desk)
        await office.open(tmp_path, monkeypatch)
        await office.client.installs(SAM)
        desk.committed.clear()
        yield TeamsRig(office, desk)
        await office.close()
