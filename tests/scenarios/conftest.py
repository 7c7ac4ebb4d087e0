from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import DeskHarness
from tests.dialogue import Stage
from tests.teams.harness import Opening, TeamsHouse
from tests.teams.people import PRESS


@pytest.fixture
def stage(harness: DeskHarness) -> Stage:
    return Stage(harness)


@pytest.fixture
async def opening_teams(
    quick_store: Store, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Opening]:
    houses: list[TeamsHouse] = []

    async def open_house(*channels: str, **settings: Any) -> TeamsHouse:
        harness = TeamsHouse(quick_store, clock, channels or (f"teams:{PRESS}",))
        houses.append(harness)
        await harness.open(tmp_path, monkeypatch, **settings)
        return harness

    yield open_house
    for harness in houses:
        await harness.stack.aclose()
