"""Nobody waits for what somebody else writes: a hostile enquiry opens beside the answers to others."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import open_case
from bot.desk.actions.table import ACTIONS
from bot.desk.open_case import RelatedCaseFinder, RelatedCases, link_related
from bot.domain.case import Asker, Case, CaseKind, Details, LinkKind
from bot.matching.active_knowledge import ActiveKnowledge
from bot.matching.match import Match
from bot.messages import Address, Person, Submitted
from bot.storage.engine import Store
from bot.storage.transaction import Transaction
from tests import hostile_reading
from tests.clock import ManualClock
from tests.desk import DeskHarness, direct, loaded_knowledge, person, said

SAM, JOE, ANNA = person("sam"), person("joe"), person("anna")
RECENT = 100
HOSTILE = ["different days that do not exist", "an embargo, then spaces", "different dates", "addresses"]
CELLAR = "a reporter from the Guardian asks about the flooded cellar"
SECOND = 1.0


class TakesAllLongForMedia:
    """A matcher that takes every long message for an enquiry at once, so that only the desk is measured."""

    async def match(self, text: str, previous: str = "") -> Match:
        if len(text) > 1_000:
            return Match("media")
        _, match = await ActiveKnowledge(loaded_knowledge()).match(text, previous)
        return match


@pytest.fixture
async def harness(quick_store: Store, clock: ManualClock) -> DeskHarness:
    known = ActiveKnowledge(replace(loaded_knowledge(), matcher=TakesAllLongForMedia()))
    built = DeskHarness(quick_store, clock, active_knowledge=known)
    await built.start()
    return built


OFFICER = person("officer", "slack", "officers")
"""Somebody who may write as much as they like."""


def put(tx: Transaction, text: str, who: Person = JOE, **details: str) -> Case:
    asker = Asker(who, direct(who), direct(who), text, tx.now, f"e-{text[:20]}")
    return tx.cases.create(CaseKind.MEDIA, asker, Details(**details))


async def fill(harness: DeskHarness) -> None:
    """As many long enquiries as are compared with a new one. None of their words was read yet."""
    await harness.store.run(lambda tx: [put(tx, hostile_reading.enquiry(number, "flood")) for number in range(RECENT)])


async def answered_in(harness: DeskHarness) -> float:
    """Seconds until another person's question is answered and committed."""
    begun, event = time.perf_counter(), harness.next_event()
    await harness.desk.handle(said(OFFICER, "may I bring coffee into the reading room?", event))
    while await harness.store.read(lambda tx: tx.jobs.by_key(f"said:slack:{event}:answer")) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    return time.perf_counter() - begun


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
async def test_others_are_answered_while_somebody_reports_hostile_enquiries(harness: DeskHarness, text: str) -> None:
    await fill(harness)
    await harness.desk.start()
    hostile = hostile_reading.texts(43_200)[text]
    for n in range(3):
        await harness.desk.handle(said(JOE, hostile, harness.next_event(), Address("slack", f"c-{n}")))
    while len(await harness.store.read(lambda tx: tx.cases.of_asker(JOE.key))) < RECENT + 3:
        assert await answered_in(harness) < SECOND
    await harness.desk.stop()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["report", "press.open"])
async def test_others_are_answered_while_somebody_sends_hostile_forms(harness: DeskHarness, form: str) -> None:
    await fill(harness)
    await harness.desk.start()
    hostile = hostile_reading.texts(3_000)["different dates"]
    values = {"message": hostile, "about": hostile, "questions": hostile, "slot": hostile, "outlet": hostile}
    submitted = Submitted(harness.next_event(), OFFICER, form, "", values, direct(OFFICER), direct(OFFICER))
    task = asyncio.create_task(harness.desk.handle(submitted))
    while not task.done():
        assert await answered_in(harness) < SECOND
    assert not (await task).problems
    assert await harness.store.read(lambda tx: tx.cases.load(RECENT + 1)) is not None
    await harness.desk.stop()


# ---- what is found before the transaction ---------------------------------------------------------------------------


async def found(harness: DeskHarness, text: str = CELLAR) -> RelatedCases:
    return await RelatedCaseFinder(harness.store, harness.press_desk).find(text, "")


async def linked(harness: DeskHarness, known: RelatedCases, text: str = CELLAR) -> dict[int, LinkKind]:
    def link(tx: Transaction) -> dict[int, LinkKind]:
        case = put(tx, text, SAM, outlet="Guardian")
        return {each.other(case.id): each.kind for each in link_related(tx, case, harness.press_desk, known)}

    return await harness.store.run(link)


async def test_a_case_that_was_found_before_is_linked(harness: DeskHarness) -> None:
    await harness.store.run(lambda tx: put(tx, CELLAR, outlet="The Guardian"))
    known = await found(harness)
    assert known == RelatedCases({1: LinkKind.SAME}, 1)
    assert await linked(harness, known) == {1: LinkKind.SAME}


async def test_a_case_that_opened_since_is_compared_too(harness: DeskHarness) -> None:
    await harness.store.run(lambda tx: put(tx, CELLAR, outlet="The Guardian"))
    known = await found(harness)
    await harness.store.run(lambda tx: put(tx, "the BBC asks about the flooded cellar", outlet="BBC"))
    assert await linked(harness, known) == {1: LinkKind.SAME, 2: LinkKind.STORY}


async def test_a_case_that_is_gone_is_not_linked(harness: DeskHarness) -> None:
    assert await linked(harness, RelatedCases({7: LinkKind.SAME}, 9)) == {}


async def test_a_case_that_is_too_old_is_not_found(harness: DeskHarness) -> None:
    await harness.store.run(lambda tx: put(tx, CELLAR, outlet="The Guardian"))
    harness.clock.advance(harness.press_desk.same_story_within + timedelta(minutes=1))
    assert await found(harness) == RelatedCases({}, 0)


async def test_only_a_similar_enquiry_of_the_same_person_is_linked(harness: DeskHarness) -> None:
    """However many somebody reports, none joins another because of that."""
    other = "a reporter from the Guardian wants a photograph of the parrot"
    await harness.store.run(lambda tx: [put(tx, CELLAR, outlet="Guardian") for _ in range(10)])
    assert (await found(harness, other)).kinds == {}
    assert set((await found(harness)).kinds) == set(range(1, 11))
    assert len(await linked(harness, await found(harness))) == open_case.MOST_LINKS


def test_the_actions_that_compare_enquiries_exist() -> None:
    comparing = {name for name, action in ACTIONS.items() if action.compares_enquiries}
    assert comparing == {"case.details", "case.separate", "media.yes", "press.open", "report"}
