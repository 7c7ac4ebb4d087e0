"""Reading a text that states a deadline and nothing else: `by 5 today`, `half four`, `cob Friday`, `in half an hour`.

The time of day is read here, because an hour without am or pm means one of the working day: one to seven are in the
afternoon. The date is read by dateparser, day before month. People are shown what was read, so that they can correct a
wrong guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Any, Literal

import dateparser

from bot.domain.hours import Hours

_LONGEST = 300
"""Characters. A longer text is no time."""
_DAY = timedelta(days=1)
_JUST_PASSED = timedelta(hours=2)
"""A time without a day that passed less than this ago is a past time of today, not one of tomorrow."""
_HOURS_OF_CLOSED_DAY = {"opens": time(9), "closes": time(17)}
"""What "first thing" and "close of business" mean on a day on which the desk is closed."""

_HOUR_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_HOUR_WORDS, 1)} | {
    "fifteen": 15,
    "twenty": 20,
    "twenty-five": 25,
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "sixty": 60,
    "ninety": 90,
}
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
HOUR = rf"(?:\d{{1,2}}|{'|'.join(sorted(_HOUR_WORDS, key=len, reverse=True))})"
_AM_PM = r"(?P<am_pm>[ap]\.?m\b\.?)"
_SECONDS = r"(?::[0-5]\d)?"

_NOW = re.compile(
    r"(?:right |straight |just )?(?:now|away)|a\.?s\.?a\.?p|immediately|at once|as soon as possible|straightaway"
)
_DURATION = re.compile(
    r"(?:(?:in|within)\s+)?(?:(?:the next|about|the)\s+)?"
    rf"(?P<count>half an?|a quarter of an|a couple of|a few|an?|{_NUMBER})?"
    r"\s*(?P<unit>minutes?|mins?|m|hours?|hrs?|h)(?P<more> and a half)?(?:['’]? time| from now)?"
)
_COUNT_WORDS = {
    None: 1.0,
    "a": 1.0,
    "an": 1.0,
    "half a": 0.5,
    "half an": 0.5,
    "a quarter of an": 0.25,
    "a couple of": 2.0,
}
_COUNT_WORDS |= {"a few": 3.0}

_NAMED_TIME = re.compile(
    r"\b(?:(?P<opens>first thing)|(?P<midnight>midnight)|(?P<noon>noon|midday|lunch ?time|lunch)"
    r"|(?P<closes>(?:the )?(?:end of|close of|close) (?:(?:the )?(?:business|play|day|work)|(?=today))|cob|cop|eod))"
    r"(?:\b|(?<= ))"
)
_PAST_OR_TO = re.compile(
    rf"\b(?P<by>half(?: past)?|quarter past|quarter to|{_NUMBER}(?: minutes?)? (?:past|to)) (?P<hour>{HOUR})\b"
)
_CLOCKS = (
    re.compile(rf"(?<![\d./-])(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d){_SECONDS}(?![\d./])(?:\s*{_AM_PM})?"),
    re.compile(rf"(?<![\d./:-])\b(?P<hour>{HOUR})\s*(?:{_AM_PM}|o['’]?clock)"),
    re.compile(r"(?<![\d./:-])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?:\s*(?:hrs|hours|h))?\b(?![./:-])"),
    re.compile(rf"(?<![\d./:-])\b(?P<hour>{HOUR})\b(?![./:-])"),
)
"""Ways to write a time of day, from the clearest (16:30) to a bare hour (4). Numbers of a date are taken out before."""

_PARTS_OF_DAY = {"morning": time(9), "afternoon": time(15), "evening": time(18), "tonight": time(18), "night": time(18)}
_PART_OF_DAY = re.compile(rf"\b(?:this |in the )?(?P<part>{'|'.join(_PARTS_OF_DAY)})\b")
_ZONE = re.compile(r"\b(?:gmt|bst|utc|cet|cest|est|edt|pst|pdt)\b")
_FILLER = re.compile(r"\b(?:the|on|at|by|before|until|of|in|for|latest|news|bulletin|sharp|please|local time)\b|[,;()]")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_DATED = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?: \d{{4}})?"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}/\d{1,2}|\d{1,2}(?:st|nd|rd|th)|\d{4}-\d{2}-\d{2})"
)
DATE = re.compile(
    r"\b(?:today|(?:the )?day after tomorrow|tomorrow"
    rf"|(?:this |next )?{WEEKDAY}(?:,? (?:the )?{_DATED})?|{_DATED})(?!\w)"
)

_UNKNOWN = re.compile(
    r"(?:none|no|nothing|no deadline|(?:not |un)known|n/?a|-+|\?+|(?:i )?don['’]?t know|not (?:said|given|sure)|tbc)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day."""

    at: time = time()
    """Local time; used if `edge` is empty."""
    edge: Literal["", "opens", "closes", "midnight"] = ""
    """An edge of the day: when the desk opens or closes on it, or its end."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text says about a time. It is an instant once it is known when the text was written."""

    span: timedelta | None = None
    """How long from now. The other parts are used if it is None."""
    day: str = ""
    """The words of a day; empty if the text names none."""
    clock: _Clock = _Clock()
    zone: str = ""
    """The abbreviation of a time zone; empty if it is the organisation's own."""

    def at(self, hours: Hours, now: datetime) -> datetime | None:
        """Return the time (UTC), seen from `now`, or None if the day does not exist."""
        try:
            if self.span is not None:
                return now.astimezone(UTC) + self.span
            return _to_instant(self.day, self.clock, self.zone, hours, now)
        except OverflowError:  # midnight of the last day of the year 9999
            return None


