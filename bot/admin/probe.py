"""The probe: commits to the database again and again, so that readiness knows whether the desk can."""

from __future__ import annotations

import asyncio
import logging
import time

from bot.errors import StoreUnavailable
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store

log = logging.getLogger(__name__)

INTERVAL = 30.0
"""Seconds between two commits."""

STALE = 90.0
"""Seconds after which the last result says nothing any more."""

FEWEST_BYTES, SMALLEST_SHARE = 200_000_000, 0.02
"""The free bytes of the disk, and their share of all, below which it counts as nearly full."""

_TIMEOUT = 10.0  # seconds for one commit
_FILLING = "x" * 16_384  # a commit of a few bytes may succeed on a full disk, on which an event fails


class Probe:
    """Commits a row every 30 s, and looks whether the database's file is in its place and its disk has room."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = DurableState(store, "desk")
        self._problem = ""
        self._warning = ""
        self._looked_at = time.monotonic()
        self._count = 0

    def problem(self) -> str:
        """Return why nothing can be committed, as a sentence; empty if the last commit succeeded."""
        age = time.monotonic() - self._looked_at
        return f"Nobody has tried to commit for {age:.0f} s." if age > STALE else self._problem

    def warning(self) -> str:
        """Return that the disk is nearly full, as a sentence; empty if it has room."""
        return self._warning

    async def run(self) -> None:
        """Commit again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Commit once, and keep the result."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                problem = await asyncio.to_thread(self._store.file_problem)
                self._warning = _too_little(await asyncio.to_thread(self._store.free_space))
                self._count += 1
                await self._state.put("probe", f"{self._count} {_FILLING}")
        except StoreUnavailable as error:
            problem = str(error)
        except TimeoutError:
            problem = f"A commit takes longer than {_TIMEOUT:.0f} s."
        if problem and problem != self._problem:
            log.error("Nothing can be committed: %s", problem)
        self._problem, self._looked_at = problem, time.monotonic()


def _too_little(space: tuple[int, int] | None) -> str:
    """Return that there is too little free space of so many bytes in all, or an empty string."""
    if space is None:
        return ""
    free, total = space
    if free >= FEWEST_BYTES and free >= SMALLEST_SHARE * total:
        return ""
    return f"The disk of the database has {free // 1_000_000} MB left of {total // 1_000_000}. Make room."
