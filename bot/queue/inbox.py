"""The inbox: the content of its rows, how many one person may have, and the loop that has them decided.

A platform's message is acknowledged as soon as its row is committed. Whoever wrote it is looked up afterwards, and the
message is matched afterwards. Payloads have a version, so that two releases can run side by side.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from pydantic import TypeAdapter

from bot.errors import MatcherLost, StoreUnavailable
from bot.messages import Said
from bot.ports import StartTask, plain_task
from bot.queue.outbox_transactions import describe
from bot.storage.engine import Store
from bot.storage.records import InboxRow, NewInboxRow
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

VERSION = 1

MOST_A_MINUTE = 20
"""The most messages of one person that are matched in a minute."""

MOST_WAITING = 200
"""The most messages of one person that wait."""

MOST_FAILURES = 3
"""How often reading or deciding a message may fail before it is given up."""

CONCURRENCY = 8
"""The most messages that are decided at once. The matcher takes them one by one; looking people up takes longer."""

LEASE = timedelta(seconds=20)
"""How long a row is reserved for the process that claimed it: longer than a full set of them can take to be matched."""

_MINUTE = timedelta(minutes=1)
_POLL = 2.0  # the longest wait between two looks, in seconds, because other processes add rows and their leases end
_SOON = 0.5  # the wait while rows are due that stand behind others
_RETRY = timedelta(seconds=1)

_SAID = TypeAdapter(Said)


# ---- rows -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message that was put into the inbox."""

    row: InboxRow | None
    """None if it was refused, because too many of the person's messages wait."""
    slowed: bool = False
    """True if it has to wait because the person wrote so many, and the message before it had not."""


def put(tx: Transaction, said: Said, *, limited: bool, owner: str = "") -> Received:
    """Add a message. If `owner` is given and its turn is now, that process has claimed it when this returns.

    `limited`: the person may have no more messages matched in a minute, and waiting, than others.
    """
    person, due_at, slowed = said.person.key, tx.now, False
    if limited:
        recent = tx.inbox.recent(person, tx.now - _MINUTE, MOST_WAITING)
        if sum(waits for _, waits in recent) >= MOST_WAITING:
            return Received(None)
        if len(recent) >= MOST_A_MINUTE:
            due_at = max(due_at, recent[MOST_A_MINUTE - 1][0] + _MINUTE)
        slowed = due_at > tx.now >= recent[0][0] if recent else False
    conversation = str(said.at)
    is_next = due_at <= tx.now and not tx.inbox.has_waiting(person, conversation)
    new = NewInboxRow(
        said.at.platform, said.event_id, person, conversation, VERSION, _SAID.dump_python(said, mode="json"), due_at
    )
    return Received(tx.inbox.put(new, owner if is_next else "", LEASE), slowed)


def read(row: InboxRow) -> Said:
    """Return the message of a row. Raises ValueError if it cannot be read."""
    payload: Any = row.payload
    return _SAID.validate_python(payload)


# ---- the loop -------------------------------------------------------------------------------------------------------


class InboxHandler(Protocol):
    """What becomes of a row. The desk implements it."""

    def is_ready(self) -> bool:
        """Return whether messages can be decided."""
        ...

    async def decide(self, row: InboxRow) -> None:
        """Decide a message and finish its row in one transaction, or postpone it.

        Raises StoreUnavailable or MatcherLost if that is impossible at the moment; any other error is a failure.
        """
        ...

    def give_up(self, tx: Transaction, row: InboxRow) -> None:
        """Finish a row that cannot be decided, and tell who wrote it."""
        ...


def _look(tx: Transaction) -> tuple[bool, float]:
    """Return whether it is the turn of a row, and if not, the seconds until the next look."""
    if tx.inbox.is_due(VERSION):
        return True, 0.0
    next_due = tx.inbox.next_due()
    if next_due is None:
        return False, _POLL
    return False, min(_POLL, max(_SOON, (next_due - tx.now).total_seconds()))