def read(words: str, hours: Hours, now: datetime, *, needs_hour: bool = False) -> datetime | None:
    """Return the time (UTC) that a text states, which may be past, or None if it is no time.

    - A time without a day is the next such time; but if it passed within the last two hours, it is a past one.
    - A day without a time ends when the desk closes. With `needs_hour` it is no time.
    """
    stated = parse(words, needs_hour=needs_hour)
    return stated.at(hours, now) if stated else None


def parse(words: str, *, needs_hour: bool = False) -> Stated | None:
    """Return what a text says about a time, as in `read`, or None if it says something else or nothing."""
    if len(words) > _LONGEST:
        return None
    text = _normalised(words)
    if _NOW.fullmatch(text):
        return Stated(span=timedelta())
    if text and (span := _DURATION.fullmatch(text)):
        return Stated(span=_duration(span))
    zone = _ZONE.search(text)
    edge, rest = _take(_NAMED_TIME, _ZONE.sub(" ", text))
    day, rest = _take(DATE, rest)
    clock, rest = (_named_time(edge), rest) if edge else _clock(rest, text)
    part, rest = _take(_PART_OF_DAY, rest)
    if _FILLER.sub(" ", rest).strip() or not (day or clock or part):
        return None
    if clock is None:
        if needs_hour and not part:
            return None
        clock = _Clock(_PARTS_OF_DAY[part["part"]]) if part else _Clock(edge="closes")
    return Stated(day=day[0] if day else "", clock=clock, zone=zone[0] if zone else "")


def assumed(hours: Hours, now: datetime) -> datetime:
    """Return the deadline to assume when none is known: the time (UTC) at which the desk next closes.

    That is midnight if no hours are configured.
    """
    tomorrow = now.astimezone(hours.zone).date() + _DAY
    return hours.next_close(now) or hours.instant(datetime.combine(tomorrow, time()))


def is_unknown(words: str) -> bool:
    """Return whether a text says that there is no deadline or that it is not known; also if it is empty."""
    return _UNKNOWN.fullmatch(words.strip(" .")) is not None


# ---- words ----------------------------------------------------------------------------------------------------------


def _normalised(words: str) -> str:
    """Return the text in lower case, without the words that introduce a time."""
    text = re.sub(r"\s+", " ", words.lower()).strip(" .!?\"'“”()")
    # ISO 8601: 2026-07-10t16:00z
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    text = re.sub(r"(?<=\d)z\b", " utc", text)
    text = re.sub(r"\b(?:2mrw|tmrw|2moro|tomoz)\b", "tomorrow", text)
    lead = r"(?:by|before|until|till|deadline|no later than|latest|at|around|about|is|it['’]s|asap,|please)"
    return re.sub(rf"^(?:{lead}[:, ]+)+", "", text)


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    """Return the first match of the pattern, and the text without it."""
    found = pattern.search(text)
    return (found, f"{text[: found.start()]} {text[found.end() :]}") if found else (None, text)


def _duration(span: re.Match[str]) -> timedelta:
    count = _COUNT_WORDS[span["count"]] if span["count"] in _COUNT_WORDS else float(_number(span["count"]))
    unit = timedelta(hours=1) if span["unit"].startswith("h") else timedelta(minutes=1)
    return (count + (0.5 if span["more"] else 0)) * unit


def _number(word: str) -> int:
    return _NUMBERS[word] if word in _NUMBERS else int(word)


def _named_time(found: re.Match[str]) -> _Clock:
    """Return the time of day for a match of `_NAMED_TIME`; noon if it is no edge of the day."""
    edges: tuple[Literal["opens", "closes", "midnight"], ...] = ("opens", "closes", "midnight")
    return next((_Clock(edge=edge) for edge in edges if found[edge] is not None), _Clock(time(12)))


