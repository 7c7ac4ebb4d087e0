"""Dialogues in which something is broken: nobody is left in the dark, and nothing comes alive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot import wording
from bot.cards.officers import LONG
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Mention, Pressed, Prose, Quote
from bot.store.engine import Store
from tests.clock import ManualClock
from tests.desk import PHONE, SETTINGS, House, buttons, direct, person
from tests.dialogue import UNSURE, Fills, Happens, Opens, Presses, Says, Stage, Turn, Waits
from tests.scenarios.test_dialogues_cases import CLAIM, ENQUIRY, FURTHER, QUESTION, REPORT

MINUTE = timedelta(minutes=1)
TOLD = ["delivered"]
REFUSED = PermanentFailure("not_in_channel.", "Invite the desk into the channel.")
SHUT = PermanentFailure("The person has blocked the desk.")
AWAY = TemporaryFailure("503.")


def breaks(token: str, failure: DeliveryFailure, platform: str = "slack", **turn: Any) -> Happens:
    def happen(house: House) -> None:
        house.platforms[platform].failures[token] = failure

    return Happens(happen, **turn)


def mends(token: str, platform: str = "slack", **turn: Any) -> Happens:
    def happen(house: House) -> None:
        del house.platforms[platform].failures[token]

    return Happens(happen, **turn)


def loses_the_answer(token: str) -> Happens:
    return Happens(lambda house: house.platforms["slack"].drops.add(token))


async def claims_from_the_queue(house: House) -> None:
    anna = person("anna")
    page = (await Stage(house).looks("anna", "queue")).view
    assert page is not None
    (claim,) = [button for card in page.cards for button in buttons(card) if button.label == "Claim"]
    await house.handle(Pressed(house.next_event(), anna, claim.action, claim.value, direct(anna), direct(anna)))


RESTART = Happens(lambda house: house.restart())
GIVEN_THE_NUMBER = f"I could not reach the press office about M-1 yet. … {PHONE} … I keep trying."
MAILED = f"M-1 · Media enquiry · unclaimed … {ENQUIRY}"

DIALOGUES: dict[str, Sequence[Turn]] = {
    "the press channel refuses, and is mended": [
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told.", GIVEN_THE_NUMBER], "mail": [MAILED]}),
        Opens(
            "anna",
            view="queue",
            page="could not be posted in slack:c-press: not_in_channel. Invite the desk … The asker was given",
        ),
        Waits(14 * MINUTE),
        mends("c-press"),
        Waits(
            2 * MINUTE,
            sees={
                "press": [f"M-1 · Media enquiry · unclaimed … {ENQUIRY}"],
                "sam": [wording.reached_for_asker("M-1")],
                "thread": ["M-1 has been waiting for 15 minutes"],
            },
            card="The desk could not deliver it: … The desk gave the phone number … The desk delivered it: slack:",
        ),
        CLAIM,
    ],
    "the press channel refuses for long": [
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"sam": ["The press office", GIVEN_THE_NUMBER], "mail": ["M-1"]}),
        Waits(timedelta(days=1)),
        Opens("anna", view="queue", page="The desk reminded the press office"),
        mends("c-press"),
        Waits(
            timedelta(hours=4),
            sees={"press": ["M-1"], "sam": [wording.reached_for_asker("M-1")], "thread": ["M-1 has"]},
        ),
    ],
    "the press platform is away for longer than the fallback waits": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told."]}),
        Waits(4 * MINUTE),
        Waits(MINUTE, sees={"sam": [GIVEN_THE_NUMBER], "mail": [MAILED]}),
        mends("c-press"),
        Waits(9 * MINUTE, sees={"press": ["M-1"], "sam": [wording.reached_for_asker("M-1")]}, card="unclaimed … Sam"),
    ],
    "the press platform is away for a moment": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told."]}),
        Waits(MINUTE),
        mends("c-press"),
        Waits(4 * MINUTE, sees={"press": ["M-1"]}),
        Waits(10 * MINUTE, sees={"thread": ["M-1 has been waiting for 15 minutes"]}),
    ],
    "while the press channel is away somebody finds the case in the queue": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told."]}),
        Opens("anna", view="queue", page="M-1 … Claim"),
        Happens(claims_from_the_queue, sees={"sam": ["Anna of the press office is now looking"]}),
        Waits(10 * MINUTE),
        mends("c-press"),
        Waits(10 * MINUTE, sees={"press": ["M-1 … claimed by Anna"]}),
    ],
    "the asker withdraws while the press channel is away": [
        breaks("c-press", AWAY),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told."]}),
        Presses("sam", "Withdraw", sees={"sam": ["M-1 is withdrawn."]}),
        Waits(10 * MINUTE),
        mends("c-press"),
        Waits(10 * MINUTE, sees={"press": ["M-1 … closed: withdrawn"], "thread": [wording.withdrawn("Sam")]}),
    ],
    "the answer of the press channel is lost": [
        loses_the_answer("c-press"),
        Says("sam", ENQUIRY, sees={"press": ["M-1"], "sam": ["The press office has been told."]}),
        Waits(MINUTE),
        CLAIM,
    ],
    "a question to a press office that cannot be reached": [
        breaks("c-press", REFUSED),
        Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
        Presses(
            "sam",
            "Ask the press office",
            sees={"sam": ["Your question is", "I could not reach the press office about Q-1"], "mail": ["Q-1"]},
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
                "#yard": [wording.SEE_DIRECT_MESSAGE, wording.DIRECT_MESSAGE_FAILED],
                "thread": ["Not delivered to Sam: The person has blocked the desk."],
            },
            card="The desk could not deliver it: Sam: The person has blocked the desk.",
        ),
        Presses("anna", "Claim", at="press", sees={"thread": ["Not delivered to Sam:"]}),
        Says(
            "anna",
            "reply: the cellar is dry",
            at="thread",
            sees={"#yard": [wording.DIRECT_MESSAGE_FAILED], "thread": ["Not delivered to Sam: … another way."]},
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
        Says("sam", FURTHER, sees={"sam": ["I have added this to M-1."]}),
        Opens(
            "anna", view="queue", page=f"Sam added a message: {FURTHER} … could not deliver it: slack:c-press: not_in"
        ),
    ],
    "a card that somebody deleted comes back with the next change": [
        REPORT,
        Happens(lambda house: house.platforms["slack"].shown.__delitem__(0)),
        Presses(
            "sam",
            "Withdraw",
            sees={"press": ["closed: withdrawn"], "sam": ["M-1 is"], "thread": [wording.withdrawn("Sam")]},
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

HOSTILE = "<!channel> <@U0BEN> @everyone [x](https://evil.example) **bold** <script>alert(1)</script> \u202etxt"


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])


# ---- two press channels ---------------------------------------------------------------------------------------------

TWO: dict[str, Sequence[Turn]] = {
    "both channels have the case, whoever acts": [
        Says("sam", ENQUIRY, sees={"press": ["M-1"], "teams:press": ["M-1"], "sam": ["The press office"]}),
        Presses(
            "teams:carl", "Claim", at="teams:press", sees={"sam": ["Carl of the press office"]}, card="claimed by Carl"
        ),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=wording.taken("M-1", "Carl")),
        Says(
            "teams:carl",
            "reply: dry",
            at="teams:thread",
            sees={"sam": ["> dry"], "thread": ["Delivered"], "teams:thread": ["Delivered"]},
            marks=TOLD,
        ),
    ],
    "one of two is down": [
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"teams:press": ["M-1"], "sam": ["The press office has been told."]}),
        mends("c-press"),
        Waits(15 * MINUTE, sees={"press": ["M-1"], "teams:thread": ["M-1 has been"], "thread": ["M-1 has been"]}),
    ],
    "one of two refuses while the other is away": [
        breaks("c-press", AWAY, "teams"),
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told."]}),
        Waits(5 * MINUTE, sees={"sam": ["I could not reach the press office about M-1"], "mail": ["M-1"]}),
        mends("c-press", "teams"),
        Waits(9 * MINUTE, sees={"teams:press": ["M-1"], "sam": [wording.reached_for_asker("M-1")]}),
    ],
    "both refuse": [
        breaks("c-press", REFUSED, "teams"),
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"sam": ["The press office has been told.", "I could not reach"], "mail": ["M-1"]}),
    ],
    "an asker on the other platform": [
        Says("teams:tess", ENQUIRY, sees={"press": ["Tess · teams"], "teams:press": ["M-1"], "teams:tess": ["M-1"]}),
        Says(
            "anna",
            "reply: dry",
            at="thread",
            sees={"teams:tess": ["Anna of … > dry"], "thread": ["Delivered"], "teams:thread": ["Delivered"]},
            marks=TOLD,
        ),
    ],
}


def office(**changes: Any) -> dict[str, Any]:
    return {**SETTINGS, "press_office": {**SETTINGS["press_office"], **changes}}


async def played(store: Store, clock: ManualClock, settings: dict[str, Any], dialogue: Sequence[Turn]) -> House:
    house = House(store, clock, settings)
    await house.start()
    try:
        await Stage(house).play(dialogue)
    finally:
        house.close()
    return house


@pytest.mark.parametrize("name", TWO)
async def test_two_press_channels(quick_store: Store, clock: ManualClock, name: str) -> None:
    await played(quick_store, clock, office(channels=["slack:c-press", "teams:c-press"]), TWO[name])


async def test_without_a_press_office(quick_store: Store, clock: ManualClock) -> None:
    holding = f"Thank you for telling us. … {wording.NO_PRESS_OFFICE}"
    dialogue = [
        Says("sam", ENQUIRY, sees={"sam": [holding]}),
        UNSURE,
        Says("sam", ENQUIRY, sees={"sam": [wording.UNKNOWN]}),
        Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
    ]
    await played(quick_store, clock, {}, dialogue)


# ---- who is called -------------------------------------------------------------------------------------------------


def mentions(house: House) -> list[tuple[str, ...]]:
    """Who was mentioned, message by message, in the press channel and below its cards."""
    shown = [message for message in house.platforms["slack"].shown if message.to.token.startswith("c-press")]
    return [sum((b.people for b in message.versions[0].blocks if isinstance(b, Mention)), ()) for message in shown]


async def test_in_hours_whoever_is_on_call_is_the_second_step(stage: Stage, house: House) -> None:
    waiting = {"thread": ["M-1 has been waiting"]}
    await stage.play([REPORT, Waits(15 * MINUTE, sees=waiting), Waits(30 * MINUTE, sees=waiting)])
    assert mentions(house) == [(), (), ("slack:ben",)]


async def test_out_of_hours_they_are_called_at_once(stage: Stage, house: House, clock: ManualClock) -> None:
    clock.advance(timedelta(hours=10))
    await stage.play([REPORT])
    assert mentions(house) == [("slack:ben",)]


async def test_a_question_calls_nobody_at_night(house: House, stage: Stage, clock: ManualClock) -> None:
    clock.advance(timedelta(hours=10))
    until_nine = timedelta(hours=13)
    await stage.play(
        [
            breaks("c-press", REFUSED),
            Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
            Presses("sam", "Ask the press office", sees={"sam": ["Your question is with the press office."]}),
            Waits(until_nine),
            Waits(5 * MINUTE, sees={"sam": ["I could not reach the press office about Q-1"], "mail": ["Q-1"]}),
        ]
    )
    assert mentions(house) == []


async def test_the_owner_is_called_when_something_happens_to_their_case(stage: Stage, house: House) -> None:
    added = Says("sam", FURTHER, sees={"sam": ["I have added"], "thread": ["Sam adds"]})
    freed = Presses("ben", "Unclaim", at="press", sees={"sam": ["Anna has"], "thread": [wording.freed("Ben")]})
    await stage.play([REPORT, CLAIM, added, freed])
    assert mentions(house) == [(), ("slack:anna",), ("slack:anna",)]


# ---- words that would come alive -----------------------------------------------------------------------------------


async def test_what_people_write_is_data_wherever_it_is_shown(stage: Stage, house: House) -> None:
    enquiry = f"{ENQUIRY} {HOSTILE}"
    await stage.play(
        [
            Says("sam", enquiry, sees={"press": ["M-1"], "sam": ["The press office"]}),
            Says("sam", f"{FURTHER} {HOSTILE}", sees={"sam": ["I have added"], "thread": ["Sam adds"]}),
            Says(
                "anna",
                f"reply: {HOSTILE}",
                at="thread",
                sees={"sam": ["Anna"], "thread": ["Delivered"]},
                marks=TOLD,
            ),
        ]
    )
    blocks = [block for message in house.platforms["slack"].shown for block in message.versions[-1].blocks]
    assert not any("evil.example" in block.markdown for block in blocks if isinstance(block, Prose))
    assert [HOSTILE in block.text for block in blocks if isinstance(block, Quote)] == [True] * 3


async def test_forty_thousand_characters_are_there_in_full_and_the_card_stays_short(stage: Stage, house: House) -> None:
    long = " ".join([ENQUIRY, *(f"word{number}" for number in range(4800))])
    assert len(long) > 40_000
    await stage.play(
        [
            Says(
                "sam",
                long,
                sees={
                    "press": [f"M-1 … {ENQUIRY} … {wording.WHOLE_BELOW}"],
                    "sam": ["M-1"],
                    "thread": [f"{wording.WHOLE} … {long}"],
                },
            ),
            Says("sam", long, sees={"sam": ["I have added"], "thread": [f"Sam adds: … {long}"]}),
            Says(
                "anna",
                f"reply: {long}",
                at="thread",
                sees={"sam": [long], "thread": ["Delivered"]},
                marks=TOLD,
            ),
        ]
    )
    assert len(stage.card.text) < LONG + 3000
