"""A transaction, as the modules of named queries see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


@dataclass(frozen=True, slots=True)
class Tx:
    """A transaction under way. `now` is its one instant: every row it writes agrees on when that was."""

    connection: Connection
    now: datetime


def insert(tx: Tx, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT."""
    return insert_on(tx.connection.dialect.name, table)


def insert_on(engine: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same by the engine's name, for statements that are made once.

    Both engines spell it alike, SQLAlchemy keeps one construct for each.
    """
    return postgresql.insert(table) if engine == "postgresql" else sqlite.insert(table)
