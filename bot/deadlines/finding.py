"""A deadline that a message states among other things: what follows the words that announce one, or name a slot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bot.deadlines.reading import DATE, HOUR, WEEKDAY, read
from bot.hours import Hours

_ANNOUNCES = re.compile(
    r"\b(?:deadline|by|before|(?:have|has|got|given) until|within|no later than"
    r"|(?:going|goes|go|are|is|['’]re) (?:live|out|on air|to (?:print|press))|on air|air(?:s|ing)"
    r"|publish(?:es|ing)|print(?:s|ing)|fil(?:es|ing)|needs? (?:it|this|that|an answer|a reply)"
    r"|live(?= (?:in|within) )|(?:me|us|him|her|them|somebody|someone) on(?= (?:air|at|tonight|tomorrow)\b)"
    rf"|on(?= the {HOUR} ?o['’]?clock\b))\b[\s:=-]*",
    re.IGNORECASE,
)
_SLOT = re.compile(
    r"\b(?:live|on air|broadcast\w*|record(?:ing|ed)|interview\w*|slot|bulletin|programme|show)\b"
    r"(?P<between>[^.;!?\n]{0,50}?)\b(?:at|from|for)\s+(?=\S)",
    re.IGNORECASE,
)
"""What is broadcast, and, a few words on, when: somebody has to have answered by then."""

_SAYS_WHEN = re.compile(
    r"\d|\b(?:noon|midday|midnight|day|cob|eod|cop|close|minutes?|hours?|half|to(?:day|morrow|night)"
    rf"|{WEEKDAY}|{HOUR})\b",
    re.IGNORECASE,
)
_PASSED = re.compile(r"\b(?:yesterday|ago|last (?:night|week|month|year))\b", re.IGNORECASE)
_GOES_ON = frozenset({"and", "or", "but", "so", "please", "because", "today", "tomorrow", "tonight", "on", "latest"})
_LONGEST = 8  # words of a deadline in the middle of a message


def find(text: str, hours: Hours, now: datetime) -> datetime | None:
    """The earliest deadline to come that a message states in so many words, or None."""
    stated = (_first(tails, hours, now) for tails in _stated(text))
    return min((at for at in stated if at is not None and at >= now), default=None)


def _stated(text: str) -> Iterator[Iterator[str]]:
    """What follows each of the words that announce a deadline, the longest reading first.

    A bare number is an hour only where nothing follows that it could count.
    """
    for announced in _ANNOUNCES.finditer(text):
        said = _sentence(text, announced.end())
        said = ["within", *said] if announced[0].lower().startswith("within") else said
        yield _readings(said)
    for slot in _SLOT.finditer(text):
        said = _sentence(text, slot.end())
        if not _PASSED.search(" ".join((slot["between"], *said))):
            day = DATE.search(slot["between"].lower())
            yield (f"{day[0]} {tail}" if day else tail for tail in _readings(said))


def _sentence(text: str, start: int) -> list[str]:
    return re.split(r"[;!?\n]|\.(?!\d|m\b)", text[start : start + 80], maxsplit=1)[0].split()


def _readings(said: list[str]) -> Iterator[str]:
    ends = [end for end in range(min(len(said), _LONGEST), 0, -1) if _may_end(said, end)]
    return (" ".join(said[:end]) for end in ends)


def _may_end(said: list[str], end: int) -> bool:
    bare = re.fullmatch(HOUR, said[end - 1].lower()) is not None
    return end == len(said) or not bare or said[end].lower() in _GOES_ON


def _first(tails: Iterator[str], hours: Hours, now: datetime) -> datetime | None:
    read_ = (read(tail, hours, now) for tail in tails if _SAYS_WHEN.search(tail))
    return next((at for at in read_ if at is not None), None)
