"""Questions and answers: what staff read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.knowledge.model import Knowledge
from bot.matching.active_knowledge import LoadedKnowledge
from bot.presentation import texts
from tests.desk import DeskHarness, loaded_knowledge
from tests.dialogue import SURE, UNSURE, Again, Comes, Happens, Opens, Presses, Says, Stage, Turn

COFFEE = "may I bring coffee into the reading room?"
COFFEE_ANSWER = "Yes, in a closed cup. … Source: Reading Room Handbook (March 2025): At the desks 1 … Helpful"
DOG = "can I bring my dog to work?"
UNCLEAR = "I lost my key"
UNKNOWN = "the printer is out of paper again"
PERHAPS = "a journalist wants a comment on the closing of the branch"
QUESTION_PING = "Q-1 · Question for the press office · unclaimed …"


def withdraw(entry: str) -> Happens:
    """The owner of an answer takes it back while people have it before their eyes."""

    def take_back(harness: DeskHarness) -> None:
        known = harness.active_knowledge.current.knowledge
        entries = tuple(replace(each, status="withdrawn") if each.id == entry else each for each in known.entries)
        changed: Knowledge = replace(known, revision="later", entries=entries)
        harness.active_knowledge.current = LoadedKnowledge(changed, loaded_knowledge().matcher)

    return Happens(take_back)


DIALOGUES: dict[str, Sequence[Turn]] = {
    "a question is answered with its source": [Says("sam", COFFEE, sees={"sam": [COFFEE_ANSWER]})],
    "a related answer is a press away, and shown once": [
        Says("sam", COFFEE, sees={"sam": ["Yes, in a closed cup. … Related: … Dogs and other animals"]}),
        Presses("sam", "Dogs and other animals", sees={"sam": ["No, except assistance dogs. … At the desks 2"]}),
        Presses("sam", "Coffee in the reading room", sees={"sam": ["Yes, in a closed cup."]}),
        Presses("sam", "Dogs and other animals", sees={"sam": ["No, except assistance dogs."]}),
        Again(notice=texts.SHOWN_ALREADY),
    ],
    "an answer past its review date says so": [
        Says(
            "sam",
            "can I chain my bike in the yard",
            sees={"sam": ["Yes, in the yard. … due for review on 31 December"]},
        )
    ],
    "the desk asks which is meant, and a press answers once": [
        UNSURE,
        Says("sam", UNCLEAR, sees={"sam": [f"{texts.CHOOSE} … A lost key … Lending your key … None of these"]}),
        Presses("sam", "A lost key", sees={"sam": ["Tell the house desk today."]}),
        Presses("sam", "A lost key", notice=texts.SHOWN_ALREADY),
        Presses("sam", "Lending your key to a colleague", sees={"sam": ["No. Keys are signed for"]}),
    ],
    "none of these leads to a person": [
        UNSURE,
        Says("sam", UNCLEAR, sees={"sam": [texts.CHOOSE]}),
        Presses("sam", "None of these", notice="Noted. …", sees={"sam": [f"{texts.UNKNOWN} … Ask the press office"]}),
        Presses("sam", "None of these", notice="Noted. …"),
        Presses(
            "sam",
            "Ask the press office",
            sees={"press": [f"{QUESTION_PING} {UNCLEAR}"], "sam": ["Your question is with the press office. … Q-1"]},
        ),
        Presses("sam", "Ask the press office", notice=texts.ALREADY_PASSED_ON),
    ],
    "a choice that was withdrawn meanwhile": [
        UNSURE,
        Says("sam", UNCLEAR, sees={"sam": [texts.CHOOSE]}),
        withdraw("keys-lost"),
        Presses("sam", "A lost key", notice=texts.ENTRY_GONE),
        Presses("sam", "Lending your key to a colleague", sees={"sam": ["No. Keys are signed for"]}),
    ],
    "feedback is thanked for": [
        Says("sam", COFFEE, sees={"sam": ["Yes"]}),
        Presses("sam", "Helpful", notice=texts.THANKS_HELPFUL),
        Presses("sam", "Not helpful", notice=texts.THANKS_NOT_HELPFUL),
        Again(notice=texts.THANKS_NOT_HELPFUL),
    ],
    "not knowing is honest and shows ways on": [
        Says("sam", UNKNOWN, sees={"sam": [f"{texts.UNKNOWN} … {texts.UNKNOWN_NEAREST} … Ask the press office"]}),
    ],
    "a question for somebody else gets the pointer": [
        Says(
            "sam",
            "when do I get my pay slip",
            sees={"sam": ["That is a matter for the pay office … Ask the press office"]},
        )
    ],
    "small talk": [
        Says("sam", "hello", sees={"sam": ["Hello. Ask me about the rules of the house."]}),
        Says("sam", "hello, may I bring coffee into the reading room?", sees={"sam": [COFFEE_ANSWER]}),
    ],
    "a message without words": [
        Says("sam", "   ", sees={"sam": [texts.EMPTY_MESSAGE]}),
        Says("sam", "", files=2, sees={"sam": [f"{texts.FILES_ALONE} … Tell the press office"]}),
        Says("sam", "", at="#yard", addressed=False),
    ],
    "the same event again changes nothing": [
        Says("sam", COFFEE, sees={"sam": ["Yes"]}),
        Again(),
        Says("sam", COFFEE, sees={"sam": ["Yes"]}),
    ],
    "an edited question was answered when it was asked": [
        Says("sam", COFFEE, sees={"sam": ["Yes"]}),
        Says("sam", DOG, edits=1),
    ],
    "a question edited into an enquiry is one": [
        Says("sam", COFFEE, sees={"sam": ["Yes"]}),
        Says(
            "sam",
            "a reporter from the Harbour Gazette rang me about the flooded cellar",
            edits=1,
            sees={"press": ["M-1"], "sam": ["I’m passing this to the press office now."]},
        ),
    ],
    "in a channel the desk answers where it was asked": [
        Says("sam", COFFEE, at="#yard", sees={"#yard": [COFFEE_ANSWER]}),
        Presses("joe", "Helpful", at="#yard", notice=texts.THANKS_HELPFUL),
        Presses(
            "joe",
            "Ask the press office",
            at="#yard",
            notice=texts.ONLY_THE_AUTHOR,
        ),
        Presses("joe", "Dogs and other animals", at="#yard", sees={"#yard": ["No, except assistance dogs."]}),
        Presses("joe", "Ask the press office", at="#yard", notice=texts.ONLY_THE_AUTHOR),
        Presses(
            "sam",
            "Ask the press office",
            at="#yard",
            sees={
                "#yard": [texts.SEE_DIRECT_MESSAGE],
                "press": [f"Q-1 … Sam … {COFFEE}"],
                "sam": ["Your question is with the press office."],
            },
        ),
        Says("sam", UNKNOWN, at="#yard", sees={"#yard": [texts.UNKNOWN]}),
        Presses("joe", "Ask the press office", at="#yard", notice=texts.ONLY_THE_AUTHOR),
    ],
    "where it only listens, it speaks when it is sure": [
        UNSURE,
        Says("sam", COFFEE, at="#yard", addressed=False),
        Says("sam", UNKNOWN, at="#yard", addressed=False),
        Says("sam", "hello", at="#yard", addressed=False),
        Says("sam", PERHAPS, at="#yard", addressed=False),
        SURE,
        Says("sam", COFFEE, at="#yard", addressed=False, sees={"#yard": ["Yes, in a closed cup."]}),
    ],
    "perhaps the media: no": [
        UNSURE,
        Says("sam", PERHAPS, sees={"sam": [f"{texts.CONFIRM_MEDIA} … Yes, pass it on … No"]}),
        Presses("joe", "No", at="sam", notice=texts.NOT_YOURS),
        Presses("joe", "Yes, pass it on", at="sam", notice=texts.NOT_YOURS),
        Presses("sam", "No", notice=texts.NOT_MEDIA, sees={"sam": [f"{texts.UNKNOWN} … Ask the press office"]}),
        Presses("sam", "No", notice=texts.NOT_MEDIA),
        Presses(
            "sam",
            "Yes, pass it on",
            sees={"press": [f"M-1 · Media enquiry … {PERHAPS}"], "sam": ["I’m passing this to the press office now."]},
        ),
    ],
    "perhaps the media: yes": [
        UNSURE,
        Says("sam", PERHAPS, files=1, link="https://chat.example/1", sees={"sam": [texts.CONFIRM_MEDIA]}),
        Presses(
            "sam",
            "Yes, pass it on",
            sees={
                "press": [f"M-1 · Media enquiry … {PERHAPS} … 1 attachment, not passed on … https://chat.example/1"],
                "sam": [f"I’m passing this to the press office now. … {texts.FILES_NOT_PASSED}"],
            },
        ),
        Presses("sam", "Yes, pass it on", notice=texts.ALREADY_PASSED_ON),
        Presses("sam", "No", notice=texts.PASSED_ON_MEANWHILE),
        Says("sam", f"{PERHAPS}, from the Gazette", edits=1, sees={"thread": ["Sam edited an earlier message."]}),
    ],
    "buttons that nobody drew": [
        Says("sam", COFFEE, sees={"sam": ["Yes"]}),
        Presses("sam", "Helpful", value="", notice=texts.TOO_OLD),
        Presses("sam", "Helpful", value="77", notice=texts.TOO_OLD),
        Presses("sam", "Helpful", value="-1", notice=texts.TOO_OLD),
        Presses("sam", "Helpful", value="9" * 5000, notice=texts.TOO_OLD),
        Presses("sam", "Helpful", value="١", notice=texts.TOO_OLD),
        Presses("sam", "Dogs and other animals", value="1:animals", notice=texts.TOO_OLD),
    ],
    "somebody new is welcomed once": [
        Comes(
            "sam",
            sees={
                "sam": [
                    "I answer questions about the Reading Room Handbook … the press office knows at once"
                    " … What can you answer?"
                ]
            },
        ),
        Again(),
        Comes("sam"),
        Presses("sam", texts.WHAT_I_ANSWER, sees={"sam": ["At the desks … Coffee in the reading room … A lost key"]}),
        Again(),
        Opens("sam", page="I answer questions about … At the desks … Coffee in the reading room … A lost key"),
        Opens("sam", view="queue", notice=texts.NOT_AN_OFFICER),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
