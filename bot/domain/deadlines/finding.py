"""Finding deadlines and broadcast slots in the text of a message.

A deadline stands after words that announce one ("by", "no later than"). A slot stands after words that name a broadcast
("live on Radio 4 at"). A slot is a deadline too, because the answer is needed before the broadcast.

Whatever a text says, a bounded number of places in it is read, because a date takes a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice

from bot.domain.deadlines.reading import DATE, HOUR, WEEKDAY, parse
from bot.domain.hours import Hours
from bot.text import abridged

_ANNOUNCEMENT = re.compile(
    r"\b(?:deadline|by|before|(?:have|has|got|given) until|within|no later than"
    r"|(?:going|goes|go|are|is|['’]re) (?:live|out|on air|to (?:print|press))|on air|air(?:s|ing)"
    r"|publish(?:es|ing)|print(?:s|ing)|fil(?:es|ing)|needs? (?:it|this|that|an answer|a reply)"
    r"|live(?= (?:in|within) )|(?:me|us|him|her|them|somebody|someone) on(?= (?:air|at|tonight|tomorrow)\b)"
    rf"|on(?= the {HOUR} ?o['’]?clock\b))\b[\s:=-]*",
    re.IGNORECASE,
)
_BROADCAST = re.compile(
    r"\b(?:live|on air|broadcast\w*|record(?:ing|ed)|pre-?rec(?:ord)?|interview\w*|slot|bulletin|programme|show)\b"
    r"(?P<between>[^.;!?\n]{0,50}?)\b(?:at|from|for)\s+(?=\S)",
    re.IGNORECASE,
)
"""A broadcast and, at most 50 characters later, the word before its time."""

_SAYS_WHEN = re.compile(
    r"\d|\b(?:noon|midday|midnight|day|cob|eod|cop|close|minutes?|hours?|half|to(?:day|morrow|night)"
    rf"|{WEEKDAY}|{HOUR})\b",
    re.IGNORECASE,
)
_PASSED = re.compile(r"\b(?:yesterday|ago|last (?:night|week|month|year))\b", re.IGNORECASE)
_AFTER_BARE_HOUR = re.compile(
    r"and|or|but|so|please|because|to(?:day|morrow|night)|on|latest|about|regarding|with|if|when|then|which|s?he|they|we|i"
)
"""Words that may follow an hour that is a bare number. Before another word the number counts something: "5 people"."""

_MOST_WORDS = 8  # words after an announcement that may be part of the time
_FIRST_PLACES, _LAST_PLACES = 16, 8
"""How many places of a text are read, of those after which a time may stand: the first ones and the last ones."""
_MOST_DATES = 24
"""How often a day is looked up in the calendar for one text."""

_ON_AIR = re.compile(r"\b(?:live|air|airs|airing|on)$", re.IGNORECASE)
_LEADING_PERSON = re.compile(r"^(?:me|us|him|her|them|somebody|someone|is|are|['’]re) ", re.IGNORECASE)
_TRAILING_WORDS = re.compile(r"(?:[\s,:]|\b(?:on|at|by|before|until|of|in|for|the|please)\b)+$", re.IGNORECASE)
_BARE_NUMBER = re.compile(rf"{HOUR}[,.;:]?", re.IGNORECASE)
_HOUR_SUFFIX = re.compile(r"[ap]\.?m\b|o['’]?clock", re.IGNORECASE)
_MOST_SLOT_WORDS = 16  # words of a slot that are looked at
_LONGEST_SLOT = 400  # characters of a slot that are looked at


@dataclass(frozen=True, slots=True)
class _Announcement:
    """A place in a message after which a time may stand."""

    start: int
    """The index of its first character in the message."""
    phrase: str
    """The words that announce the time: "by", "going live", "interview at"."""
    following: list[str]
    """The words after them, up to the end of the sentence."""
    prefix: str = ""
    """Words to put before `following` when the time is read: "within", or the day that stood before the hour."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words in which a time may stand."""
        return self.prefix, *self.following[:_MOST_WORDS]


# ---- deadlines ------------------------------------------------------------------------------------------------------


def find(text: str, hours: Hours, now: datetime) -> datetime | None:
    """Return the earliest deadline in UTC, not before `now`, that a message states; None if it states none."""
    text = abridged(text)
    places = (*_announcements(text), *_broadcasts(text))
    return min((at for _, at, _ in _read_times(places, hours, now) if at >= now), default=None)


def _announcements(text: str) -> Iterator[_Announcement]:
    """Yield each phrase that announces a deadline."""
    for match in _ANNOUNCEMENT.finditer(text):
        phrase = match[0].strip(" \t\n:=-")
        prefix = "within" if phrase.lower().startswith("within") else ""
        yield _Announcement(match.start(), phrase, _rest_of_sentence(text, match.end()), prefix)


