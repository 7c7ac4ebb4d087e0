"""The life of a case as the press office makes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.presentation import texts
from tests.dialogue import Again, Fills, Opens, Presses, Says, Stage, Turn, Waits
from tests.scenarios.turns import CLAIM, CLOSE, ENQUIRY, REPLY, REPORT


def nobody_else_may(*labels: str) -> list[Turn]:
    return [Presses("joe", label, at="press", notice=texts.NOT_AN_OFFICER) for label in labels]


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
            sees={"sam": ["The press office is working on M-1 again."], "thread": [texts.reopened("Ben")]},
            card="unclaimed … Ben reopened it",
        ),
        Presses("ben", "Claim", at="press", sees={"sam": ["Ben of the press office is looking after M-1"]}),
    ],
    "who comes second is told who has it": [
        REPORT,
        CLAIM,
        Presses("ben", "Claim", at="press", drawn_first=True, notice=texts.claimed_by_another("M-1", "Anna")),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=texts.yours_already("M-1")),
        Presses("ben", "Reply", at="press", notice=texts.claimed_by_another("M-1", "Anna")),
        Presses("ben", "Close", at="press", notice=texts.claimed_by_another("M-1", "Anna")),
        Presses("ben", "False alarm", at="press", notice=texts.claimed_by_another("M-1", "Anna")),
        Says("ben", "reply: I am faster", at="thread", sees={"thread": [texts.claimed_by_another("M-1", "Anna")]}),
    ],
    "an owner who falls ill": [
        REPORT,
        CLAIM,
        Presses(
            "ben",
            "Unclaim",
            at="press",
            sees={"sam": ["Anna has handed M-1 back"], "thread": [texts.freed("Ben")]},
            card="unclaimed … Ben freed it",
        ),
        Presses("ben", "Claim", at="press", sees={"sam": ["Ben of the press office"]}, card="claimed by Ben"),
    ],
    "a reply from the form claims the case": [
        REPORT,
        Presses("anna", "Reply", at="press", form="Reply: M-1"),
        Fills("anna", {"text": "  "}, problem=texts.NOTHING_WRITTEN),
        Fills(
            "anna",
            {"text": "We ring her."},
            sees={
                "sam": ["Anna of the press office writes about M-1: … > We ring her."],
                "thread": ["Anna wrote to the person who asked: … > We ring her.", "Delivered to Sam."],
            },
            card="answered by Anna … Anna claimed it … Anna wrote … (advice, for them alone): We ring her.",
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
        Says("joe", "reply: the director is away", at="thread", sees={"thread": [texts.NOT_AN_OFFICER]}),
        Says("anna", "Reply:", at="thread", sees={"thread": [texts.NOTHING_WRITTEN]}),
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
                "thread": [texts.FILES_NOT_SENT, "Delivered to Sam."],
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
        Fills("anna", {"text": ""}, problem=texts.NOTHING_WRITTEN),
    ],
    "only officers act on a case": [
        REPORT,
        *nobody_else_may("Claim", "Reply", "Note", "False alarm", "Close"),
        Presses("joe", "Details", at="press", notice=texts.NOT_YOURS),
        CLAIM,
        *nobody_else_may("Unclaim", "Reply", "Note", "False alarm", "Close"),
        *CLOSE,
        *nobody_else_may("Reopen", "Note"),
        Presses("sam", "Reopen", at="press", notice=texts.NOT_AN_OFFICER),
        Presses("joe", "Add details", at="sam", notice=texts.NOT_YOURS),
        Presses("joe", "Withdraw", at="sam", notice=texts.NOT_YOURS),
    ],
    "a form that a stranger sends": [
        REPORT,
        Presses("anna", "Reply", at="press", form="Reply: M-1"),
        Fills(
            "anna", {"text": "x", "outcome": "withdrawn"}, sees={"sam": ["> x"], "thread": ["Anna wrote", "Delivered"]}
        ),
        Presses("anna", "Close", at="press", form="Close: M-1"),
        Fills("anna", {"outcome": "withdrawn"}, notice=texts.TOO_OLD),
        Fills("anna", {}, notice=texts.TOO_OLD),
    ],
    "old cards do nothing": [
        REPORT,
        Presses("anna", "Close", at="press", form="Close: M-1"),
        Presses("ben", "Claim", at="press", sees={"sam": ["Ben of"]}),
        Presses("ben", "Unclaim", at="press", sees={"sam": ["Ben has handed"], "thread": [texts.freed("Ben")]}),
        Fills("anna", {"outcome": "no action"}, notice=texts.STALE),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=texts.STALE),
        Presses("anna", "False alarm", at="press", drawn_first=True, notice=texts.STALE),
        Presses("anna", "Close", at="press", drawn_first=True, notice=texts.STALE),
        Presses("anna", "Claim", at="press", sees={"sam": ["Anna of"]}),
    ],
    "every double press changes things once": [
        REPORT,
        Again(),
        CLAIM,
        Again(notice=texts.yours_already("M-1")),
        Presses("anna", "Unclaim", at="press", sees={"sam": ["Anna has handed"], "thread": [texts.freed("Anna")]}),
        Again(notice=texts.not_claimed("M-1")),
        Presses(
            "anna",
            "False alarm",
            at="press",
            sees={"sam": [texts.false_alarm_for_asker("M-1")]},
            card="closed: false alarm",
        ),
        Again(notice=texts.already_closed("M-1")),
        Presses(
            "anna",
            "Reopen",
            at="press",
            sees={"sam": ["The press office is working on"], "thread": [texts.reopened("Anna")]},
        ),
        Again(notice=texts.not_closed("M-1")),
    ],
    "buttons of cases that nobody drew": [
        REPORT,
        *(
            Presses("anna", "Claim", at="press", value=value, notice=texts.NO_SUCH_CASE)
            for value in ("", "1", "1@", "@1", "2@1", "-1@1", "1@x", "9" * 5000, f"1@{'9' * 5000}", "١@١")
        ),
        Presses(
            "sam",
            "Withdraw",
            value="1@1:5",
            sees={"sam": ["M-1 is withdrawn, and"], "thread": [texts.withdrawn("Sam")]},
        ),
    ],
    "reminders, until somebody claims": [
        REPORT,
        Waits(
            timedelta(minutes=15), sees={"thread": ["M-1 has been waiting for 15 minutes and nobody has claimed it."]}
        ),
        Waits(
            timedelta(minutes=15),
            sees={"thread": [f"M-1 has been waiting for 30 minutes … {texts.PLEASE_CLAIM}"]},
            card="The desk reminded the press office … The desk called whoever is on call",
        ),
        CLAIM,
        Waits(timedelta(minutes=25)),
        Presses("anna", "Unclaim", at="press", sees={"sam": ["Anna has handed"], "thread": [texts.freed("Anna")]}),
        Waits(timedelta(minutes=15), sees={"thread": ["M-1 has been waiting for 15 minutes"]}),
    ],
    "a reply below a card that was posted twice, of which nobody knows the thread": [
        REPORT,
        Says("anna", "Reply: we ring you", at="press/9", sees={"press/9": [texts.WHICH_CASE]}),
        Again(),
        Says("joe", "reply: coffee in the reading room?", at="#yard", sees={"#yard": ["Yes, in a closed cup."]}),
    ],
    "pages": [
        REPORT,
        Opens("sam", page=f"M-1 · Media enquiry · unclaimed … {ENQUIRY}"),
        Opens("joe", page="What I can answer: … Bicycles in the yard"),
        Opens("anna", view="queue", page="M-1 · Media enquiry · unclaimed … Claim"),
        Opens("sam", view="queue", notice=texts.NOT_AN_OFFICER),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
