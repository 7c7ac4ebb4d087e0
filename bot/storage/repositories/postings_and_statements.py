"""What left for a case and still stands: its cards in channels, and the statements issued to journalists."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select

from bot.domain.case import Statement
from bot.messages import Address, Person, Receipt
from bot.storage.records import Posting
from bot.storage.schema import case_statement, posting, relayed
from bot.storage.sql import TransactionScope, person_columns, to_person, upsert

_NOBODY = Person("", "", "")


class PostingRepository:
    """The cards of cases in channels."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, case_id: int, address: Address, receipt: Receipt) -> None:
        """Store that this message is now the card of the case at this address.

        The threads of earlier cards stay known to `by_thread`.
        """
        thread = receipt.thread or Address("", "")
        statement = upsert(self._tx, posting).values(
            case_id=case_id,
            platform=address.platform,
            token=address.token,
            thread_platform=thread.platform,
            thread_token=thread.token,
            receipt=_from_receipt(receipt),
        )
        unique = ["case_id", "platform", "token", "thread_platform", "thread_token"]
        self._tx.connection.execute(
            statement.on_conflict_do_update(index_elements=unique, set_={"receipt": statement.excluded.receipt})
        )

    def of_case(self, case_id: int) -> list[Posting]:
        """The current card at each address, in the order in which the addresses were first posted to."""
        newest: dict[Address, Posting] = {}
        for row in self._tx.connection.execute(_OF_CASE, {"case": case_id}):
            found = Posting(Address(row.platform, row.token), _to_receipt(row.receipt))
            newest[found.address] = found
        return list(newest.values())

    def at(self, case_id: int, address: Address) -> Posting | None:
        """The current card of this case at this address, or None."""
        return next((found for found in self.of_case(case_id) if found.address == address), None)

    def by_thread(self, thread: Address) -> int | None:
        """The id of the case whose card has this thread below it, or None."""
        where = {"platform": thread.platform, "token": thread.token}
        return self._tx.connection.execute(_BY_THREAD, where).scalar_one_or_none()

    def add_relayed(self, case_id: int, event_id: str, receipt: Receipt) -> None:
        """Store that this message below the card passes on what an asker wrote; `event_id` is their message's."""
        row = {"case_id": case_id, "event_id": event_id, "receipt": _from_receipt(receipt)}
        self._tx.connection.execute(insert(relayed).values(row))

    def take_relayed(self, case_id: int, event_id: str) -> list[Receipt]:
        """Remove the messages that pass on this message of an asker, and return them, oldest first."""
        theirs = and_(relayed.c.case_id == case_id, relayed.c.event_id == event_id)
        rows = self._tx.connection.execute(select(relayed.c.receipt).where(theirs).order_by(relayed.c.id)).scalars()
        receipts = [_to_receipt(row) for row in rows]
        self._tx.connection.execute(delete(relayed).where(theirs))
        return receipts


_OF_CASE = select(posting).where(posting.c.case_id == bindparam("case")).order_by(posting.c.id)
_BY_THREAD = (
    select(posting.c.case_id)
    .where(posting.c.thread_platform == bindparam("platform"), posting.c.thread_token == bindparam("token"))
    .order_by(posting.c.id.desc())
    .limit(1)
)


def _from_receipt(receipt: Receipt) -> dict[str, Any]:
    thread = receipt.thread
    return {
        "address": [receipt.address.platform, receipt.address.token],
        "parts": list(receipt.parts),
        "thread": [thread.platform, thread.token] if thread else None,
    }


def _to_receipt(value: dict[str, Any]) -> Receipt:
    thread = value["thread"]
    return Receipt(Address(*value["address"]), tuple(value["parts"]), Address(*thread) if thread else None)


class StatementRepository:
    """The statements issued to journalists, word for word."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def add(self, case_id: int, statement: Statement) -> None:
        """Store a further statement of this case."""
        columns = {
            "case_id": case_id,
            "at": statement.at,
            "text": statement.text,
            "approver": statement.approver,
            "recipient": statement.recipient,
        }
        self._tx.connection.execute(insert(case_statement).values(columns | person_columns("by", statement.by)))

    def of_case(self, case_id: int) -> tuple[Statement, ...]:
        """The statements of a case, in the order in which they were issued."""
        query = select(case_statement).where(case_statement.c.case_id == case_id).order_by(case_statement.c.id)
        return tuple(
            Statement(row.at, to_person(row, "by") or _NOBODY, row.text, row.approver, row.recipient)
            for row in self._tx.connection.execute(query)
        )
