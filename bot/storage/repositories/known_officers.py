"""Who has looked after cases, and what they are called."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.domain.case import StepKind
from bot.messages import Person
from bot.storage.row_values import to_person
from bot.storage.schema import case_step
from bot.storage.scope import TransactionScope


class KnownOfficers:
    """Who has looked after cases, and what they are called."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def known(self) -> list[Person]:
        """Everybody who ever took a case, each as they were called last, whoever did so most recently first."""
        by = (case_step.c.by_platform, case_step.c.by_id)
        took = case_step.c.kind.in_([StepKind.CLAIMED, StepKind.HANDOVER_ACCEPTED])
        newest = select(func.max(case_step.c.id)).where(took, case_step.c.by_id.is_not(None)).group_by(*by)
        rows = self._tx.connection.execute(
            select(case_step).where(case_step.c.id.in_(newest)).order_by(case_step.c.id.desc())
        )
        return [person for row in rows if (person := to_person(row, "by")) is not None]
