"""What most dialogues about cases begin with."""

from __future__ import annotations

from datetime import timedelta

from bot.presentation import texts
from tests.desk import PHONE
from tests.dialogue import Fills, Presses, Says

ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"
FURTHER = "she also asked when the branch opens again, and wants it by five"
ANOTHER = "another journalist just rang me"
"""An enquiry of which nothing tells whether it is the same one."""
QUESTION = "when do I get my pay slip"
HOUR = timedelta(hours=1)

REPORT = Says(
    "sam",
    ENQUIRY,
    sees={
        "press": [f"M-1 · Media enquiry · unclaimed … Sam: … {ENQUIRY} … Asked by: Sam · slack … Claim … Reply"],
        "sam": [
            f"I’m passing this to the press office now. … M-1 … take the person's name and number … {PHONE} … Withdraw"
        ],
    },
    card="unclaimed … Sam reported it … The desk delivered it to the press channel in Slack",
)
CLAIM = Presses(
    "anna",
    "Claim",
    at="press",
    sees={"sam": ["Anna of the press office is looking after M-1"]},
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
    card="answered by Anna … Anna wrote … (advice, for them alone): Tell her … The desk delivered it to Sam",
)
CLOSE = (
    Presses("anna", "Close", at="press", form="Close: M-1"),
    Fills(
        "anna",
        {"outcome": "advice given", "note": "She was content."},
        sees={"sam": [texts.closed_for_asker("M-1")]},
        card="closed: advice given … Reopen … Anna closed it: advice given … Anna noted: She was content.",
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
        "sam": ["I’ve added this to M-1."],
        "thread": [f"Sam adds: … > {FURTHER}"],
    },
    learns=["delivered"],
    card=f"Sam added a message: {FURTHER}",
)
