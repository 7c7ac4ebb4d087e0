from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import House
from tests.dialogue import Stage
from tests.teams.house import Opening, TeamsHouse
from tests.teams.people import PRESS


@pytest.fixture
def quick_store(sqlite_url: str, clock: ManualClock) -> Iterator[Store]:
    """For what does not depend on the engine; the store's own tests run on both."""
    opened = Store(sqlite_url, clock)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
async def house(quick_store: Store, clock: ManualClock) -> House:
    built = House(quick_store, clock)
    await built.start()
    return built


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture
async def opening_teams(
    quick_store: Store, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Opening]:
    houses: list[TeamsHouse] = []

    async def open_house(*channels: str, **settings: Any) -> TeamsHouse:
        house = TeamsHouse(quick_store, clock, channels or (f"teams:{PRESS}",))
        houses.append(house)
        await house.open(tmp_path, monkeypatch, **settings)
        return house

    yield open_house
    for house in houses:
        await house.stack.aclose()
