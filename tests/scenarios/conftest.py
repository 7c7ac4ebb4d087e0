from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.store.engine import Store
from tests.clock import ManualClock
from tests.desk import House
from tests.dialogue import Stage


@pytest.fixture
def quick_store(sqlite_url: str, clock: ManualClock) -> Iterator[Store]:
    """For what does not depend on the engine; the store's own tests run on both."""
    opened = Store(sqlite_url, clock)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
async def house(quick_store: Store, clock: ManualClock) -> AsyncIterator[House]:
    built = House(quick_store, clock)
    await built.start()
    yield built
    built.close()


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)
