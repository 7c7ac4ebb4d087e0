"""Reading a chain of phrases that states a time: `by 5 today`, `half four`, `cob Friday`, `noon New York time`.

Every phrase of a chain counts. If one of them is not understood, or two contradict each other, the chain is no time: a
person who is asked again loses less than one who is told a wrong time. An hour without am or pm is one of the working
day: one to seven are in the afternoon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from bot.domain.deadlines.dates import days, zone_called
from bot.domain.deadlines.phrases import (
    CONTINUING,
    FRACTIONS,
    JOIN,
    NUMBERS,
    OWN_ZONE,
    PARTS,
    PHRASES,
    QUALIFIED,
    WEEKDAYS,
)
from bot.domain.hours import Hours

_DAY = timedelta(days=1)
_JUST_PASSED = timedelta(hours=2)
"""A time without a day that passed less than this ago is a past time of today, not one of tomorrow."""
_HOURS_OF_CLOSED_DAY = {"opens": time(9), "closes": time(17)}
"""What "first thing" and "close of business" mean on a day on which the desk is closed."""
_MOST_PHRASES = 8
"""How many phrases a chain may have."""
_NAMED_TIMES = {"noon": time(12), "lunch": time(12)}
_EDGES = frozenset({"opens", "closes", "midnight"})
_SPANS = frozenset({"span", "hours_and", "compact", "in_minutes"})
_DATES = frozenset({"day_month", "month_day", "numeric", "slashed", "dotted", "iso", "ordinal"})
_DAYS = _DATES | {
    "today",
    "tonight",
    "tomorrow",
    "after_tomorrow",
    "weekday",
    "week_on",
    "end",
    "weekend",
    "of_week",
    "days",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a chain of phrases says about a time, seen from the moment at which it was written."""

    names: tuple[str, ...] = ()
    """The names of its phrases, as in `PHRASES`."""
    span: timedelta | None = None
    """How long from now. The other parts are used if it is None."""
    days: tuple[date, ...] | None = None
    """The days that may be meant, the first one before the others; None if no day is named."""
    weekday: int | None = None
    """The weekday that the chain names beside a date; Monday is 0."""
    at: time | None = None
    """The time of day as written."""
    is_open: bool = False
    """True if `at` is an hour without am or pm, so that it may be in the afternoon."""
    edge: str = ""
    """"opens", "closes" or "midnight": an edge of the day in place of `at`."""
    part: str = ""
    """A part of the day; a key of `PARTS`."""
    how: str = ""
    """"early", "mid", "late": which part of that part."""
    zone: tzinfo | None = None
    """The zone that the chain names; None if it is the organisation's own."""
    is_clear: bool = True
    """False if a phrase is not understood or contradicts another one."""

    @property
    def has_hour(self) -> bool:
        """Return whether a time of day is named, even if it is only "in the morning"."""
        return self.span is not None or self.at is not None or bool(self.edge or self.part)

    def instant(self, hours: Hours, now: datetime) -> datetime | None:
        """Return the time (UTC), which may be past, or None if it is not clear or no calendar has it."""
        try:
            return self._instant(hours, now) if self.is_clear else None
        except OverflowError:  # beyond the year 9999
            return None

    def _instant(self, hours: Hours, now: datetime) -> datetime | None:
        if self.span is not None:
            return now.astimezone(UTC) + self.span
        local = now.astimezone(self.zone or hours.zone)
        today = local.date()
        if self.days is None:
            at = self._on(today, hours, local)
            return at if at >= now - _JUST_PASSED else self._on(today + _DAY, hours, local)
        days = [day for day in self.days if self.weekday is None or day.weekday() == self.weekday]
        # "By Tuesday" on a Tuesday is next week's. With an hour that is still to come it is today's.
        named_today = days[1:] if len(days) > 1 and days[0] == today and not self.has_hour else days
        found = [self._on(day, hours, local) for day in named_today]
        return next((at for at in found if at > now), found[-1] if found else None)

    def _on(self, day: date, hours: Hours, local: datetime) -> datetime:
        """Return the time of day on a date in UTC."""
        if self.edge == "midnight":
            return self._in_zone(datetime.combine(day + _DAY, time()), hours)
        if self.at is not None:
            return self._in_zone(datetime.combine(day, self._time_of_day(day, local)), hours)
        if self.part:
            begins, ends = PARTS[self.part]
            begins = QUALIFIED.get((self.how, self.part), begins)
            is_over = day == local.date() and datetime.combine(day, begins) <= local.replace(tzinfo=None)
            return self._in_zone(datetime.combine(day, ends if is_over else begins), hours)
        edge = self.edge or "closes"
        span = hours.span_of_day(day)
        if span:
            return span[0] if edge == "opens" else span[1]
        return self._in_zone(datetime.combine(day, _HOURS_OF_CLOSED_DAY[edge]), hours)

    def _time_of_day(self, day: date, local: datetime) -> time:
        """Return `at`, in the afternoon or evening if that is meant."""
        at = self.at or time()
        if not self.is_open or self.part == "morning":
            return at
        later = at.replace(hour=at.hour + 12)
        is_today = day == local.date()
        if self.part or ("news" in self.names and at.hour >= 9):
            return later if self.part != "evening" or at.hour >= 5 else at
        if is_today and 4 <= local.hour <= at.hour and at > local.time():  # "by 7" at half past six in the morning
            return at
        is_written_out = {"digital", "military"}.isdisjoint(self.names)  # 10:30 is in the morning
        is_this_evening = self.days is None and local.hour >= 17 and is_written_out and later > local.time()
        return later if 1 <= at.hour <= 7 or (is_today and is_this_evening) else at

    def _in_zone(self, at: datetime, hours: Hours) -> datetime:
        return at.replace(tzinfo=self.zone).astimezone(UTC) if self.zone else hours.instant(at)


