"""Every row of the table of actions, pressed by whom it is not for, replayed, forged, stale, and by two at once."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from bot.desk.actions.action import Who
from bot.desk.case_actions import ACTIONS, ERRANDS
from bot.domain.case import Case, CaseState, Step, StepKind
from bot.messages import Address, Immediate, Person, Pressed, Submitted
from bot.presentation import texts
from bot.storage.engine import Store
from bot.storage.repositories import cases
from tests.clock import ManualClock
from tests.desk import House, direct, person, said

SAM, JOE, ANNA, BEN = person("sam"), person("joe"), person("anna"), person("ben")
PRESS = Address("slack", "c-press")
ENQUIRY = "Ruth Ellery from the Guardian rang me about the flooded cellar"
THE_SAME = "a reporter from the Guardian wants to know about the flooded cellar"
OF_OFFICERS = sorted(name for name, action in ACTIONS.items() if action.who is Who.OFFICER)
OF_ASKERS = sorted(name for name, action in ACTIONS.items() if action.who is not Who.OFFICER)
TURNING = sorted(name for name, action in ACTIONS.items() if action.turns)
FILLED = {
    "text": "words",
    "approver": "The provost",
    "recipient": "Joan",
    "outcome": "no action",
    "outlet": "Harbour Gazette",
    "about": "the cellar",
    "to": "slack:ben",
    "until": "tomorrow noon",
    "title": "Flood",
    "holding_line": "Say nothing yet.",
    "lead": "slack:ben",
}
ONE_TURNS: dict[str, tuple[tuple[str, ...], StepKind, CaseState]] = {
    "case.claim": ((), StepKind.CLAIMED, CaseState.CLAIMED),
    "case.take": ((), StepKind.CLAIMED, CaseState.CLAIMED),
    "case.unclaim": (("case.claim",), StepKind.UNCLAIMED, CaseState.OPEN),
    "case.close": ((), StepKind.CLOSED, CaseState.CLOSED),
    "case.false_alarm": ((), StepKind.FALSE_ALARM, CaseState.CLOSED),
    "case.reopen": (("case.close",), StepKind.REOPENED, CaseState.OPEN),
    "case.join": ((), StepKind.JOINED, CaseState.CLOSED),
    "case.split": (("case.join",), StepKind.REOPENED, CaseState.OPEN),
}
"""What turns a case -> what has to happen before, the step that it is, and the state that it leads to."""

FORGED = ["", "1", "1@", "@1", "x@1", "1@x", "-1@1", "2@1", f"{10**20}@1", "1@1@1", "１@１"]


@pytest.fixture
async def house(store: Store, clock: ManualClock) -> House:
    built = House(store, clock)
    await built.start()
    await built.handle(said(SAM, ENQUIRY, "opens"))
    return built


def case(house: House, number: int = 1) -> Case:
    with house.store.transaction() as tx:
        found = cases.load(tx, number)
    assert found is not None
    return found


def steps(house: House, number: int = 1) -> tuple[Step, ...]:
    with house.store.transaction() as tx:
        return cases.steps(tx, number)


def history(house: House) -> int:
    return len(steps(house))


def pressed(house: House, who: Person, action: str, value: str) -> Pressed:
    return Pressed(house.next_event(), who, action, value, PRESS, direct(who))


def sent(house: House, who: Person, form: str, context: str) -> Submitted:
    return Submitted(house.next_event(), who, form, context, FILLED, PRESS, direct(who))


async def test_what_is_the_officers_is_nobody_elses(house: House) -> None:
    before, told = case(house), history(house)
    for action, who in product(OF_OFFICERS, (SAM, JOE)):
        for incoming in (pressed(house, who, action, "1@1"), sent(house, who, action, "1@1")):
            assert await house.handle(incoming) == Immediate(notice=texts.NOT_AN_OFFICER), action
    assert (case(house), history(house)) == (before, told)


async def test_what_is_the_askers_is_no_strangers(house: House) -> None:
    before = case(house)
    for action in OF_ASKERS:
        for incoming in (pressed(house, JOE, action, "1@1:0"), sent(house, JOE, action, "1@1:0")):
            assert await house.handle(incoming) == Immediate(notice=texts.NOT_YOURS), action
    assert case(house) == before


async def test_errands_are_for_officers(house: House) -> None:
    for errand in ERRANDS:
        for incoming in (pressed(house, SAM, errand, ""), sent(house, SAM, errand, "")):
            assert await house.handle(incoming) == Immediate(notice=texts.NOT_AN_OFFICER), errand
    with house.store.transaction() as tx:
        assert len(cases.listing(tx, list(CaseState), 9)) == 1


async def test_a_forged_value_changes_nothing(house: House) -> None:
    before = case(house)
    for action, value in product(ACTIONS, FORGED):
        answer = await house.desk.handle(sent(house, ANNA, action, value))
        assert answer.notice == texts.NO_SUCH_CASE, (action, value)
    assert case(house) == before


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_what_is_delivered_again_happens_once(house: House, action: str) -> None:
    await house.handle(pressed(house, ANNA, "case.claim", "1@1"))
    for who in (ANNA, SAM):
        incoming = sent(house, who, action, f"1@{case(house).revision}")
        await house.handle(incoming)
        after, told = case(house), history(house)
        for _ in range(3):
            await house.handle(incoming)
        assert (case(house), history(house)) == (after, told)


@pytest.mark.parametrize("action", TURNING)
async def test_a_card_from_before_the_last_turn_does_nothing(house: House, action: str) -> None:
    drawn = case(house).revision
    await house.handle(pressed(house, ANNA, "case.claim", f"1@{drawn}"))
    before, told = case(house), history(house)
    answer = await house.handle(sent(house, ANNA, action, f"1@{drawn}"))
    assert answer.notice or answer.problems
    assert (case(house), history(house)) == (before, told)


@pytest.mark.parametrize("action", ONE_TURNS)
async def test_of_two_at_once_one_turns_the_case(house: House, action: str) -> None:
    await house.handle(said(JOE, THE_SAME, "opens another"))
    prepared, kind, state = ONE_TURNS[action]
    for before in prepared:
        await house.handle(sent(house, ANNA, before, f"2@{case(house, 2).revision}:1"))
    drawn, told = case(house, 2), [step.kind for step in steps(house, 2)]
    both = [sent(house, who, action, f"2@{drawn.revision}:1") for who in (ANNA, BEN)]
    answers = await asyncio.gather(*map(house.desk.handle, both))
    assert [bool(answer.notice or answer.problems) for answer in answers].count(False) == 1, answers
    await house.relay.settle()
    after = case(house, 2)
    assert (after.state, after.turned) == (state, drawn.revision + 1)
    assert [step.kind for step in steps(house, 2)].count(kind) == told.count(kind) + 1


async def test_all_that_turns_a_case_is_tried_by_two_at_once() -> None:
    only_its_owners = {"case.hand_over", "case.decline", "case.wait"}  # nobody else may, so there are no two
    assert set(ONE_TURNS) | only_its_owners == set(TURNING) & set(OF_OFFICERS)