def _broadcasts(text: str) -> Iterator[_Announcement]:
    """Yield each phrase that names a broadcast which is not over. The day may stand in the phrase, before the hour."""
    for match in _BROADCAST.finditer(text):
        following = _rest_of_sentence(text, match.end())
        if not _PASSED.search(" ".join((match["between"], *following))):
            day = DATE.search(match["between"].lower())
            yield _Announcement(match.start(), match[0].strip(), following, day[0] if day else "")


def _read_times(
    places: Iterable[_Announcement], hours: Hours, now: datetime
) -> Iterator[tuple[_Announcement, datetime, str]]:
    """Yield each announcement with the time that it announces, which may be past, and the words of the time.

    As many of the words that follow as possible count. Of a text with very many announcements, only some are read.
    """
    dates = 0
    for place in _first_and_last([each for each in places if _SAYS_WHEN.search(" ".join(each.words))]):
        for words in _beginnings(place.following):
            time = f"{place.prefix} {words}".strip()
            stated = parse(time) if _SAYS_WHEN.search(time) else None
            if stated is None:
                continue
            dates += bool(stated.day)
            if dates > _MOST_DATES:
                return
            if (at := stated.at(hours, now)) is not None:
                yield place, at, words
                break


def _first_and_last(places: list[_Announcement]) -> list[_Announcement]:
    if len(places) <= _FIRST_PLACES + _LAST_PLACES:
        return places
    in_order = sorted(places, key=lambda place: place.start)
    return in_order[:_FIRST_PLACES] + in_order[-_LAST_PLACES:]


def _rest_of_sentence(text: str, start: int) -> list[str]:
    """Return the words from `start` to the end of the sentence, at most 80 characters."""
    return re.split(r"[;!?\n]|\.(?!\d|m\b)", text[start : start + 80], maxsplit=1)[0].split()


def _beginnings(words: list[str]) -> Iterator[str]:
    """Yield the beginnings of `words` that may be a time, the longest first."""
    ends = [end for end in range(min(len(words), _MOST_WORDS), 0, -1) if _may_end(words, end)]
    return (" ".join(words[:end]) for end in ends)


def _may_end(words: list[str], end: int) -> bool:
    """Return False if the last word is a number that counts the next word ("5 people"), and so is no hour."""
    is_bare_number = re.fullmatch(HOUR, words[end - 1].lower()) is not None
    return end == len(words) or not is_bare_number or _AFTER_BARE_HOUR.fullmatch(words[end].lower()) is not None


# ---- slots ----------------------------------------------------------------------------------------------------------


def find_slot(text: str, hours: Hours, now: datetime) -> tuple[datetime, str] | None:
    """Return the next broadcast that a message names with a time: when it is (UTC), and its words in the message."""
    text = abridged(text)
    on_air = (each for each in _announcements(text) if _ON_AIR.search(each.phrase))
    found = _read_times((*_broadcasts(text), *on_air), hours, now)
    slots = [(at, _slot_words(place.phrase, words)) for place, at, words in found if at >= now]
    return min(slots, key=lambda slot: slot[0], default=None)


def _slot_words(phrase: str, time: str) -> str:
    return _TRAILING_WORDS.sub("", _LEADING_PERSON.sub("", f"{phrase} {time}"))


def read_slot(words: str, hours: Hours, now: datetime) -> datetime | None:
    """Return when a broadcast is (UTC) from the text of a form's field, which may name its programme as well.

    Return None if it names no hour, or a past one. A bare number is an hour only if it stands alone or a word such as
    "at" stands before it, because stations have numbers: "Radio 4".
    """
    words = words[:_LONGEST_SLOT]
    if _PASSED.search(words):
        return None
    said = words.split()[:_MOST_SLOT_WORDS]
    # All runs of words, the longest first.
    spans = sorted(combinations(range(len(said) + 1), 2), key=lambda span: span[0] - span[1])
    parts = (
        said[start:end]
        for start, end in spans
        if (start, end) == (0, len(said)) or not _starts_with_bare_number(said[start:end])
    )
    stated = (parse(" ".join(part), needs_hour=True) for part in parts)
    times = (each.at(hours, now) for each in islice(filter(None, stated), _MOST_DATES))
    return next((at for at in times if at is not None and at >= now), None)


def _starts_with_bare_number(words: list[str]) -> bool:
    """Return whether the words begin with a number without "am", "pm" or "o'clock" after it."""
    return _BARE_NUMBER.fullmatch(words[0]) is not None and (len(words) == 1 or _HOUR_SUFFIX.match(words[1]) is None)
