"""What is taken down of an enquiry, what an officer does about it, and what the person who asked reads of that."""

from __future__ import annotations

import pytest

from bot import plaintext
from bot.presentation import texts
from tests.dialogue import Fills, Presses, Says, Shares, Stage, Turn
from tests.scenarios.turns import ENQUIRY

CLAIM = Presses("anna", "Claim", at="press", sees={"sam": ["Anna of the press office is looking after M-1…"]})

DIALOGUES: dict[str, list[Turn]] = {
    "a deadline in the message is shown back, and corrected": [
        Says(
            "sam",
            f"{ENQUIRY}, deadline 4pm",
            sees={
                "press": ["M-1 · Media enquiry · unclaimed … Monday 23 November 2026, 16:00 GMT"],
                "sam": ["… I’ve noted the deadline as today at 16:00. … Add details"],
            },
        ),
        Presses("sam", "Add details", form="Details: M-1"),
        Fills("sam", {"deadline": "when she can"}, problem=texts.NO_TIME),
        Fills("sam", {"deadline": "today at 9"}, problem="I read this as Monday 23 November 2026, 09:00 GMT…"),
        Fills(
            "sam",
            {"deadline": "tomorrow noon", "outlet": "Harbour Gazette"},
            notice="…Deadline: Tuesday 24 November 2026, 12:00 GMT.",
            sees={"thread": ["Sam added details: … Deadline: tomorrow noon"]},
            card="… Tuesday 24 November 2026, 12:00 GMT",
        ),
    ],
    "a slot in the message stands on the card, and one in the form counts as the deadline": [
        Says(
            "sam",
            "a reporter from the Harbour Gazette rang, they want me live at 7 about the flooded cellar",
            sees={
                "press": ["M-1 … 19:00 GMT … Live, recorded or print: live … Broadcast slot: live at 7 (Monday 23 …"],
                "sam": ["… I’ve noted the deadline as today at 19:00. …"],
            },
        ),
        Presses("sam", "Add details", form="Details: M-1"),
        Fills(
            "sam",
            {"slot": "Radio 4 at 5pm", "medium": "recorded"},
            notice="…Deadline: Monday 23 November 2026, 17:00 GMT.",
            sees={"thread": ["Sam added details: … recorded … Radio 4 at 5pm"]},
            card="… 17:00 GMT …",
        ),
    ],
    "what is under embargo is for officers only from the first moment": [
        Says(
            "sam",
            f"{ENQUIRY}, the report is embargoed until Friday 9am",
            sees={
                "press": ["M-1 … Embargo until: Friday 9am … Under embargo: what it is about opens to officers only…"],
                "sam": ["I’m passing this to the press office now. …"],
            },
        ),
    ],
    "the number to ring stands first where it is urgent": [
        Says(
            "sam",
            "a reporter from the Harbour Gazette is on the line about the flooded cellar, her number is 07700 900123",
            sees={
                "press": ["M-1 · Urgent: Media enquiry · unclaimed … Phone first: 07700 900123 … a reporter from …"],
                "sam": ["This is urgent, so please ring the press office now: …"],
            },
        ),
    ],
    "whoever waits at this moment is urgent in working hours too": [
        Says(
            "sam",
            "a reporter from the Harbour Gazette is at reception and wants a comment on the flooded cellar",
            sees={
                "press": ["M-1 · Urgent: Media enquiry · unclaimed …"],
                "sam": [
                    "This is urgent, so please ring the press office now: … I’m passing this to the press office now."
                ],
            },
        ),
    ],
    "the asker reads first what a reply is": [
        Says("sam", ENQUIRY, sees={"press": ["M-1 …"], "sam": ["I’m passing this to the press office now. …"]}),
        CLAIM,
        Presses("anna", "Reply", at="press", form="Reply: M-1"),
        Fills(
            "anna",
            {"text": "Say that we look into it.", "kind": "words to give"},
            sees={
                "sam": ["You may give these words … Anna … writes about M-1: … Say that we look into it."],
                "thread": ["Anna wrote to the person who asked (words that they may give): …", "Delivered to Sam."],
            },
        ),
        Says(
            "anna",
            "We respond: I ring her myself.",
            at="thread",
            sees={"sam": ["The press office is answering … I ring her myself."], "thread": ["Delivered to Sam."]},
            marks=["delivered"],
        ),
    ],
    "a statement and an answer meet the deadline, and the case ends with an outcome": [
        Says("sam", ENQUIRY, sees={"press": ["M-1 …"], "sam": ["I’m passing this to the press office now. …"]}),
        CLAIM,
        Presses("anna", "Statement", at="press", form="Statement: M-1"),
        Fills(
            "anna",
            {"text": "We are drying the cellar.", "approver": "", "recipient": "Joan"},
            problem=texts.NOTHING_WRITTEN,
        ),
        Fills(
            "anna",
            {"text": "We are drying the cellar.", "approver": "The provost", "recipient": "Joan, Harbour Gazette"},
            sees={
                "sam": [texts.responded_for_asker("M-1")],
                "thread": [
                    "Anna issued a statement to Joan, Harbour Gazette, approved by The provost: … We are drying …"
                ],
            },
            card="… Anna issued a statement: to Joan, Harbour Gazette, approved by The provost: We are drying …",
        ),
        Presses("anna", "Close", at="press", form="Close: M-1"),
        Fills(
            "anna",
            {"outcome": "statement issued", "note": ""},
            sees={"sam": ["The press office has closed M-1, so …"]},
            card="… closed: statement issued …",
        ),
        Presses(
            "anna", "Reopen", at="press", sees={"sam": ["The press office is working on M-1 again."], "thread": ["…"]}
        ),
    ],
    "an officer opens a case that nobody here asked in": [
        Shares("anna", "The Gazette wrote to the press mailbox about the cellar", form="Open a case"),
        Fills(
            "anna",
            {
                "outlet": "Harbour Gazette",
                "deadline": "4pm",
                "questions": "Is it dry?",
                "slot": "Radio 4 at 5pm",
                "came": "e-mail",
                "colleague": "Sam",
            },
            notice=texts.case_opened("M-1"),
            sees={"press": ["M-1 · Media enquiry · unclaimed … 16:00 GMT … by e-mail; concerns Sam; Is it dry?"]},
        ),
        Presses("ben", "Claim", at="press"),
        Presses("ben", "Reply", at="press", form="Reply: M-1"),
        Fills("ben", {"text": "Hello?"}, notice=texts.nobody_asked("M-1")),
        Presses("ben", "Responded", at="press", form="Responded: M-1"),
        Fills(
            "ben", {"text": "Rang her: it is."}, sees={"thread": ["Ben answered the journalist: … Rang her: it is."]}
        ),
        Presses("ben", "Close", at="press", form="Close: M-1"),
        Fills("ben", {"outcome": "journalist withdrew"}, card="… closed: journalist withdrew …"),
    ],
    "a request for recorded information is answered as press and says so": [
        Says(
            "sam",
            f"{ENQUIRY} and makes a request under the Freedom of Information Act",
            sees={"press": [f"M-1 … {texts.FOI_HINT} …"], "sam": ["I’m passing this to the press office now. …"]},
        ),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])


