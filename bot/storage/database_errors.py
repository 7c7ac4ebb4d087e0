"""What the database's driver raises, as the desk knows it: an outage that passes, a conflict, or our own mistake."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StoreUnavailable

_SERIALISATION_FAILURE, _DEADLOCK = "40001", "40P01"


class Conflict(StoreUnavailable):
    """The database undid the transaction because another one stood in its way; the same work will pass."""


@contextmanager
def translated() -> Iterator[None]:
    """StoreUnavailable where the database cannot be reached or cannot commit just now; our mistakes as they are."""
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
    """SQLite calls a wrong statement an operational error too; waiting would not mend that."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_ERROR
