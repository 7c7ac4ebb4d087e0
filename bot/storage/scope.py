"""A transaction, as the modules of named queries see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


@dataclass(frozen=True, slots=True)
class TransactionScope:
    """What a repository needs of the transaction it works in.

    `now` is the one instant of the transaction: every row that it writes agrees on when that was.
    """

    connection: Connection
    now: datetime


def insert(tx: TransactionScope, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT."""
    return insert_on(tx.connection.dialect.name, table)


def insert_on(engine: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same by the engine's name, for statements that are made once.

    Both engines spell it alike, SQLAlchemy keeps one construct for each.
    """
    return postgresql.insert(table) if engine == "postgresql" else sqlite.insert(table)
