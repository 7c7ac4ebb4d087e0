"""Deadlines and broadcast slots that a message states among other things.

A deadline is what follows words that announce one. A slot is what follows words that name a broadcast: somebody must
have answered by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from bot.domain.deadlines.reading import DATE, HOUR, WEEKDAY, read
from bot.domain.hours import Hours

_ANNOUNCES = re.compile(
    r"\b(?:deadline|by|before|(?:have|has|got|given) until|within|no later than"
    r"|(?:going|goes|go|are|is|['’]re) (?:live|out|on air|to (?:print|press))|on air|air(?:s|ing)"
    r"|publish(?:es|ing)|print(?:s|ing)|fil(?:es|ing)|needs? (?:it|this|that|an answer|a reply)"
    r"|live(?= (?:in|within) )|(?:me|us|him|her|them|somebody|someone) on(?= (?:air|at|tonight|tomorrow)\b)"
    rf"|on(?= the {HOUR} ?o['’]?clock\b))\b[\s:=-]*",
    re.IGNORECASE,
)
_SLOT = re.compile(
    r"\b(?:live|on air|broadcast\w*|record(?:ing|ed)|pre-?rec(?:ord)?|interview\w*|slot|bulletin|programme|show)\b"
    r"(?P<between>[^.;!?\n]{0,50}?)\b(?:at|from|for)\s+(?=\S)",
    re.IGNORECASE,
)
"""What is broadcast, and, a few words on, when: somebody has to have answered by then."""

_SAYS_WHEN = re.compile(
    r"\d|\b(?:noon|midday|midnight|day|cob|eod|cop|close|minutes?|hours?|half|to(?:day|morrow|night)"
    rf"|{WEEKDAY}|{HOUR})\b",
    re.IGNORECASE,
)
PASSED = re.compile(r"\b(?:yesterday|ago|last (?:night|week|month|year))\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"and|or|but|so|please|because|to(?:day|morrow|night)|on|latest|about|regarding|with|if|when|then|which|s?he|they|we|i"
)
"""What follows an hour that is a bare number, and cannot be what it counts."""

_LONGEST = 8  # words of a deadline in the middle of a message

_ON_AIR = re.compile(r"\b(?:live|air|airs|airing|on)$", re.IGNORECASE)
_WHO = re.compile(r"^(?:me|us|him|her|them|somebody|someone|is|are|['’]re) ", re.IGNORECASE)
_LEFT_OVER = re.compile(r"(?:[\s,:]|\b(?:on|at|by|before|until|of|in|for|the|please)\b)+$", re.IGNORECASE)
_NUMBER = re.compile(rf"{HOUR}[,.;:]?", re.IGNORECASE)
_HALF = re.compile(r"[ap]\.?m\b|o['’]?clock", re.IGNORECASE)
_LONGEST_SLOT = 16  # words of a slot that are looked at


@dataclass(frozen=True, slots=True)
class Stated:
    """The words that announce a time, those that follow, and what is to be read before these."""

    name: str
    said: list[str]
    before: str = ""


def find(text: str, hours: Hours, now: datetime) -> datetime | None:
    """The earliest deadline to come that a message states in so many words, or None."""
    stated = (first(each, hours, now) for each in (*announced(text), *broadcasts(text)))
    return min((found[0] for found in stated if found is not None and found[0] >= now), default=None)


def announced(text: str) -> Iterator[Stated]:
    """What follows each of the words that announce a deadline.

    A bare number is an hour only where nothing follows that it could count.
    """
    for word in _ANNOUNCES.finditer(text):
        name = word[0].strip(" \t\n:=-")
        yield Stated(name, _sentence(text, word.end()), "within" if name.lower().startswith("within") else "")


def broadcasts(text: str) -> Iterator[Stated]:
    """What follows each of the words that name a broadcast; its day may stand before its hour."""
    for slot in _SLOT.finditer(text):
        said = _sentence(text, slot.end())
        if not PASSED.search(" ".join((slot["between"], *said))):
            day = DATE.search(slot["between"].lower())
            yield Stated(slot[0].strip(), said, day[0] if day else "")


def first(stated: Stated, hours: Hours, now: datetime) -> tuple[datetime, str] | None:
    """The time that the words say in the longest reading, and how they say it; perhaps a past one."""
    for tail in _readings(stated.said):
        time = f"{stated.before} {tail}".strip()
        if _SAYS_WHEN.search(time) and (at := read(time, hours, now)) is not None:
            return at, tail
    return None


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
    said = words.split()[:_LONGEST_SLOT]
    spans = sorted(combinations(range(len(said) + 1), 2), key=lambda span: span[0] - span[1])
    parts = (
        said[start:end] for start, end in spans if (start, end) == (0, len(said)) or not _may_count(said[start:end])
    )
    times = (read(" ".join(part), hours, now, to_the_hour=True) for part in parts)
    return next((at for at in times if at is not None and at >= now), None)


def _sentence(text: str, start: int) -> list[str]:
    return re.split(r"[;!?\n]|\.(?!\d|m\b)", text[start : start + 80], maxsplit=1)[0].split()


def _readings(said: list[str]) -> Iterator[str]:
    ends = [end for end in range(min(len(said), _LONGEST), 0, -1) if _may_end(said, end)]
    return (" ".join(said[:end]) for end in ends)


def _may_end(said: list[str], end: int) -> bool:
    bare = re.fullmatch(HOUR, said[end - 1].lower()) is not None
    return end == len(said) or not bare or _GOES_ON.fullmatch(said[end].lower()) is not None


def _named(name: str, time: str) -> str:
    return _LEFT_OVER.sub("", _WHO.sub("", f"{name} {time}"))


def _may_count(part: list[str]) -> bool:
    """Whether it begins with a number that may be a station's, or count something."""
    return _NUMBER.fullmatch(part[0]) is not None and (len(part) == 1 or _HALF.match(part[1]) is None)
