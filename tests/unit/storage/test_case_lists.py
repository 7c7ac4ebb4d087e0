"""Lists of cases, search and response times, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.messages import Address, Person
from bot.storage.engine import Store
from bot.storage.repositories import case_lists
from bot.storage.repositories.case_lists import DurationSummary
from bot.storage.transaction import Transaction

ADA, BEN = Person("slack", "U:ADA", "Ada Łukasz"), Person("teams", "BEN", "Ben")
HOUR = timedelta(hours=1)


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.transaction() as opened:
        yield opened


def a_case(tx: Transaction, text: str = "somebody rang", kind: CaseKind = CaseKind.MEDIA, **changes: Any) -> Case:
    direct = Address("slack", "D-ADA")
    asker = Asker(ADA, direct, direct, text, tx.now, f"E{text}")
    case = tx.cases.create(kind, asker, changes.pop("details", Details()))
    changed = replace(case, revision=2, **changes)
    tx.cases.save(changed)
    return changed


def references(found: list[Case]) -> list[str]:
    return [case.reference for case in found]


def test_the_queue_goes_by_urgency_and_deadline_and_what_is_answered_comes_last(tx: Transaction) -> None:
    a_case(tx, due_at=tx.now + HOUR, responded_at=tx.now)
    a_case(tx, kind=CaseKind.QUESTION)
    a_case(tx, due_at=tx.now + 3 * HOUR)
    a_case(tx, due_at=tx.now + 2 * HOUR)
    a_case(tx, due_at=tx.now + 9 * HOUR, urgent=True)
    a_case(tx, due_at=tx.now, state=CaseState.CLOSED)
    assert references(tx.case_lists.by_deadline(10)) == ["M-5", "M-4", "M-3", "Q-2", "M-1"]
    assert references(tx.case_lists.by_deadline(2)) == ["M-5", "M-4"]


def test_an_officer_s_own_are_those_they_have_and_those_they_are_asked_to_take(tx: Transaction) -> None:
    a_case(tx, owner=BEN, state=CaseState.CLAIMED)
    a_case(tx, owner=ADA, state=CaseState.CLAIMED, offered_to=BEN)
    a_case(tx, owner=ADA, state=CaseState.CLAIMED)
    a_case(tx, owner=BEN, state=CaseState.CLOSED)
    assert references(tx.case_lists.of_officer(BEN.key, 10)) == ["M-1", "M-2"]


def test_what_ended_last_comes_first(tx: Transaction) -> None:
    for hours in (1, 3, 2):
        a_case(tx, state=CaseState.CLOSED, outcome=Outcome.ADVICE, closed_at=tx.now + hours * HOUR)
    a_case(tx)
    assert references(tx.case_lists.closed(2)) == ["M-2", "M-3"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("m-1", ["M-1"]),
        ("Q-1", []),
        ("gazette", ["M-2", "M-1"]),
        ("GAZETTE pip", ["M-1"]),
        ("łukasz", ["Q-3", "M-2", "M-1"]),
        ("zeitung ünsere", ["M-2"]),
        ("ÜNSERE", ["M-2"]),
        ("100%", ["Q-3"]),
        ("%", ["Q-3"]),
        ("_", []),
        ("\\", []),
        ("inside", ["M-2"]),
        ("gazette nowhere", []),
        ("  ", []),
    ],
)
def test_a_search_finds_words_wherever_they_stand_and_nothing_else(
    tx: Transaction, words: str, expected: list[str]
) -> None:
    a_case(tx, details=Details(outlet="The Gazette", journalist="Pip Gargery"))
    second = a_case(tx, "Ünsere Zeitung rang, and the gazette")
    tx.cases.add_step(second.id, Step(tx.now, StepKind.NOTED, BEN, "this stays inside"))
    a_case(tx, "is 100% of it ours?", kind=CaseKind.QUESTION)
    assert references(tx.case_lists.search(words, 10)) == expected


def test_times_are_counted_from_the_report_to_the_first_of_each(tx: Transaction) -> None:
    assert tx.case_lists.response_times(tx.now) == case_lists.ResponseTimes(None, None, None)
    for hours in (1, 2, 6):
        case = a_case(tx, responded_at=tx.now + 7 * HOUR if hours == 6 else None)
        for kind, later in ((StepKind.CLAIMED, 0), (StepKind.UNCLAIMED, 1), (StepKind.CLAIMED, 2)):
            tx.cases.add_step(case.id, Step(tx.now + (hours + later) * HOUR, kind, BEN))
    a_case(tx, kind=CaseKind.QUESTION, responded_at=tx.now)
    a_case(tx)
    found = tx.case_lists.response_times(tx.now)
    assert found.claim == DurationSummary(3, 2 * HOUR, 6 * HOUR)
    assert found.advise is None
    assert found.respond == DurationSummary(1, 7 * HOUR, 7 * HOUR)
    assert tx.case_lists.response_times(tx.now + HOUR) == case_lists.ResponseTimes(None, None, None)
