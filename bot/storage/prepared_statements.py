"""Statements that are put together once, and then handed to the driver as they are.

SQLAlchemy looks a statement up, binds its parameters and makes a result anew each time that it runs, which takes it
several times what SQLite needs to run it. So what every message runs is prepared. PostgreSQL is a network away: there
SQLAlchemy runs these as it runs all others.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

from bot.storage.scope import TransactionScope

Statement = Select[Any] | UpdateBase

_Convert = Callable[[Any], Any]

_SQLITE: Dialect = sqlite.dialect(paramstyle="qmark")


class Prepared:
    """A SELECT, or something that is RETURNING, with all that never changes worked out when it is first run.

    What the engines spell with constructs of their own is given as a function of the engine's name.
    """

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        self._statement = cache(statement) if callable(statement) else lambda _engine: statement
        self._compiled = cache(self._compile)

    def all(self, tx: TransactionScope, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """The rows, with their columns as attributes."""
        engine = tx.connection.dialect.name
        if engine != _SQLITE.name:
            return tx.connection.execute(self._statement(engine), parameters).all()
        sql, takes, row, reads = self._compiled(tuple(parameters))
        values = [fixed if name is None else convert(parameters[name]) for name, convert, fixed in takes]
        rows = carry_out(tx.connection, sql, values)
        return [row(*[read(value) for read, value in zip(reads, each, strict=True)]) for each in rows]

    def first(self, tx: TransactionScope, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401  it is what the column holds
        """The first column of the first row; None where there is none."""
        rows = self.all(tx, parameters)
        return rows[0][0] if rows else None

    def _compile(
        self, given: tuple[str, ...]
    ) -> tuple[str, Sequence[tuple[str | None, _Convert, Any]], Callable[..., Any], Sequence[_Convert]]:
        """The SQL, what it takes (a parameter's name or a fixed value), and how a row is made of what is found."""
        statement = self._statement(_SQLITE.name)
        compiled = statement.compile(dialect=_SQLITE, column_keys=list(given))
        takes: list[tuple[str | None, _Convert, Any]] = []
        for name in compiled.positiontup or ():
            bound = compiled.binds[name]
            convert = bound.type.dialect_impl(_SQLITE).bind_processor(_SQLITE) or _as_it_is
            takes.append((name, convert, None) if bound.required else (None, convert, convert(bound.effective_value)))
        columns: list[ColumnElement[Any]] = list(statement.exported_columns)
        reads = [column.type.dialect_impl(_SQLITE).result_processor(_SQLITE, None) or _as_it_is for column in columns]
        return compiled.string, takes, namedtuple("Row", [column.name for column in columns]), reads


def carry_out(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Have SQLite's driver run this; its errors are raised as SQLAlchemy raises them."""
    driver: Any = connection.connection.dbapi_connection
    try:
        found: list[tuple[Any, ...]] = driver.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True) from error
    return found


def _as_it_is(value: Any) -> Any:  # noqa: ANN401  whatever the driver takes or gives
    return value
