"""A deadline as somebody wrote it down, read as an instant.

People write `by 5 today`, `tomorrow noon`, `half four`, `cob Friday`, `in half an hour`. The clock is read here, since
an hour without am or pm is one of the office's day (one to seven are in the afternoon); the date is read by dateparser,
day before month. What is read is shown back, so that a wrong guess is corrected; what is no time at all reads as None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import dateparser

from bot.domain.hours import Hours

_DAY = timedelta(days=1)
_JUST_PASSED = timedelta(hours=2)
_SHUT = {"opens": time(9), "closes": time(17)}
"""When a day begins and ends on which the desk stays shut."""

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_SMALL, 1)} | {
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
HOUR = rf"(?:\d{{1,2}}|{'|'.join(sorted(_SMALL, key=len, reverse=True))})"
_HALF = r"(?P<half>[ap]\.?m\b\.?)"
_SECONDS = r"(?::[0-5]\d)?"

_NOW = re.compile(
    r"(?:right |straight |just )?(?:now|away)|a\.?s\.?a\.?p|immediately|at once|as soon as possible|straightaway"
)
_SPAN = re.compile(
    r"(?:(?:in|within)\s+)?(?:(?:the next|about|the)\s+)?"
    rf"(?P<count>half an?|a quarter of an|a couple of|a few|an?|{_NUMBER})?"
    r"\s*(?P<unit>minutes?|mins?|m|hours?|hrs?|h)(?P<more> and a half)?(?:['’]? time| from now)?"
)
_COUNTS = {None: 1.0, "a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5, "a quarter of an": 0.25, "a couple of": 2.0}
_COUNTS |= {"a few": 3.0}

_EDGE = re.compile(
    r"\b(?:(?P<opens>first thing)|(?P<midnight>midnight)|(?P<noon>noon|midday|lunch ?time|lunch)"
    r"|(?P<closes>(?:the )?(?:end of|close of|close) (?:(?:the )?(?:business|play|day|work)|(?=today))|cob|cop|eod))"
    r"(?:\b|(?<= ))"
)
_PAST = re.compile(
    rf"\b(?P<by>half(?: past)?|quarter past|quarter to|{_NUMBER}(?: minutes?)? (?:past|to)) (?P<hour>{HOUR})\b"
)
_CLOCKS = (
    re.compile(rf"(?<![\d./-])(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d){_SECONDS}(?![\d./])(?:\s*{_HALF})?"),
    re.compile(rf"(?<![\d./:-])\b(?P<hour>{HOUR})\s*(?:{_HALF}|o['’]?clock)"),
    re.compile(r"(?<![\d./:-])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?:\s*(?:hrs|hours|h))?\b(?![./:-])"),
    re.compile(rf"(?<![\d./:-])\b(?P<hour>{HOUR})\b(?![./:-])"),
)
"""From the plainest to a bare hour; the last is only tried where no date has used up the number."""

_PARTS = {"morning": time(9), "afternoon": time(15), "evening": time(18), "tonight": time(18), "night": time(18)}
_PART = re.compile(rf"\b(?:this |in the )?(?P<part>{'|'.join(_PARTS)})\b")
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
    """A time of the day, where `edge` is empty; else one that the day's own hours say."""

    at: time = time()
    edge: Literal["", "opens", "closes", "midnight"] = ""


def read(words: str, hours: Hours, now: datetime, *, to_the_hour: bool = False) -> datetime | None:
    """The instant (UTC) that somebody means, perhaps a past one, or None where this is no time.

    A time without a day is the next such time, but one that has passed within two hours has passed; a day without a
    time is over when the desk closes, or no time where it is to be read `to_the_hour`.
    """
    text = _plain(words)
    if _NOW.fullmatch(text):
        return now.astimezone(UTC)
    if text and (span := _SPAN.fullmatch(text)):
        return now.astimezone(UTC) + _length(span)
    zone = _ZONE.search(text)
    edge, rest = _take(_EDGE, _ZONE.sub(" ", text))
    day, rest = _take(DATE, rest)
    clock, rest = (_edge(edge), rest) if edge else _clock(rest, text)
    part, rest = _take(_PART, rest)
    if _FILLER.sub(" ", rest).strip() or not (day or clock or part):
        return None
    if clock is None:
        if to_the_hour and not part:
            return None
        clock = _Clock(_PARTS[part["part"]]) if part else _Clock(edge="closes")
    return _instant(day[0] if day else "", clock, zone[0] if zone else "", hours, now)


def assumed(hours: Hours, now: datetime) -> datetime:
    """When an answer is due of which nobody said when: at the end of today, as the desk counts its days.

    Once it has closed, that is the end of the next day on which it opens; where no hours are set, midnight.
    """
    tomorrow = now.astimezone(hours.zone).date() + _DAY
    return hours.next_close(now) or hours.instant(datetime.combine(tomorrow, time()))


