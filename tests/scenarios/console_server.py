"""The console with a desk behind it, as the browser tests need it: it can be stopped and started where it was.

Which desk that is, is decided here and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from adapters.web import Persona, WebConsole
from bot.clock import SystemClock
from bot.store.engine import Store
from bot.store.state import DurableState
from tests.scenarios.scripted_desk import ScriptedDesk

PEOPLE = (
    Persona("sam", "Sam Staff"),
    Persona("ruth", "Ruth Reader"),
    Persona("anna", "Anna Officer", officer=True),
    Persona("ben", "Ben Officer", officer=True),
)
EXAMPLES = (
    "can I use my uni email on LinkedIn?",
    "may I tweet about work from my own account?",
    "a reporter has just rung me",
)


class ServedConsole:
    """`url` is the page's address; it stays the same over a restart."""

    def __init__(self, folder: Path) -> None:
        self._clock = SystemClock()
        self._store = Store(f"sqlite:///{folder / 'console.db'}", self._clock)
        self._desk = ScriptedDesk(self._clock)
        self._console: WebConsole | None = None
        self._relay: asyncio.Task[None] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    async def start(self) -> None:
        self._store.open()
        state = DurableState(self._store, "web")
        self._console = WebConsole(
            state, self._clock, self._port, PEOPLE, lambda: "3 answers, checked 10:02", lambda: EXAMPLES
        )
        await self._console.start(self._desk)
        self._port = int(self._console.url.rstrip("/").rpartition(":")[2])
        self._relay = asyncio.create_task(self._desk.deliver(self._console.messenger))

    async def stop(self) -> None:
        if self._relay is not None:
            self._relay.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._relay
        if self._console is not None:
            await self._console.stop()
        self._store.close()
