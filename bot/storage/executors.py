"""The threads in which transactions run: a work in a transaction of its own, or many works in one."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from bot.errors import StoreUnavailable
from bot.ports import Clock
from bot.storage.database_errors import Conflict, translated
from bot.storage.prepared_statements import carry_out
from bot.storage.transaction import Transaction

T = TypeVar("T")
Begin = Callable[[], AbstractContextManager[Transaction]]

_TRIES = 6
_LONGEST = 0.015  # seconds after which a transaction takes up no further work: all in it wait for its end


class ThreadExecutor:
    """Each work has a transaction of its own, in one of several threads."""

    def __init__(self, begin: Begin, threads: int) -> None:
        self._begin = begin
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """What the work returns, once it is committed."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._again_and_again, work)

    def close(self) -> None:
        """Finish what was begun."""
        self._threads.shutdown()

    def _again_and_again(self, work: Callable[[Transaction], T]) -> T:
        for attempt in range(1, _TRIES):
            try:
                with self._begin() as tx:
                    return work(tx)
            except Conflict:
                time.sleep(0.005 * 2**attempt * (1 + secrets.randbelow(100) / 100))
        with self._begin() as tx:
            return work(tx)


@dataclass(slots=True)
class _Waiting:
    """A work, who waits for it, and what came of it."""

    work: Callable[[Transaction], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class BatchingWriter:
    """Works that queue while a transaction runs are carried out in the next one, one after the other in one thread.

    A commit waits for the disk, so as many as possible share one; nobody hears of a result before it. Each work stands
    in a savepoint: one that fails undoes itself, and raises to its own caller. What undoes the whole (the disk is full)
    raises to all of them.
    """

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin, self._clock = begin, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._queue: deque[_Waiting] = deque()

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """What the work returns, once it is committed."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(work, future))
        self._thread.submit(self._carry_out)  # finds an empty queue where the one before took this as well
        return await future

    def close(self) -> None:
        """Finish what was queued."""
        self._thread.shutdown()

    def _carry_out(self) -> None:
        group: list[_Waiting] = []
        try:
            if self._queue:
                with self._begin() as tx:
                    self._attempt_queued(tx, group)
        except BaseException as error:  # noqa: BLE001  nobody else tells those who wait
            if not group:  # it could not even begin
                group = [self._queue.popleft() for _ in range(len(self._queue))]
            for each in group:
                each.error = error
        _hand_out(group)

    def _attempt_queued(self, tx: Transaction, group: list[_Waiting]) -> None:
        """`group` grows by each work that is begun, so that whoever is left in the queue has missed nothing."""
        begun = time.monotonic()
        for _ in range(len(self._queue)):
            each = self._queue.popleft()
            if each.future.cancelled():
                continue
            group.append(each)
            _attempt(each, replace(tx, now=self._clock.now()))
            if time.monotonic() - begun > _LONGEST:
                break


def _attempt(each: _Waiting, tx: Transaction) -> None:
    carry_out(tx.connection, "SAVEPOINT work")
    try:
        with translated():
            each.result = each.work(tx)
    except BaseException as error:  # noqa: BLE001  whatever it is, it is its caller's
        each.error = error
        _undo(tx)
    carry_out(tx.connection, "RELEASE work")


def _undo(tx: Transaction) -> None:
    try:
        carry_out(tx.connection, "ROLLBACK TO work")
    except DBAPIError as error:
        raise StoreUnavailable("The database undid all that was to be committed together.") from error


def _hand_out(group: Iterable[_Waiting]) -> None:
    """One call into each event loop, whatever the number of those who wait there."""
    of_loop: defaultdict[asyncio.AbstractEventLoop, list[_Waiting]] = defaultdict(list)
    for each in group:
        of_loop[each.future.get_loop()].append(each)
    for loop, theirs in of_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(group: Iterable[_Waiting]) -> None:
    for each in group:
        if each.future.done():
            continue
        if each.error is None:
            each.future.set_result(each.result)
        else:
            each.future.set_exception(each.error)
