"""The days that a phrase may mean: "tomorrow", "Friday week", "the 12th", "5/1"; and the zones that people name.

Day comes before month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.deadlines.phrases import MONTHS, WEEKDAYS, ZONES
from bot.domain.hours import Hours

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_JUST_PASSED = timedelta(days=31)
"""A date without a year that passed less than this ago is a past date, not one of next year."""
_AHEAD = {"today": 0, "tonight": 0, "tomorrow": 1, "after_tomorrow": 2}
_MOST_YEARS, _MOST_DAYS = 3, 90
"""The furthest year, and the most days ahead, that a deadline may name."""


def days(name: str, words: Mapping[str, str], count: float, today: date, hours: Hours) -> tuple[date, ...]:
    """Return the days that a phrase may mean, seen from `today`; empty if no calendar has them.

    `name` and `words` are the phrase and its groups, `count` the number in it.
    """
    if name in _AHEAD:
        return (today + _AHEAD[name] * _DAY,)
    match name:
        case "weekday":
            return _weekdays(words, today)
        case "week_on":
            return _a_week_on(words, today)
        case "end" | "of_week" | "weekend":
            return _in_period(name, words, today)
        case "days":
            return _days_ahead(words, count, today, hours)
        case _:
            return _dates(words, today)


def _a_week_on(words: Mapping[str, str], today: date) -> tuple[date, ...]:
    start = _weekdays({"weekday": words["weekday"]}, today)[0] if "weekday" in words else today
    weeks = 2 if words["weeks"] == "fortnight" else 1
    return (start + weeks * _WEEK + (words.get("from") == "tomorrow") * _DAY,)


def _in_period(name: str, words: Mapping[str, str], today: date) -> tuple[date, ...]:
    """Return the end of a week or month, or a day of the week that is named roughly: "early next week"."""
    is_next = words.get("which") == "next"
    monday = today - today.weekday() * _DAY + is_next * _WEEK
    friday = monday + 4 * _DAY
    if name == "of_week":
        return (monday + {"early": 0, "mid": 2, "middle of": 2}.get(words["when"], 4) * _DAY,)
    if name == "weekend":
        return (friday,)
    if words.get("period") == "week":
        return (friday,) if is_next else (friday, friday + _WEEK)
    ends = _month_ends(today)
    return ends[1:] if is_next else ends


def _weekdays(words: Mapping[str, str], today: date) -> tuple[date, ...]:
    weekday = WEEKDAYS.index(words["weekday"][:3])
    ahead = (weekday - today.weekday()) % 7 * _DAY
    if "next_week" in words:
        return (today - today.weekday() * _DAY + _WEEK + weekday * _DAY,)
    if "weeks" in words:
        return (today + ahead + (2 if words["weeks"] == "fortnight" else 1) * _WEEK,)
    if ahead:
        return (today + ahead,)
    which = words.get("which", "")
    return (today,) if which == "this" else (today + _WEEK,) if which else (today, today + _WEEK)


def _month_ends(today: date) -> tuple[date, ...]:
    end = today.replace(day=monthrange(today.year, today.month)[1])
    following = end + _DAY
    return end, following.replace(day=monthrange(following.year, following.month)[1])


def _days_ahead(words: Mapping[str, str], count: float, today: date, hours: Hours) -> tuple[date, ...]:
    days = int(count * {"d": 1, "w": 7, "f": 14}[words["unit"][0]])
    if not 0 < days <= _MOST_DAYS:
        return ()
    if "working" not in words:
        return (today + days * _DAY,)
    ahead = (today + number * _DAY for number in range(1, 3 * _MOST_DAYS))
    open_days = [day for day, _ in zip((day for day in ahead if hours.span_of_day(day)), range(days), strict=False)]
    return tuple(open_days[-1:])


def _dates(words: Mapping[str, str], today: date) -> tuple[date, ...]:
    day = int(words["day"])
    if "month" not in words and "month_number" not in words:  # "the 12th"
        months = [today.year * 12 + today.month - 1 + ahead for ahead in range(4)]
        return _existing((month // 12, month % 12 + 1, day) for month in months)
    month = MONTHS.index(words["month"][:3]) + 1 if "month" in words else int(words["month_number"])
    if month > 12:
        day, month = month, day
    if "year" in words:
        if len(words["year"]) == 4:
            return _existing([(int(words["year"]), month, day)])
        year = int(words["year"]) + today.year // 100 * 100
        return _existing([(year, month, day)]) if abs(year - today.year) <= _MOST_YEARS else ()
    found = _existing((year, month, day) for year in (today.year, today.year + 1))
    return found[:1] if found and today - _JUST_PASSED <= found[0] else found


def _existing(dates: Iterable[tuple[int, int, int]]) -> tuple[date, ...]:
    """Return the dates (year, month, day) that the calendar has."""
    found = []
    for year, month, day in dates:
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            found.append(date(year, month, day))
    return tuple(found)


# ---- zones ----------------------------------------------------------------------------------------------------------


@cache
def zone_called(called: str) -> tzinfo | None:
    """Return the time zone that people call so, or None: an abbreviation, a city of the IANA database, an offset."""
    if "00" in called or "30" in called:
        return datetime.strptime(called.replace(" ", "-"), "%z").tzinfo or UTC
    name = ZONES.get(called) or _cities().get(called)
    return ZoneInfo(name) if name else None


@cache
def _cities() -> dict[str, str]:
    """Return the city of each zone in lower case -> the name of the zone."""
    continents = ("Africa/", "America/", "Asia/", "Australia/", "Europe/")
    names = sorted(name for name in available_timezones() if name.startswith(continents))
    return {name.rsplit("/", 1)[1].replace("_", " ").lower(): name for name in names}
