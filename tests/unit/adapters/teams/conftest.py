from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.teams.office import QuietDesk, TeamsOffice


@pytest.fixture
async def office(
    quick_store: Store, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TeamsOffice]:
    opened = TeamsOffice(quick_store, clock, QuietDesk())
    await opened.open(tmp_path, monkeypatch)
    yield opened
    await opened.close()