# ---- chains ---------------------------------------------------------------------------------------------------------


def chain(text: str, start: int, hours: Hours, now: datetime) -> tuple[Stated, int] | None:
    """Return what the chain of phrases that begins at `start` states, and where it ends; None if there is none."""
    stated, at, end = Stated(), start, start
    for _ in range(_MOST_PHRASES):
        found = _phrase(text, at, is_first=not stated.names)
        if found is None:
            break
        name, match = found
        joined = _joined(stated, name, match.groupdict(), hours, now)
        if joined is None:
            break
        stated, end = joined, match.end()
        join = JOIN.match(text, end)
        at = join.end() if join else end
        if at == end and not re.match(r"[zap+-]", text[at : at + 1], re.IGNORECASE):
            break
    return (stated, end) if stated.names else None


def _phrase(text: str, at: int, *, is_first: bool) -> tuple[str, re.Match[str]] | None:
    """Return the longest phrase that begins there. With `is_first`, it is one that says when on its own."""
    possible = ((name, pattern) for name, pattern in PHRASES.items() if not is_first or name not in CONTINUING)
    matches = ((name, match) for name, pattern in possible if (match := pattern.match(text, at)))
    return max(matches, key=lambda found: found[1].end(), default=None)


def _joined(stated: Stated, name: str, groups: dict[str, Any], hours: Hours, now: datetime) -> Stated | None:
    """Return what is stated with one more phrase; None if the phrase does not belong to the same time."""
    words = {key: " ".join(value.lower().replace("-", " ").split()) for key, value in groups.items() if value}
    after = replace(stated, names=(*stated.names, name))
    if name in _SPANS or name in {"asap", "now"}:
        return None if stated.names else replace(after, span=_span(words) if name in _SPANS else timedelta())
    if stated.span is not None:
        return None
    if name in _DAYS:
        return _with_day(after, name, words, hours, now)
    if name in {"part", "half_day", "early"}:
        return _with_part(after, name, words)
    if name in CONTINUING:
        return _with_zone_or_news(after, name, words)
    return _with_time(after, name, words) if stated.at is None and not stated.edge else None


def _with_time(stated: Stated, name: str, words: dict[str, str]) -> Stated | None:
    if name in _EDGES:
        return replace(stated, edge=name)
    return replace(stated, at=_NAMED_TIMES[name]) if name in _NAMED_TIMES else _with_clock(stated, words)


def _with_part(stated: Stated, name: str, words: dict[str, str]) -> Stated | None:
    if name == "early":
        return replace(stated, edge="opens") if stated.days and not stated.has_hour else None
    if stated.part or (name == "half_day" and not (stated.days or "this" in words)):
        return None
    part = words["part"].replace(".", "")
    part = {"am": "morning", "pm": "afternoon", "night": "evening", "eve": "evening"}.get(part, part)
    return replace(stated, part=part, how=words.get("how", "").replace("later", "late"))


