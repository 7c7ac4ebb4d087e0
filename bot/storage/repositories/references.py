"""The numbers that cases get: the next one, and a gap after a restore."""

from __future__ import annotations

from sqlalchemy import text

from bot.storage.sql import TransactionScope

_SEQUENCE = "pg_get_serial_sequence('press_case', 'id')"  # PostgreSQL's name of what counts the numbers


class CaseReferences:
    """The numbers of the references of cases. M and Q share them: after M-7 comes M-8 or Q-8."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx
        self._is_sqlite = tx.connection.dialect.name == "sqlite"

    def next_number(self) -> int:
        """The number that the next case gets."""
        if self._is_sqlite:
            last = self._scalar("SELECT seq FROM sqlite_sequence WHERE name = 'press_case'")
            return (last or 0) + 1
        sequence = self._tx.connection.execute(text(f"SELECT {_SEQUENCE}")).scalar_one()
        query = f"SELECT last_value + is_called::int FROM {sequence}"  # noqa: S608  the name is the database's own
        return self._scalar(query) or 1

    def skip_to(self, number: int) -> bool:
        """Let the next case get this number. False, and nothing changes, if it is lower than what would come next."""
        if not self._is_sqlite:  # no case may open between the look and the change
            self._tx.connection.execute(text("LOCK TABLE press_case IN SHARE ROW EXCLUSIVE MODE"))
        if number < self.next_number():
            return False
        if not self._is_sqlite:
            self._scalar(f"SELECT setval({_SEQUENCE}, :number, false)", number=number)
            return True
        self._tx.connection.execute(text("DELETE FROM sqlite_sequence WHERE name = 'press_case'"))
        add = text("INSERT INTO sqlite_sequence (name, seq) VALUES ('press_case', :last)")
        self._tx.connection.execute(add, {"last": number - 1})
        return True

    def _scalar(self, query: str, **parameters: int) -> int | None:
        found: int | None = self._tx.connection.execute(text(query), parameters).scalar_one_or_none()
        return found
