"""A little of the dialogues on PostgreSQL, with every change; all of them are played on it by `make test-all`."""

from __future__ import annotations

import pytest

from bot.presentation import texts
from tests.dialogue import Presses, Says, Stage
from tests.scenarios.turns import ADDED, CLAIM, CLOSE, REPLY, REPORT


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


@pytest.mark.postgresql
async def test_an_enquiry_goes_from_its_report_to_its_end(stage: Stage) -> None:
    await stage.play([REPORT, CLAIM, ADDED, REPLY, *CLOSE])


@pytest.mark.postgresql
async def test_a_question_is_answered_and_a_press_after_a_restart_is_known(stage: Stage) -> None:
    coffee = "may I bring coffee into the reading room?"
    await stage.play([Says("sam", coffee, sees={"sam": ["Yes, in a closed cup."]})])
    await stage.harness.restart()
    await stage.play([Presses("sam", "Helpful", notice=texts.THANKS_HELPFUL)])
