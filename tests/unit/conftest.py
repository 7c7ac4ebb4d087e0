from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.engine import Store
from tests.clock import ManualClock
from tests.desk import House


@pytest.fixture
async def house(store: Store, clock: ManualClock) -> AsyncIterator[House]:
    """A whole desk, once on each engine."""
    built = House(store, clock)
    await built.start()
    yield built
    built.close()
