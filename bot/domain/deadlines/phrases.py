"""The phrases in which people say when: patterns and tables, with no code that runs.

A time is a chain of phrases: "noon" + "on" + "Thursday". `reading` reads each phrase by the names of its groups and
puts the chain together. At a place in a text the longest phrase counts, and of two equally long ones the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time

HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")
NUMBERS: Mapping[str, int] = {word: number for number, word in enumerate((*HOURS, *_TEENS), 1)} | {
    "a": 1,
    "an": 1,
    "the": 1,
    "a couple of": 2,
    "couple of": 2,
    "a couple": 2,
    "couple": 2,
    "a few": 3,
    "few": 3,
    "twenty one": 21,
    "twenty two": 22,
    "twenty three": 23,
    "twenty five": 25,
    "thirty": 30,
    "forty": 40,
    "forty five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
FRACTIONS: Mapping[str, float] = {
    "half a": 0.5,
    "half an": 0.5,
    "half": 0.5,
    "a half": 0.5,
    "a quarter of an": 0.25,
    "quarter of an": 0.25,
    "a quarter": 0.25,
    "three quarters of an": 0.75,
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS: Mapping[str, tuple[time, time]] = {
    "morning": (time(9), time(12)),
    "afternoon": (time(15), time(17)),
    "evening": (time(18), time(23, 59)),
}
"""A part of the day -> when something is due that is due in it, and its end. The latter counts once the former is over.
"""
QUALIFIED: Mapping[tuple[str, str], time] = {
    ("mid", "morning"): time(10),
    ("late", "morning"): time(11),
    ("late", "afternoon"): time(16),
}
"""("mid", "morning") -> when something is due then. Other qualified parts are like the part itself."""


def _any(words: Iterable[str]) -> str:
    """Return a pattern that matches any of the words, the longest that fits."""
    return "|".join(sorted(words, key=len, reverse=True))


_WORD_HOUR = _any(HOURS)
HOUR = rf"(?:\d{{1,2}}|{_WORD_HOUR})"
_COUNT = _any(word.replace(" ", "[ -]") for word in (*FRACTIONS, *NUMBERS))
_NUMBER = rf"(?:\d{{1,3}}(?:\.\d)?½?|½|{_COUNT})"
_AM_PM = r"[ap](?:\.m\b\.?|m\b)"
WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?P<year>2[01]\d\d|\d\d(?![:.\d]))"
_UNIT = r"(?P<unit>minutes?|mins?|hours?|hrs?|(?:(?<=\d)|(?<=\d ))[mh])\b"
_IN = r"(?:(?P<within>in|within)\s+)?(?:(?:the|about|around|roughly|next|just)\s+)*"

_CLOCKS = {
    "midnight": r"(?:12[ -]?)?midnight|24[:.]?00(?:\s*h(?:ou)?rs)?",
    "noon": r"(?:12[ -]?)?(?:noon|midday)",
    "lunch": r"lunch ?time|lunch",
    "opens": (
        r"first thing|(?:the )?start of (?:business|play|work|(?:the )?(?:working )?day)"
        r"|open(?:ing)? of business|when (?:the|your|our) (?:office|desk) opens"
    ),
    "closes": (
        r"(?:the )?(?:end|close) of(?: (?:the )?(?:business|play|work|(?:working )?day)\b|(?= today))"
        r"|close(?=\W*$| today| tomorrow| on | of )|c\.?o\.?[bp]\.?(?!\w)|e\.?o\.?[dbp]\.?(?!\w)"
    ),
    "digital": (
        r"(?P<hour>[01]?\d|2[0-3])(?:[:.]|(?<!\b[1-4])h)(?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?"
        rf"(?:\s*(?P<am_pm>{_AM_PM})|\s*(?:hrs|hours)\b)?(?![\d%])"
    ),
    "hour": rf"(?P<hour>{HOUR})\s*(?:(?P<am_pm>{_AM_PM})|o['’]?\s?clock\b(?:\s*(?P<am_pm_2>{_AM_PM}))?)",
    # 2026 is a year.
    "military": r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?:\s*(?:hrs|hours|h)\b|(?<!20[2-9]\d))(?![\d%])",
    "past": (
        rf"(?:a )?(?P<by>half(?:[ -]past)?|quarter (?:past|to)|(?:\d{{1,2}}|{_COUNT})(?: min(?:ute)?s?)? (?:past|to))"
        rf"[ -](?P<hour>{HOUR})(?:\s*(?P<am_pm>{_AM_PM})|\s*o['’]?clock)?"
    ),
    "spelled": (
        rf"(?P<hour>{_WORD_HOUR})[ -](?P<minute>fifteen|twenty|thirty|forty[ -]five"
        rf"|forty)\b(?:\s*(?P<am_pm>{_AM_PM}))?"
    ),
    "hundred": rf"(?P<hour>{_any((*HOURS, *_TEENS))}) hundred\b(?: hours)?",
    "range": (
        rf"(?P<between>between )?(?P<hour>{HOUR})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<am_pm>{_AM_PM})?"
        rf"\s*(?:[-–—]|\bor\b|\bto\b|(?(between)\band\b|\bor\b))\s*(?P<other>{HOUR})(?:[:.][0-5]\d)?"
        rf"\s*(?P<am_pm_2>{_AM_PM}|o['’]?clock)?(?![\d%])"
    ),
    "bare": rf"(?P<hour>{HOUR})(?:[ -]?ish)?(?![.,:/%-]?\d|[%°/])",
}
_DAYS = {
    "today": r"today|2day",
    "tonight": r"(?:late )?tonight",
    "tomorrow": (
        r"tom+or+ow|tmrw|tmw|tmr|2mrw|2moro|tomoz|tomo|tom(?=\s+(?:\d|at|am|pm|noon|morning"
        r"|afternoon)\b|\s+\d)"
    ),
    "after_tomorrow": r"(?:the )?day after tomorrow",
    "weekday": (
        rf"(?:(?P<which>this coming|this|next|coming) )?(?P<weekday>{WEEKDAY})\b\.?"
        r"(?P<weeks> week\b| fortnight\b)?(?P<next_week>,? (?:of )?next week\b)?"
    ),
    "week_on": rf"a (?P<weeks>week|fortnight) (?:(?:on|from) )?(?:(?P<weekday>{WEEKDAY})|(?P<from>today|tomorrow))\b",
    "day_month": rf"{_DAY}(?:st|nd|rd|th)?\s*(?:of )?{_MONTH}(?:,? {_YEAR})?",
    "month_day": rf"{_MONTH} (?:the )?{_DAY}(?:st|nd|rd|th)?\b(?![:.]\d|\s*{_AM_PM})(?:,? {_YEAR})?",
    "numeric": r"(?P<day>\d{1,2})(?P<separator>[./-])(?P<month_number>\d{1,2})(?P=separator)(?P<year>2[01]\d\d|\d\d)\b",
    "slashed": r"(?P<day>\d{1,2})/(?P<month_number>\d{1,2})\b(?!/)",
    "dotted": r"(?P<day>\d{1,2})\.(?P<month_number>\d{1,2})\.(?=,?\s*\d{1,2}[:.]\d\d)",
    "iso": r"(?P<year>2[01]\d\d)-(?P<month_number>\d\d)-(?P<day>\d\d)(?!\d)",
    "ordinal": rf"(?:the )?{_DAY}(?:st|nd|rd|th)\b",
    "end": r"(?:the )?end of (?P<which>the |this |next )?(?P<period>week|month)\b|(?P<period_2>month)[ -]?end",
    "weekend": r"(?:the )?weekend",
    "of_week": r"(?P<when>early|mid|middle of|late|later)[ -]?(?P<which>next|this) week",
    "days": (
        rf"{_IN}(?P<count>{_NUMBER})(?:(?:\s*[-–]\s*|\s+(?:to|or)\s+){_NUMBER})?\s*(?P<working>working |business )?"
        r"(?P<unit>days?|weeks?|fortnights?)\b(?:['’]s?)?(?: time| from now)?"
    ),
}
_OTHERS = {
    "asap": r"a\.?s\.?a\.?p\b\.?|as soon as (?:possible|poss|you can|we can)",
    "now": r"(?:right |straight |just )?(?:now|away)|immediately|at once|straightaway",
    "span": (
        rf"{_IN}(?:(?P<count>{_NUMBER})(?:(?:\s*[-–]\s*|\s+(?:to|or)\s+){_NUMBER})?\s*-?\s*)?{_UNIT}"
        r"(?:(?<=h)(?P<minutes_2>[0-5]\d)\b)?(?P<more> and (?:a half|a quarter))?"
        r"(?:(?:,| and)? (?P<minutes>\d{1,2}) ?m(?:in(?:ute)?s?)?\b)?(?:['’]s? time| time| from now)?"
    ),
    "hours_and": r"(?P<count>\d{1,2}|one|two|three|four) and (?P<more>a half|a quarter) (?P<unit>hours)\b",
    "compact": r"(?P<count>\d)(?P<unit>h)(?P<minutes>[0-5]\d)\b(?=\W*$)",
    "in_minutes": r"in (?P<minutes>\d{1,2}|five|ten|fifteen|twenty|thirty|forty)\b(?![.,:/%-]?\d|[%])",
    "part": (
        r"(?:this |in the |the )?(?:(?P<how>early|mid|late|later)[ -])?(?P<part>morning|afternoon|evening"
        r"|night|eve)\b"
    ),
    "half_day": r"(?P<this>this )?(?P<part>a\.?m|p\.?m)\b\.?",
    "early": r"early(?: doors)?",
    "news": r"(?:['’]s )?(?:news\b|bulletin\b|headlines\b)",
    "zone": (
        r"(?P<abbreviation>gmt|bst|utc|z|cet|cest|wet|eet|eest|msk|est|edt|et|cst|cdt|ct|mst|mdt|mt|pst|pdt"
        r"|pt|aest|aedt"
        r"|jst|hkt|sgt|nzst|nzdt|ist)(?: time)?\b|(?P<region>eastern|pacific|central|mountain|london|uk)\b(?: time)?"
        r"|(?P<place>(?:(?!(?:this|next|last|every|each|any|some|the|in|on|of|no|more|a|all|first|so|is|there"
        r"|for|and|or"
        r"|but|to|if|please|same|at|it|by|with|only|enough|noon|midday|midnight|lunch|am|pm"
        r"|sharp)\b)[a-z]+\.? ){1,2})time\b|(?P<offset>[+-]\d\d:?\d\d)\b"
    ),
}
PHRASES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE)
    for name, pattern in {**_CLOCKS, **_DAYS, **_OTHERS}.items()
}
"""Name of a phrase -> its pattern, to be matched at a place."""

CONTINUING = frozenset({"half_day", "early", "news", "zone"})
"""Phrases that say when only after another phrase."""

START = re.compile(
    rf"(?<![\w.,:/£$€%@#&+-])(?=\d|½|{_WORD_HOUR}|{_any(_TEENS)}|noon|mid|lunch|first|start|open|when|the|end"
    rf"|close|c\.?o|e\.?o"
    rf"|half|quarter|thirty|forty|fifty|sixty|ninety|between|to|2|day|this|next|coming|{WEEKDAY}|an?\b"
    rf"|{_any(MONTHS)}|week"
    r"|early|late|now|right|straight|just|immed|at once|as |a\.?s\.?a|in\b|within|morning|afternoon|evening"
    r"|night|about|around|few"
    r"|couple)",
    re.IGNORECASE,
)
"""A place at which a phrase may begin."""
JOIN = re.compile(
    r"(?:[ \t]*(?:[,(/@:;–—-]|\b(?:on|at|of|in|the|by|before|around|about|approx|roughly|circa|c\.|from"
    r"|ish|sharp|prompt|due|latest)\b|-?ish\b|(?<=\d)ish\b)\)?)*[ \t]*",
    re.IGNORECASE,
)
"""What may stand between two phrases of a chain."""

_ZONES = """
UTC: gmt, utc, z, wet
Etc/GMT-1: bst, cet
Etc/GMT-2: cest, eet
Etc/GMT-3: eest, msk
Etc/GMT-10: aest
Etc/GMT-11: aedt
Etc/GMT-12: nzst
Etc/GMT-13: nzdt
Etc/GMT+4: edt
Etc/GMT+5: est, cdt
Etc/GMT+6: cst, mdt
Etc/GMT+7: mst, pdt
Etc/GMT+8: pst
America/New_York: et, eastern, east coast, us, washington, boston
America/Chicago: ct, central
America/Denver: mt, mountain
America/Los_Angeles: pt, pacific, west coast, california, san francisco
Asia/Hong_Kong: hkt
Asia/Kolkata: indian, india, mumbai, delhi
Asia/Shanghai: beijing, china, chinese
Asia/Singapore: sgt
Asia/Tokyo: jst, japan, japanese
Europe/Berlin: german, germany
Europe/Dublin: irish, ireland
Europe/London: uk, british, english, greenwich
Europe/Madrid: spanish, spain
Europe/Paris: french, france
Europe/Rome: italian, italy
Europe/Zurich: geneva, swiss
"""
ZONES: Mapping[str, str] = {
    named: zone
    for zone, _, names in (line.partition(": ") for line in _ZONES.strip().splitlines())
    for named in names.split(", ")
}
"""What people call a zone -> its name in the IANA database. "IST" is missing, because it means three zones."""
OWN_ZONE = frozenset({"our", "local", "my"})
"""What people call the organisation's own zone."""
