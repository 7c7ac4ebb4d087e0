"""One story told by many: links, joined cases, incidents, and cases of which only officers see more than the outlet."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.messages import Address, Pressed
from bot.presentation import texts
from tests.desk import DeskHarness, direct, person
from tests.dialogue import Fills, Presses, Says, Stage, Turn

FIRST = "Ruth Ellery from the Guardian rang me about the flooded cellar"
SECOND = "a reporter from the Guardian wants to know about the flooded cellar"
OTHER = "a reporter from the BBC asks for a comment on the flooded cellar"
ANOTHER = "a reporter from the Guardian wants a photograph of the parrot"
DEATH = "a reporter from the Guardian asks about the student who died in the reading room"

M1 = Says("sam", FIRST, sees={"press": ["M-1"], "sam": ["M-1"]})
M2 = Says(
    "joe",
    SECOND,
    sees={
        "press": ["M-2 … Another colleague was contacted about this: M-1 (…Guardian, unclaimed). … Join M-1"],
        "press/1": ["M-2 from …Guardian: the same enquiry reached somebody else."],
        "joe": ["M-2"],
    },
)
CLAIMED = Presses("anna", "Claim", at="press", sees={"joe": [texts.claimed_for_asker("Anna", "M-2")]})
JOINED = Presses(
    "anna",
    "Join M-1",
    at="press",
    sees={
        "press/1": [texts.took_in_below("M-2", "Anna")],
        "press/3": [texts.joined_to("M-2", "M-1")],
        "sam": ["Anna of the press office is looking after M-1"],
        "joe": [texts.joined_for_asker("M-2", "M-1", "Anna")],
    },
    card="closed: joined … is looked after together with M-1 … Split",
)

DIALOGUES: dict[str, Sequence[Turn]] = {
    "another matter is another enquiry": [
        M1,
        Says("joe", ANOTHER, sees={"press": ["M-2 … Claim … Restrict"], "joe": ["M-2"]}),
    ],
    "another outlet is linked and cannot be joined": [
        M1,
        Says(
            "joe",
            OTHER,
            sees={
                "press": ["M-2 … Other outlets ask about the same story: M-1"],
                "press/1": ["another outlet asks about the same story"],
                "joe": ["M-2"],
            },
        ),
        Presses("anna", "Claim", at="press", value="2@1", sees={"joe": ["M-2"]}),
    ],
    "two enquiries become one, and everybody is answered alone": [
        M1,
        M2,
        CLAIMED,
        JOINED,
        Says(
            "anna",
            "reply: It is dry again.",
            at="press/1",
            sees={
                "sam": ["Anna … M-1 … > It is dry again."],
                "joe": ["Anna … > It is dry again."],
                "press/1": ["Delivered to Sam.", "Delivered to Joe."],
            },
            marks=["delivered", "delivered"],
        ),
        Says(
            "joe",
            "she wants to know how deep the water was",
            sees={"joe": ["I’ve added this to M-1."], "press/1": ["Joe adds: … deep"]},
        ),
        Says("anna", "reply: hello", at="press/3", sees={"press/3": [texts.joined_to("M-2", "M-1")]}),
    ],
    "a split gives back what was written since": [
        M1,
        M2,
        CLAIMED,
        JOINED,
        Says("joe", "she is called Joan", sees={"joe": ["I’ve added this to M-1."], "press/1": ["Joe adds:"]}),
        Presses(
            "ben",
            "Split",
            at="press",
            sees={
                "press/1": [texts.split_below("M-2", "Ben")],
                "press/3": [texts.reopened("Ben")],
                "joe": [texts.split_for_asker("M-2", "M-1")],
            },
            card="unclaimed",
        ),
        Says("joe", "her name is Joan Smith", sees={"joe": ["I’ve added this to M-2."], "press/3": ["Joe adds:"]}),
        Says("sam", "M-1: here too", sees={"sam": ["I’ve added this to M-1."], "press/1": ["Sam adds:"]}),
    ],
    "a reference that an asker knows stays valid": [
        M1,
        M2,
        CLAIMED,
        JOINED,
        Presses(
            "joe",
            "Withdraw",
            drawn_first=True,
            value="2@1",
            sees={"joe": ["Anna is already working on M-1"], "press/1": ["Joe would like to withdraw this."]},
        ),
        Says("ben", "only inside", at="press/3"),
    ],
    "what others may not": [
        M1,
        M2,
        Presses("joe", "Join M-1", at="press", notice=texts.NOT_AN_OFFICER),
        Presses("joe", "Restrict", at="press", notice=texts.NOT_AN_OFFICER),
        Presses("ben", "Claim", at="press", sees={"joe": ["Ben of the press office"]}),
        Presses("anna", "Join M-1", at="press", notice=texts.claimed_by_another("M-2", "Ben")),
        Presses("ben", "Join M-1", at="press", drawn_first=True, notice=texts.STALE),
    ],
    "a death is for officers only": [
        Says(
            "sam",
            DEATH,
            sees={
                "press": ["M-1 · Media enquiry (restricted) · unclaimed … Whoever asked reported it"],
                "sam": ["M-1"],
            },
        ),
        Says(
            "sam",
            "she is called Joan",
            sees={"sam": ["I’ve added"], "thread": [texts.something_new("M-1")]},
        ),
        Presses("anna", "Show details", at="press", notice=f"M-1 … Sam: … {DEATH} … she is called Joan"),
        Presses("joe", "Show details", at="press", notice=texts.NOT_AN_OFFICER),
        Presses(
            "anna",
            "Lift restriction",
            at="press",
            sees={"thread": [texts.unrestricted_below("Anna")]},
            card=f"M-1 · Media enquiry · … {DEATH} … Restrict … she is called Joan",
        ),
    ],
    "an officer restricts": [
        M1,
        Presses("anna", "Restrict", at="press", sees={"thread": [texts.restricted_below("Anna")]}, card="restricted"),
        Presses("anna", "Restrict", at="press", drawn_first=True, notice=texts.restricted_already("M-1")),
        Presses("anna", "Lift restriction", at="press", sees={"thread": [texts.unrestricted_below("Anna")]}),
        Presses("anna", "Restrict", at="press", sees={"thread": [texts.restricted_below("Anna")]}),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])


async def test_what_an_officer_only_may_see_is_on_no_card(stage: Stage, harness: DeskHarness) -> None:
    await stage.play(DIALOGUES["a death is for officers only"][:4])
    shown = str(
        [message.versions for message in harness.platforms["slack"].shown if message.to != direct(person("sam"))]
    )
    for word in ("died", "Sam", "my student", "reading room"):
        assert word not in shown
    assert "Guardian" in shown


async def test_details_that_come_later_make_the_same_enquiry_of_one_story(stage: Stage, harness: DeskHarness) -> None:
    await stage.play(
        [
            M1,
            Says(
                "joe",
                "a journalist rang me about the flooded cellar",
                sees={"press": ["M-2 … the same story: M-1"], "press/1": ["M-2"], "joe": ["M-2"]},
            ),
        ]
    )
    assert await join(harness, "2@1:1") == texts.not_to_be_joined("M-2", "M-1")
    await stage.play(
        [
            Presses("joe", "Add details", form="Details: M-2"),
            Fills(
                "joe",
                {"outlet": "guardian.com"},
                notice=texts.details_received("M-2"),
                sees={
                    "press/3": ["Joe added details: … guardian.com", "M-1 from Guardian: the same enquiry"],
                    "press/1": ["M-2 from guardian.com: the same enquiry"],
                },
                card="Another colleague was contacted about this: M-1 … Join M-1",
            ),
        ]
    )
    assert await join(harness, "1@9:2") == ""


async def join(harness: DeskHarness, handle: str) -> str:
    by, at = person("anna"), Address("slack", "c-press")
    pressed = Pressed(harness.next_event(), by, "case.join", handle, at, direct(by))
    return (await harness.handle(pressed)).notice


@pytest.mark.parametrize("handle", ["1@9", "1@9:", "1@9:x", "1@9:99", "1@9:1"])
async def test_a_forged_join_changes_nothing(stage: Stage, harness: DeskHarness, handle: str) -> None:
    await stage.play([M1])
    assert await join(harness, handle) in {texts.NO_SUCH_CASE, texts.joined_already("M-1", "M-1")}
    assert "closed" not in stage.card.text
