"""What breaks, and is mended, in dialogues."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from tests.desk import DeskHarness
from tests.dialogue import Happens

MINUTE = timedelta(minutes=1)
TOLD = ["delivered"]
REFUSED = PermanentFailure("not_in_channel.", "Invite the desk into the channel.")
SHUT = PermanentFailure("The person has blocked the desk.")
AWAY = TemporaryFailure("503.")


def breaks(token: str, failure: DeliveryFailure, platform: str = "slack", **turn: Any) -> Happens:
    def happen(harness: DeskHarness) -> None:
        harness.platforms[platform].failures[token] = failure

    return Happens(happen, **turn)


def mends(token: str, platform: str = "slack", **turn: Any) -> Happens:
    def happen(harness: DeskHarness) -> None:
        del harness.platforms[platform].failures[token]

    return Happens(happen, **turn)


def loses_the_answer(token: str) -> Happens:
    return Happens(lambda harness: harness.platforms["slack"].drops.add(token))
