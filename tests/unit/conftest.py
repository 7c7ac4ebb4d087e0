from __future__ import annotations

import pytest

from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import DeskHarness


@pytest.fixture
async def harness(store: Store, clock: ManualClock) -> DeskHarness:
    """A whole desk, once on each engine."""
    built = DeskHarness(store, clock)
    await built.start()
    return built
