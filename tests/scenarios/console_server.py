"""The console with a real desk behind it, as the browser tests need it: it can be stopped and started where it was."""

from __future__ import annotations

from pathlib import Path

from yarl import URL

from adapters.web import Persona, WebConsole
from bot.clock import SystemClock
from bot.config import from_mapping
from bot.desk.delivery_outcomes import DeliveryOutcomes
from bot.desk.handler import PolicyDesk
from bot.desk.press_desk import PressDesk
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.queue.relay import Relay
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store

PEOPLE = (
    Persona("sam", "Sam Staff"),
    Persona("ruth", "Ruth Reader"),
    Persona("anna", "Anna Officer", officer=True),
    Persona("ben", "Ben Officer", officer=True),
)
SETTINGS = {
    "press_office": {"channels": ["web:press"], "officers": ["web:anna", "web:ben"], "phone": "+44 1524 000000"},
}


class ServedConsole:
    """`url` is the page's address with the token; it stays the same over a restart."""

    def __init__(self, folder: Path, loaded_knowledge: LoadedKnowledge, examples: tuple[str, ...]) -> None:
        self._clock = SystemClock()
        self._store = Store(f"sqlite:///{folder / 'console.db'}", self._clock)
        self._press_desk = PressDesk(from_mapping(SETTINGS, {}))
        self._mind = loaded_knowledge
        self._examples = examples
        self._port = 0

    @property
    def url(self) -> str:
        return self._console.url

    async def start(self, *, with_new_token: bool = False) -> None:
        self._store.open()
        state = DurableState(self._store, "web")
        if with_new_token:
            await state.delete("token")
        self._console = WebConsole(state, self._clock, self._port, PEOPLE, self._status, lambda: self._examples)
        self._active_knowledge = ActiveKnowledge(self._mind)
        self._relay = Relay(
            self._store,
            {"web": self._console.messenger},
            DeliveryOutcomes(self._press_desk, self._active_knowledge),
            "browser-tests",
        )
        await self._relay.start()
        people = {"web": self._console}
        wake = self._relay.wake
        desk = self._desk = PolicyDesk(
            self._store, self._active_knowledge, self._press_desk, people, wake, "browser-tests"
        )
        await desk.start()
        await self._console.start(desk)
        self._port = URL(self._console.url).port or 0

    async def stop(self) -> None:
        await self._console.stop()
        await self._desk.stop()
        await self._relay.stop()
        self._store.close()

    def _status(self) -> str:
        return f"{len(self._mind.knowledge.answering)} answers"