def _with_zone_or_news(stated: Stated, name: str, words: dict[str, str]) -> Stated | None:
    if stated.at is None or stated.zone is not None:
        return None
    if name == "news":
        return stated if stated.names[-2] != "bare" else None
    called = " ".join(words.get(key, "") for key in ("abbreviation", "region", "place", "offset")).strip()
    if called in OWN_ZONE:
        return stated
    zone = zone_called(called)
    return replace(stated, zone=zone, is_clear=stated.is_clear and zone is not None)


# ---- phrases --------------------------------------------------------------------------------------------------------


def _with_clock(stated: Stated, words: dict[str, str]) -> Stated | None:
    hour, minute = _number(words["hour"]), _number(words.get("minute", "0"))
    am_pm = (words.get("am_pm") or words.get("am_pm_2") or "")[:1]
    if am_pm not in {"a", "p"}:
        am_pm = ""
    if hour > 23 or (am_pm and not 1 <= hour <= 12):
        return None
    if "am_pm" not in words and "other" in words and am_pm == "p" and _number(words["other"]) < hour < 12:
        am_pm = "a"  # "11-1pm"
    if am_pm:
        hour = hour % 12 + (12 if am_pm == "p" else 0)
    at = time(hour, minute)
    if "by" in words:
        moved = _past_or_to(words["by"], at)
        if moved is None:
            return None
        at = moved
    is_open = not am_pm and 1 <= at.hour <= 11 and not words["hour"].startswith("0")
    return replace(stated, at=at, is_open=is_open)


def _past_or_to(by: str, hour: time) -> time | None:
    """Return the time of day for "half" four, "ten to" five, "quarter past" nine."""
    first = re.sub(r"(?: min(?:ute)?s?)?(?: past| to)?$", "", by)
    minutes = {"half": 30, "quarter": 15}.get(first) or _number(first)
    if not 0 < minutes < 60 or (first.isdigit() and minutes % 5):
        return None
    moved = hour.hour * 60 + hour.minute + (-minutes if by.endswith(" to") else minutes)
    # "A quarter to one" is after noon.
    return time((moved // 60) % 24 or 12, moved % 60)


def _span(words: dict[str, str]) -> timedelta:
    unit = timedelta(hours=1) if words.get("unit", "m").startswith("h") else timedelta(minutes=1)
    count = words.get("count", "1" if "unit" in words else "0")
    more = FRACTIONS[words["more"].removeprefix("and ")] if "more" in words else 0
    minutes = _number(words.get("minutes") or words.get("minutes_2") or "0")
    return (_amount(count) + more) * unit + timedelta(minutes=minutes)


def _with_day(stated: Stated, name: str, words: dict[str, str], hours: Hours, now: datetime) -> Stated | None:
    today, count = now.astimezone(hours.zone).date(), _amount(words.get("count", "0"))
    weekday = WEEKDAYS.index(words["weekday"][:3]) if name == "weekday" and len(words) == 1 else None
    if stated.days is None:
        return replace(
            stated, days=days(name, words, count, today, hours), part="evening" if name == "tonight" else stated.part
        )
    if weekday is not None and stated.weekday is None and stated.names[-2] != "weekday":
        return _checked(replace(stated, weekday=weekday))
    is_date = name in _DATES and stated.names.count("weekday") == 1 and not _DATES & set(stated.names[:-1])
    if is_date and len(stated.days) <= 2:
        named = stated.days[0].weekday()
        return _checked(replace(stated, days=days(name, words, count, today, hours), weekday=named))
    return None


def _checked(stated: Stated) -> Stated:
    """Return it, unclear if none of the days falls on the weekday that is named: "Friday 12 November"."""
    agrees = any(day.weekday() == stated.weekday for day in stated.days or ())
    return replace(stated, is_clear=stated.is_clear and agrees)


def _number(word: str) -> int:
    """Return a number in digits or words."""
    return NUMBERS[word] if word in NUMBERS else int(word)


def _amount(count: str) -> float:
    """Return how many: "2", "1½", "a couple of", "half an"."""
    if count in FRACTIONS or count in NUMBERS:
        return FRACTIONS.get(count) or NUMBERS[count]
    return float(count.removesuffix("½") or 0) + (0.5 if count.endswith("½") else 0)
