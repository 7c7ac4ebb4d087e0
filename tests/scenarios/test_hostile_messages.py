"""What one person types does not keep another one waiting, and is answered itself; with a matcher in its process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.knowledge.loader import load
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.options import Options
from bot.matching.process import matcher_process
from bot.matching.process.matcher_process import MatcherProcess
from bot.presentation import texts
from tests import learned
from tests.desk import KNOWLEDGE, PHONE, DeskHarness, direct, person, said
from tests.hostile import FRAGILE, HOSTILE

pytestmark = pytest.mark.slow

SAM, TESS = person("sam"), person("tess")
QUESTION, ANSWER = "may I bring my dog to the reading room", "No, except assistance dogs"


@pytest.fixture
async def matcher(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MatcherProcess]:
    monkeypatch.setattr(matcher_process, "SERVER_PROGRAM", FRAGILE)
    knowledge = load(KNOWLEDGE)
    options = learned.cached(knowledge, Options(encoder="off"))
    matcher = await MatcherProcess.start(knowledge, options)
    yield matcher
    await matcher.close()


@pytest.fixture
async def desk(harness: DeskHarness, matcher: MatcherProcess) -> DeskHarness:
    harness.active_knowledge = ActiveKnowledge(LoadedKnowledge(load(KNOWLEDGE), matcher))
    await harness.start()
    return harness


@pytest.mark.parametrize("text", ["poison", "slow"])
async def test_who_writes_what_cannot_be_matched_is_told_so_and_others_are_answered(
    desk: DeskHarness, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    events = [said(SAM, text, "sam"), *(said(TESS, QUESTION, f"tess-{number}") for number in range(3))]
    await asyncio.gather(*map(desk.desk.handle, events))
    await desk.settle()

    (told,) = desk.at(direct(SAM))
    assert told.text.startswith(texts.UNKNOWN)
    assert PHONE in told.text
    assert [button.label for button in told.buttons] == [texts.ASK_PRESS]
    assert [ANSWER in message.text for message in desk.at(direct(TESS))] == [True] * 3
    assert text not in caplog.text


async def test_the_number_is_only_for_what_was_not_matched_and_only_where_there_is_one(desk: DeskHarness) -> None:
    await desk.handle(said(SAM, "who won the match", "sam"))
    assert PHONE not in desk.at(direct(SAM))[-1].text

    desk.press_desk.phone = ""
    await desk.handle(said(SAM, "poison", "sam-2"))
    assert desk.at(direct(SAM))[-1].text.startswith(texts.UNKNOWN)


async def test_what_needs_no_matching_does_not_wait_for_another_matcher(
    desk: DeskHarness, matcher: MatcherProcess
) -> None:
    async with matcher._replacing:  # as long as the new process learns
        await asyncio.wait_for(desk.handle(said(SAM, "", "sam")), 5)
    assert desk.at(direct(SAM))[-1].text == texts.EMPTY_MESSAGE


@pytest.mark.parametrize("name", ["ligatures", "two unknown words, again and again", "prose of 12,400 characters"])
async def test_another_person_is_answered_beside_a_hostile_message(desk: DeskHarness, name: str) -> None:
    begun = time.monotonic()
    hostile = asyncio.create_task(desk.desk.handle(said(SAM, HOSTILE[name], "sam")))
    await asyncio.sleep(0)
    await desk.desk.handle(said(TESS, QUESTION, "tess"))
    assert time.monotonic() - begun < 5  # `make bench` measures it
    await hostile
    await desk.settle()
    assert ANSWER in desk.at(direct(TESS))[-1].text
