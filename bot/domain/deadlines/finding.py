"""A deadline that a message states among other things: what follows the words that announce one, or name a slot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

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


def _sentence(text: str, start: int) -> list[str]:
    return re.split(r"[;!?\n]|\.(?!\d|m\b)", text[start : start + 80], maxsplit=1)[0].split()


def _readings(said: list[str]) -> Iterator[str]:
    ends = [end for end in range(min(len(said), _LONGEST), 0, -1) if _may_end(said, end)]
    return (" ".join(said[:end]) for end in ends)


def _may_end(said: list[str], end: int) -> bool:
    bare = re.fullmatch(HOUR, said[end - 1].lower()) is not None
    return end == len(said) or not bare or _GOES_ON.fullmatch(said[end].lower()) is not None
