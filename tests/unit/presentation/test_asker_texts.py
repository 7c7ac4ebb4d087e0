"""Sentences to askers that depend on the time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.presentation import texts

MONDAY = datetime(2026, 11, 23, 10)  # noqa: DTZ001  # in the organisation's zone


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (7, "until 5pm today"),
        (7.5, "until 5.30pm today"),
        (2, "until noon today"),
        (14, "until midnight today"),
        (24, "until 10am on Tuesday"),
        (-0.5, "until 9.30am today"),
    ],
)
def test_times_of_day_are_said_as_people_say_them(hours: float, said: str) -> None:
    assert said in texts.desk_is_open(MONDAY + timedelta(hours=hours), MONDAY)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "is back today at 10am."),
        (1, "is back tomorrow at 10am."),
        (5, "is back on Saturday at 10am."),
        (8, "is back on 1 December at 10am."),
    ],
)
def test_a_desk_that_is_shut_says_when_somebody_is_back(days: int, said: str) -> None:
    assert said in texts.desk_is_shut(MONDAY + timedelta(days=days), MONDAY, called=False)
    assert "messaging whoever is on call" in texts.desk_is_shut(MONDAY, MONDAY, called=True)
