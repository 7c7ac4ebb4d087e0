"""Details that are read from the words of an enquiry: outlet, numbers, live or in print, the slot, an embargo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain import deadlines
from bot.domain.case import MEDIUMS, Details
from bot.domain.schedule import EscalationPolicy
from bot.outlets import outlets
from bot.plaintext import day, moment
from bot.text import words

_READ = ("outlet", "contact", "callback", "medium", "slot", "embargo")
"""Names of the details that are read from messages."""

_LIVE, _RECORDED, _PRINT, _UNKNOWN = MEDIUMS
_PIECE = "(?:interview|piece|slot|clip|podcast|programme)"
_SAYS: Mapping[str, re.Pattern[str]] = {
    _LIVE: re.compile(
        r"\b(?:go|goes|going|be|am|are|is|me|us|him|her|them|somebody|someone) live\b(?! (?:with|near|in the))"
        r"|\blive (?:tv|radio|television|broadcast|interview|link|show|slot|studio|to air)\b|\bon air\b",
        re.IGNORECASE,
    ),
    _RECORDED: re.compile(
        r"\bpre-?rec(?:ord(?:ed|ing)?)?\b"
        rf"|\brecord(?:ed|ing)? (?:(?:an?|the|it|me|us|her|him) )?(?:\w+ )?{_PIECE}\b"
        rf"|\b{_PIECE}\b[^.;!?\n]{{0,20}}\brecorded\b",
        re.IGNORECASE,
    ),
    _PRINT: re.compile(
        r"\b(?:go|goes|going) to (?:print|press)\b|\b(?:publishes|publishing|prints|printing)\b|\bprint edition\b"
        r"|\b(?:writes|writing|for) (?:(?:an?|the|their|his|her) )?(?:\w+ ){0,2}(?:article|column|feature|magazine)\b",
        re.IGNORECASE,
    ),
}


_PHONE = r"(?<![\w/.:+-])(?:\+|00?)\d(?:[ ().-]{0,2}\d){8,12}(?![\w/])"
_MAIL = r"(?<![\w.@/+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_REACHED = re.compile(rf"{_PHONE}|{_MAIL}")
_WHOSE = re.compile(
    r"\b(?:(?P<mine>my|mine|me|i|i['’]m|our|us)|his|him|he|hers?|she|theirs?|them|they|it|reporter|journalist)\b",
    re.IGNORECASE,
)
_BEFORE = 40  # characters in which it stands whose it is

_EMBARGO = re.compile(
    r"\bembargoed\b|\bunder (?:a |an |the )?(?:\w+ )?embargo\b"
    r"|\bembargo(?: date| time)?(?= (?:until|till|is|ends|lifts|on|of)\b|:)",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|not|never|without|isn['’]?t|wasn['’]?t|no longer) (?:an |any |under )*embargo"
    r"|\bembargo (?:has |is |was )?(?:been |already )?(?:over|lifted|passed|ended|broken)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|febr?|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*"
_TIME = (
    r"(?:\d{1,4}(?:[:./]\d{1,4})*(?:st|nd|rd|th)?(?: ?[ap]\.?m\.?)?|noon|midday|midnight|today|tomorrow|tonight"
    rf"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?|{_MONTH}"
    r"|the|of|at|on|next|morning|evening|gmt|bst|utc)"
)
_WHEN = re.compile(
    r"(?:(?: is| ends| lifts| date| time|:)*\s*(?:until|till|to|on|at|of|from)?)?"
    rf"(?P<when>(?:[ ,]*\b{_TIME}\b)+)",
    re.IGNORECASE,
)
_EMBARGO_WITHOUT_TIME = "said to be under embargo, no time given"


def prefilled(text: str, outlet: str, policy: EscalationPolicy, now: datetime) -> Details:
    """Return what is read from a message, to fill in a form. `outlet` is the one that the matcher found."""
    at = deadlines.find(text, policy.hours, now)
    deadline = _written(at.astimezone(policy.hours.zone)) if at else ""
    return extract_details(Details(outlet=outlet, deadline=deadline), text, policy, now)


def extract_details(details: Details, text: str, policy: EscalationPolicy, now: datetime) -> Details:
    """Return the details with what the text, written at `now`, tells besides; what is known stays."""
    said = _read(text, policy, now)
    return replace(details, **{name: getattr(said, name) for name in _READ if not _known(details, name)})


def reextract(details: Details, before: str, after: str, policy: EscalationPolicy, at: datetime) -> Details:
    """Return the details after a text was edited from `before` to `after`. Leaving an embargo out does not lift it."""
    was, said = _read(before, policy, at), _read(after, policy, at)
    kept = {name for name in _READ if _known(details, name) and getattr(details, name) != getattr(was, name)}
    if not said.embargo:
        kept.add("embargo")
    return replace(details, **{name: getattr(said, name) for name in _READ if name not in kept})


def _known(details: Details, name: str) -> bool:
    return getattr(details, name) not in {"", _UNKNOWN}


def _read(text: str, policy: EscalationPolicy, now: datetime) -> Details:
    """Read all details. The slot is written with its date, because "tomorrow" may be read on another day."""
    contact, callback = contacts(text)
    medium, slot = _medium(text), ""
    if found := deadlines.find_slot(text, policy.hours, now):
        at, named = found
        medium, slot = (
            _medium(named) or _by_slot(named) or medium,
            f"{named} ({moment(at.astimezone(policy.hours.zone))})",
        )
    return Details(
        outlet=_outlet(text), contact=contact, callback=callback, medium=medium, slot=slot, embargo=embargo(text)
    )


def _outlet(text: str) -> str:
    """Return the first outlet it names. An everyday word (The Sun) counts only if the matcher says so."""
    return next((name for name, everyday in outlets(words(text)) if not everyday), "")


def _medium(text: str) -> str:
    return next((medium for medium, says in _SAYS.items() if says.search(text)), "")


def _by_slot(words: str) -> str:
    """With a time beside it, the bare word tells the medium."""
    begins = words.lower()
    if begins.startswith("live"):
        return _LIVE
    return _RECORDED if begins.startswith("record") else ""


def _written(when: datetime) -> str:
    """A deadline as somebody would write it into the form's field, from which it is read back."""
    return f"{when:%A} {day(when)}, {when:%H:%M}"


# ---- numbers and addresses ------------------------------------------------------------------------------------------


def contacts(text: str) -> tuple[str, str]:
    """Return the journalist's number or address and the writer's own, the first of each; empty if there is none."""
    theirs = mine = ""
    for found in _REACHED.finditer(text):
        if _is_writers(text[max(0, found.start() - _BEFORE) : found.start()]):
            mine = mine or found[0]
        else:
            theirs = theirs or found[0]
    return theirs, mine


def _is_writers(before: str) -> bool:
    """The last word before it that says whose it is decides."""
    clause = re.split(r"[.;!?\n]\s", before)[-1]
    return any(word["mine"] for word in list(_WHOSE.finditer(clause))[-1:])


# ---- embargo --------------------------------------------------------------------------------------------------------


def embargo(text: str) -> str:
    """Return until when the message is embargoed, in its own words; empty if it speaks of no embargo.

    Nothing else of the message is returned, because everybody who reads a press channel sees this much.
    """
    found = _EMBARGO.search(text)
    if found is None or _NONE.search(text):
        return ""
    when = _WHEN.match(text, found.end())
    said = when["when"].strip(" ,") if when else ""
    return (
        said if re.search(r"\d|noon|mid|to(?:day|morrow|night)|day\b", said, re.IGNORECASE) else _EMBARGO_WITHOUT_TIME
    )
