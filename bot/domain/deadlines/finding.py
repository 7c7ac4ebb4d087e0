"""Finding deadlines and broadcast slots in the text of a message, and reading them from a form's field.

A message names many times that are no deadline: when something happened, a programme ("contacted by the Sunday Times"),
how many people did something ("signed by 8 of us"). So a time counts if the words around it announce one: "by", "no
later than", "going live at". A slot is the time of a broadcast. It is a deadline too, because the answer is needed
before it.

However long a text is, a bounded number of places in it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.domain.deadlines import contexts
from bot.domain.deadlines.phrases import START
from bot.domain.deadlines.reading import Stated, chain
from bot.domain.hours import Hours
from bot.text import abridged

_FIRST_PLACES, _LAST_PLACES = 60, 30
"""How many places of a text are read at which a time may begin: the first ones and the last ones."""
_BEFORE, _AFTER = 75, 40
"""Characters before and after a time that tell what it is the time of."""
_LONGEST_FIELD = 300
"""Characters of the deadline in a form. A longer text is no time."""
_LONGEST_SLOT = 400
"""Characters of a slot that are looked at."""

_NUMBERS = frozenset({"bare", "range", "military", "in_minutes"})
"""Phrases of a number that may count something else."""
_SPANS = frozenset({"span", "hours_and", "days", "in_minutes", "compact"})
_WEAK = _NUMBERS | {"weekday", "part", "today", "tonight", "ordinal", "day_month", "month_day", "slashed"}
"""Phrases that may name something else: a number, a newspaper, a programme, the day of an event."""
_ASAP = ("asap",)


@dataclass(frozen=True, slots=True)
class Reading:
    """A time that was read from a text."""

    at: datetime
    """When it is, in UTC."""
    words: str
    """The words from which it was read, as they stand in the text."""


@dataclass(frozen=True, slots=True)
class _Time:
    """A time that a message names, whatever it is the time of."""

    start: int
    words: str
    stated: Stated
    before: str
    """What stands before it in the same sentence, at most `_BEFORE` characters."""
    after: str
    """What stands after it in the same sentence, at most `_AFTER` characters."""

    @property
    def is_weak(self) -> bool:
        """Return whether it may be something else than a time."""
        return _WEAK.issuperset(self.stated.names)

    @property
    def is_span(self) -> bool:
        """Return whether it is counted from now: "in an hour"."""
        return self.stated.names[0] in _SPANS

    def instant(self, hours: Hours, now: datetime) -> datetime | None:
        """Return when it is (UTC). With a morning programme, an hour without am or pm is in the morning."""
        stated = self.stated
        if stated.is_open and not stated.part and contexts.MORNING.search(f"{self.before} {self.after}"):
            stated = replace(stated, part="morning")
        return stated.instant(hours, now)


# ---- deadlines ------------------------------------------------------------------------------------------------------


def find(text: str, hours: Hours, now: datetime) -> datetime | None:
    """Return the earliest deadline in UTC, not before `now`, that a message states; None if it states none."""
    found = find_reading(text, hours, now)
    return found.at if found else None


def find_reading(text: str, hours: Hours, now: datetime) -> Reading | None:
    """Return the deadline of `find` with the words from which it was read.

    "As soon as possible" counts only if no other time is stated.
    """
    found: list[Reading] = []
    at_once: list[Reading] = []
    for named, at in _announced(abridged(text), hours, now):
        if at >= now:
            (at_once if named.stated.names == _ASAP else found).append(Reading(at, named.words))
    return min(found or at_once, key=lambda each: each.at, default=None)


def _announced(text: str, hours: Hours, now: datetime) -> Iterator[tuple[_Time, datetime]]:
    """Yield the times at which an answer is needed, with when they are (UTC), which may be past."""
    end = 0
    for each in _times(text, hours, now):
        # What announces one time does not announce the next: "live at 7, deadline 5pm".
        named = replace(each, before=text[max(end, each.start - len(each.before)) : each.start])
        if _is_announced(named):
            end = named.start + len(named.words)
            at = named.instant(hours, now)
            if at is not None:
                yield named, at


def _times(text: str, hours: Hours, now: datetime) -> Iterator[_Time]:
    """Yield the times that a text names; of very many, the first and the last ones."""
    starts = [match.start() for match in START.finditer(text)]
    if len(starts) > _FIRST_PLACES + _LAST_PLACES:
        starts = starts[:_FIRST_PLACES] + starts[-_LAST_PLACES:]
    end = 0
    for start in starts:
        found = chain(text, start, hours, now) if start >= end else None
        if found is not None:
            stated, end = found
            before = contexts.END_OF_SENTENCE.split(text[max(0, start - _BEFORE) : start])[-1]
            after = contexts.END_OF_SENTENCE.split(text[end : end + _AFTER], maxsplit=1)[0]
            yield _Time(start, text[start:end], stated, before, after)


def _is_announced(named: _Time) -> bool:
    """Return whether the words around a time say that an answer is needed then."""
    if named.stated.names == _ASAP:
        return contexts.NO.search(named.before[-8:]) is None
    if "now" in named.stated.names or contexts.COUNTS.match(named.after) or contexts.PAST_AFTER.match(named.after):
        return False
    if contexts.EMBARGO.search(named.before):
        return contexts.BEFORE_THEN.match(named.after) is not None
    if named.is_weak and not contexts.AFTER_WEAK.match(named.after):
        return False
    is_news = "news" in named.stated.names and not contexts.PAST.search(named.before)
    ways = (_is_by, _is_deadline, _is_needed, _is_given, _is_said)
    return is_news or any(way(named) for way in ways) or any(_event(named, kind) for kind in contexts.EVENTS)


def _is_by(named: _Time) -> bool:
    """Return whether "by" or a word like it stands before the time, and is not "by" a person, a paper or a number."""
    if named.is_span:
        return named.words.lower().startswith("within")
    match = contexts.BY.search(named.before)
    if match is None or match["by"].lower() != "by":
        return match is not None
    is_name = named.stated.names[0] in {"weekday", "part", "tonight"} and contexts.BY_THE.search(named.before)
    agent = contexts.AGENT.search(named.before)
    is_somebody = agent is not None and not agent["to_be"]
    return not is_name and not (named.is_weak and (is_somebody or contexts.CHANGE.search(named.before)))


def _is_deadline(named: _Time) -> bool:
    """Return whether the time is said to be the deadline."""
    match = contexts.DEADLINE.search(named.before)
    return match is not None and not contexts.PAST.search(match["between"]) and not contexts.NO.search(match["between"])


def _is_needed(named: _Time) -> bool:
    """Return whether something is needed or wanted at the time."""
    match = contexts.NEEDS.search(named.before)
    between = (match["between"] or "") if match else ""
    if match is None or contexts.TALKS_ABOUT.search(between) or contexts.PAST.search(between):
        return False
    if named.is_span:
        return named.words.lower().startswith("in ")
    if named.stated.names[0] in _NUMBERS:
        return match["link"] is not None or named.words.lower().startswith("between")
    return named.stated.has_hour or len(between.split()) <= 2


def _is_given(named: _Time) -> bool:
    """Return whether somebody was given some time, or has until then."""
    match = contexts.GIVEN.search(named.before)
    return match is not None and (match["until"] is not None or named.is_span)


def _is_said(named: _Time) -> bool:
    """Return whether somebody said the time and nothing else: "he said noon"."""
    is_alone = not named.is_weak and not named.is_span and not named.after.strip(" ,)")
    return is_alone and contexts.SAID.search(named.before) is not None


def _event(named: _Time, kind: str) -> re.Match[str] | None:
    """Return the match of a broadcast, a publication or a meeting that is at the time; None if none is."""
    match = contexts.EVENTS[kind].search(named.before)
    if match is None or contexts.TALKS_ABOUT.search(match["between"]):
        return None
    if contexts.PAST.search(named.before[max(0, match.start() - 8) : match.start()] + match["between"]):
        return None
    if named.is_span:
        is_then = named.words.lower().startswith("in ")
    elif named.stated.names[0] in _NUMBERS:
        is_then = match["link"] in {"at", "from", "for", "by"}
    else:
        is_then = named.stated.has_hour or (kind == "publication" and len(match["between"].split()) <= 2)
    return match if is_then else None


# ---- slots ----------------------------------------------------------------------------------------------------------


def find_slot(text: str, hours: Hours, now: datetime) -> tuple[datetime, str] | None:
    """Return the next broadcast that a message names with a time: when it is (UTC), and its words in the message."""
    slots = []
    for named, at in _announced(abridged(text), hours, now):
        if at >= now and (match := _event(named, "broadcast")):
            slots.append((at, contexts.LEADING_PERSON.sub("", f"{named.before[match.start() :]}{named.words}")))
    return min(slots, key=lambda slot: slot[0], default=None)


def read_slot(words: str, hours: Hours, now: datetime) -> datetime | None:
    """Return when a broadcast is (UTC) from the text of a form's field, which may name its programme as well.

    Return None if it names no hour, or a past one. A bare number is an hour only if it stands alone or a word such as
    "at" stands before it, because stations have numbers: "Radio 4".
    """
    words = words[:_LONGEST_SLOT].strip()
    if contexts.OVER.search(words):
        return None
    dated = re.search(r"\(([^()]+)\)$", words)  # as `extraction` writes a slot that it read from a message
    times = [read(dated[1], hours, now, needs_hour=True)] if dated else []
    for named in _times(words, hours, now):
        is_hour = named.stated.names[0] not in _NUMBERS or named.words == words or contexts.AT.search(named.before)
        if named.stated.has_hour and is_hour:
            times.append(named.instant(hours, now))
    return next((at for at in times if at is not None and at >= now), None)


# ---- fields of a form ----------------------------------------------------------------------------------------------


def read(words: str, hours: Hours, now: datetime, *, needs_hour: bool = False) -> datetime | None:
    """Return the time (UTC) that a text states, which may be past, or None if it is no time.

    - A time without a day is the next such time; but if it passed within the last two hours, it is a past one.
    - A day without a time ends when the desk closes. With `needs_hour` it is no time.
    """
    if len(words) > _LONGEST_FIELD:
        return None
    text = re.sub(r"(?<=\b\d)[,;](?=[0-5]\d\b)", ":", " ".join(words.replace("!", " ").split()))
    text = re.sub(r"(?<=\d)[Tt](?=\d)|(?<=\d)(?=[Zz]\b)", " ", text)  # ISO 8601: 2026-07-10T16:00Z
    lead = contexts.LEAD.match(text)
    found = chain(text, lead.end() if lead else 0, hours, now)
    if found is None:
        return None
    stated, end = found
    trail = contexts.TRAIL.match(text, end)
    is_whole = trail is not None and trail.end() == len(text)
    is_newspaper = stated.names == ("weekday",) and text[:end].lower().endswith("sun")
    if not is_whole or is_newspaper or (needs_hour and not stated.has_hour):
        return None
    return stated.instant(hours, now)


def assumed(hours: Hours, now: datetime) -> datetime:
    """Return the deadline to assume when none is known: the time (UTC) at which the desk next closes.

    That is midnight if no hours are configured.
    """
    tomorrow = now.astimezone(hours.zone).date() + timedelta(days=1)
    return hours.next_close(now) or hours.instant(datetime.combine(tomorrow, time()))


def is_unknown(words: str) -> bool:
    """Return whether a text says that there is no deadline or that it is not known; also if it is empty."""
    return contexts.UNKNOWN.fullmatch(words.strip(" .")) is not None
