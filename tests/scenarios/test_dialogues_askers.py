"""The life of a case as whoever asked makes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.presentation import texts
from tests.desk import PHONE
from tests.dialogue import SURE, UNSURE, Again, Fills, Opens, Presses, Says, Shares, Stage, Turn, Waits
from tests.scenarios.turns import ADDED, ANOTHER, ASK_PERSON, CLAIM, CLOSE, ENQUIRY, FURTHER, HOUR, REPLY, REPORT

RETURNED = (texts.returned_for_asker("M-1"), texts.phone_for_asker("M-1", PHONE).replace("**", ""))
SILENT = (texts.nudge("M-1"), texts.returned("M-1", "Anna"), "15 minutes", "30 minutes", "45 minutes")
"""What stands below a card whose owner claims it and says nothing for nearly two hours."""

DIALOGUES: dict[str, Sequence[Turn]] = {
    "an asker withdraws what nobody has": [
        REPORT,
        Presses(
            "sam",
            "Withdraw",
            sees={"sam": [texts.withdrawn_for_asker("M-1")], "thread": [texts.withdrawn("Sam")]},
            card="closed: withdrawn … Sam withdrew it",
        ),
        Again(notice=texts.already_closed_for_asker("M-1")),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=texts.already_closed("M-1")),
        Waits(6 * HOUR),
    ],
    "an asker asks to withdraw what somebody has": [
        REPORT,
        CLAIM,
        Presses(
            "sam",
            "Withdraw",
            sees={"sam": ["Anna is already working on M-1."], "thread": ["Sam would like to withdraw this."]},
            card="claimed by Anna … Sam asked to withdraw it",
        ),
        Presses("sam", "Withdraw", notice=texts.withdrawal_already_asked("M-1")),
        *CLOSE,
        Presses("anna", "Reopen", at="press", sees={"sam": ["The press office"], "thread": [texts.reopened("Anna")]}),
        Presses("anna", "Claim", at="press", sees={"sam": ["Anna of"]}),
        Presses("sam", "Withdraw", sees={"sam": ["Anna is already"], "thread": ["Sam would like"]}),
    ],
    "a further message belongs by its words, whenever it is written": [
        REPORT,
        Waits(timedelta(minutes=10)),
        ADDED,
        CLAIM,
        Waits(timedelta(hours=2, minutes=1), sees={"thread": [*SILENT, "M-1"], "sam": RETURNED, "mail": ["M-1"]}),
        Says("sam", FURTHER, sees={"sam": ["I’ve added this to M-1."], "thread": ["Sam adds:"]}),
    ],
    "after it was closed it is a message of its own": [
        REPORT,
        CLAIM,
        *CLOSE,
        Says("sam", ENQUIRY, sees={"press": ["M-2"], "sam": ["I’m passing this to the press office now. … M-2"]}),
    ],
    "the messages of others are theirs": [
        REPORT,
        Says("joe", ENQUIRY, sees={"press": ["M-2 … Joe"], "press/1": ["M-2"], "joe": ["M-2"]}),
        Opens("joe", page="M-2 · Media enquiry · unclaimed"),
    ],
    "a separate enquiry": [
        REPORT,
        Says(
            "sam",
            ANOTHER,
            sees={
                "sam": ["I’ve added this to M-1. … This is another enquiry"],
                "thread": [f"Sam adds: … > {ANOTHER}"],
            },
        ),
        Presses("joe", "This is another enquiry", at="sam", notice=texts.NOT_YOURS),
        Presses(
            "sam",
            "This is another enquiry",
            sees={
                "press": [f"M-2 · Media enquiry · unclaimed … {ANOTHER}"],
                "sam": ["I’m passing this to the press office now. … M-2"],
                "press/1": [f"Sam says that this is a separate enquiry, now M-2: … > {ANOTHER}"],
            },
        ),
        Again(notice=texts.ALREADY_PASSED_ON),
        Presses("sam", "This is another enquiry", value="1@1:0", notice=texts.NOT_YOURS),
        Presses("sam", "This is another enquiry", value="1@1:99", notice=texts.NOT_YOURS),
        Presses("sam", "This is another enquiry", value="1@1:", notice=texts.NOT_YOURS),
    ],
    "thanks are answered and not passed on": [
        REPORT,
        Says("sam", "thanks a lot", sees={"sam": ["You are welcome."]}),
    ],
    "attachments are named, never carried": [
        Says(
            "sam",
            ENQUIRY,
            files=2,
            link="https://chat.example/1",
            sees={
                "press": ["2 attachments, not passed on … https://chat.example/1"],
                "sam": [f"I’m passing this to the press office now. … {texts.FILES_NOT_PASSED}"],
            },
        ),
        Says(
            "sam",
            "",
            files=1,
            link="https://chat.example/2",
            sees={
                "sam": [f"{texts.FILES_ALONE} … Tell the press office"],
            },
        ),
    ],
    "an edited message reaches the press office": [
        REPORT,
        ADDED,
        Says(
            "sam",
            f"{FURTHER}, sorry: by six",
            edits=1,
            sees={"thread": [f"Sam edited an earlier message. … > {FURTHER}, sorry: by six"]},
            card="Sam edited a message: … by six",
        ),
        Says(
            "sam",
            "it was the Times",
            edits=3,
            sees={"thread": ["Sam edited an earlier message. … > it was the Times"]},
            card=f"Sam: … > it was the Times … Sam reported it: {ENQUIRY}",
        ),
        Again(),
    ],
    "details from the asker and from the press office": [
        REPORT,
        Presses("sam", "Add details", form="Details: M-1"),
        Fills(
            "sam",
            {"outlet": "Harbour Gazette", "deadline": "17:00"},
            notice=texts.details_received("M-1"),
            sees={"thread": ["Sam added details: … > Outlet: Harbour Gazette; Deadline: 17:00"]},
            card="M-1 · Media enquiry · unclaimed … 17:00 … Outlet: Harbour Gazette",
        ),
        Fills("sam", {"outlet": "Harbour Gazette"}, notice=texts.NOTHING_WRITTEN),
        CLAIM,
        Presses("ben", "Details", at="press", form="Details: M-1"),
        Fills(
            "ben",
            {"journalist": "Joan"},
            notice=texts.details_received("M-1"),
            sees={"thread": ["Ben added details: … > Journalist: Joan"]},
            card="Outlet: Harbour Gazette … Journalist: Joan … Deadline: 17:00",
        ),
        Presses("sam", "Add details", form="Details: M-1"),
        Fills(
            "sam",
            {"outlet": "Harbour Post", "slot": "after seven"},
            notice=texts.details_received("M-1"),
            sees={"thread": ["Sam added details: … > Outlet: Harbour Post; "]},
            card="Outlet: Harbour Gazette … Journalist: Joan … Sam wrote something else: Outlet: Harbour Post; ",
        ),
        Presses("ben", "Details", at="press", form="Details: M-1"),
        Fills(
            "ben",
            {"outlet": "Harbour Post"},
            notice=texts.details_received("M-1"),
            sees={"thread": ["Ben added details: … > Outlet: Harbour Post"]},
            card="Outlet: Harbour Post … Journalist: Joan",
        ),
    ],
    "a question to the press office": [
        *ASK_PERSON,
        Waits(timedelta(minutes=15), sees={"thread": ["Q-1 has been waiting for 15 minutes"]}),
        Waits(6 * HOUR),
        Presses("anna", "Claim", at="press", sees={"sam": ["Anna of the press office is looking after Q-1"]}),
        Says(
            "anna",
            "reply: On Friday.",
            at="thread",
            sees={"sam": ["writes about Q-1: … > On Friday."], "thread": ["Delivered"]},
            marks=["delivered"],
        ),
    ],
    "a question does not swallow an enquiry": [
        *ASK_PERSON,
        Says("sam", "the printer is out of paper again", sees={"sam": [f"{texts.UNKNOWN}"]}),
        UNSURE,
        Says("sam", ENQUIRY, sees={"sam": [texts.CONFIRM_MEDIA]}),
        SURE,
        Says("sam", "may I bring coffee into the reading room?", sees={"sam": ["Yes, in a closed cup."]}),
        Says("sam", ENQUIRY, sees={"press": ["M-2"], "sam": ["I’m passing this to the press office now. … M-2"]}),
    ],
    "a question of its own": [
        *ASK_PERSON,
        Says("sam", "how is overtime paid", sees={"sam": ["That is a matter for the pay office"]}),
        Presses(
            "sam",
            "Ask the press office",
            sees={
                "press": ["Q-2 · Question for the press office"],
                "sam": ["Your question is with the press office. … Q-2"],
            },
        ),
    ],
    "raised in a channel, answered in the direct conversation": [
        Says(
            "sam",
            ENQUIRY,
            at="#yard",
            sees={
                "press": ["M-1"],
                "sam": ["I’m passing this to the press office now."],
                "#yard": [texts.SEE_DIRECT_MESSAGE],
            },
        ),
        CLAIM,
        REPLY,
        Says("sam", FURTHER, sees={"sam": ["I’ve added this to M-1."], "thread": ["Sam adds:"]}),
        Says("sam", FURTHER, at="#yard", sees={"sam": ["I’ve added this to M-1."], "thread": ["Sam adds:"]}),
        Says("joe", "thanks", at="#yard", sees={"#yard": ["You are welcome."]}),
    ],
    "an enquiry with a question in it": [
        Says(
            "sam",
            "A reporter from the Harbour Gazette rang me about the flooded cellar. May I bring my dog to work?",
            sees={
                "press": ["M-1"],
                "sam": ["I’m passing this to the press office now.", "No, except assistance dogs."],
            },
        ),
    ],
    "a message sent to the press office with the form": [
        Shares("sam", "their words", form="Send to the press office"),
        Fills("sam", {"message": " "}, problem=texts.NOTHING_WRITTEN),
        Fills(
            "sam",
            {"message": "their words", "outlet": "Harbour Gazette"},
            sees={
                "press": ["M-1 … their words … Outlet: Harbour Gazette"],
                "sam": ["I’m passing this to the press office now."],
            },
        ),
        Again(),
        Says("sam", FURTHER, sees={"sam": ["I’ve added this to M-1."], "thread": ["Sam adds:"]}),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
