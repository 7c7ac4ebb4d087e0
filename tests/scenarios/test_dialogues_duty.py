"""What time does to a case, and how it passes from one officer to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.presentation import texts
from tests.desk import PHONE, DeskHarness
from tests.dialogue import Again, Fills, Happens, Opens, Presses, Says, Stage, Turn, Waits
from tests.scenarios.trouble import MINUTE, TOLD
from tests.scenarios.turns import CLAIM, CLOSE, HOUR, REPORT


def later(time: timedelta) -> Happens:
    """Nothing that is due happens meanwhile."""
    return Happens(lambda harness: harness.clock.advance(time))


RESTART = Happens(DeskHarness.restart)
NUDGE, BACK = texts.nudge("M-1"), texts.returned("M-1", "Anna")
HAND_OVER = (
    Presses("anna", texts.HAND_OVER, at="press", form="Hand over: M-1"),
    Fills(
        "anna",
        {"to": "slack:ben"},
        sees={"thread": [texts.asks_to_take("Anna", "M-1", "slack:ben") + " … I take it over … I cannot"]},
        card="claimed by Anna … Handover offered to slack:ben … Anna offered it for handover: slack:ben",
    ),
)
WAIT = (
    Presses("anna", texts.WAIT, at="press", form="Wait for facts: M-1"),
    Fills(
        "anna",
        {"for": "the head count", "until": "13:00"},
        sees={"thread": ["Anna waits for the head count until today at 13:00."]},
        card="Waiting for the head count until Monday 23 November 2026, 13:00 GMT. … Anna waits: the head count, until",
    ),
)

NEAR = texts.deadline_near("M-1", "today at 17:00", known=False)
PASSED = texts.deadline_passed("M-1", known=False)
SHIFT_ENDS = "The shift ends today at 17:00. … M-1 · Media enquiry · claimed by Anna … I take it over"

DIALOGUES: dict[str, Sequence[Turn]] = {
    "nobody claims an enquiry": [
        REPORT,
        Waits(15 * MINUTE, sees={"thread": [texts.reminder("M-1", 15)]}),
        Waits(15 * MINUTE, sees={"thread": [f"{texts.reminder('M-1', 30)} {texts.PLEASE_CLAIM}"]}),
        Waits(15 * MINUTE, sees={"thread": [f"{texts.reminder('M-1', 45)} {texts.ALSO_MAILED}"], "mail": ["M-1"]}),
        Waits(
            15 * MINUTE,
            sees={
                "thread": [f"{texts.reminder('M-1', 60)} {texts.told_to_phone(PHONE)}"],
                "sam": [f"Nobody in the press office has picked up M-1 yet. … {PHONE}"],
            },
            card="unclaimed … The desk called whoever is on call … The desk told the person who asked to phone",
        ),
        Waits(29 * MINUTE),
        Waits(MINUTE, sees={"thread": ["M-1 has been waiting for 90 minutes"]}),
        CLAIM,
        Waits(29 * MINUTE),
    ],
    "a silent owner": [
        REPORT,
        CLAIM,
        Waits(29 * MINUTE),
        Waits(MINUTE, sees={"thread": [NUDGE]}, card="claimed by Anna … The desk asked the owner how it is going"),
        Waits(
            30 * MINUTE,
            sees={"thread": [BACK], "sam": [texts.returned_for_asker("M-1")]},
            card="unclaimed … The desk put it back into the queue",
        ),
        Waits(15 * MINUTE, sees={"thread": ["M-1 has been waiting for 15 minutes"]}),
        CLAIM,
        Waits(HOUR, sees={"thread": [NUDGE, BACK]}),  # the asker knows that already
    ],
    "an owner who gives a sign": [
        REPORT,
        CLAIM,
        Waits(30 * MINUTE, sees={"thread": [NUDGE]}),
        Says("anna", "on it", at="thread", card="Anna noted: on it"),
        Waits(29 * MINUTE),
        Waits(MINUTE, sees={"thread": [NUDGE]}),
        *CLOSE,
        Waits(9 * HOUR),
    ],
    "an owner who waits for facts": [
        REPORT,
        CLAIM,
        *WAIT,
        Waits(179 * MINUTE),
        Waits(MINUTE, sees={"thread": [texts.wait_is_over("M-1", "the head count")]}, card="claimed by Anna"),
        Waits(30 * MINUTE, sees={"thread": [BACK], "sam": [texts.returned_for_asker("M-1")]}),
    ],
    "a time that is none": [
        REPORT,
        CLAIM,
        Presses("anna", texts.WAIT, at="press", form="Wait for facts: M-1"),
        Fills("anna", {"for": "facts", "until": "the cows come home"}, problem=texts.NOT_A_TIME),
        Fills("anna", {"for": "facts", "until": "today at 9:00"}, problem=texts.NOT_A_TIME),
        Presses("ben", texts.WAIT, at="press", notice=texts.claimed_by_another("M-1", "Anna")),
    ],
    "a handover that is accepted": [
        REPORT,
        CLAIM,
        *HAND_OVER,
        Waits(29 * MINUTE),
        Presses(
            "ben",
            texts.TAKE_OVER,
            at="thread",
            sees={"thread": [texts.took_over("Ben", "M-1", "Anna")], "sam": ["Ben of the press office"]},
            card="claimed by Ben … Ben took it over: Anna",
        ),
        Again(notice=texts.yours_already("M-1")),
        Presses("anna", "Reply", at="press", notice=texts.claimed_by_another("M-1", "Ben")),
        Presses("ben", texts.TAKE_OVER, at="thread", notice=texts.yours_already("M-1")),
        Waits(29 * MINUTE),
    ],
    "a handover that is declined": [
        REPORT,
        CLAIM,
        *HAND_OVER,
        Presses("sam", texts.TAKE_OVER, at="thread", notice=texts.NOT_AN_OFFICER),
        Presses("teams:carl", texts.DECLINE, at="slack:thread", notice=texts.NOT_OFFERED),
        Presses(
            "ben",
            texts.DECLINE,
            at="thread",
            sees={"thread": [texts.declined("Ben", "M-1", "Anna")]},
            card="claimed by Anna … Ben did not take it over",
        ),
        Says("anna", "reply: dry", at="thread", sees={"sam": ["> dry"], "thread": ["Delivered"]}, marks=TOLD),
    ],
    "the end of a shift": [
        later(6 * HOUR + 20 * MINUTE),
        REPORT,
        CLAIM,
        Waits(24 * MINUTE),
        Waits(MINUTE, sees={"press": [SHIFT_ENDS], "press/1": [NEAR]}),
        Presses("joe", texts.TAKE_OVER, at="press", notice=texts.NOT_AN_OFFICER),
        Waits(4 * MINUTE),
        Presses(
            "ben",
            texts.TAKE_OVER,
            at="press",
            sees={"press/1": [texts.took_over("Ben", "M-1", "Anna")], "sam": ["Ben of the press office"]},
        ),
        Presses("teams:carl", texts.TAKE_OVER, at="slack:press", notice=texts.STALE),
        Waits(11 * MINUTE, sees={"press/1": [PASSED]}),
    ],
    "the end of a shift at which nothing is open": [Waits(24 * HOUR)],
    "a shift that ended while the desk was down": [
        REPORT,
        CLAIM,
        later(8 * HOUR),
        RESTART,
        Waits(
            MINUTE,
            sees={"press": ["The shift ended today at 17:00. … M-1"], "press/1": [PASSED, NUDGE]},
        ),
    ],
    "a handover to nobody": [
        REPORT,
        CLAIM,
        Presses("anna", texts.HAND_OVER, at="press", form="Hand over: M-1"),
        Fills("anna", {"to": "slack:sam"}, problem=texts.CHOOSE_AN_OFFICER),
        Fills("anna", {"to": "slack:anna"}, problem=texts.CHOOSE_AN_OFFICER),
        Presses("ben", texts.HAND_OVER, at="press", notice=texts.claimed_by_another("M-1", "Anna")),
        Opens("anna", view="queue", page="claimed by Anna"),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])
