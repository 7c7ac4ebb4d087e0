"""A follow-up is understood with the question before it; several questions in one message get several answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.dialogue import Says, Stage, Turn, Waits

COFFEE = "may I bring coffee into the reading room?"
COFFEE_ANSWER = "Yes, in a closed cup. … Source: Reading Room Handbook (March 2025): At the desks 1 … Helpful"
FOLLOW_UP = "and on Sundays?"
NOT_UNDERSTOOD = "…I don’t have an answer to that…"

DIALOGUES: dict[str, Sequence[Turn]] = {
    "a follow-up is read with the question before it": [
        Says("sam", COFFEE, sees={"sam": [COFFEE_ANSWER]}),
        Says("sam", FOLLOW_UP, sees={"sam": [COFFEE_ANSWER]}),
    ],
    "without a question before it nothing is guessed": [Says("sam", FOLLOW_UP, sees={"sam": [NOT_UNDERSTOOD]})],
    "after a quarter of an hour it is a message like any other": [
        Says("sam", COFFEE, sees={"sam": [COFFEE_ANSWER]}),
        Waits(timedelta(minutes=16)),
        Says("sam", FOLLOW_UP, sees={"sam": [NOT_UNDERSTOOD]}),
    ],
    "somebody else's question is not followed": [
        Says("sam", COFFEE, sees={"sam": [COFFEE_ANSWER]}),
        Says("joe", FOLLOW_UP, sees={"joe": [NOT_UNDERSTOOD]}),
    ],
    "a question of its own is not drawn to the one before it": [
        Says("sam", COFFEE, sees={"sam": [COFFEE_ANSWER]}),
        Says("sam", "can I bring my dog to work?", sees={"sam": ["No, except assistance dogs. …"]}),
    ],
    "two questions in one message get two answers, in their order": [
        Says(
            "sam",
            "Can I bring my dog to work? May I bring coffee into the reading room?",
            sees={"sam": ["No, except assistance dogs. … Yes, in a closed cup. …"]},
        )
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
