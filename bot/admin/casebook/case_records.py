"""Reads cases from the store in small transactions, beside a desk that serves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import plaintext
from bot.domain.case import Case, CaseState, Incident, Link, Statement, Step
from bot.errors import Problem, UserError
from bot.storage.engine import Store
from bot.storage.records import Job
from bot.storage.transaction import Transaction

_LONGEST_NUMBER = 9  # digits
_PAGE = 100  # cases read in one transaction, so that a desk that serves beside it can write in between


@dataclass(frozen=True, slots=True)
class Record:
    """A case with everything that is stored for it."""

    case: Case
    steps: tuple[Step, ...] = ()
    deliveries: Sequence[Job] = ()
    statements: Sequence[Statement] = ()
    links: Sequence[Link] = ()
    joined: Sequence[Case] = ()
    """The cases that were joined into this one."""
    incident: Incident | None = None
    references: tuple[tuple[int, str], ...] = ()
    """Id and reference of the other cases that this one names."""

    def reference_of(self, case_id: int) -> str:
        """Return the reference (such as M-7) of a case that this one names."""
        return dict(self.references)[case_id]


def read(store: Store, states: Collection[CaseState]) -> Iterator[Case]:
    """Yield the cases in any of these states, newest first."""
    before: int | None = None
    while True:
        with store.transaction() as tx:
            page = tx.cases.listing(states, _PAGE, before=before)
        yield from page
        if len(page) < _PAGE:
            return
        before = page[-1].id


def all_records(store: Store) -> Iterator[Record]:
    """Yield every case as a record, newest first. A case that is purged meanwhile is left out."""
    for case in read(store, list(CaseState)):
        with store.transaction() as tx:
            found = _record(tx, case.id)
        if found is not None:
            yield found


def find(tx: Transaction, reference: str) -> Record:
    """Return the case with a reference such as M-7 or m-7. Raises UserError if there is none."""
    kind, _, number = reference.strip().upper().partition("-")
    # SQLite's largest number has 19 digits.
    found = _record(tx, int(number)) if number.isdecimal() and number.isascii() and len(number) < 19 else None
    if found is None or found.case.reference != f"{kind}-{number}":
        fix = "`policydesk cases list --state all` shows those there are."
        raise UserError(Problem(plaintext.line(reference), "there is no such case.", fix))
    return found


def set_next_reference(tx: Transaction, reference: str) -> int:
    """Let the next case get the number of a reference such as M-500, and return it.

    Raises UserError if it is no reference, or was given already.
    """
    kind, _, digits = reference.strip().upper().partition("-")
    if kind not in {"M", "Q"} or not (digits.isdecimal() and digits.isascii() and 0 < len(digits) <= _LONGEST_NUMBER):
        fix = "Write one such as M-500, beyond every reference that is in use."
        raise UserError(Problem(plaintext.line(reference), "is no reference.", fix))
    if not tx.references.skip_to(int(digits)):
        first = tx.references.next_number()
        fix = f"Name M-{first} or a higher one, beyond every reference that stands in a channel."
        raise UserError(Problem(plaintext.line(reference), "was given already, or was skipped.", fix))
    return int(digits)


def overdue(case: Case, now: datetime) -> bool:
    """Return whether the case is not closed, and its deadline has passed without an answer to the journalist."""
    waits = case.state is not CaseState.CLOSED and case.responded_at is None
    return waits and case.due_at is not None and case.due_at <= now


def _record(tx: Transaction, case_id: int) -> Record | None:
    case = tx.cases.load(case_id, for_update=False)
    if case is None:
        return None
    joined = tx.links.joined_to(case_id)
    into = tx.cases.load(case.joined_into, for_update=False) if case.joined_into is not None else None
    named = {each.id: each.reference for each in (*tx.links.partners(case_id), *joined, *((into,) if into else ()))}
    return Record(
        case=case,
        steps=tx.cases.steps(case_id),
        deliveries=tx.jobs.deliveries_of(case_id),
        statements=tx.statements.of_case(case_id),
        links=[link for link in tx.links.of_case(case_id) if link.other(case_id) in named],
        joined=joined,
        incident=tx.incidents.load(case.incident_id) if case.incident_id is not None else None,
        references=tuple(named.items()),
    )
