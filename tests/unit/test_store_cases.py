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
from bot.storage.repositories import cases
from bot.storage.transaction import Tx
from tests.clock import ManualClock

ADA, BEN = Person("slack", "U:ADA", "Ada"), Person("teams", "BEN", "Ben")
CHANNEL = Address("slack", "C1/17.0001")
MINUTE = timedelta(minutes=1)
_event = count()


def asker(tx: Tx, person: Person = ADA, at: Address = CHANNEL) -> Asker:
    direct = Address(person.platform, f"D-{person.id}")
    return Asker(person, direct, at, "The Guardian rang", tx.now, f"E{next(_event)}", "https://example.org/17", 2)


def a_case(tx: Tx, person: Person = ADA, kind: CaseKind = CaseKind.MEDIA) -> Case:
    return cases.create(tx, kind, asker(tx, person), Details())


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    with store.transaction() as opened:
        yield opened


def test_a_case_comes_back_as_it_was_made(tx: Tx) -> None:
    details = Details("The Guardian", "J. Doe", "j@example.org", "5 pm", "a tweet")
    case = cases.create(tx, CaseKind.MEDIA, asker(tx), details, restricted=True)
    assert (case.state, case.revision, case.opened_at) == (CaseState.OPEN, 1, tx.now)
    assert case.reference == f"M-{case.id}"
    assert cases.load(tx, case.id) == case
    assert cases.load(tx, case.id + 1) is None


def test_every_part_of_a_case_is_saved(tx: Tx) -> None:
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
        turned=2,
    )
    cases.save(tx, changed)
    assert cases.load(tx, case.id) == changed
    fewer = replace(changed, askers=changed.askers[1:], owner=None, outcome=None, revision=3)
    cases.save(tx, fewer)
    assert cases.load(tx, case.id) == fewer


def test_groups_of_people_are_not_kept(tx: Tx) -> None:
    officer = replace(ADA, groups=frozenset({"S0PRESS"}))
    case = a_case(tx, officer)
    loaded = cases.load(tx, case.id)
    assert loaded is not None
    assert loaded.askers[0].person == ADA


@pytest.mark.parametrize("revision", [1, 3])
def test_only_the_next_revision_is_saved(tx: Tx, revision: int) -> None:
    case = a_case(tx)
    with pytest.raises(StaleCase, match=case.reference):
        cases.save(tx, replace(case, owner=BEN, revision=revision))
    assert cases.load(tx, case.id) == case


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
            found = cases.load(tx, case.id)
            assert found is not None
            free = found.owner is None
            if free:
                cases.save(tx, replace(found, owner=Person("slack", str(number)), revision=found.revision + 1))
        mine.close()
        return free

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(claim, range(4))) == [False, False, False, True]


def test_the_history_is_kept_in_order(tx: Tx) -> None:
    case = a_case(tx)
    steps = (
        Step(tx.now, StepKind.OPENED, ADA, "The Guardian rang", "E1"),
        Step(tx.now, StepKind.CLAIMED, BEN),
        Step(tx.now - MINUTE, StepKind.REMINDED),
    )
    for step in steps:
        cases.add_step(tx, case.id, step)
    cases.add_step(tx, a_case(tx).id, Step(tx.now, StepKind.OPENED, ADA))
    assert cases.steps(tx, case.id) == steps


def test_a_further_message_belongs_to_the_newest_open_case_of_this_person_here(tx: Tx) -> None:
    since = tx.now - MINUTE
    a_case(tx)
    newest = a_case(tx, kind=CaseKind.QUESTION)
    a_case(tx, BEN)
    assert cases.open_for(tx, ADA.key, CHANNEL, since) == newest
    assert cases.open_for(tx, ADA.key, newest.askers[0].direct, since) == newest
    assert cases.open_for(tx, ADA.key, Address("slack", "C2"), since) is None
    assert cases.open_for(tx, "slack:ADA", CHANNEL, since) is None
    assert cases.open_for(tx, ADA.key, CHANNEL, tx.now) == newest
    assert cases.open_for(tx, ADA.key, CHANNEL, tx.now + MINUTE) is None


def test_a_closed_case_takes_no_further_message(tx: Tx) -> None:
    case = a_case(tx)
    cases.save(tx, replace(case, state=CaseState.CLOSED, revision=2))
    assert cases.open_for(tx, ADA.key, CHANNEL, tx.now - MINUTE) is None


@pytest.mark.parametrize(
    ("kind", "by", "belongs"),
    [(StepKind.ADDED, ADA, True), (StepKind.ADDED, BEN, False), (StepKind.DETAILS, ADA, False)],
)
def test_what_an_asker_added_keeps_their_case_at_hand(tx: Tx, kind: StepKind, by: Person, *, belongs: bool) -> None:
    case = a_case(tx)
    cases.add_step(tx, case.id, Step(tx.now + 90 * MINUTE, kind, by, "and the Times"))
    found = cases.open_for(tx, ADA.key, CHANNEL, tx.now + 60 * MINUTE)
    assert found == (case if belongs else None)


def test_an_edit_finds_its_case_by_the_message(tx: Tx) -> None:
    case = a_case(tx)
    cases.add_step(tx, case.id, Step(tx.now, StepKind.ADDED, ADA, "more", "added"))
    cases.add_step(tx, case.id, Step(tx.now, StepKind.CLAIMED, BEN))
    assert cases.by_event(tx, "slack", case.askers[0].event_id) == case
    assert cases.by_event(tx, "slack", "added") == case
    assert cases.by_event(tx, "teams", "added") is None, "another platform may count its messages alike"
    assert cases.by_event(tx, "slack", "") is None
    assert cases.by_event(tx, "teams", "") is None
    separate = cases.create(tx, CaseKind.MEDIA, replace(case.askers[0], event_id="added"), Details())
    assert cases.by_event(tx, "slack", "added") == separate


def test_lists_are_newest_first(tx: Tx) -> None:
    first, second, third = a_case(tx), a_case(tx, BEN), a_case(tx, kind=CaseKind.QUESTION)
    closed = replace(second, state=CaseState.CLOSED, revision=2)
    cases.save(tx, closed)
    assert cases.listing(tx, [CaseState.OPEN, CaseState.CLAIMED], 10) == [third, first]
    assert cases.listing(tx, [CaseState.OPEN], 1) == [third]
    assert cases.listing(tx, [CaseState.CLOSED], 10) == [closed]
    assert cases.of_asker(tx, ADA.key) == [third, first]
    assert cases.of_asker(tx, BEN.key) == [closed]
    assert cases.counts(tx) == {
        (CaseKind.MEDIA, CaseState.OPEN): 1,
        (CaseKind.MEDIA, CaseState.CLOSED): 1,
        (CaseKind.QUESTION, CaseState.OPEN): 1,
    }
