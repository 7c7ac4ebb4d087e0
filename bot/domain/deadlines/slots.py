"""The slot of a broadcast: as a message names it, and as somebody wrote it down in a form."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import combinations

from bot.domain.deadlines.finding import PASSED, announced, broadcasts, first
from bot.domain.deadlines.reading import HOUR, read
from bot.domain.hours import Hours

_ON_AIR = re.compile(r"\b(?:live|air|airs|airing|on)$", re.IGNORECASE)
_WHO = re.compile(r"^(?:me|us|him|her|them|somebody|someone|is|are|['’]re) ", re.IGNORECASE)
_LEFT_OVER = re.compile(r"(?:[\s,:]|\b(?:on|at|by|before|until|of|in|for|the|please)\b)+$", re.IGNORECASE)
_NUMBER = re.compile(rf"{HOUR}[,.;:]?", re.IGNORECASE)
_HALF = re.compile(r"[ap]\.?m\b|o['’]?clock", re.IGNORECASE)
_LONGEST = 16  # words of a slot that are looked at


def find_slot(text: str, hours: Hours, now: datetime) -> tuple[datetime, str] | None:
    """The first broadcast to come that a message names with its time: when it is, and in what words."""
    aired = (each for each in announced(text) if _ON_AIR.search(each.name))
    found = ((each.name, first(each, hours, now)) for each in (*broadcasts(text), *aired))
    slots = [(when[0], _named(name, when[1])) for name, when in found if when is not None and when[0] >= now]
    return min(slots, key=lambda slot: slot[0], default=None)


def read_slot(words: str, hours: Hours, now: datetime) -> datetime | None:
    """When a broadcast is whose slot somebody wrote down, perhaps with its programme; None without an hour to come.

    Among other words a bare number is an hour only where `at` or the like stands before it: stations have numbers.
    """
    if PASSED.search(words):
        return None
    said = words.split()[:_LONGEST]
    spans = sorted(combinations(range(len(said) + 1), 2), key=lambda span: span[0] - span[1])
    parts = (
        said[start:end] for start, end in spans if (start, end) == (0, len(said)) or not _may_count(said[start:end])
    )
    times = (read(" ".join(part), hours, now, to_the_hour=True) for part in parts)
    return next((at for at in times if at is not None and at >= now), None)


def _named(name: str, time: str) -> str:
    return _LEFT_OVER.sub("", _WHO.sub("", f"{name} {time}"))


def _may_count(part: list[str]) -> bool:
    """Whether it begins with a number that may be a station's, or count something."""
    return _NUMBER.fullmatch(part[0]) is not None and (len(part) == 1 or _HALF.match(part[1]) is None)
