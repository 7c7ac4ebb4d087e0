"""What was said in every conversation of the console, durable in the AdapterState.

One message is one value, so that each change is one write. Every change takes the next number of one counter, its
revision: a page that saw everything up to revision n asks for what is later, and gets each message in its newest state,
whatever happened in between (a lost connection, a restart).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from adapters.web.people import STAFF
from bot.ports import AdapterState, Clock

_PREFIX = "message/"
_SAID = "said/"
_SENT = "sent/"

Progress = Literal["", "sent", "delivered", "failed"]
"""Of a person's own message: kept here alone, committed by the desk, delivered further, not delivered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. `key` makes it unique: the relay's key, or the event id of what a person wrote.

    `at` is ISO 8601 in UTC. `person` is the id of who wrote `text`; empty where the desk wrote `outgoing`, which is
    what `blocks.stored` gave.
    """

    id: str
    conversation: str
    revision: int
    at: str
    key: str
    person: str = ""
    text: str = ""
    outgoing: dict[str, Any] | None = None
    progress: Progress = ""

    @property
    def event_id(self) -> str:
        """The id of the event that brought a person's message; empty for a message of the desk."""
        return self.key.removeprefix(_SAID) if self.key.startswith(_SAID) else ""

    @property
    def place(self) -> str:
        """The key under which it is stored; sorts by conversation, then by age."""
        return f"{_PREFIX}{self.conversation}/{self.id}"


class Transcript:
    """Raises what the AdapterState raises; then nothing has changed."""

    def __init__(self, state: AdapterState, clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._lock = asyncio.Lock()
        self._loaded = False
        self._by_id: dict[str, Entry] = {}
        self._by_key: dict[str, str] = {}
        self._revision = 0
        self._listeners: set[asyncio.Queue[Entry]] = set()

    async def desk_says(self, conversation: str, outgoing: dict[str, Any], key: str) -> Entry:
        """Add a message of the desk; the one that is there when `key` was sent before."""
        return await self._add(conversation, _SENT + key, outgoing=outgoing)

    async def person_says(self, conversation: str, person: str, text: str, event_id: str) -> Entry:
        """Add a person's message; the one that is there when `event_id` came before."""
        return await self._add(conversation, _SAID + event_id, person=person, text=text)

    async def change(self, message: str, outgoing: dict[str, Any]) -> Entry | None:
        """Replace a message of the desk in place; None when there is no such message."""
        async with self._lock:
            await self._load()
            entry = self._by_id.get(message)
            return await self._write(replace(entry, outgoing=outgoing)) if entry else None

    async def progress(self, event_id: str, progress: Progress) -> None:
        """Note how far a person's message got. `sent` never takes back what is known to have happened after it."""
        async with self._lock:
            await self._load()
            entry = self._by_id.get(self._by_key.get(_SAID + event_id, ""))
            if entry is None or entry.progress == progress or (progress == "sent" and entry.progress):
                return
            await self._write(replace(entry, progress=progress))

    async def get(self, message: str) -> Entry | None:
        """By id."""
        async with self._lock:
            await self._load()
        return self._by_id.get(message)

    async def all(self) -> list[Entry]:
        """Everything, in the order in which it last changed."""
        async with self._lock:
            await self._load()
        return self._since(0)

    async def forget(self, said_before: datetime, cases_before: datetime, *, dry_run: bool = False) -> int:
        """Remove what was written in conversations with staff, and at the press desk, before; how many messages.

        The message that changed last stays: the next revision is counted from it.
        """
        async with self._lock:
            await self._load()
            old = [entry for entry in self._by_id.values() if entry.revision < self._revision]
            old = [
                entry for entry in old if datetime.fromisoformat(entry.at) < _bound(entry, said_before, cases_before)
            ]
            for entry in () if dry_run else old:
                await self._state.delete(entry.place)
                del self._by_id[entry.id], self._by_key[entry.key]
        return len(old)

    @contextmanager
    def listen(self, revision: int) -> Iterator[asyncio.Queue[Entry]]:
        """A queue that holds every message that changed after `revision`, and gets each further change."""
        queue: asyncio.Queue[Entry] = asyncio.Queue()
        for entry in self._since(revision):
            queue.put_nowait(entry)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _since(self, revision: int) -> list[Entry]:
        later = [entry for entry in self._by_id.values() if entry.revision > revision]
        return sorted(later, key=lambda entry: entry.revision)

    async def _add(self, conversation: str, key: str, **content: Any) -> Entry:  # noqa: ANN401 - fields of Entry
        async with self._lock:
            await self._load()
            if known := self._by_key.get(key):
                return self._by_id[known]
            number = self._revision + 1
            at = self._clock.now().isoformat()
            return await self._write(Entry(f"{number:012}", conversation, number, at, key, **content))

    async def _write(self, entry: Entry) -> Entry:
        entry = replace(entry, revision=self._revision + 1)
        await self._state.put(entry.place, json.dumps(asdict(entry), ensure_ascii=False))
        self._keep(entry)
        for queue in self._listeners:
            queue.put_nowait(entry)
        return entry

    async def _load(self) -> None:
        if self._loaded:
            return
        for _, value in await self._state.items(_PREFIX):
            self._keep(Entry(**json.loads(value)))
        self._loaded = True

    def _keep(self, entry: Entry) -> None:
        self._by_id[entry.id] = entry
        self._by_key[entry.key] = entry.id
        self._revision = max(self._revision, entry.revision)


def _bound(entry: Entry, said_before: datetime, cases_before: datetime) -> datetime:
    return said_before if entry.conversation.startswith(STAFF) else cases_before
