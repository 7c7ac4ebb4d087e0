"""Several press channels or none, who is called, and words that would come alive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.case import LONGEST_ON_CARD as LONG
from bot.messages import Markdown, Mention, Quote
from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import SETTINGS, DeskHarness
from tests.dialogue import UNSURE, Presses, Says, Stage, Turn, Waits
from tests.scenarios.trouble import (
    AWAY,
    MINUTE,
    REFUSED,
    TOLD,
    breaks,
    mends,
)
from tests.scenarios.turns import CLAIM, ENQUIRY, FURTHER, QUESTION, REPORT

HOSTILE = "<!channel> <@U0BEN> @everyone [x](https://evil.example) **bold** <script>alert(1)</script> \u202etxt"

# ---- two press channels ---------------------------------------------------------------------------------------------

TWO: dict[str, Sequence[Turn]] = {
    "both channels have the case, whoever acts": [
        Says("sam", ENQUIRY, sees={"press": ["M-1"], "teams:press": ["M-1"], "sam": ["I’m passing this"]}),
        Presses(
            "teams:carl", "Claim", at="teams:press", sees={"sam": ["Carl of the press office"]}, card="claimed by Carl"
        ),
        Presses("anna", "Claim", at="press", drawn_first=True, notice=texts.claimed_by_another("M-1", "Carl")),
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
        Says("sam", ENQUIRY, sees={"teams:press": ["M-1"], "sam": ["I’m passing this to the press office now."]}),
        mends("c-press"),
        Waits(15 * MINUTE, sees={"press": ["M-1"], "teams:thread": ["M-1 has been"], "thread": ["M-1 has been"]}),
    ],
    "one of two refuses while the other is away": [
        breaks("c-press", AWAY, "teams"),
        breaks("c-press", REFUSED),
        Says("sam", ENQUIRY, sees={"sam": ["I’m passing this to the press office now."]}),
        Waits(5 * MINUTE, sees={"sam": ["I couldn’t reach the press office about M-1"], "mail": ["M-1"]}),
        mends("c-press", "teams"),
        Waits(9 * MINUTE, sees={"teams:press": ["M-1"], "sam": [texts.reached_for_asker("M-1")]}),
    ],
    "both refuse": [
        breaks("c-press", REFUSED, "teams"),
        breaks("c-press", REFUSED),
        Says(
            "sam",
            ENQUIRY,
            sees={"sam": ["I’m passing this to the press office now.", "I couldn’t reach"], "mail": ["M-1"]},
        ),
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


async def played(store: Store, clock: ManualClock, settings: dict[str, Any], dialogue: Sequence[Turn]) -> DeskHarness:
    harness = DeskHarness(store, clock, settings)
    await harness.start()
    await Stage(harness).play(dialogue)
    return harness


@pytest.mark.parametrize("name", TWO)
async def test_two_press_channels(quick_store: Store, clock: ManualClock, name: str) -> None:
    await played(quick_store, clock, office(channels=["slack:c-press", "teams:c-press"]), TWO[name])


async def test_without_a_press_office(quick_store: Store, clock: ManualClock) -> None:
    holding = f"Thank you for telling us. … {texts.NO_PRESS_OFFICE}"
    dialogue = [
        Says("sam", ENQUIRY, sees={"sam": [holding]}),
        UNSURE,
        Says("sam", ENQUIRY, sees={"sam": [texts.UNKNOWN]}),
        Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
    ]
    await played(quick_store, clock, {}, dialogue)


# ---- who is called -------------------------------------------------------------------------------------------------


def mentions(harness: DeskHarness) -> list[tuple[str, ...]]:
    """Who was mentioned, message by message, in the press channel and below its cards."""
    shown = [message for message in harness.platforms["slack"].shown if message.to.token.startswith("c-press")]
    return [sum((b.people for b in message.versions[0].blocks if isinstance(b, Mention)), ()) for message in shown]


async def test_in_hours_whoever_is_on_call_is_the_second_step(stage: Stage, harness: DeskHarness) -> None:
    waiting = {"thread": ["M-1 has been waiting"]}
    await stage.play([REPORT, Waits(15 * MINUTE, sees=waiting), Waits(15 * MINUTE, sees=waiting)])
    assert mentions(harness) == [(), (), ("slack:ben",)]


async def test_out_of_hours_they_are_called_at_once(stage: Stage, harness: DeskHarness) -> None:
    await harness.pass_time(timedelta(hours=10))
    await stage.play([REPORT])
    assert mentions(harness) == [("slack:ben",)]


async def test_a_question_calls_nobody_at_night(harness: DeskHarness, stage: Stage) -> None:
    await harness.pass_time(timedelta(hours=10))
    until_nine = timedelta(hours=13)
    await stage.play(
        [
            breaks("c-press", REFUSED),
            Says("sam", QUESTION, sees={"sam": ["That is a matter for the pay office"]}),
            Presses("sam", "Ask the press office", sees={"sam": ["Your question is with the press office."]}),
            Waits(until_nine),
            Waits(5 * MINUTE, sees={"sam": ["I couldn’t reach the press office about Q-1"], "mail": ["Q-1"]}),
        ]
    )
    assert mentions(harness) == []


async def test_the_owner_is_called_when_something_happens_to_their_case(stage: Stage, harness: DeskHarness) -> None:
    added = Says("sam", FURTHER, sees={"sam": ["I’ve added"], "thread": ["Sam adds"]})
    freed = Presses("ben", "Unclaim", at="press", sees={"sam": ["Anna has"], "thread": [texts.freed("Ben")]})
    await stage.play([REPORT, CLAIM, added, freed])
    assert mentions(harness) == [(), ("slack:anna",), ("slack:anna",)]


# ---- words that would come alive -----------------------------------------------------------------------------------


async def test_what_people_write_is_data_wherever_it_is_shown(stage: Stage, harness: DeskHarness) -> None:
    enquiry = f"{ENQUIRY} {HOSTILE}"
    await stage.play(
        [
            Says("sam", enquiry, sees={"press": ["M-1"], "sam": ["I’m passing this"]}),
            Says("sam", f"{FURTHER} {HOSTILE}", sees={"sam": ["I’ve added"], "thread": ["Sam adds"]}),
            Says(
                "anna",
                f"reply: {HOSTILE}",
                at="thread",
                sees={"sam": ["Anna"], "thread": ["Delivered"]},
                marks=TOLD,
            ),
        ]
    )
    blocks = [block for message in harness.platforms["slack"].shown for block in message.versions[-1].blocks]
    assert not any("evil.example" in block.markdown for block in blocks if isinstance(block, Markdown))
    assert [HOSTILE in block.text for block in blocks if isinstance(block, Quote)] == [True] * 3


async def test_forty_thousand_characters_are_there_in_full_and_the_card_stays_short(
    stage: Stage, harness: DeskHarness
) -> None:
    long = " ".join([ENQUIRY, *(f"word{number}" for number in range(4800))])
    assert len(long) > 40_000
    await stage.play(
        [
            Says(
                "sam",
                long,
                sees={
                    "press": [f"M-1 … {ENQUIRY} … {texts.WHOLE_BELOW}"],
                    "sam": ["M-1"],
                    "thread": [f"{texts.WHOLE_MESSAGE} … {long}"],
                },
            ),
            Says("sam", long, sees={"sam": ["I’ve added"], "thread": [f"Sam adds: … {long}"]}),
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
