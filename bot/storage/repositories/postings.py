"""Where the cards of cases stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.messages import Address, Receipt
from bot.storage.records import Posting
from bot.storage.row_values import from_receipt, to_receipt
from bot.storage.schema import posting
from bot.storage.scope import TransactionScope, insert


class PostingRepository:
    """Where the cards of cases stand."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, case_id: int, address: Address, receipt: Receipt) -> None:
        """The card of this case at this address is now this message. Threads of earlier ones are still recognised."""
        thread = receipt.thread or Address("", "")
        statement = insert(self._tx, posting).values(
            case_id=case_id,
            platform=address.platform,
            token=address.token,
            thread_platform=thread.platform,
            thread_token=thread.token,
            receipt=from_receipt(receipt),
        )
        unique = ["case_id", "platform", "token", "thread_platform", "thread_token"]
        self._tx.connection.execute(
            statement.on_conflict_do_update(index_elements=unique, set_={"receipt": statement.excluded.receipt})
        )

    def of_case(self, case_id: int) -> list[Posting]:
        """The card as it stands now in each place, in the order of first posting."""
        newest: dict[Address, Posting] = {}
        for row in self._tx.connection.execute(_OF_CASE, {"case": case_id}):
            found = _posting(row)
            newest[found.address] = found
        return list(newest.values())

    def at(self, case_id: int, address: Address) -> Posting | None:
        """The card of this case at this address as it stands now."""
        return next((found for found in self.of_case(case_id) if found.address == address), None)

    def by_thread(self, thread: Address) -> int | None:
        """The case whose card has this thread below it."""
        where = {"platform": thread.platform, "token": thread.token}
        return self._tx.connection.execute(_BY_THREAD, where).scalar_one_or_none()


_OF_CASE = select(posting).where(posting.c.case_id == bindparam("case")).order_by(posting.c.id)
_BY_THREAD = (
    select(posting.c.case_id)
    .where(posting.c.thread_platform == bindparam("platform"), posting.c.thread_token == bindparam("token"))
    .order_by(posting.c.id.desc())
    .limit(1)
)


def _posting(row: Row[Any]) -> Posting:
    return Posting(Address(row.platform, row.token), to_receipt(row.receipt))
