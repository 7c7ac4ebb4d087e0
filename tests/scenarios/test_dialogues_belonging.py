"""What follows from a further message of somebody with an open enquiry: each row of the table of what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.presentation import texts
from tests.dialogue import SURE, UNSURE, Presses, Says, Stage, Turn
from tests.scenarios.turns import ADDED, ANOTHER, CLAIM, CLOSE, ENQUIRY, REPLY, REPORT

BBC = "the BBC rang and asked for a spokesperson about something else, deadline 5pm"
UNCLEAR = "yes three is fine"
NOT_KNOWN = f"{texts.UNKNOWN} … {texts.add_to('M-1')}"
COFFEE = Says("sam", "may I bring coffee into the reading room?", sees={"sam": ["Yes, in a closed cup."]})
PRIVATE = (
    Says("sam", "can I moan about my boss", sees={"sam": [NOT_KNOWN]}),
    Says("sam", "i forgot my moodle password", sees={"sam": [texts.UNKNOWN]}),
    Says("sam", "how is overtime paid", sees={"sam": ["That is a matter for the pay office"]}),
    Says("sam", "she shouted at me and wants it by five", sees={"sam": [NOT_KNOWN]}),
    Says("sam", "thanks a lot", sees={"sam": ["You are welcome."]}),
    COFFEE,
)
ASKED = Says("sam", UNCLEAR, sees={"sam": ["Send this to Anna? … Send … Don't send"]})

DIALOGUES: dict[str, Sequence[Turn]] = {
    "another outlet is a case of its own, with its own deadline": [
        REPORT,
        Says(
            "sam",
            BBC,
            sees={
                "press": [f"M-2 · Media enquiry · unclaimed … 17:00 … {BBC}"],
                "sam": ["I am passing this to the press office now. … M-2"],
            },
        ),
        Says("sam", "M-1: she rang back", sees={"sam": ["I have added this to M-1."], "press/1": ["Sam adds:"]}),
    ],
    "plainly about the case": [
        REPORT,
        ADDED,
        Says("sam", "his number is 07700 900123", sees={"sam": ["I have added"], "thread": ["Sam adds:"]}),
        Says("sam", "m-1 again: they came round", sees={"sam": ["I have added"], "thread": ["Sam adds:"]}),
    ],
    "the words of an enquiry come after something else": [
        REPORT,
        COFFEE,
        Says("sam", "she wants it by six", sees={"sam": [f"{texts.UNKNOWN} … {texts.add_to('M-1')}"]}),
        Presses(
            "sam",
            "Add this to M-1",
            sees={"sam": ["I have added this to M-1."], "thread": ["Sam adds: … > she wants it by six"]},
            learns=["delivered"],
        ),
        Presses("sam", "Add this to M-1", notice=texts.ALREADY_PASSED_ON),
    ],
    "what is private is passed on to nobody": [REPORT, *PRIVATE, CLAIM, *PRIVATE],
    "what an answer goes with is not passed on either": [
        REPORT,
        Says(
            "sam",
            "her name is Joan. may I bring coffee into the reading room?",
            sees={"sam": ["Yes, in a closed cup."]},
        ),
    ],
    "an answer to an officer is sent when they say so": [
        REPORT,
        REPLY,
        ASKED,
        Presses("joe", "Send", at="sam", notice=texts.NOT_YOURS),
        Presses(
            "sam",
            "Send",
            sees={"sam": ["I have added this to M-1."], "thread": [f"Sam adds: … > {UNCLEAR}"]},
        ),
        Presses("sam", "Don't send", notice=texts.ALREADY_PASSED_ON),
        Says("sam", UNCLEAR, sees={"sam": [NOT_KNOWN]}),
    ],
    "an answer to an officer is kept when they say so": [
        REPORT,
        REPLY,
        ASKED,
        Presses("sam", "Don't send", notice=texts.NOT_SENT, sees={"sam": [texts.UNKNOWN]}),
    ],
    "what is edited before it is sent is sent as it reads then": [
        REPORT,
        Says("sam", "my boss is a fool, three is fine", sees={"sam": [NOT_KNOWN]}),
        Says("sam", UNCLEAR, edits=1),
        Presses(
            "sam",
            "Add this to M-1",
            sees={"sam": ["I have added this to M-1."], "thread": [f"Sam adds: … > {UNCLEAR}"]},
        ),
    ],
    "nothing is added to a case that was closed": [
        REPORT,
        Says("sam", UNCLEAR, sees={"sam": [NOT_KNOWN]}),
        CLAIM,
        *CLOSE,
        Presses("sam", "Add this to M-1", notice=texts.no_longer_open("M-1")),
        Says("sam", UNCLEAR, sees={"sam": [texts.UNKNOWN]}),
    ],
    "where it is not sure of the media, it asks and offers": [
        REPORT,
        UNSURE,
        Says("sam", ENQUIRY, sees={"sam": [f"{texts.CONFIRM_MEDIA} … Yes, pass it on … No … Add this to M-1"]}),
        SURE,
    ],
    "another colleague in the channel adds nothing": [
        Says(
            "sam",
            ENQUIRY,
            at="#yard",
            sees={"press": ["M-1"], "sam": ["M-1"], "#yard": [texts.SEE_DIRECT_MESSAGE]},
        ),
        Says("sam", UNCLEAR, at="#yard", sees={"#yard": [NOT_KNOWN]}),
        Presses("joe", "Add this to M-1", at="#yard", notice=texts.NOT_YOURS),
        Says("joe", "she wants it by six", at="#yard", sees={"#yard": [texts.UNKNOWN]}),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])


async def test_an_enquiry_that_may_be_another_mentions_whoever_is_on_call(stage: Stage) -> None:
    added = Says("sam", ANOTHER, sees={"sam": ["I have added … This is another enquiry"], "thread": ["Sam adds:"]})
    await stage.play([REPORT, added])
    (line,) = stage.harness.at(stage.place("thread"))
    assert "slack:ben" in str(line.versions[-1].blocks[0])


async def test_no_time_makes_a_message_belong_to_a_case(stage: Stage) -> None:
    await stage.play([REPORT, CLAIM])
    for time in (timedelta(), timedelta(seconds=1), timedelta(minutes=119)):
        await stage.harness.pass_time(time)
        before = stage.harness.at(stage.place("thread"))
        await stage.play([Says("sam", UNCLEAR, sees={"sam": [NOT_KNOWN]})])
        assert stage.harness.at(stage.place("thread")) == before
