"""What whoever asked learns of a further message: that the press office has it, or that it has not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.errors import PermanentFailure
from bot.presentation import texts
from tests.desk import PHONE, DeskHarness
from tests.dialogue import Happens, Says, Stage, Turn, Waits
from tests.scenarios.trouble import AWAY, MINUTE, REFUSED, breaks, mends
from tests.scenarios.turns import CLAIM, ENQUIRY, REPORT

MORE, EDITED = "she is called Joan", "she is called Joanna"
GOES_ON = "I’ve added this to M-1. The press office gets it too."
NOT_THERE = f"What you added to M-1 hasn’t reached the press office. Please ring them on {PHONE}"
GONE = PermanentFailure("channel_not_found.", "Name a channel that exists.")


def without_marks(harness: DeskHarness) -> None:
    harness.platforms["slack"].marks_messages = False


DIALOGUES: dict[str, Sequence[Turn]] = {
    "it is marked once the channel has it": [
        REPORT,
        CLAIM,
        Says("sam", MORE, sees={"sam": [GOES_ON], "thread": [f"Sam adds: … > {MORE}"]}, learns=["delivered"]),
        Says("sam", EDITED, edits=1, sees={"thread": [f"It now reads: … > {EDITED}"]}, learns=["delivered"]),
    ],
    "where a platform has no marks, words say so": [
        REPORT,
        Happens(without_marks),
        Says(
            "sam",
            MORE,
            sees={"sam": [GOES_ON, texts.further_delivered("M-1")], "thread": ["Sam adds:"]},
            learns=["delivered"],
        ),
    ],
    "while the channel is away nothing is claimed, and it is marked when it is back": [
        REPORT,
        breaks("c-press", AWAY),
        Says("sam", MORE, sees={"sam": [GOES_ON]}),
        mends("c-press"),
        Waits(MINUTE, sees={"thread": ["Sam adds:"]}, learns=["delivered"]),
    ],
    "what no channel takes is told with the number": [
        REPORT,
        breaks("c-press", REFUSED),
        Says("sam", MORE, sees={"sam": [GOES_ON, NOT_THERE]}, learns=["failed"]),
    ],
    "what waits for its card is marked when that is posted": [
        breaks("c-press", GONE),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing", "I couldn’t reach"], "mail": ["M-1"]}),
        Says("sam", MORE, sees={"sam": ["but I couldn’t reach the press office yet. Please ring them."]}),
        mends("c-press"),
        Waits(
            5 * MINUTE,
            sees={"press": [f"M-1 … Sam added a message: {MORE}"], "sam": [texts.reached_for_asker("M-1")]},
            learns=["delivered"],
        ),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