def is_unknown(words: str) -> bool:
    """Whether somebody wrote down that they know of no deadline."""
    return _UNKNOWN.fullmatch(words.strip(" .")) is not None


# ---- words ----------------------------------------------------------------------------------------------------------


def _plain(words: str) -> str:
    text = re.sub(r"\s+", " ", words.lower()).strip(" .!?\"'“”()")
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    text = re.sub(r"(?<=\d)z\b", " utc", text)
    text = re.sub(r"\b(?:2mrw|tmrw|2moro|tomoz)\b", "tomorrow", text)
    lead = r"(?:by|before|until|till|deadline|no later than|latest|at|around|about|is|it['’]s|asap,|please)"
    return re.sub(rf"^(?:{lead}[:, ]+)+", "", text)


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    found = pattern.search(text)
    return (found, f"{text[: found.start()]} {text[found.end() :]}") if found else (None, text)


def _length(span: re.Match[str]) -> timedelta:
    count = _COUNTS[span["count"]] if span["count"] in _COUNTS else float(_number(span["count"]))
    unit = timedelta(hours=1) if span["unit"].startswith("h") else timedelta(minutes=1)
    return (count + (0.5 if span["more"] else 0)) * unit


def _number(word: str) -> int:
    return _NUMBERS[word] if word in _NUMBERS else int(word)


def _edge(found: re.Match[str]) -> _Clock:
    edges: tuple[Literal["opens", "closes", "midnight"], ...] = ("opens", "closes", "midnight")
    return next((_Clock(edge=edge) for edge in edges if found[edge] is not None), _Clock(time(12)))


def _clock(rest: str, text: str) -> tuple[_Clock | None, str]:
    """The time of the day in what the date has left, and what is left then. `text` is all of it."""
    past, left = _take(_PAST, rest)
    if past:
        return _moved(past, text), left
    for pattern in _CLOCKS:
        found, left = _take(pattern, rest)
        if found:
            groups = found.groupdict()
            at = _hour(found["hour"], int(groups.get("minute") or 0), groups.get("half") or "", text)
            return (_Clock(at), left) if at else (None, rest)
    return None, rest


def _moved(past: re.Match[str], text: str) -> _Clock | None:
    """Half four, ten to five."""
    hour = _hour(past["hour"], 0, "", text)
    first = past["by"].split()[0]
    minutes = {"half": 30, "quarter": 15}.get(first) or _number(first)
    if hour is None or minutes >= 60:
        return None
    by = timedelta(minutes=-minutes if past["by"].endswith("to") else minutes)
    return _Clock((datetime.combine(date.min + _DAY, hour) + by).time())


def _hour(written: str, minute: int, half: str, text: str) -> time | None:
    hour = _number(written)
    if half and not 1 <= hour <= 12:
        return None
    if half:
        return time(hour % 12 + (12 if half.startswith("p") else 0), minute)
    if hour > 23:
        return None
    by_day = "morning" not in text and not written.startswith("0") and 1 <= hour <= 7
    by_night = re.search(r"night|evening", text) and 5 <= hour <= 11
    return time(hour + 12 if by_day or by_night else hour, minute)


# ---- instants -------------------------------------------------------------------------------------------------------


def _instant(day: str, clock: _Clock, zone: str, hours: Hours, now: datetime) -> datetime | None:
    today = now.astimezone(hours.zone).date()
    if not day:
        at = _at(today, clock, zone, hours)
        return at if at >= now - _JUST_PASSED else _at(today + _DAY, clock, zone, hours)
    relative = day in {"today", "tomorrow"} or "day after" in day
    # A weekday, or a date without its year, is today's while its time is still to come.
    named = [_date(day, base) for base in ((today,) if relative else (today - _DAY, today))]
    instants = [_at(date_, clock, zone, hours) for date_ in named if date_ is not None]
    return next((at for at in instants if at > now), instants[-1] if instants else None)


def _date(words: str, base: date) -> date | None:
    if "day after tomorrow" in words:
        return base + 2 * _DAY
    settings: Any = {
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": datetime.combine(base, time()),
    }
    plain = re.sub(r"\bthe |^this |,", "", words)
    try:
        found = dateparser.parse(plain, languages=["en"], settings=settings)
    except (ValueError, OverflowError):  # a date that no calendar has
        return None
    return found.date() if found else None


def _at(day: date, clock: _Clock, zone: str, hours: Hours) -> datetime:
    if clock.edge == "midnight":
        return hours.instant(datetime.combine(day + _DAY, time()))
    if clock.edge:
        span = hours.span_of_day(day)
        if span:
            return span[0] if clock.edge == "opens" else span[1]
        return hours.instant(datetime.combine(day, _SHUT[clock.edge]))
    at = datetime.combine(day, clock.at)
    elsewhere = dateparser.parse(f"{at:%Y-%m-%d %H:%M} {zone.upper()}") if zone else None
    return elsewhere.astimezone(UTC) if elsewhere and elsewhere.tzinfo else hours.instant(at)