class Inbox:
    """Has the rows of the inbox decided, several at once, when it is their turn."""

    def __init__(self, store: Store, handler: InboxHandler, owner: str, start_task: StartTask = plain_task) -> None:
        """`owner` names this process in its leases. `start_task` starts the loop."""
        self.owner = owner
        self._store, self._handler, self._start_task = store, handler, start_task
        self._wake_up = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._stopping = True
        self._has_backlog = True
        """False if the last look found nothing to claim: a new message of nobody who waits is next."""
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the loop as a task, and return at once."""
        self._stopping = False
        self._loop = self._start_task("inbox", self._run)

    async def stop(self) -> None:
        """Claim no more rows, and wait until those under way have been decided."""
        self._stopping = True
        self._wake_up.set()
        if self._loop is not None:
            await self._loop
            self._loop = None
        await asyncio.gather(*self._under_way)

    @property
    def takes_at_once(self) -> bool:
        """Whether a message that comes now can be decided without being claimed first."""
        return not (self._stopping or self._has_backlog) and self._room > 0 and self._handler.is_ready()

    def begin(self, row: InboxRow) -> None:
        """Decide a row that this process has claimed."""
        task = asyncio.create_task(self._work(row), name=f"message {row.id}")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def wake(self) -> None:
        """Look for rows at once, because some were committed."""
        self._has_backlog = True
        self._wake_up.set()

    @property
    def _room(self) -> int:
        return CONCURRENCY - len(self._under_way)

    async def _run(self) -> None:
        while not self._stopping:
            self._wake_up.clear()
            wait = await self._turn()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake_up.wait()

    async def _turn(self) -> float:
        """Claim the rows whose turn it is, as many as there is room for, and begin to decide them.

        Return the seconds until the next turn.
        """
        room = self._room
        if room <= 0 or not self._handler.is_ready():
            return _SOON
        try:
            is_due, wait = await self._store.read(_look)
            if not is_due:
                self._has_backlog = False
                return wait
            rows = await self._store.run(lambda tx: tx.inbox.claim(self.owner, room, LEASE, VERSION))
        except StoreUnavailable as error:
            log.warning("The inbox waits for the database: %s", error)
            return _SOON
        self._has_backlog = len(rows) == room
        for row in rows:
            self.begin(row)
        return _SOON

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake_up.set()  # the next of the person or the conversation may wait behind it

    async def _work(self, row: InboxRow) -> None:
        try:
            await self._handler.decide(row)
        except (StoreUnavailable, MatcherLost) as error:
            log.warning("Message %d has to wait: %s", row.id, error)
            await self._record(row, lambda tx: tx.inbox.postpone(row, tx.now + _RETRY, held=row.held))
        except Exception as error:  # noqa: BLE001  one message must not stop the others
            log.error("Message %d cannot be decided: %s", row.id, describe(error))  # noqa: TRY400  a traceback quotes
            await self._fail(row)

    async def _fail(self, row: InboxRow) -> None:
        """Count a failure; after the last one give the message up."""
        if row.failures + 1 < MOST_FAILURES:
            await self._record(row, lambda tx: tx.inbox.postpone(row, tx.now + _RETRY, failed=True, held=row.held))
            return
        try:
            await self._store.run(lambda tx: self._handler.give_up(tx, row))
        except StoreUnavailable:
            pass  # it is claimed again when the lease has expired
        except Exception as error:  # noqa: BLE001  nobody can be told, and it must not be tried for ever
            log.error("Message %d is given up without a word: %s", row.id, describe(error))  # noqa: TRY400
            await self._record(row, lambda tx: tx.inbox.finish(row))

    async def _record(self, row: InboxRow, work: Any) -> None:  # noqa: ANN401  a work of the store
        try:
            await self._store.run(work)
        except StoreUnavailable:
            log.warning("Message %d is claimed again when its lease has expired.", row.id)
