"""What the repositories build their SQL from: column types, inserts, prepared statements and the driver's errors.

Everything in which SQLite and PostgreSQL differ for a repository is settled here.
"""

from __future__ import annotations

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Dialect, Row, Select, Table, Text, and_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeDecorator

from bot.errors import StoreUnavailable
from bot.messages import Person

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SERIALISATION_FAILURE, _DEADLOCK = "40001", "40P01"  # PostgreSQL's SQLSTATE codes
_SQLITE: Dialect = sqlite.dialect(paramstyle="qmark")


class Timestamp(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970 UTC: exact, sortable and the same in both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """The microseconds to store. Raises TypeError for a naive datetime, because it names no instant."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The stored instant, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class SafeText(TypeDecorator[str]):
    """Text as people and platforms send it, without the characters that an engine refuses.

    PostgreSQL refuses NUL, and neither engine takes half a surrogate pair; JSON can carry both. They become U+FFFD,
    because the platform would redeliver a message that cannot be stored for ever.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text to store. A whole surrogate pair becomes the character that it encodes."""
        return None if value is None else _well_formed(value.replace("\0", "\ufffd"))


class Json(TypeDecorator[Any]):
    """A JSON value stored as text, because the engines' own JSON columns differ.

    Half surrogate pairs become U+FFFD, as in `SafeText`.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        """The JSON text to store. Control characters, including NUL, are escaped."""
        return _well_formed(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """The value as it was stored."""
        return None if value is None else json.loads(value)


class JsonObject(Json):
    """A JSON object. Text that is none is read as {}, so that one damaged row does not stop what reads many."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """The value as it was stored."""
        try:
            found = super().process_result_value(value, dialect)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _well_formed(text: str) -> str:
    if text.isascii():  # most values are, and every id is
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def person_columns(prefix: str, person: Person | None) -> dict[str, str | None]:
    """The three columns `<prefix>_platform`, `_id` and `_name` that hold a person; NULL for None.

    A person's groups are not stored: the platform is asked with every event who is an officer.
    """
    if person is None:
        return {f"{prefix}_platform": None, f"{prefix}_id": None, f"{prefix}_name": None}
    return {f"{prefix}_platform": person.platform, f"{prefix}_id": person.id, f"{prefix}_name": person.name}


def to_person(row: Row[Any], prefix: str) -> Person | None:
    """The person that `person_columns` stored; None if the columns are NULL."""
    platform = getattr(row, f"{prefix}_platform")
    if platform is None:
        return None
    return Person(platform, getattr(row, f"{prefix}_id"), getattr(row, f"{prefix}_name"))


def is_person(table: Table, prefix: str, key: str) -> ColumnElement[bool]:
    """The condition that a row's person has this key, `platform:id`. The id may contain further colons."""
    platform, _, identifier = key.partition(":")
    return and_(table.c[f"{prefix}_platform"] == platform, table.c[f"{prefix}_id"] == identifier)


@dataclass(frozen=True, slots=True)
class TransactionScope:
    """The part of a transaction that a repository needs.

    `Transaction` extends it with the repositories, so they cannot import it.
    """

    connection: Connection
    now: datetime
    """The one time of the transaction: all rows that it writes carry the same."""


def upsert(tx: TransactionScope, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that takes an ON CONFLICT clause, for the engine of this transaction."""
    return upsert_on(tx.connection.dialect.name, table)


def upsert_on(engine: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that takes an ON CONFLICT clause, for the engine of this name.

    Both engines write ON CONFLICT alike, but SQLAlchemy has one construct for each. Statements that are built once,
    before there is a transaction, take the name.
    """
    return postgresql.insert(table) if engine == "postgresql" else sqlite.insert(table)


_Statement = Select[Any] | UpdateBase
_Convert = Callable[[Any], Any]


class Prepared:
    """A SELECT, or a statement with RETURNING, that is compiled once and then handed to SQLite's driver as it is.

    SQLAlchemy looks a statement up, binds its parameters and builds a result each time that it runs. That takes several
    times as long as SQLite needs to run it, so what every message runs is prepared. On PostgreSQL the network takes
    longer than both, and SQLAlchemy runs the statement as any other.

    Give a function of the engine's name for a statement that SQLAlchemy builds differently for each engine.
    """

    def __init__(self, statement: _Statement | Callable[[str], _Statement]) -> None:
        self._statement = cache(statement) if callable(statement) else lambda _engine: statement
        self._compiled = cache(self._compile)

    def all(self, tx: TransactionScope, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """The rows, with their columns as attributes."""
        engine = tx.connection.dialect.name
        if engine != _SQLITE.name:
            return tx.connection.execute(self._statement(engine), parameters).all()
        sql, takes, row, reads = self._compiled(tuple(parameters))
        values = [fixed if name is None else convert(parameters[name]) for name, convert, fixed in takes]
        rows = run_on_sqlite(tx.connection, sql, values)
        return [row(*[read(value) for read, value in zip(reads, each, strict=True)]) for each in rows]

    def first(self, tx: TransactionScope, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401  the column's own type
        """The first column of the first row; None if there is no row."""
        rows = self.all(tx, parameters)
        return rows[0][0] if rows else None

    def _compile(
        self, given: tuple[str, ...]
    ) -> tuple[str, Sequence[tuple[str | None, _Convert, Any]], Callable[..., Any], Sequence[_Convert]]:
        """The SQL, its parameters, the type of a row, and one conversion for each column of a row.

        A parameter is (name, conversion, None) if the caller gives it, and (None, conversion, value) if it is fixed.
        """
        statement = self._statement(_SQLITE.name)
        compiled = statement.compile(dialect=_SQLITE, column_keys=list(given))
        takes: list[tuple[str | None, _Convert, Any]] = []
        for name in compiled.positiontup or ():
            bound = compiled.binds[name]
            convert = bound.type.dialect_impl(_SQLITE).bind_processor(_SQLITE) or _unchanged
            takes.append((name, convert, None) if bound.required else (None, convert, convert(bound.effective_value)))
        columns: list[ColumnElement[Any]] = list(statement.exported_columns)
        reads = [column.type.dialect_impl(_SQLITE).result_processor(_SQLITE, None) or _unchanged for column in columns]
        return compiled.string, takes, namedtuple("Row", [column.name for column in columns]), reads


def _unchanged(value: Any) -> Any:  # noqa: ANN401  whatever the driver takes or gives
    return value


def run_on_sqlite(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement on SQLite's driver, past SQLAlchemy, and return its rows. Raises what SQLAlchemy would raise."""
    driver: Any = connection.connection.dbapi_connection
    try:
        found: list[tuple[Any, ...]] = driver.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True) from error
    return found


class Conflict(StoreUnavailable):
    """The database undid the transaction because of another one. The same work succeeds when it is run again."""


@contextmanager
def errors_translated() -> Iterator[None]:
    """Turn the driver's errors into StoreUnavailable or `Conflict`. Errors of our own making pass unchanged.

    StoreUnavailable means that the database cannot be reached or cannot commit at the moment.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("The database does not keep up.") from error
    except (OperationalError, InterfaceError) as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in {_SERIALISATION_FAILURE, _DEADLOCK}:
            raise Conflict("The database is too busy to finish this.") from error
        if _is_our_mistake(error):
            raise
        reason = str(error.orig).partition("\n")[0]
        raise StoreUnavailable(f"The database cannot be used just now: {reason}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable("The connection to the database was lost.") from error
        raise


def _is_our_mistake(error: DBAPIError) -> bool:
    """Whether the statement itself is wrong. SQLite reports that as an operational error too, and no retry helps."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_ERROR
