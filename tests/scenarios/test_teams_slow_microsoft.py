"""Microsoft's servers hang while the desk serves in Slack and in Teams at once: nobody else waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.both import Both, serving
from tests.slack.server import LoopbackSlack
from tests.teams.microsoft import Microsoft
from tests.teams.office import trust
from tests.teams.people import ANNA, SAM

pytestmark = pytest.mark.slow

COFFEE = "may I bring coffee into the reading room?"
REPORTER = "a reporter from the Guardian just rang me about my tweet"
EVENTS = 20


@pytest.fixture
async def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    microsoft = Microsoft()
    await microsoft.start()
    trust(microsoft, tmp_path, monkeypatch)
    async with serving(microsoft, tmp_path) as there:
        yield there
        microsoft.let_go()
    await microsoft.stop()


async def test_slack_is_served_while_microsofts_keys_cannot_be_had(both: Both) -> None:
    both.microsoft.let_keys.clear()
    in_teams = asyncio.ensure_future(both.insists(COFFEE))
    await both.microsoft.waiting.wait()
    for _ in range(EVENTS):
        assert await both.in_slack.says("U0SAM", COFFEE) is not None
    await both.slack.until(lambda: len(_answers(both.slack)) == EVENTS)
    assert not in_teams.done()
    both.microsoft.let_keys.set()
    await in_teams


async def test_slack_is_served_while_microsoft_gives_no_token(both: Both) -> None:
    both.microsoft.let_tokens.clear()
    await both.insists(COFFEE)  # who is a guest cannot be asked without one, so it is taken in and waits
    await both.microsoft.waiting.wait()
    for _ in range(EVENTS):
        assert await both.in_slack.says("U0SAM", COFFEE) is not None
    await both.slack.until(lambda: len(_answers(both.slack)) == EVENTS)
    assert both.microsoft.texts(SAM.chat) == []
    both.microsoft.let_tokens.set()
    await both.teams_reads(SAM, "in a closed cup")


async def test_an_enquiry_reaches_the_press_office_in_slack_while_its_channel_in_teams_hangs(both: Both) -> None:
    await both.in_teams.installs_in_team(ANNA)
    both.microsoft.let_connector.clear()
    assert await both.in_slack.says("U0SAM", REPORTER) is not None
    await both.microsoft.waiting.wait()
    await both.slack.until(lambda: any("M-1" in one.words for one in both.slack.in_("C0PRESS")))
    await both.slack.until(lambda: any("M-1" in one.words for one in both.slack.in_(both.slack.direct("U0SAM"))))
    assert both.in_press_channel() == []
    both.microsoft.taken.clear()
    both.microsoft.let_connector.set()
    await both.microsoft.taken.wait()
    assert "M-1 Media enquiry" in both.in_press_channel()[0]


def _answers(slack: LoopbackSlack) -> list[str]:
    return [one.words for one in slack.in_(slack.direct("U0SAM")) if "in a closed cup" in one.words]
