"""Dialogues in which something is broken: nobody is left in the dark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.messages import Pressed
from bot.presentation import texts
from tests.desk import PHONE, DeskHarness, buttons, direct, person
from tests.dialogue import Fills, Happens, Opens, Presses, Says, Stage, Turn, Waits
from tests.scenarios.trouble import (
    AWAY,
    MINUTE,
    REFUSED,
    SHUT,
    TOLD,
    breaks,
    loses_the_answer,
    mends,
)
from tests.scenarios.turns import CLAIM, ENQUIRY, FURTHER, QUESTION, REPORT


async def claims_from_the_queue(harness: DeskHarness) -> None:
    anna = person("anna")
    page = (await Stage(harness).looks("anna", "queue")).view
    assert page is not None
    (claim,) = [button for card in page.cards for button in buttons(card) if button.label == "Claim"]
    await harness.handle(Pressed(harness.next_event(), anna, claim.action, claim.value, direct(anna), direct(anna)))


RESTART = Happens(lambda harness: harness.restart())
GIVEN_THE_NUMBER = f"I couldn’t reach the press office about M-1 yet. … {PHONE} … I’ll keep trying."
MAILED = f"M-1 · Media enquiry · unclaimed … {ENQUIRY}"

DIALOGUES: dict[str, Sequence[Turn]] = {
    "the press channel refuses, and is mended": [
        breaks("c-press", REFUSED),
        Says(
            "sam",
            ENQUIRY,
            sees={"sam": ["I’m passing this to the press office now.", GIVEN_THE_NUMBER], "mail": [MAILED]},
        ),
        Opens(
            "anna",
            view="queue",
            page="could not be posted in the press channel in Slack: not_in_channel. … The asker was given",
        ),
        Waits(7 * MINUTE),
        mends("c-press"),
        Waits(
            5 * MINUTE,
            sees={
                "press": [f"M-1 · Media enquiry · unclaimed … {ENQUIRY}"],
                "sam": [texts.reached_for_asker("M-1")],
            },
            card="The desk could not deliver it to the press channel in Slack: … The desk gave … delivered it to",
        ),
        CLAIM,
    ],
    "the press channel refuses for long": [
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing this", GIVEN_THE_NUMBER], "mail": ["M-1"]}),
        Waits(timedelta(days=1)),
        Opens("anna", view="queue", page="The desk reminded the press office"),
        mends("c-press"),
        Waits(5 * MINUTE, sees={"press": ["M-1"], "sam": [texts.reached_for_asker("M-1")]}),
    ],
    "the press platform is away for longer than the fallback waits": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing this to the press office now."]}),
        Waits(4 * MINUTE),
        Waits(MINUTE, sees={"sam": [GIVEN_THE_NUMBER], "mail": [MAILED]}),
        mends("c-press"),
        Waits(9 * MINUTE, sees={"press": ["M-1"], "sam": [texts.reached_for_asker("M-1")]}, card="unclaimed … Sam"),
    ],
    "the press platform is away for a moment": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing this to the press office now."]}),
        Waits(MINUTE),
        mends("c-press"),
        Waits(4 * MINUTE, sees={"press": ["M-1"]}),
        Waits(10 * MINUTE, sees={"thread": ["M-1 has been waiting for 15 minutes"]}),
    ],
    "while the press channel is away somebody finds the case in the queue": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing this to the press office now."]}),
        Opens("anna", view="queue", page="M-1 … Claim"),
        Happens(claims_from_the_queue, sees={"sam": ["Anna of the press office is looking"]}),
        Waits(10 * MINUTE),
        mends("c-press"),
        Waits(10 * MINUTE, sees={"press": ["M-1 … claimed by Anna"]}),
    ],
    "the asker withdraws while the press channel is away": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing this to the press office now."]}),
        Presses("sam", "Withdraw", sees={"sam": ["M-1 is withdrawn, and"]}),
        Waits(10 * MINUTE),
        mends("c-press"),
        Waits(10 * MINUTE, sees={"press": ["M-1 … closed: withdrawn"], "thread": [texts.withdrawn("Sam")]}),
    ],
    "the answer of the press channel is lost": [
        loses_the_answer("c-press"),
        Says("sam", ENQUIRY, sees={"press": ["M-1"], "sam": ["I’m passing this to the press office now."]}),
        Waits(MINUTE),
        CLAIM,
    ],
    "a question to a press office that cannot be reached": [
        breaks("c-press", REFUSED),
        Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
        Presses(
            "sam",
            "Ask the press office",
            sees={"sam": ["Your question is", "I couldn’t reach the press office about Q-1"], "mail": ["Q-1"]},
        ),
    ],
    "somebody who cannot be written to": [
        breaks("dm-sam", SHUT),
        Says(
            "sam",
            ENQUIRY,
            at="#yard",
            sees={
                "press": ["M-1"],
                "#yard": [texts.SEE_DIRECT_MESSAGE, texts.DIRECT_MESSAGE_FAILED],
                "thread": ["Not delivered to Sam: The person has blocked the desk."],
            },
            card="The desk could not deliver it to Sam: The person has blocked the desk.",
        ),
        Presses("anna", "Claim", at="press", sees={"thread": ["Not delivered to Sam:"]}),
        Says(
            "anna",
            "reply: the cellar is dry",
            at="thread",
            sees={"#yard": [texts.DIRECT_MESSAGE_FAILED], "thread": ["Not delivered to Sam: … another way."]},
            marks=["failed"],
        ),
        mends("dm-sam"),
        Says(
            "anna",
            "reply: still dry",
            at="thread",
            sees={"sam": ["> still dry"], "thread": ["Delivered"]},
            marks=TOLD,
        ),
    ],
    "a message to the asker waits until their platform is back, in order": [
        REPORT,
        breaks("dm-sam", AWAY),
        Presses("anna", "Claim", at="press"),
        Says("anna", "reply: first", at="thread"),
        Says("anna", "reply: second", at="thread"),
        RESTART,
        mends("dm-sam"),
        Waits(
            10 * MINUTE,
            sees={"sam": ["Anna of", "> first", "> second"], "thread": ["Delivered to Sam.", "Delivered to Sam."]},
            marks=["delivered", "delivered"],
        ),
    ],
    "a message below the card that the channel refuses is in the history": [
        REPORT,
        breaks("c-press", REFUSED),
        Says(
            "sam",
            FURTHER,
            sees={"sam": ["I’ve added this to M-1.", f"hasn’t reached the press office … {PHONE}"]},
            learns=["failed"],
        ),
        Opens(
            "anna",
            view="queue",
            page=f"Sam added a message: {FURTHER} … could not deliver it to the press channel in Slack: not_in",
        ),
    ],
    "a card that somebody deleted comes back with the next change": [
        REPORT,
        Happens(lambda harness: harness.platforms["slack"].shown.__delitem__(0)),
        Presses(
            "sam",
            "Withdraw",
            sees={"press": ["closed: withdrawn"], "sam": ["M-1 is"], "thread": [texts.withdrawn("Sam")]},
        ),
    ],
    "a restart in the middle": [
        REPORT,
        RESTART,
        CLAIM,
        Presses("anna", "Reply", at="press", form="Reply: M-1"),
        RESTART,
        Fills("anna", {"text": "We ring."}, sees={"sam": ["> We ring."], "thread": ["Anna wrote", "Delivered"]}),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
