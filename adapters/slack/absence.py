"""For how long Slack could not reach the desk, across its restarts: what was said meanwhile may not have been kept."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from bot.errors import StoreUnavailable
from bot.ports import AdapterState, Clock

log = logging.getLogger(__name__)

REDELIVERS = 300.0
"""Seconds for which Slack keeps sending an event that nobody acknowledged."""

_KEY = "connected"
_NOTE = 30.0  # seconds between notes that the connection is up


class Absence:
    """`redelivers` is how long an absence may be, in seconds."""

    def __init__(self, state: AdapterState, clock: Clock, redelivers: float = REDELIVERS) -> None:
        self._state, self._clock, self._redelivers = state, clock, redelivers
        self._connected: float | None = None
        self._noted: float | None = None

    async def here(self) -> None:
        """Slack is connected just now. May be called as often as one likes."""
        self._connected = time.monotonic()
        if self._noted is None or self._connected - self._noted > _NOTE:
            self._noted = self._connected
            await self._note()

    async def back(self) -> str:
        """Slack is connected again: what there is to report of the time in which it was not, or nothing."""
        away = await self._away()
        self._noted = None
        await self.here()
        if away <= timedelta(seconds=self._redelivers):
            return ""
        said = f"was not connected for {away.total_seconds():.0f} s; Slack may not have kept what was said meanwhile"
        log.error("Slack %s", said)
        return said

    async def _away(self) -> timedelta:
        if self._connected is not None:
            return timedelta(seconds=time.monotonic() - self._connected)
        try:
            noted = await self._state.get(_KEY)
        except StoreUnavailable:
            noted = None
        now = self._clock.now()
        return now - (datetime.fromisoformat(noted) if noted else now)

    async def _note(self) -> None:
        try:
            await self._state.put(_KEY, self._clock.now().isoformat())
        except StoreUnavailable:
            self._noted = None  # the next look tries again
