"""An enquiry that crosses from one platform to the other: real SDKs on both sides, one desk between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.presentation import texts
from tests.both import SLACK_PRESS, TEAMS_PRESS, Both, serving
from tests.teams.microsoft import Microsoft
from tests.teams.office import trust
from tests.teams.people import ANNA, BEN, SAM
from tests.waiting import insist

pytestmark = pytest.mark.slow

REPORTER = "a reporter from the Guardian just rang me about my tweet"
INSIDE = "I know this reporter, careful"
Opening = Callable[..., AbstractAsyncContextManager[Both]]


@pytest.fixture
async def opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Opening]:
    microsoft = Microsoft()
    await microsoft.start()
    trust(microsoft, tmp_path, monkeypatch)

    @asynccontextmanager
    async def office(*channels: str, officers: Sequence[str] = ()) -> AsyncIterator[Both]:
        officers = (*officers, "slack:U0ANNA", f"teams:{ANNA.aad}", f"teams:{BEN.aad}")
        async with serving(microsoft, tmp_path, channels=channels, officers=officers) as here:
            await here.in_teams.installs_in_team(ANNA)
            yield here

    yield office
    await microsoft.stop()


async def test_somebody_in_slack_is_helped_from_teams(opening: Opening) -> None:
    async with opening(TEAMS_PRESS) as here:
        assert await here.in_slack.says("U0SAM", REPORTER) is not None
        await here.slack_reads("U0SAM", "M-1")
        card = await here.teams_card("unclaimed")
        await here.teams_presses(ANNA, card, texts.CLAIM)
        await here.slack_reads("U0SAM", "Anna Officer of the press office is looking after M-1")
        thread = await here.teams_thread()
        for text in (INSIDE, "reply: Ring me *first*."):
            assert await here.in_teams.says(ANNA, text, thread, mention=True) == 200
        answer = await here.slack_reads("U0SAM", "Ring me *first*.")
        assert INSIDE not in answer.words
        await here.in_slack.says("U0SAM", "M-1: they rang again")
        await here.teams_card("M-1: they rang again")
        assert not any(INSIDE in one.words for one in here.slack.in_(here.slack.direct("U0SAM")))


async def test_somebody_in_teams_is_helped_from_slack(opening: Opening) -> None:
    async with opening(SLACK_PRESS) as here:
        assert await here.in_teams.says(SAM, REPORTER) == 200
        await here.teams_reads(SAM, "M-1")
        card = await here.slack_card("unclaimed")
        await here.in_slack.press("U0ANNA", card, texts.CLAIM)
        await here.teams_reads(SAM, "Anna of the press office is looking after M-1")
        await here.in_slack.says("U0ANNA", INSIDE, "C0PRESS", thread_ts=card.ts)
        await here.in_slack.says("U0ANNA", "reply: Leave it to <!channel> us.", "C0PRESS", thread_ts=card.ts)
        await here.teams_reads(SAM, "Leave it to")
        await here.slack_card(f"noted: {INSIDE}")
        assert not any(INSIDE in text for text in here.microsoft.texts(SAM.chat))


async def test_two_press_desks_see_one_case_and_it_has_one_owner(opening: Opening) -> None:
    async with opening(SLACK_PRESS, TEAMS_PRESS) as here:
        await here.in_slack.says("U0SAM", REPORTER)
        in_slack, in_teams = await here.slack_card("unclaimed"), await here.teams_card("unclaimed")
        claim = in_slack.buttons[texts.CLAIM]
        await here.teams_presses(BEN, in_teams, texts.CLAIM)
        await here.slack_card("claimed by Ben Officer")
        await here.teams_card("claimed by Ben Officer")
        await here.in_slack.press("U0ANNA", in_slack, texts.CLAIM, claim)  # she had not seen it change
        await here.slack.until(lambda: any("Ben Officer has M-1" in one.text for one in here.slack.posted))
        thread = await here.teams_thread()
        assert await here.in_teams.says(BEN, "reply: We shall answer them.", thread, mention=True) == 200
        await here.slack_reads("U0SAM", "We shall answer them.")
        await here.slack_card("answered by Ben Officer")


async def test_a_card_says_what_comes_from_the_console(opening: Opening) -> None:
    async with opening(SLACK_PRESS, "web:press", officers=["web:anna"]) as here:
        await here.console.post("say", id="event-one", person="sam", at="staff/sam", text=REPORTER)
        await here.slack_card("Sam Staff (trial console) · web")

        async def unclaimed() -> list[dict[str, Any]]:
            return [one for one in await here.console.messages() if one["conversation"] == "press"]

        (card,) = await insist(unclaimed)
        (claim, *_), *_ = [block["buttons"] for block in card["blocks"] if block["block"] == "buttons"]
        pressed = {"message": card["id"], "action": claim["action"], "value": claim["value"]}
        assert (await here.console.post("press", id="event-two", person="anna", **pressed))[0] == 200
        await here.slack_card("claimed by Anna Officer (trial console)")
        await here.slack_card("Anna Officer (trial console) claimed it")


async def test_the_console_has_no_officers_of_its_own_beside_a_platform(opening: Opening) -> None:
    async with opening(SLACK_PRESS) as here:
        await here.in_slack.says("U0SAM", REPORTER)
        await here.slack_card("unclaimed")
        claim = {"message": "page", "action": "case.claim", "value": "1@1"}
        _, answer = await here.console.post("press", id="event-one", person="anna", **claim)
        assert answer["notice"] == texts.NOT_AN_OFFICER
