"""Many at once, on each engine: what happens, happens once, and everybody is told the truth."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from bot.domain.case import CaseState, StepKind
from bot.messages import Address, Person, Pressed, SyncResponse
from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import SETTINGS, DeskHarness, direct, person, said

SAM = person("sam")
ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"
OFFICERS = [person(f"officer{number}", "slack", "officers") for number in range(50)]
PRESS = Address("slack", "c-press")


@pytest.fixture
async def harness(store: Store, clock: ManualClock) -> DeskHarness:
    built = DeskHarness(store, clock, SETTINGS)
    await built.start()
    return built


def press(harness: DeskHarness, who: Person, label: str, at: Address) -> Pressed:
    card = harness.at(at)[-1]
    button = next(button for button in card.buttons if button.label == label)
    return Pressed(harness.next_event(), who, button.action, button.value, at, direct(who))


async def test_of_fifty_who_claim_at_once_one_has_it_and_the_others_are_told_who(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, ENQUIRY, "event"))
    presses = [press(harness, officer, "Claim", PRESS) for officer in OFFICERS]
    told = Counter(immediate.notice for immediate in await asyncio.gather(*map(harness.desk.handle, presses)))
    await harness.settle()
    with harness.store.transaction() as tx:
        case = tx.cases.load(1)
        steps = tx.cases.steps(1)
    assert case is not None
    assert case.owner is not None
    assert told == {"": 1, texts.claimed_by_another("M-1", case.owner.name): 49}
    assert [step.by for step in steps if step.kind is StepKind.CLAIMED] == [case.owner]
    assert case.owner.name in harness.at(direct(SAM))[-1].text
    assert len(harness.at(direct(SAM))) == 2


async def test_one_event_delivered_many_times_at_once_opens_one_case(harness: DeskHarness) -> None:
    await asyncio.gather(*(harness.desk.handle(said(SAM, ENQUIRY, "event")) for _ in range(20)))
    await harness.settle()
    with harness.store.transaction() as tx:
        assert len(tx.cases.listing(list(CaseState), 50)) == 1
    assert len(harness.at(direct(SAM))) == len(harness.at(PRESS)) == 1


async def test_one_button_pressed_by_many_at_once_opens_one_case(harness: DeskHarness) -> None:
    yard = Address("slack", "c-yard/1")
    await harness.handle(said(SAM, "may I bring coffee into the reading room?", "event", yard))
    presses = [press(harness, SAM, "Ask the press office", yard) for _ in range(20)]
    answers = await asyncio.gather(*map(harness.desk.handle, presses))
    assert sorted(answers, key=lambda each: each.notice) == [
        SyncResponse(),
        *[SyncResponse(notice=texts.ALREADY_PASSED_ON)] * 19,
    ]
    with harness.store.transaction() as tx:
        assert len(tx.cases.listing(list(CaseState), 50)) == 1


async def test_what_many_do_to_one_case_at_once_is_all_in_its_history(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, ENQUIRY, "event"))
    thread = Address("slack", f"c-press/{harness.at(PRESS)[-1].id}")
    further = [said(SAM, f"M-1: further {number}", harness.next_event()) for number in range(10)]
    notes = [
        said(officer, f"note {number}", harness.next_event(), thread) for number, officer in enumerate(OFFICERS[:10])
    ]
    await asyncio.gather(*map(harness.desk.handle, [*further, *notes]))
    await harness.settle()
    with harness.store.transaction() as tx:
        case = tx.cases.load(1)
        kinds = Counter(step.kind for step in tx.cases.steps(1))
    assert case is not None
    assert kinds == {StepKind.OPENED: 1, StepKind.DELIVERED: 1, StepKind.ADDED: 10, StepKind.NOTED: 10}
    assert case.revision == 1 + 1 + 10 + 10
    assert sorted(shown.text.split("> ")[-1] for shown in harness.at(thread)) == sorted(each.text for each in further)
    history = harness.at(PRESS)[-1].text
    assert all(each.text in history for each in (*further, *notes))


async def test_two_who_join_crosswise_and_one_who_joins_on_make_one_case(harness: DeskHarness) -> None:
    askers = [person(name) for name in ("sam", "joe", "kim")]
    for number, asker in enumerate(askers):
        await harness.handle(said(asker, "the Guardian rang me about the flooded cellar", f"event-{number}"))
    presses = [
        Pressed(f"press-{number}", officer, "case.join", value, PRESS, direct(officer))
        for number, (officer, value) in enumerate(
            zip(OFFICERS, ("1@9:2", "2@9:1", "3@9:2", "2@9:3", "3@9:1", "1@9:3"), strict=False)
        )
    ]
    told = [immediate.notice for immediate in await asyncio.gather(*map(harness.desk.handle, presses))]
    await harness.settle()
    with harness.store.transaction() as tx:
        known = {case.id: case for case in tx.cases.listing(list(CaseState), 50)}
        joined = [step for number in known for step in tx.cases.steps(number) if step.kind is StepKind.TOOK_IN]
    assert [(known[number].state, known[number].joined_into) for number in (1, 2, 3)] == [
        (CaseState.OPEN, None),
        (CaseState.CLOSED, 1),
        (CaseState.CLOSED, 1),
    ]
    assert sorted(asker.person.id for asker in known[1].askers) == ["joe", "kim", "sam"]
    assert told.count("") == len(joined) == 2
