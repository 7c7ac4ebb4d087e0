"""A press channel that refused cards and is mended: every open case is posted there, once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.admin.monitoring import Monitoring
from bot.errors import PermanentFailure
from bot.knowledge.watcher import KnowledgeWatcher
from bot.messages import Pressed
from bot.presentation import texts
from tests.desk import KNOWLEDGE, PHONE, SETTINGS, DeskHarness, buttons, direct, person, said
from tests.dialogue import Happens, Opens, Says, Stage, Turn, Waits
from tests.scenarios.trouble import MINUTE, REFUSED, breaks, mends
from tests.scenarios.turns import ENQUIRY

GONE = PermanentFailure("channel_not_found.", "Name a channel that exists.")


def reports(who: str) -> Says:
    """An enquiry while no channel takes it."""
    return Says(
        who, ENQUIRY, sees={who: ["I’m passing this to the press office now.", "I couldn’t reach"], "mail": ["M-"]}
    )


def presses_in_the_queue(label: str, reference: str, **turn: Sequence[str]) -> Happens:
    async def press(harness: DeskHarness) -> None:
        page = (await Stage(harness).looks("anna", "queue")).view
        assert page is not None
        (card,) = [card for card in page.cards if card.summary.startswith(f"{reference},")]
        (button,) = [button for button in buttons(card) if button.label == label]
        anna = person("anna")
        await harness.handle(
            Pressed(harness.next_event(), anna, button.action, button.value, direct(anna), direct(anna))
        )

    return Happens(press, sees=turn)


RESTART = Happens(lambda harness: harness.restart())
THREE_REPORT = [reports("sam"), reports("ruth"), reports("joe")]
BACK = {"sam": [texts.reached_for_asker("M-1")], "joe": [texts.reached_for_asker("M-3")]}

DIALOGUES: dict[str, Sequence[Turn]] = {
    "the open ones are posted once, the closed one is not": [
        breaks("c-press", REFUSED),
        *THREE_REPORT,
        presses_in_the_queue("False alarm", "M-2", ruth=["does not need to act"]),
        Waits(7 * MINUTE),
        mends("c-press"),
        Waits(5 * MINUTE, sees={"press": ["M-1 … unclaimed", "M-3 … unclaimed"], **BACK}),
        Waits(1 * MINUTE),
    ],
    "a restart while it is away changes nothing": [
        breaks("c-press", REFUSED),
        reports("sam"),
        RESTART,
        Waits(MINUTE),
        RESTART,
        mends("c-press"),
        RESTART,
        Waits(5 * MINUTE, sees={"press": ["M-1 … unclaimed"], "sam": [texts.reached_for_asker("M-1")]}),
        RESTART,
        Waits(4 * MINUTE),
    ],
    "a case that somebody took from the queue is posted as what it is by then": [
        breaks("c-press", REFUSED),
        reports("sam"),
        presses_in_the_queue("Claim", "M-1", sam=["Anna of the press office is looking after M-1"]),
        Waits(7 * MINUTE),
        mends("c-press"),
        Waits(5 * MINUTE, sees={"press": ["M-1 … claimed by Anna"], "sam": [texts.reached_for_asker("M-1")]}),
    ],
    "the mailbox refuses as well": [
        breaks("c-press", REFUSED),
        breaks("press@example.org", GONE, platform="email"),
        Says(
            "sam", ENQUIRY, sees={"sam": ["I’m passing this to the press office now.", f"I couldn’t reach … {PHONE}"]}
        ),
        Opens("anna", view="queue", page="could not deliver it to the press office’s mailbox: channel_not_found"),
    ],
    "it refuses a second time": [
        breaks("c-press", REFUSED),
        reports("sam"),
        mends("c-press"),
        Waits(5 * MINUTE, sees={"press": ["M-1 … unclaimed"], "sam": [texts.reached_for_asker("M-1")]}),
        breaks("c-press", GONE),
        reports("joe"),
        Waits(2 * MINUTE),
        mends("c-press"),
        Waits(5 * MINUTE, sees={"press": ["M-2 … unclaimed"], "joe": [texts.reached_for_asker("M-2")]}),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])


async def test_one_of_two_channels_is_away_and_gets_what_it_missed(stage: Stage) -> None:
    office = {**SETTINGS["press_office"], "channels": ["slack:c-press", "teams:c-press"]}
    stage.harness.settings = {**SETTINGS, "press_office": office}
    await stage.harness.restart()
    told = {"sam": ["I’m passing this to the press office now."], "press": ["M-1"]}
    await stage.play(
        [
            breaks("c-press", GONE, platform="teams"),
            Says(
                "sam",
                ENQUIRY,
                sees=told,
                card="The desk could not deliver it to the press channel in Teams: channel_not_found.",
            ),
            Opens("anna", view="queue", page="M-1"),
            Waits(3 * MINUTE),
            mends("c-press", platform="teams"),
            Waits(5 * MINUTE, sees={"teams:press": ["M-1 … unclaimed"]}),
        ]
    )


async def test_readiness_names_the_channel_that_refuses_and_what_it_says(harness: DeskHarness) -> None:
    harness.platforms["slack"].failures["c-press"] = REFUSED
    for who in ("sam", "joe"):
        await harness.handle(said(person(who), ENQUIRY, harness.next_event()))
    keeper = KnowledgeWatcher(KNOWLEDGE, harness.active_knowledge.current.knowledge, ())
    operations = Monitoring(harness.store, keeper, list(harness.platforms.values()))
    reasons = (await operations.readiness()).reasons
    refused = "2 cards were refused and are offered again: not_in_channel. Invite the desk into the channel."
    assert reasons["press channel slack:c-press"] == refused
    del harness.platforms["slack"].failures["c-press"]
    await harness.pass_time(5 * MINUTE)
    assert "press channel slack:c-press" not in (await operations.readiness()).reasons
