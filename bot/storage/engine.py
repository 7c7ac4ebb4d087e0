"""The database: SQLite in a file for one machine, PostgreSQL if several replicas share the work."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError

from bot.clock import SystemClock
from bot.errors import ConfigurationError, Problem, StoreUnavailable
from bot.ports import Clock
from bot.storage import database_files
from bot.storage.migration import migrate, no_database, require, shipped
from bot.storage.sql import errors_translated, run_on_sqlite
from bot.storage.transaction import BatchingWriter, ThreadExecutor, Transaction

T = TypeVar("T")

log = logging.getLogger(__name__)

_BUSY_SECONDS = 10  # how long a writer waits for the write lock of another process on SQLite
_POSTGRESQL_THREADS = 4
_TCP = {  # a server that vanished without closing the connection is noticed after about 15 s, not two hours
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


class Store:
    """The database, in which work runs in transactions.

    `url` is `sqlite:///path` (relative to the working directory; four slashes for an absolute path) or `postgresql://…`.
    On PostgreSQL the time comes from the database, so that replicas agree, unless a test gives a `clock` of its own.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = _parse(url)
        self._clock = clock
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _sqlite(self._url) if self._is_sqlite else _postgresql(self._url)
        self._reader = _sqlite(self._url, reads=True) if self._is_sqlite else self._engine
        self._asks_database = not self._is_sqlite and isinstance(clock, SystemClock)
        self._lock: FileLock | None = None
        self._file: tuple[int, int] | None = None
        self._writing: ThreadExecutor | BatchingWriter | None = None
        self._reading: ThreadExecutor | None = None

    def open(self, *, exclusive: bool = False) -> None:
        """Create the database if needed, migrate it and start the threads.

        `exclusive` is for the one process that serves from an SQLite file: it locks the file. PostgreSQL ignores it.
        Raises DatabaseInUse, DatabaseTooNew, StoreUnavailable, or ConfigurationError if the file cannot be created.
        """
        if self._is_sqlite:
            path = Path(str(self._url.database))
            database_files.make(path)
            if exclusive:
                self._lock = database_files.locked(path)
        try:
            with self.transaction() as tx:
                migrate(tx.connection, shipped())
                if self._lock is not None:
                    # The process that held them is dead, or it would hold the lock.
                    tx.jobs.end_all_leases()
                    tx.inbox.end_all_leases()
        except BaseException:
            self.close()
            raise
        self._start_threads()
        if exclusive and (problem := self.exposed()):
            log.warning("%s", problem)

    def open_beside(self) -> None:
        """Use an existing database beside the process that serves from it. Nothing is created, migrated or locked.

        Raises ConfigurationError if there is none, DatabaseTooNew, DatabaseTooOld or StoreUnavailable.
        """
        if self._is_sqlite and not Path(str(self._url.database)).exists():
            raise no_database()
        try:
            with self.transaction() as tx:
                require(tx.connection, shipped())
        except BaseException:
            self.close()
            raise
        self._start_threads()

    def close(self) -> None:
        """Finish the transactions under way and release the database. May be called twice."""
        for threads in (self._writing, self._reading):
            if threads is not None:
                threads.close()
        self._writing = self._reading = None
        self._engine.dispose()
        self._reader.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def file_problem(self) -> str:
        """Return what happened to the SQLite file since `open`, as a sentence; empty if it is in its place.

        A file that was deleted or replaced can still be written to, and all of it is lost when the process ends.
        """
        if self._file_identity() == self._file:
            return ""
        return f"The file {self._url.database} was deleted or replaced. Stop the desk and restore the file."

    def exposed(self) -> Problem | None:
        """Return which files of an SQLite database other users of this machine can read, or None."""
        return database_files.exposed(Path(str(self._url.database))) if self._is_sqlite else None

    def free_space(self) -> tuple[int, int] | None:
        """Return the free and all bytes of the disk that holds the SQLite file; None if unknown, and on PostgreSQL."""
        if not self._is_sqlite:
            return None
        try:
            disk = shutil.disk_usage(Path(str(self._url.database)).parent)
        except OSError:
            return None
        return disk.free, disk.total

    def _file_identity(self) -> tuple[int, int] | None:
        """Return device and inode of the SQLite file; None if there is none, and on PostgreSQL."""
        if not self._is_sqlite:
            return None
        try:
            state = Path(str(self._url.database)).stat()
        except OSError:
            return None
        return state.st_dev, state.st_ino

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction in this thread: committed at the end, undone by any exception. Must not be nested.

        Raises StoreUnavailable if the database cannot be reached or cannot commit at the moment.
        """
        with errors_translated(), self._engine.begin() as connection:
            yield Transaction(connection, self._now(connection))

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction, in a thread of the store, and return its result after the commit.

        `work` must touch nothing but `tx` and its result: after a conflict it runs again from the start, and other
        works may share its transaction. If the awaiting task is cancelled, the work is committed whole or not at all.
        """
        if self._writing is None:
            raise StoreUnavailable("The store is closed.")
        return await self._writing.run(work)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """As `run`, for work that writes nothing. It sees what is committed, and on SQLite waits for no writer."""
        if self._reading is None:
            raise StoreUnavailable("The store is closed.")
        return await self._reading.run(work)

    @contextmanager
    def _read_transaction(self) -> Iterator[Transaction]:
        with errors_translated(), self._reader.begin() as connection:
            yield Transaction(connection, self._now(connection))

    def _start_threads(self) -> None:
        self._file = self._file_identity()
        if self._is_sqlite:
            self._writing = BatchingWriter(self.transaction, self._clock)
            self._reading = ThreadExecutor(self._read_transaction, 1)
        else:
            self._writing = self._reading = ThreadExecutor(self.transaction, _POSTGRESQL_THREADS)

    def _now(self, connection: Connection) -> datetime:
        if self._asks_database:
            now: datetime = connection.execute(select(func.statement_timestamp())).scalar_one()
            return now.astimezone(UTC)
        return self._clock.now()


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # their text repeats the URL, which may hold a password
        url = URL.create("unreadable")
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url
    if backend in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    what = "this is neither an SQLite file nor a PostgreSQL database."
    raise ConfigurationError(Problem("database", what, "Write sqlite:///var/policydesk.db or postgresql://…"))


def _sqlite(url: URL, *, reads: bool = False) -> Engine:
    """An engine with one connection, because a second writer of this process would only wait for the first."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": _BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: sqlite3.Connection, _record: object) -> None:
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = FULL")  # NORMAL leaves out the fsync that survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that begins as a reader and then writes would lose updates or fail half-way.
        run_on_sqlite(connection, "BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file to its write-ahead log, and wait while another process does the same.

    SQLite's own time limit does not hold here: of two that switch a new file at once, it refuses one without waiting,
    since each would wait for the other (https://sqlite.org/c3ref/busy_handler.html).
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _postgresql(url: URL) -> Engine:
    _check_options(url)
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=_POSTGRESQL_THREADS,
        max_overflow=2,  # for transactions outside the store's threads
        pool_pre_ping=True,  # a restart of the database costs no request
        connect_args=_TCP,
    )


def _check_options(url: URL) -> None:
    """Raise ConfigurationError for an option behind the ? that PostgreSQL's library does not know."""
    from psycopg import ProgrammingError, conninfo  # a desk on SQLite does without

    try:
        conninfo.make_conninfo(**dict.fromkeys(url.query, ""))
    except ProgrammingError as error:
        raise ConfigurationError(Problem("database", f"{error}.", "Take it out of the URL, or mend it.")) from None
