from __future__ import annotations

import pytest

from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import House


@pytest.fixture
async def house(store: Store, clock: ManualClock) -> House:
    """A whole desk, once on each engine."""
    built = House(store, clock)
    await built.start()
    return built
