"""What was issued to journalists, word for word."""

from __future__ import annotations

from sqlalchemy import insert, select

from bot.domain.case import Statement
from bot.messages import Person
from bot.storage.row_values import person_columns, to_person
from bot.storage.schema import case_statement
from bot.storage.scope import TransactionScope

_NOBODY = Person("", "", "")


class StatementRepository:
    """What was issued to journalists, word for word."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def add(self, case_id: int, statement: Statement) -> None:
        """A further statement of this case."""
        columns = {
            "case_id": case_id,
            "at": statement.at,
            "text": statement.text,
            "approver": statement.approver,
            "recipient": statement.recipient,
        }
        self._tx.connection.execute(insert(case_statement).values(columns | person_columns("by", statement.by)))

    def of_case(self, case_id: int) -> tuple[Statement, ...]:
        """In the order in which they were issued."""
        query = select(case_statement).where(case_statement.c.case_id == case_id).order_by(case_statement.c.id)
        return tuple(
            Statement(row.at, to_person(row, "by") or _NOBODY, row.text, row.approver, row.recipient)
            for row in self._tx.connection.execute(query)
        )
