"""Every row of the table of actions, pressed by whom it is not for, replayed, forged, stale, and by two at once."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from bot.desk.actions.action import CaseAction, PressOfficeAction, Who
from bot.desk.actions.table import ACTIONS
from bot.domain.case import Case, CaseState, Step, StepKind
from bot.messages import Address, Person, Pressed, Submitted, SyncResponse
from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import DeskHarness, direct, person, said

SAM, JOE, ANNA, BEN = person("sam"), person("joe"), person("anna"), person("ben")
PRESS = Address("slack", "c-press")
ENQUIRY = "Ruth Ellery from the Guardian rang me about the flooded cellar"
THE_SAME = "a reporter from the Guardian wants to know about the flooded cellar"
OF_CASES = {name: action for name, action in ACTIONS.items() if isinstance(action, CaseAction)}
OF_OFFICERS = sorted(name for name, action in OF_CASES.items() if action.who is Who.OFFICER)
OF_ASKERS = sorted(name for name, action in OF_CASES.items() if action.who is not Who.OFFICER)
CHANGING_HANDS = sorted(name for name, action in OF_CASES.items() if action.changes_ownership)
ON_NO_CASE = sorted(name for name, action in ACTIONS.items() if isinstance(action, PressOfficeAction))
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
async def harness(store: Store, clock: ManualClock) -> DeskHarness:
    built = DeskHarness(store, clock)
    await built.start()
    await built.handle(said(SAM, ENQUIRY, "opens"))
    return built


def case(harness: DeskHarness, number: int = 1) -> Case:
    with harness.store.transaction() as tx:
        found = tx.cases.load(number)
    assert found is not None
    return found


def steps(harness: DeskHarness, number: int = 1) -> tuple[Step, ...]:
    with harness.store.transaction() as tx:
        return tx.cases.steps(number)


def history(harness: DeskHarness) -> int:
    return len(steps(harness))


def pressed(harness: DeskHarness, who: Person, action: str, value: str) -> Pressed:
    return Pressed(harness.next_event(), who, action, value, PRESS, direct(who))


def sent(harness: DeskHarness, who: Person, form: str, context: str) -> Submitted:
    return Submitted(harness.next_event(), who, form, context, FILLED, PRESS, direct(who))


async def test_what_is_the_officers_is_nobody_elses(harness: DeskHarness) -> None:
    before, told = case(harness), history(harness)
    for action, who in product(OF_OFFICERS, (SAM, JOE)):
        for incoming in (pressed(harness, who, action, "1@1"), sent(harness, who, action, "1@1")):
            assert await harness.handle(incoming) == SyncResponse(notice=texts.NOT_AN_OFFICER), action
    assert (case(harness), history(harness)) == (before, told)


async def test_what_is_the_askers_is_no_strangers(harness: DeskHarness) -> None:
    before = case(harness)
    for action in OF_ASKERS:
        for incoming in (pressed(harness, JOE, action, "1@1:0"), sent(harness, JOE, action, "1@1:0")):
            assert await harness.handle(incoming) == SyncResponse(notice=texts.NOT_YOURS), action
    assert case(harness) == before


async def test_errands_are_for_officers(harness: DeskHarness) -> None:
    for context in ON_NO_CASE:
        for incoming in (pressed(harness, SAM, context, ""), sent(harness, SAM, context, "")):
            assert await harness.handle(incoming) == SyncResponse(notice=texts.NOT_AN_OFFICER), context
    with harness.store.transaction() as tx:
        assert len(tx.cases.listing(list(CaseState), 9)) == 1


async def test_a_forged_value_changes_nothing(harness: DeskHarness) -> None:
    before = case(harness)
    for action, value in product(OF_CASES, FORGED):
        answer = await harness.desk.handle(sent(harness, ANNA, action, value))
        assert answer.notice == texts.NO_SUCH_CASE, (action, value)
    assert case(harness) == before


@pytest.mark.parametrize("action", sorted(OF_CASES))
async def test_what_is_delivered_again_happens_once(harness: DeskHarness, action: str) -> None:
    await harness.handle(pressed(harness, ANNA, "case.claim", "1@1"))
    for who in (ANNA, SAM):
        incoming = sent(harness, who, action, f"1@{case(harness).revision}")
        await harness.handle(incoming)
        after, told = case(harness), history(harness)
        for _ in range(3):
            await harness.handle(incoming)
        assert (case(harness), history(harness)) == (after, told)


@pytest.mark.parametrize("action", CHANGING_HANDS)
async def test_a_card_from_before_the_last_turn_does_nothing(harness: DeskHarness, action: str) -> None:
    drawn = case(harness).revision
    await harness.handle(pressed(harness, ANNA, "case.claim", f"1@{drawn}"))
    before, told = case(harness), history(harness)
    answer = await harness.handle(sent(harness, ANNA, action, f"1@{drawn}"))
    assert answer.notice or answer.problems
    assert (case(harness), history(harness)) == (before, told)


@pytest.mark.parametrize("action", ONE_TURNS)
async def test_of_two_at_once_one_turns_the_case(harness: DeskHarness, action: str) -> None:
    await harness.handle(said(JOE, THE_SAME, "opens another"))
    prepared, kind, state = ONE_TURNS[action]
    for before in prepared:
        await harness.handle(sent(harness, ANNA, before, f"2@{case(harness, 2).revision}:1"))
    drawn, told = case(harness, 2), [step.kind for step in steps(harness, 2)]
    both = [sent(harness, who, action, f"2@{drawn.revision}:1") for who in (ANNA, BEN)]
    answers = await asyncio.gather(*map(harness.desk.handle, both))
    assert [bool(answer.notice or answer.problems) for answer in answers].count(False) == 1, answers
    await harness.settle()
    after = case(harness, 2)
    assert (after.state, after.ownership_revision) == (state, drawn.revision + 1)
    assert [step.kind for step in steps(harness, 2)].count(kind) == told.count(kind) + 1


async def test_all_that_turns_a_case_is_tried_by_two_at_once() -> None:
    only_its_owners = {"case.hand_over", "case.decline", "case.wait"}  # nobody else may, so there are no two
    assert set(ONE_TURNS) | only_its_owners == set(CHANGING_HANDS) & set(OF_OFFICERS)
