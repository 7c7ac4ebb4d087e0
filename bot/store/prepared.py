"""Statements that are put together once, and then handed to the driver as they are.

SQLAlchemy looks a statement up, binds its parameters and makes a result anew each time that it runs, which takes it
several times what SQLite needs to run it. So what every message runs is prepared. PostgreSQL is a network away: there
SQLAlchemy runs these as it runs all others.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

from bot.store.tx import Tx

Statement = Select[Any] | UpdateBase

_Convert = Callable[[Any], Any]

_SQLITE: Dialect = sqlite.dialect(paramstyle="qmark")


class Prepared:
    """A SELECT, or something that is RETURNING, with all that never changes worked out when it is first run.

    `make` is told the engine's name. `given` are the columns that an INSERT is given each time.
    """

    def __init__(self, make: Callable[[str], Statement], given: Sequence[str] = ()) -> None:
        self._made, self._given = cache(make), list(given)

    def all(self, tx: Tx, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """The rows, with their columns as attributes."""
        engine = tx.connection.dialect.name
        if engine != _SQLITE.name:
            return tx.connection.execute(self._made(engine), parameters).all()
        sql, takes = self._sql
        values = [fixed if name is None else convert(parameters[name]) for name, convert, fixed in takes]
        row, reads = self._row
        rows = carry_out(tx.connection, sql, values)
        return [row(*[read(value) for read, value in zip(reads, each, strict=True)]) for each in rows]

    def first(self, tx: Tx, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401  it is what the column holds
        """The first column of the first row; None where there is none."""
        rows = self.all(tx, parameters)
        return rows[0][0] if rows else None

    @cached_property
    def _sql(self) -> tuple[str, Sequence[tuple[str | None, _Convert, Any]]]:
        compiled = self._made(_SQLITE.name).compile(dialect=_SQLITE, column_keys=self._given or None)
        takes: list[tuple[str | None, _Convert, Any]] = []
        for name in compiled.positiontup or ():
            bound = compiled.binds[name]
            convert = bound.type.dialect_impl(_SQLITE).bind_processor(_SQLITE) or _as_it_is
            takes.append((name, convert, None) if bound.required else (None, convert, convert(bound.effective_value)))
        return compiled.string, takes

    @cached_property
    def _row(self) -> tuple[Callable[..., Any], Sequence[_Convert]]:
        columns: list[ColumnElement[Any]] = list(self._made(_SQLITE.name).exported_columns)
        names = [column.name for column in columns]
        reads = [column.type.dialect_impl(_SQLITE).result_processor(_SQLITE, None) or _as_it_is for column in columns]
        return namedtuple("Row", names), reads


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
