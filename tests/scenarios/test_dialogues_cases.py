"""The life of a case as its asker and the press office read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot import wording
from tests.desk import PHONE
from tests.dialogue import SURE, UNSURE, Again, Fills, Opens, Presses, Says, Stage, Turn, Waits

ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"
FURTHER = "she also asked when the branch opens again, and wants it by five"
QUESTION = "when do I get my pay slip"
HOUR = timedelta(hours=1)

REPORT = Says(
    "sam",
    ENQUIRY,
    sees={
        "press": [f"M-1 · Media enquiry · unclaimed … Sam: … {ENQUIRY} … Asked by: Sam · slack … Claim … Reply"],
        "sam": [f"The press office has been told. … M-1 … take the person's name and number … {PHONE} … Withdraw"],
    },
    card="unclaimed … Sam reported it … The desk delivered it: slack:c-press",
)
CLAIM = Presses(
    "anna",
    "Claim",
    at="press",
    sees={"sam": ["Anna of the press office is now looking after M-1"]},
    card="claimed by Anna … Anna claimed it",
)
REPLY = Says(
    "anna",
    "reply: Tell her that we ring back at four.",
    at="thread",
    sees={
        "sam": ["Anna of the press office writes about M-1: … > Tell her that we ring back at four."],
        "thread": ["Delivered to Sam."],
    },
    marks=["delivered"],
    card="answered by Anna … Anna wrote to the person who asked: Tell her … The desk delivered it: Sam",
)
CLOSE = (
    Presses("anna", "Close", at="press", form="Close: M-1"),
    Fills(
        "anna",
        {"outcome": "answered", "note": "She was content."},
        sees={"sam": [wording.closed_for_asker("M-1")]},
        card="closed: answered … Reopen … Anna closed it: answered … Anna noted: She was content.",
    ),
)
ASK_PERSON = (
    Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
    Presses("sam", "Ask the press office", sees={"press": ["Q-1"], "sam": ["Your question is with the press office."]}),
)
ADDED = Says(
    "sam",
    FURTHER,
    sees={
        "sam": ["I have added this to M-1. … This is a separate enquiry"],
        "thread": [f"Sam adds: … > {FURTHER}"],
    },
    card=f"Sam added a message: {FURTHER}",
)


def nobody_else_may(*labels: str) -> list[Turn]:
    return [Presses("joe", label, at="press", notice=wording.NOT_AN_OFFICER) for label in labels]


DIALOGUES: dict[str, Sequence[Turn]] = {
    "an enquiry goes all the way": [
        REPORT,
        CLAIM,
        Presses("ben", "Note", at="press", form="Note: M-1"),
        REPLY,
        *CLOSE,
        Presses(
            "ben",
            "Reopen",
            at="press",
            sees={"sam": ["The press office has taken up M-1 again."], "thread": [wording.reopened("Ben")]},
            card="unclaimed … Ben reopened it",
        ),
        Presses("ben", "Claim", at="press", sees={"sam": ["Ben of the press office is now looking after M-1"]}),
    ],
    "who comes second is told who has it": [
        REPORT,
        CLAIM,
        Presses("ben", "Claim", at="press", drawn_first=True, notice=wording.taken("M-1", "Anna")),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=wording.yours_already("M-1")),
        Presses("ben", "Reply", at="press", notice=wording.taken("M-1", "Anna")),
        Presses("ben", "Close", at="press", notice=wording.taken("M-1", "Anna")),
        Presses("ben", "False alarm", at="press", notice=wording.taken("M-1", "Anna")),
        Says("ben", "reply: I am faster", at="thread", sees={"thread": [wording.taken("M-1", "Anna")]}),
    ],
    "an owner who falls ill": [
        REPORT,
        CLAIM,
        Presses(
            "ben",
            "Unclaim",
            at="press",
            sees={"sam": ["Anna has handed M-1 back"], "thread": [wording.freed("Ben")]},
            card="unclaimed … Ben freed it",
        ),
        Presses("ben", "Claim", at="press", sees={"sam": ["Ben of the press office"]}, card="claimed by Ben"),
    ],
    "a reply from the form claims the case": [
        REPORT,
        Presses("anna", "Reply", at="press", form="Reply: M-1"),
        Fills("anna", {"text": "  "}, problem=wording.NOTHING_WRITTEN),
        Fills(
            "anna",
            {"text": "We ring her."},
            sees={
                "sam": ["Anna of the press office writes about M-1: … > We ring her."],
                "thread": ["Anna wrote to the person who asked: … > We ring her.", "Delivered to Sam."],
            },
            card="answered by Anna … Anna claimed it … Anna wrote to the person who asked: We ring her.",
        ),
        Again(),
    ],
    "a reply below the card claims it too": [REPORT, REPLY],
    "what is written below the card stays inside": [
        REPORT,
        Says("anna", "who knows this reporter?", at="thread", card="Anna noted: who knows this reporter?"),
        Says("joe", "I do", at="thread", card="Joe noted: I do"),
        Again(),
        Says("anna", "may I bring coffee into the reading room?", at="thread"),
        Says("anna", "a journalist wants a comment on the closing of the branch", at="thread"),
        Says("anna", "", at="thread", files=1),
        Says("anna", "in reply: no", at="thread"),
        Says("joe", "reply: the director is away", at="thread", sees={"thread": [wording.NOT_AN_OFFICER]}),
        Says("anna", "Reply:", at="thread", sees={"thread": [wording.NOTHING_WRITTEN]}),
        Says(
            "anna",
            " REPLY:  We ring her.\n",
            at="thread",
            sees={"sam": ["> We ring her."], "thread": ["Delivered"]},
            marks=["delivered"],
        ),
    ],
    "an officer's edited reply is sent as it now reads; their attachment is not": [
        REPORT,
        REPLY,
        Says(
            "anna",
            "reply: Tell her that we ring back at five.",
            at="thread",
            edits=1,
            files=1,
            sees={
                "sam": ["> Tell her that we ring back at five."],
                "thread": [wording.FILES_NOT_SENT, "Delivered to Sam."],
            },
            marks=["delivered"],
        ),
    ],
    "a note from the form": [
        REPORT,
        Presses("anna", "Note", at="press", form="Note: M-1"),
        Fills(
            "anna",
            {"text": "The cellar is dry."},
            sees={"thread": ["Anna notes: … > The cellar is dry."]},
            card="Anna noted: The cellar is dry.",
        ),
        Again(),
        Fills("anna", {"text": ""}, problem=wording.NOTHING_WRITTEN),
    ],
    "only officers act on a case": [
        REPORT,
        *nobody_else_may("Claim", "Reply", "Note", "False alarm", "Close"),
        Presses("joe", "Details", at="press", notice=wording.NOT_YOURS),
        CLAIM,
        *nobody_else_may("Unclaim", "Reply", "Note", "False alarm", "Close"),
        *CLOSE,
        *nobody_else_may("Reopen", "Note"),
        Presses("sam", "Reopen", at="press", notice=wording.NOT_AN_OFFICER),
        Presses("joe", "Add details", at="sam", notice=wording.NOT_YOURS),
        Presses("joe", "Withdraw", at="sam", notice=wording.NOT_YOURS),
    ],
    "a form that a stranger sends": [
        REPORT,
        Presses("anna", "Reply", at="press", form="Reply: M-1"),
        Fills(
            "anna", {"text": "x", "outcome": "withdrawn"}, sees={"sam": ["> x"], "thread": ["Anna wrote", "Delivered"]}
        ),
        Presses("anna", "Close", at="press", form="Close: M-1"),
        Fills("anna", {"outcome": "withdrawn"}, notice=wording.TOO_OLD),
        Fills("anna", {}, notice=wording.TOO_OLD),
    ],
    "old cards do nothing": [
        REPORT,
        Presses("anna", "Close", at="press", form="Close: M-1"),
        Presses("ben", "Claim", at="press", sees={"sam": ["Ben of"]}),
        Presses("ben", "Unclaim", at="press", sees={"sam": ["Ben has handed"], "thread": [wording.freed("Ben")]}),
        Fills("anna", {"outcome": "no action"}, notice=wording.STALE),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=wording.STALE),
        Presses("anna", "False alarm", at="press", drawn_first=True, notice=wording.STALE),
        Presses("anna", "Close", at="press", drawn_first=True, notice=wording.STALE),
        Presses("anna", "Claim", at="press", sees={"sam": ["Anna of"]}),
    ],
    "every double press changes things once": [
        REPORT,
        Again(),
        CLAIM,
        Again(notice=wording.yours_already("M-1")),
        Presses("anna", "Unclaim", at="press", sees={"sam": ["Anna has handed"], "thread": [wording.freed("Anna")]}),
        Again(notice=wording.not_claimed("M-1")),
        Presses(
            "anna",
            "False alarm",
            at="press",
            sees={"sam": [wording.false_alarm_for_asker("M-1")]},
            card="closed: false alarm",
        ),
        Again(notice=wording.already_closed("M-1")),
        Presses(
            "anna",
            "Reopen",
            at="press",
            sees={"sam": ["The press office has taken up"], "thread": [wording.reopened("Anna")]},
        ),
        Again(notice=wording.not_closed("M-1")),
    ],
    "buttons of cases that nobody drew": [
        REPORT,
        *(
            Presses("anna", "Claim", at="press", value=value, notice=wording.NO_SUCH_CASE)
            for value in ("", "1", "1@", "@1", "2@1", "-1@1", "1@x", "9" * 5000, f"1@{'9' * 5000}", "١@١")
        ),
        Presses(
            "sam", "Withdraw", value="1@1:5", sees={"sam": ["M-1 is withdrawn."], "thread": [wording.withdrawn("Sam")]}
        ),
    ],
    "an asker withdraws what nobody has": [
        REPORT,
        Presses(
            "sam",
            "Withdraw",
            sees={"sam": [wording.withdrawn_for_asker("M-1")], "thread": [wording.withdrawn("Sam")]},
            card="closed: withdrawn … Sam withdrew it",
        ),
        Again(notice=wording.already_closed_for_asker("M-1")),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=wording.already_closed("M-1")),
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
        Presses("sam", "Withdraw", notice=wording.withdrawal_already_asked("M-1")),
        *CLOSE,
        Presses("anna", "Reopen", at="press", sees={"sam": ["The press office"], "thread": [wording.reopened("Anna")]}),
        Presses("anna", "Claim", at="press", sees={"sam": ["Anna of"]}),
        Presses("sam", "Withdraw", sees={"sam": ["Anna is already"], "thread": ["Sam would like"]}),
    ],
    "a further message within two hours is added": [
        REPORT,
        Waits(timedelta(minutes=10)),
        ADDED,
        CLAIM,
        Waits(timedelta(hours=1, minutes=59)),
        Says("sam", FURTHER, sees={"sam": ["I have added this to M-1."], "thread": ["Sam adds:"]}),
    ],
    "after two hours it is a message of its own": [
        REPORT,
        CLAIM,
        Waits(timedelta(hours=2, minutes=1)),
        Says("sam", ENQUIRY, sees={"press": ["M-2"], "sam": ["The press office has been told. … M-2"]}),
    ],
    "after it was closed it is a message of its own": [
        REPORT,
        CLAIM,
        *CLOSE,
        Says("sam", ENQUIRY, sees={"press": ["M-2"], "sam": ["The press office has been told. … M-2"]}),
    ],
    "the messages of others are theirs": [
        REPORT,
        Says("joe", ENQUIRY, sees={"press": ["M-2 … Joe"], "joe": ["M-2"]}),
        Opens("joe", page="M-2 · Media enquiry · unclaimed"),
    ],
    "a separate enquiry": [
        REPORT,
        ADDED,
        Presses("joe", "This is a separate enquiry", at="sam", notice=wording.NOT_YOURS),
        Presses(
            "sam",
            "This is a separate enquiry",
            sees={
                "press": [f"M-2 · Media enquiry · unclaimed … {FURTHER}"],
                "sam": ["The press office has been told. … M-2"],
                "press/1": [f"Sam says that this is a separate enquiry, now M-2: … > {FURTHER}"],
            },
        ),
        Again(notice=wording.ALREADY_PASSED_ON),
        Presses("sam", "This is a separate enquiry", value="1@1:0", notice=wording.NOT_YOURS),
        Presses("sam", "This is a separate enquiry", value="1@1:99", notice=wording.NOT_YOURS),
        Presses("sam", "This is a separate enquiry", value="1@1:", notice=wording.NOT_YOURS),
    ],
    "thanks are answered and not passed on": [
        REPORT,
        Says("sam", "thanks a lot", sees={"sam": ["You are welcome."]}),
    ],
    "a policy question in between is added and answered": [
        REPORT,
        Says(
            "sam",
            "may I bring coffee into the reading room?",
            sees={"sam": ["I have added this to M-1.", "Yes, in a closed cup."], "thread": ["Sam adds:"]},
        ),
    ],
    "attachments are named, never carried": [
        Says(
            "sam",
            ENQUIRY,
            files=2,
            link="https://chat.example/1",
            sees={
                "press": ["2 attachments, not passed on … https://chat.example/1"],
                "sam": [f"The press office has been told. … {wording.FILES_NOT_PASSED}"],
            },
        ),
        Says(
            "sam",
            "",
            files=1,
            link="https://chat.example/2",
            sees={
                "sam": [f"I have added this to M-1. … {wording.FILES_NOT_PASSED}"],
                "thread": ["Sam adds: … 1 attachment, not passed on … https://chat.example/2"],
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
            notice=wording.details_taken("M-1"),
            sees={"thread": ["Sam added details: … > Outlet: Harbour Gazette; Deadline: 17:00"]},
            card="M-1 · Media enquiry · unclaimed … 17:00 … Outlet: Harbour Gazette",
        ),
        Fills("sam", {"outlet": "Harbour Gazette"}, notice=wording.NOTHING_WRITTEN),
        CLAIM,
        Presses("ben", "Details", at="press", form="Details: M-1"),
        Fills(
            "ben",
            {"journalist": "Joan"},
            notice=wording.details_taken("M-1"),
            sees={"thread": ["Ben added details: … > Journalist: Joan"]},
            card="Outlet: Harbour Gazette … Journalist: Joan … Deadline: 17:00",
        ),
    ],
    "a question to the press office": [
        *ASK_PERSON,
        Waits(timedelta(minutes=15), sees={"thread": ["Q-1 has been waiting for 15 minutes"]}),
        Waits(12 * HOUR),
        Presses("anna", "Claim", at="press", sees={"sam": ["Anna of the press office is now looking after Q-1"]}),
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
        Says(
            "sam",
            "the printer is out of paper again",
            sees={"sam": ["I have added this to Q-1."], "thread": ["Sam adds:"]},
        ),
        UNSURE,
        Says("sam", ENQUIRY, sees={"sam": [wording.CONFIRM_MEDIA]}),
        SURE,
        Says("sam", "may I bring coffee into the reading room?", sees={"sam": ["Yes, in a closed cup."]}),
        Says("sam", ENQUIRY, sees={"press": ["M-2"], "sam": ["The press office has been told. … M-2"]}),
    ],
    "a separate question stays a question": [
        *ASK_PERSON,
        Says(
            "sam",
            "the printer is out of paper again",
            sees={"sam": ["I have added this to Q-1."], "thread": ["Sam adds:"]},
        ),
        Presses(
            "sam",
            "This is a separate enquiry",
            sees={
                "press": ["Q-2 · Question for the press office"],
                "sam": ["Your question is with the press office. … Q-2"],
                "press/2": ["Sam says that this is a separate enquiry, now Q-2:"],
            },
        ),
    ],
    "raised in a channel, answered in the direct conversation": [
        Says(
            "sam",
            ENQUIRY,
            at="#yard",
            sees={"press": ["M-1"], "sam": ["The press office has been told."], "#yard": [wording.SEE_DIRECT_MESSAGE]},
        ),
        CLAIM,
        REPLY,
        Says("sam", FURTHER, sees={"sam": ["I have added this to M-1."], "thread": ["Sam adds:"]}),
        Says("sam", FURTHER, at="#yard", sees={"sam": ["I have added this to M-1."], "thread": ["Sam adds:"]}),
        Says("joe", "thanks", at="#yard", sees={"#yard": ["You are welcome."]}),
    ],
    "an enquiry with a question in it": [
        Says(
            "sam",
            "A reporter from the Harbour Gazette rang me about the flooded cellar. May I bring my dog to work?",
            sees={"press": ["M-1"], "sam": ["The press office has been told.", "No, except assistance dogs."]},
        ),
    ],
    "reminders, until somebody claims": [
        REPORT,
        Waits(
            timedelta(minutes=15), sees={"thread": ["M-1 has been waiting for 15 minutes and nobody has claimed it."]}
        ),
        Waits(
            timedelta(minutes=30),
            sees={"thread": ["M-1 has been waiting for 45 minutes"]},
            card="The desk reminded the press office",
        ),
        CLAIM,
        Waits(24 * HOUR),
        Presses("anna", "Unclaim", at="press", sees={"sam": ["Anna has handed"], "thread": [wording.freed("Anna")]}),
        Waits(timedelta(minutes=15), sees={"thread": ["M-1 has been waiting for 15 minutes"]}),
    ],
    "pages": [
        REPORT,
        Opens("sam", page=f"M-1 · Media enquiry · unclaimed … {ENQUIRY}"),
        Opens("joe", page="What I can answer: … Bicycles in the yard"),
        Opens("anna", view="queue", page="M-1 · Media enquiry · unclaimed … Claim"),
        Opens("sam", view="queue", notice=wording.NOT_AN_OFFICER),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
