"""The log: one line is one line, no exception brings its text, and an outage is said once a minute."""

from __future__ import annotations

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.errors import StoreUnavailable

DOWN = StoreUnavailable("The database cannot be used just now: connection refused")


def record(message: str, *args: object, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("bot.x", level, __file__, 1, message, args, None)


def formatted(message: str, *args: object) -> str:
    return logs.SafeFormatter("%(levelname)s %(name)s: %(message)s").format(record(message, *args))


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("a\nINFO bot.x: forged", r"a\nINFO bot.x: forged"),
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[2J\x9b31m", r"\x1b[2J\x9b31m"),
        ("a\u2028b\u202ec\ud800", r"a\u2028b\u202ec\ud800"),
        ("Zoë – “quoted” 🙂", "Zoë – “quoted” 🙂"),
    ],
)
def test_a_name_cannot_begin_a_line_of_its_own(given_: str, shown: str) -> None:
    assert formatted("Who is %s?", given_) == f"INFO bot.x: Who is {shown}?"


@given(st.text())
def test_whatever_is_logged_is_one_line(text: str) -> None:
    line = formatted("%s", text)
    assert len(line.splitlines()) == 1
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in line)


def test_an_exception_brings_its_type_and_places_but_not_its_text() -> None:
    found = ""
    try:
        try:
            dict[str, str]()["the Guardian rang\n2026 INFO forged"]
        except KeyError:
            int("about the cellar")
    except ValueError:
        found = logs.SafeFormatter("%(message)s").formatException(sys.exc_info())
    assert "KeyError, raised by" in found
    assert f"test_an_exception_brings_its_type_and_places_but_not_its_text in {__file__}" in found
    assert "Guardian" not in found
    assert "cellar" not in found
    assert all(line.startswith("    ") for line in found.splitlines())


def test_a_database_that_is_down_is_said_once_a_minute_by_whoever_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("bot.logs.time.monotonic", lambda: now)
    filter_ = logs.OutageFilter()

    def said() -> list[bool]:
        lines = ("The outbox waits for the database: %s", "Timer %d waits: %s", "A request is not acknowledged: %s")
        return [filter_.filter(record(line, *((7, DOWN) if "%d" in line else (DOWN,)))) for line in lines]

    assert said() == [True, False, False]
    now += 59
    assert said() == [False, False, False]
    now += 2
    assert said() == [True, False, False]
    assert filter_.filter(record("Another: %s", StoreUnavailable("The store is closed.")))
    assert filter_.filter(record("The knowledge base was taken over"))
    assert filter_.filter(record("%(a)s", {"a": 1}))
