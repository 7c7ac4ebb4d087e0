from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.errors import StaleCase
from bot.messages import Address, Person
from bot.storage.engine import Store
from bot.storage.transaction import Transaction
from tests.clock import ManualClock

ADA, BEN = Person("slack", "U:ADA", "Ada"), Person("teams", "BEN", "Ben")
CHANNEL = Address("slack", "C1/17.0001")
MINUTE = timedelta(minutes=1)
_event = count()


def asker(tx: Transaction, person: Person = ADA, at: Address = CHANNEL) -> Asker:
    direct = Address(person.platform, f"D-{person.id}")
    return Asker(person, direct, at, "The Guardian rang", tx.now, f"E{next(_event)}", "https://example.org/17", 2)


def a_case(tx: Transaction, person: Person = ADA, kind: CaseKind = CaseKind.MEDIA) -> Case:
    return tx.cases.create(kind, asker(tx, person), Details())


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.transaction() as opened:
        yield opened


def test_a_case_comes_back_as_it_was_made(tx: Transaction) -> None:
    details = Details("The Guardian", "J. Doe", "j@example.org", "5 pm", "a tweet")
    case = tx.cases.create(CaseKind.MEDIA, asker(tx), details, restricted=True)
    assert (case.state, case.revision, case.opened_at) == (CaseState.OPEN, 1, tx.now)
    assert case.reference == f"M-{case.id}"
    assert tx.cases.load(case.id) == case
    assert tx.cases.load(case.id + 1) is None


def test_every_part_of_a_case_is_saved(tx: Transaction) -> None:
    case = a_case(tx)
    changed = replace(
        case,
        state=CaseState.CLOSED,
        askers=(replace(case.askers[0], text="corrected"), asker(tx, BEN)),
        details=Details(outlet="BBC"),
        owner=BEN,
        outcome=Outcome.FALSE_ALARM,
        claimed_at=tx.now + MINUTE,
        answered_at=tx.now + 2 * MINUTE,
        closed_at=tx.now + 3 * MINUTE,
        restricted=True,
        unreachable="slack:C0PRESS: gone",
        revision=2,
        ownership_revision=2,
    )
    tx.cases.save(changed)
    assert tx.cases.load(case.id) == changed
    fewer = replace(changed, askers=changed.askers[1:], owner=None, outcome=None, revision=3)
    tx.cases.save(fewer)
    assert tx.cases.load(case.id) == fewer


def test_groups_of_people_are_not_kept(tx: Transaction) -> None:
    officer = replace(ADA, groups=frozenset({"S0PRESS"}))
    case = a_case(tx, officer)
    loaded = tx.cases.load(case.id)
    assert loaded is not None
    assert loaded.askers[0].person == ADA


@pytest.mark.parametrize("revision", [1, 3])
def test_only_the_next_revision_is_saved(tx: Transaction, revision: int) -> None:
    case = a_case(tx)
    with pytest.raises(StaleCase, match=case.reference):
        tx.cases.save(replace(case, owner=BEN, revision=revision))
    assert tx.cases.load(case.id) == case


def test_the_number_of_a_case_is_never_given_out_twice(store: Store) -> None:
    with store.transaction() as tx:
        first = a_case(tx)
        tx.connection.exec_driver_sql("DELETE FROM press_case")
        assert a_case(tx).id > first.id


def test_two_who_change_a_case_wait_for_each_other(store: Store, database_url: str, clock: ManualClock) -> None:
    with store.transaction() as tx:
        case = a_case(tx)
    ready = threading.Barrier(4)

    def claim(number: int) -> bool:
        mine = Store(database_url, clock)
        mine.open()
        ready.wait(10)
        with mine.transaction() as tx:
            found = tx.cases.load(case.id)
            assert found is not None
            free = found.owner is None
            if free:
                tx.cases.save(replace(found, owner=Person("slack", str(number)), revision=found.revision + 1))
        mine.close()
        return free

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(claim, range(4))) == [False, False, False, True]


def test_the_history_is_kept_in_order(tx: Transaction) -> None:
    case = a_case(tx)
    steps = (
        Step(tx.now, StepKind.OPENED, ADA, "The Guardian rang", "E1"),
        Step(tx.now, StepKind.CLAIMED, BEN),
        Step(tx.now - MINUTE, StepKind.REMINDED),
    )
    for step in steps:
        tx.cases.add_step(case.id, step)
    tx.cases.add_step(a_case(tx).id, Step(tx.now, StepKind.OPENED, ADA))
    assert tx.cases.steps(case.id) == steps


def test_a_further_message_may_belong_to_the_open_cases_of_this_person_here(tx: Transaction) -> None:
    oldest = a_case(tx)
    newest = a_case(tx, kind=CaseKind.QUESTION)
    a_case(tx, BEN)
    assert tx.cases.open_in(ADA.key, CHANNEL) == [newest, oldest]
    assert tx.cases.open_in(ADA.key, newest.askers[0].direct) == [newest, oldest]
    assert tx.cases.open_in(ADA.key, Address("slack", "C2")) == []
    assert tx.cases.open_in("slack:ADA", CHANNEL) == []
    for _ in range(5):
        a_case(tx)
    assert len(tx.cases.open_in(ADA.key, CHANNEL)) == 5


def test_a_closed_case_takes_no_further_message(tx: Transaction) -> None:
    case = a_case(tx)
    tx.cases.save(replace(case, state=CaseState.CLOSED, revision=2))
    assert tx.cases.open_in(ADA.key, CHANNEL) == []


def test_an_edit_finds_its_case_by_the_message(tx: Transaction) -> None:
    case = a_case(tx)
    tx.cases.add_step(case.id, Step(tx.now, StepKind.ADDED, ADA, "more", "added"))
    tx.cases.add_step(case.id, Step(tx.now, StepKind.CLAIMED, BEN))
    assert tx.cases.by_event("slack", case.askers[0].event_id) == case
    assert tx.cases.by_event("slack", "added") == case
    assert tx.cases.by_event("teams", "added") is None, "another platform may count its messages alike"
    assert tx.cases.by_event("slack", "") is None
    assert tx.cases.by_event("teams", "") is None
    separate = tx.cases.create(CaseKind.MEDIA, replace(case.askers[0], event_id="added"), Details())
    assert tx.cases.by_event("slack", "added") == separate


def test_lists_are_newest_first(tx: Transaction) -> None:
    first, second, third = a_case(tx), a_case(tx, BEN), a_case(tx, kind=CaseKind.QUESTION)
    closed = replace(second, state=CaseState.CLOSED, revision=2)
    tx.cases.save(closed)
    assert tx.cases.listing([CaseState.OPEN, CaseState.CLAIMED], 10) == [third, first]
    assert tx.cases.listing([CaseState.OPEN], 1) == [third]
    assert tx.cases.listing([CaseState.CLOSED], 10) == [closed]
    assert tx.cases.of_asker(ADA.key) == [third, first]
    assert tx.cases.of_asker(BEN.key) == [closed]
    assert tx.cases.counts() == {
        (CaseKind.MEDIA, CaseState.OPEN): 1,
        (CaseKind.MEDIA, CaseState.CLOSED): 1,
        (CaseKind.QUESTION, CaseState.OPEN): 1,
    }
