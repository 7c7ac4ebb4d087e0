"""Which cases belong together: found to be one story, or made one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from bot.domain.case import Case, CaseKind, Link, LinkKind
from bot.storage.repositories.cases import CaseRepository
from bot.storage.schema import case_link, press_case
from bot.storage.scope import TransactionScope, insert

MOST = 100
"""Recent enquiries that a new one is compared with, the newest: what one press office has in two days, many times."""


class LinkRepository:
    """Which cases belong together: found to be one story, or made one."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def put(self, link: Link) -> bool:
        """True where the two were not linked yet, or as of one story and now as one enquiry."""
        known = self.of_pair(link.case_id, link.other_id)
        if known is not None and (known.kind is link.kind or known.kind is LinkKind.SAME):
            return False
        values = {"case_id": link.case_id, "other_id": link.other_id, "kind": link.kind, "at": link.at}
        statement = insert(self._tx, case_link).values(values)
        again = {"kind": link.kind, "at": link.at}
        self._tx.connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "other_id"], set_=again))
        return True

    def of_pair(self, one: int, other: int) -> Link | None:
        """The link between two cases, in whichever order."""
        return next((link for link in self.of_case(one) if link.other(one) == other), None)

    def of_case(self, case_id: int) -> list[Link]:
        """Its links, by the age of the cases."""
        rows = self._tx.connection.execute(_OF_CASE, {"case": case_id})
        return [Link(row.case_id, row.other_id, LinkKind(row.kind), row.at) for row in rows]

    def among(self, case_ids: Sequence[int]) -> dict[int, set[int]]:
        """Each of these cases that is linked -> those that it is linked with."""
        found: dict[int, set[int]] = {}
        query = select(case_link.c.case_id, case_link.c.other_id).where(case_link.c.other_id.in_(case_ids))
        for older, newer in self._tx.connection.execute(query):
            found.setdefault(older, set()).add(newer)
            found.setdefault(newer, set()).add(older)
        return found

    def partners(self, case_id: int) -> Sequence[Case]:
        """The cases that it is linked with."""
        return self.all_of([link.other(case_id) for link in self.of_case(case_id)])

    def all_of(self, case_ids: Collection[int]) -> Sequence[Case]:
        """These cases."""
        return CaseRepository(self._tx).some(press_case.c.id.in_(case_ids)) if case_ids else ()

    def joined_to(self, case_id: int) -> Sequence[Case]:
        """The cases that were joined to it."""
        return CaseRepository(self._tx).many(_JOINED_TO, {"case": case_id})

    def recent(self, since: datetime, *, but: int) -> Sequence[Case]:
        """Media enquiries opened at or after `since`, without one of them, the oldest first.

        The newest of very many.
        """
        rule = press_case.c.opened_at >= since, press_case.c.kind == CaseKind.MEDIA, press_case.c.id != but
        return CaseRepository(self._tx).some(*rule, newest=MOST)


_CONCERNS = or_(case_link.c.case_id == bindparam("case"), case_link.c.other_id == bindparam("case"))
_OF_CASE = select(case_link).where(_CONCERNS).order_by(case_link.c.case_id, case_link.c.other_id)
_JOINED_TO = select(press_case).where(press_case.c.joined_into == bindparam("case")).order_by(press_case.c.id)
