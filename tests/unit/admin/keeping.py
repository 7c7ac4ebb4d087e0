"""Helpers for tests of stored cases: open, change and close a case, and dump the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from bot.desk.apply_transition import apply_transition
from bot.domain import transitions
from bot.domain.case import Case, Outcome
from bot.domain.transitions import Refused, Transition
from bot.messages import Person
from bot.storage.engine import Store
from bot.storage.schema import metadata
from tests.desk import DeskHarness, person, said

SAMWISE = Person("slack", "U1SAMWISE", "Samwise G.")
ROSIE = person("rosie")
ANNA = person("anna")
ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"


async def enquire(harness: DeskHarness, who: Person = SAMWISE, text: str = ENQUIRY) -> int:
    """Send a media enquiry to the press desk and return the id of its case."""
    await harness.handle(said(who, text, harness.next_event()))
    with harness.store.transaction() as tx:
        return tx.cases.of_asker(who.key)[0].id


async def change(harness: DeskHarness, case_id: int, by: Callable[[Case, datetime], Transition | Refused]) -> None:
    """Apply a transition to a case, and deliver its effects."""
    with harness.store.transaction() as tx:
        case = tx.cases.load(case_id)
        assert case is not None
        made = by(case, tx.now)
        assert isinstance(made, Transition)
        apply_transition(tx, made, harness.press_desk)
    await harness.settle()


async def work_off(harness: DeskHarness, case_id: int, outcome: Outcome = Outcome.ANSWERED) -> None:
    """Have an officer claim, answer, annotate and close a case."""
    await change(harness, case_id, lambda case, now: transitions.claim(case, ANNA, now))
    await change(
        harness, case_id, lambda case, now: transitions.reply(case, ANNA, "Dear Samwise G., say nothing yet.", now)
    )
    await change(harness, case_id, lambda case, now: transitions.note(case, ANNA, "=HYPERLINK(1)\nsecond line", now))
    await change(harness, case_id, lambda case, now: transitions.close(case, ANNA, outcome, now))


def loaded(store: Store, case_id: int) -> Case | None:
    with store.transaction() as tx:
        return tx.cases.load(case_id)


def dump(store: Store, *tables: str) -> str:
    """All values in these tables, or in all tables, as one text."""
    with store.transaction() as tx:
        wanted = [table for table in metadata.sorted_tables if not tables or table.name in tables]
        return "\n".join(repr(tuple(row)) for table in wanted for row in tx.connection.execute(select(table)))