async def test_words_under_embargo_are_on_no_card(stage: Stage) -> None:
    await stage.play(DIALOGUES["what is under embargo is for officers only from the first moment"])
    channel = [version for message in stage.harness.at(stage.place("press")) for version in message.versions]
    assert channel
    assert not any(ENQUIRY in f"{plaintext.render(shown)} {shown.summary}" for shown in channel)


async def test_a_statement_is_kept_word_for_word_and_once(stage: Stage) -> None:
    await stage.play(DIALOGUES["a statement and an answer meet the deadline, and the case ends with an outcome"])
    with stage.harness.store.transaction() as tx:
        (kept,) = tx.statements.of_case(1)
        case = tx.cases.load(1)
    assert (kept.text, kept.approver, kept.recipient) == (
        "We are drying the cellar.",
        "The provost",
        "Joan, Harbour Gazette",
    )
    assert case is not None
    assert case.responded_at is None  # it was reopened, and waits for its answer again


async def test_a_false_alarm_is_told_kindly_and_its_words_are_kept_without_whose(stage: Stage) -> None:
    await stage.play(
        [
            Says("sam", ENQUIRY, sees={"press": ["M-1 …"], "sam": ["I’m passing this to the press office now. …"]}),
            Presses("anna", "False alarm", at="press", sees={"sam": ["…does not need to act…"]}),
            Presses("anna", "False alarm", at="press", drawn_first=True, notice=texts.already_closed("M-1")),
        ]
    )
    with stage.harness.store.transaction() as tx:
        assert [text for _, text in tx.false_alarms.since(stage.harness.clock.now(), 9)] == [ENQUIRY]
