"""Transactions: the repositories that one offers, and the threads in which they run."""

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
from bot.storage.repositories.answers import AnswerRepository, FalseAlarmRepository, SnapshotRepository, UsageQueries
from bot.storage.repositories.case_lists import CaseLists, KnownOfficers
from bot.storage.repositories.cases import CaseRepository
from bot.storage.repositories.erasure import PersonErasure
from bot.storage.repositories.events_and_jobs import EventRepository, JobRepository
from bot.storage.repositories.expiry import ExpiredRecords
from bot.storage.repositories.inbox import InboxRepository
from bot.storage.repositories.links_and_incidents import IncidentRepository, LinkRepository
from bot.storage.repositories.postings_and_statements import PostingRepository, StatementRepository
from bot.storage.repositories.references import CaseReferences
from bot.storage.sql import Conflict, TransactionScope, errors_translated, run_on_sqlite

T = TypeVar("T")
Begin = Callable[[], AbstractContextManager["Transaction"]]
"""Begins a transaction; it is committed when the context ends, and undone by an exception."""

_TRIES = 6  # of a work whose transaction conflicts with others
_LONGEST_BATCH = 0.015  # seconds; then no further work joins the transaction, because all in it wait for its end


@dataclass(frozen=True, slots=True)
class Transaction(TransactionScope):
    """A transaction with a repository for each thing that is stored: `tx.cases.load(7)`, `tx.jobs.put(…)`."""

    @property
    def cases(self) -> CaseRepository:
        """Cases, their askers and their history."""
        return CaseRepository(self)

    @property
    def references(self) -> CaseReferences:
        """The numbers that cases get."""
        return CaseReferences(self)

    @property
    def case_lists(self) -> CaseLists:
        """Lists of cases and search, for the press office."""
        return CaseLists(self)

    @property
    def officers(self) -> KnownOfficers:
        """The officers who have taken a case."""
        return KnownOfficers(self)

    @property
    def links(self) -> LinkRepository:
        """Links between cases."""
        return LinkRepository(self)

    @property
    def incidents(self) -> IncidentRepository:
        """Incidents."""
        return IncidentRepository(self)

    @property
    def postings(self) -> PostingRepository:
        """The cards of cases in channels."""
        return PostingRepository(self)

    @property
    def statements(self) -> StatementRepository:
        """The statements issued to journalists."""
        return StatementRepository(self)

    @property
    def events(self) -> EventRepository:
        """The events that were handled."""
        return EventRepository(self)

    @property
    def inbox(self) -> InboxRepository:
        """The messages that were taken in and wait to be decided."""
        return InboxRepository(self)

    @property
    def jobs(self) -> JobRepository:
        """The rows of the outbox: deliveries and timers."""
        return JobRepository(self)

    @property
    def answers(self) -> AnswerRepository:
        """The answers that the desk gave, and the feedback on them."""
        return AnswerRepository(self)

    @property
    def usage(self) -> UsageQueries:
        """Counts of answers, for the answers' owners."""
        return UsageQueries(self)

    @property
    def false_alarms(self) -> FalseAlarmRepository:
        """Messages that were wrongly taken for a media enquiry."""
        return FalseAlarmRepository(self)

    @property
    def snapshots(self) -> SnapshotRepository:
        """The last valid knowledge base."""
        return SnapshotRepository(self)

    @property
    def expiry(self) -> ExpiredRecords:
        """Counting and removing what has reached the end of its retention."""
        return ExpiredRecords(self)

    @property
    def erasure(self) -> PersonErasure:
        """Erasing what belongs to one person."""
        return PersonErasure(self)


class ThreadExecutor:
    """Runs each work in its own transaction, in one of several threads."""

    def __init__(self, begin: Begin, threads: int) -> None:
        self._begin = begin
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Return the result of the work once its transaction is committed."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run_with_retries, work)

    def close(self) -> None:
        """Finish the works that were handed in."""
        self._threads.shutdown()

    def _run_with_retries(self, work: Callable[[Transaction], T]) -> T:
        for attempt in range(1, _TRIES):
            try:
                with self._begin() as tx:
                    return work(tx)
            except Conflict:
                time.sleep(0.005 * 2**attempt * (1 + secrets.randbelow(100) / 100))
        with self._begin() as tx:
            return work(tx)


@dataclass(slots=True)
class _QueuedWork:
    """A work, the future of its caller, and its result or error."""

    work: Callable[[Transaction], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class BatchingWriter:
    """Runs the works that queue while a transaction runs together in the next one, in one thread (group commit).

    A commit waits for the disk, so as many works as possible share one, and no caller gets a result before it. Each
    work runs in a savepoint: a work that fails is undone alone and raises to its own caller. An error that undoes the
    whole transaction, such as a full disk, raises to all callers.
    """

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin, self._clock = begin, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._queue: deque[_QueuedWork] = deque()

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Return the result of the work once its transaction is committed."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_QueuedWork(work, future))
        self._thread.submit(self._run_batch)  # finds an empty queue if the batch before took this work too
        return await future

    def close(self) -> None:
        """Finish the works that were handed in."""
        self._thread.shutdown()

    def _run_batch(self) -> None:
        batch: list[_QueuedWork] = []
        try:
            if self._queue:
                with self._begin() as tx:
                    self._run_queued(tx, batch)
        except BaseException as error:  # noqa: BLE001  the callers would wait for ever
            if not batch:  # the transaction could not begin
                batch = [self._queue.popleft() for _ in range(len(self._queue))]
            for each in batch:
                each.error = error
        _resolve(batch)

    def _run_queued(self, tx: Transaction, batch: list[_QueuedWork]) -> None:
        """Run queued works. Each enters `batch` before it runs; what stays in the queue has not been started."""
        begun = time.monotonic()
        for _ in range(len(self._queue)):
            each = self._queue.popleft()
            if each.future.cancelled():
                continue
            batch.append(each)
            _run_in_savepoint(each, replace(tx, now=self._clock.now()))
            if time.monotonic() - begun > _LONGEST_BATCH:
                break


def _run_in_savepoint(each: _QueuedWork, tx: Transaction) -> None:
    run_on_sqlite(tx.connection, "SAVEPOINT work")
    try:
        with errors_translated():
            each.result = each.work(tx)
    except BaseException as error:  # noqa: BLE001  it is raised to the caller of this work
        each.error = error
        _undo(tx, error)
    run_on_sqlite(tx.connection, "RELEASE work")


def _undo(tx: Transaction, cause: BaseException) -> None:
    """Undo the work of this savepoint. Raises StoreUnavailable if the database undid all of them, as if it is full."""
    try:
        run_on_sqlite(tx.connection, "ROLLBACK TO work")
    except DBAPIError as error:
        if isinstance(cause, StoreUnavailable):
            raise cause from error  # it says why
        raise StoreUnavailable("The database undid all that was to be committed together.") from error


def _resolve(batch: Iterable[_QueuedWork]) -> None:
    """Give every caller its result, with one call into each event loop."""
    of_loop: defaultdict[asyncio.AbstractEventLoop, list[_QueuedWork]] = defaultdict(list)
    for each in batch:
        of_loop[each.future.get_loop()].append(each)
    for loop, theirs in of_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(batch: Iterable[_QueuedWork]) -> None:
    for each in batch:
        if each.future.done():
            continue
        if each.error is None:
            each.future.set_result(each.result)
        else:
            each.future.set_exception(each.error)
