"""All messages in the conversations of the console, stored in the AdapterState.

One message is one value, so each change is one write. Each change gets the next number of one counter, its revision. A
page that has every change up to revision n asks for the later ones. It then gets each changed message in its newest
state, also after a lost connection or a restart.

The counter is in the database, because several processes may serve one database. A process writes a change only when it
has seen all earlier ones, see `AdapterState.put_numbered`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from adapters.web.personas import STAFF_PREFIX
from bot.ports import AdapterState, Clock

_KEY_PREFIX = "message/"
_COUNTER = "revision"
_PERSON_KEY = "said/"
_DESK_KEY = "sent/"

Progress = Literal["", "sent", "delivered", "failed"]
"""The state of a person's message.

It is only stored (empty), committed by the desk (`sent`), delivered by the desk to others, or could not be delivered.
"""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message, of a person or of the desk. It is stored as JSON under these names."""

    id: str
    conversation: str
    revision: int
    """The number of its last change."""
    at: str
    """When it was added, in ISO 8601 and UTC."""
    key: str
    """Unique: the relay's key or, for a person's message, the event id, each with a prefix."""
    person: str = ""
    """The id of the persona who wrote it; empty for a message of the desk."""
    text: str = ""
    """What the person wrote."""
    outgoing: dict[str, Any] | None = None
    """A message of the desk, as `page_json.to_stored_json` made it."""
    progress: Progress = ""

    @property
    def event_id(self) -> str:
        """The id of the event that brought a person's message; empty for a message of the desk."""
        return self.key.removeprefix(_PERSON_KEY) if self.key.startswith(_PERSON_KEY) else ""

    @property
    def state_key(self) -> str:
        """The key in the AdapterState. It sorts messages by conversation, then by age."""
        return f"{_KEY_PREFIX}{self.conversation}/{self.id}"


class MessageStore:
    """Adds, changes and finds messages.

    If the AdapterState raises an error, it is passed on and nothing has changed.
    """

    def __init__(self, state: AdapterState, clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._lock = asyncio.Lock()
        self._loaded = False
        self._by_id: dict[str, StoredMessage] = {}
        self._ids_by_key: dict[str, str] = {}
        self._revision = 0
        self._subscribers: set[asyncio.Queue[StoredMessage]] = set()

    async def add_desk_message(self, conversation: str, outgoing: dict[str, Any], key: str) -> StoredMessage:
        """Add a message of the desk. Return the earlier message if `key` was added before."""
        return await self._add(conversation, _DESK_KEY + key, outgoing=outgoing)

    async def add_person_message(self, conversation: str, person: str, text: str, event_id: str) -> StoredMessage:
        """Add a person's message. Return the earlier message if `event_id` was added before."""
        return await self._add(conversation, _PERSON_KEY + event_id, person=person, text=text)

    async def replace_content(self, message_id: str, outgoing: dict[str, Any]) -> StoredMessage | None:
        """Replace the content of a message of the desk. Return None if it does not exist."""

        def replaced() -> StoredMessage | None:
            message = self._by_id.get(message_id)
            return replace(message, outgoing=outgoing) if message else None

        return await self._write(replaced)

    async def set_progress(self, event_id: str, progress: Progress) -> None:
        """Set the progress of a person's message. `sent` never replaces a later state."""

        def progressed() -> StoredMessage | None:
            message = self._by_id.get(self._ids_by_key.get(_PERSON_KEY + event_id, ""))
            if message is None or message.progress == progress or (progress == "sent" and message.progress):
                return None
            return replace(message, progress=progress)

        await self._write(progressed)

    async def get(self, message_id: str) -> StoredMessage | None:
        """Return the message with this id, or None."""
        await self.catch_up()
        return self._by_id.get(message_id)

    async def all(self) -> list[StoredMessage]:
        """Return all messages, in the order of their last changes."""
        await self.catch_up()
        return self._changed_after(0)

    async def catch_up(self) -> None:
        """Take over what other processes have written, and give it to the subscribers."""
        async with self._lock:
            await self._catch_up()

    async def forget(self, said_before: datetime, cases_before: datetime, *, dry_run: bool = False) -> int:
        """Delete old messages, or with `dry_run` only count them. Return how many.

        Conversations with staff lose messages from before `said_before`, the press desk from before `cases_before`. The
        message that changed last stays, because a database without the counter counts on from it.
        """
        async with self._lock:
            await self._catch_up()
            old = [
                message
                for message in self._by_id.values()
                if message.revision < self._revision
                and datetime.fromisoformat(message.at) < _limit(message, said_before, cases_before)
            ]
            for message in () if dry_run else old:
                await self._state.delete(message.state_key)
                del self._by_id[message.id], self._ids_by_key[message.key]
        return len(old)

    @contextmanager
    def subscribe(self, revision: int) -> Iterator[asyncio.Queue[StoredMessage]]:
        """Return a queue that holds every message changed after `revision`, and then receives each further change."""
        queue: asyncio.Queue[StoredMessage] = asyncio.Queue()
        for message in self._changed_after(revision):
            queue.put_nowait(message)
        self._subscribers.add(queue)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)

    def _changed_after(self, revision: int) -> list[StoredMessage]:
        later = [message for message in self._by_id.values() if message.revision > revision]
        return sorted(later, key=lambda message: message.revision)

    async def _add(self, conversation: str, key: str, **content: Any) -> StoredMessage:  # noqa: ANN401 - fields of it
        at = self._clock.now().isoformat()

        def added() -> StoredMessage | None:
            if key in self._ids_by_key:
                return None
            number = self._revision + 1
            return StoredMessage(f"{number:012}", conversation, number, at, key, **content)

        return await self._write(added) or self._by_id[self._ids_by_key[key]]

    async def _write(self, change: Callable[[], StoredMessage | None]) -> StoredMessage | None:
        """Write the message that `change` returns, with the next revision. Return it; None if nothing is to change.

        `change` is called again if another process has written something meanwhile.
        """
        async with self._lock:
            while True:
                await self._catch_up()
                changed = change()
                if changed is None:
                    return None
                message = replace(changed, revision=self._revision + 1)
                value = json.dumps(asdict(message), ensure_ascii=False)
                if await self._state.put_numbered(_COUNTER, message.revision, message.state_key, value):
                    self._take(message)
                    return message

    async def _catch_up(self) -> None:
        last = int(await self._state.get(_COUNTER) or 0)
        if self._loaded and last <= self._revision:
            return
        stored = [StoredMessage(**json.loads(value)) for _, value in await self._state.items(_KEY_PREFIX)]
        for message in sorted(stored, key=lambda message: message.revision):
            known = self._by_id.get(message.id)
            if known is None or known.revision < message.revision:
                self._take(message)
        self._revision = max(self._revision, last)
        self._loaded = True

    def _take(self, message: StoredMessage) -> None:
        """Remember a message that is stored, and give it to the subscribers."""
        self._index(message)
        for queue in self._subscribers:
            queue.put_nowait(message)

    def _index(self, message: StoredMessage) -> None:
        self._by_id[message.id] = message
        self._ids_by_key[message.key] = message.id
        self._revision = max(self._revision, message.revision)


def _limit(message: StoredMessage, said_before: datetime, cases_before: datetime) -> datetime:
    return said_before if message.conversation.startswith(STAFF_PREFIX) else cases_before