def _clock(rest: str, text: str) -> tuple[_Clock | None, str]:
    """Return the time of day in `rest`, and what is left of it. `text` is the whole, which may say "morning"."""
    past, left = _take(_PAST_OR_TO, rest)
    if past:
        return _past_or_to(past, text), left
    for pattern in _CLOCKS:
        found, left = _take(pattern, rest)
        if found:
            groups = found.groupdict()
            at = _hour(found["hour"], int(groups.get("minute") or 0), groups.get("am_pm") or "", text)
            return (_Clock(at), left) if at else (None, rest)
    return None, rest


def _past_or_to(past: re.Match[str], text: str) -> _Clock | None:
    """Return the time of day for "half four", "ten to five", "quarter past nine"."""
    hour = _hour(past["hour"], 0, "", text)
    first = past["by"].split()[0]
    minutes = {"half": 30, "quarter": 15}.get(first) or _number(first)
    if hour is None or minutes >= 60:
        return None
    by = timedelta(minutes=-minutes if past["by"].endswith("to") else minutes)
    return _Clock((datetime.combine(date.min + _DAY, hour) + by).time())


def _hour(written: str, minute: int, am_pm: str, text: str) -> time | None:
    """Return the time of day for an hour as written, or None if there is no such hour.

    Without am or pm, one to seven are in the afternoon, unless `text` says "morning" or the hour is written as 04.
    """
    hour = _number(written)
    if am_pm and not 1 <= hour <= 12:
        return None
    if am_pm:
        return time(hour % 12 + (12 if am_pm.startswith("p") else 0), minute)
    if hour > 23:
        return None
    is_afternoon = "morning" not in text and not written.startswith("0") and 1 <= hour <= 7
    is_evening = re.search(r"night|evening", text) and 5 <= hour <= 11
    return time(hour + 12 if is_afternoon or is_evening else hour, minute)


# ---- instants -------------------------------------------------------------------------------------------------------


def _to_instant(day: str, clock: _Clock, zone: str, hours: Hours, now: datetime) -> datetime | None:
    """Return the time in UTC. `day` and `zone` are words, which may be empty; None if the day does not exist."""
    today = now.astimezone(hours.zone).date()
    if not day:
        at = _at(today, clock, zone, hours)
        return at if at >= now - _JUST_PASSED else _at(today + _DAY, clock, zone, hours)
    is_relative = day in {"today", "tomorrow"} or "day after" in day
    # dateparser returns a weekday, or a date without a year, later than its base. Today is one too while its time is
    # still to come, so yesterday is the first base.
    found: datetime | None = None
    for base in (today,) if is_relative else (today - _DAY, today):
        date_ = _date(day, base)
        found = _at(date_, clock, zone, hours) if date_ else found
        if found is not None and found > now:
            break
    return found


@lru_cache(maxsize=1024)
def _date(words: str, base: date) -> date | None:
    """Return the date that the words name, seen from the day `base`; None if no calendar has it.

    Slow: dateparser takes up to 3 ms.
    """
    if "day after tomorrow" in words:
        return base + 2 * _DAY
    if words in {"today", "tomorrow"}:
        return base + (words == "tomorrow") * _DAY
    settings: Any = {
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": datetime.combine(base, time()),
    }
    plain = re.sub(r"\bthe |^this |,", "", words)
    try:
        found = dateparser.parse(plain, languages=["en"], settings=settings)
    except (ValueError, OverflowError):
        return None
    return found.date() if found else None


def _at(day: date, clock: _Clock, zone: str, hours: Hours) -> datetime:
    """Return a time of day on a date in UTC. It is local time of the organisation unless `zone` names another one."""
    if clock.edge == "midnight":
        return hours.instant(datetime.combine(day + _DAY, time()))
    if clock.edge:
        span = hours.span_of_day(day)
        if span:
            return span[0] if clock.edge == "opens" else span[1]
        return hours.instant(datetime.combine(day, _HOURS_OF_CLOSED_DAY[clock.edge]))
    at = datetime.combine(day, clock.at)
    named = _named_zone(zone) if zone else None
    return at.replace(tzinfo=named).astimezone(UTC) if named else hours.instant(at)


@cache
def _named_zone(zone: str) -> tzinfo | None:
    """Return the time zone of one of the abbreviations of `_ZONE`."""
    noon = dateparser.parse(f"2000-01-01 12:00 {zone.upper()}")
    offset = noon.utcoffset() if noon else None
    return timezone(offset) if offset is not None else None
