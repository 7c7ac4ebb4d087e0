"""Extraction of details from the words of an enquiry: outlet, contacts, medium, slot and embargo."""

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
from bot.text import abridged, searchable, words

_EXTRACTED = ("outlet", "contact", "callback", "medium", "slot", "embargo")
"""Names of the details that are read from messages."""

_LIVE, _RECORDED, _PRINT, _UNKNOWN = MEDIUMS
_BROADCAST = "(?:interview|piece|slot|clip|podcast|programme)"
_MEDIUM_PATTERNS: Mapping[str, re.Pattern[str]] = {
    _LIVE: re.compile(
        r"\b(?:go|goes|going|be|am|are|is|me|us|him|her|them|somebody|someone) live\b(?! (?:with|near|in the))"
        r"|\blive (?:tv|radio|television|broadcast|interview|link|show|slot|studio|to air)\b|\bon air\b",
        re.IGNORECASE,
    ),
    _RECORDED: re.compile(
        r"\bpre-?rec(?:ord(?:ed|ing)?)?\b"
        rf"|\brecord(?:ed|ing)? (?:(?:an?|the|it|me|us|her|him) )?(?:\w+ )?{_BROADCAST}\b"
        rf"|\b{_BROADCAST}\b[^.;!?\n]{{0,20}}\brecorded\b",
        re.IGNORECASE,
    ),
    _PRINT: re.compile(
        r"\b(?:go|goes|going) to (?:print|press)\b|\b(?:publishes|publishing|prints|printing)\b|\bprint edition\b"
        r"|\b(?:writes|writing|for) (?:(?:an?|the|their|his|her) )?(?:\w+ ){0,2}(?:article|column|feature|magazine)\b",
        re.IGNORECASE,
    ),
}

_PHONE = (
    r"(?<![\w/.:+-])(?:"
    r"(?:\+|00)\d(?:[ ().-]{0,2}\d){7,12}"  # international
    r"|0\d(?:[ ().-]{0,2}\d){8,9}|0800 ?\d{4}|08\d\d ?\d{3} ?\d{3,4}"  # British
    r"|(?:1[ .-]?)?\(\d{3}\) ?\d{3}[ -]\d{4}|(?:1[ .-])?\d{3}-\d{3}-\d{4}"  # American
    r")(?![\w/]|[-.]?\d)"
)
_MAIL = r"(?<![\w.@/+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_CONTACT = re.compile(rf"{_PHONE}|{_MAIL}")
_NO_CONTACT = re.compile(
    r"\b(?:refs?|reference|isbn|issn|barcode|account|invoice|grant|sort code|student (?:no|number|id)|case"
    r"|ticket)\b[\w ]{0,12}"
    r"[:.# ]*$|(?<![\w-])(?:to|cc|bcc): ?[^:;]{0,30}$",
    re.IGNORECASE,
)
"""Words before a number or address by which nobody who asks is reached: a reference, or to whom an e-mail went."""
_REACH = r"(?:call|ring|phone|reach|get|text|contact|e-?mail|mail|message|find|write to|try|use)"
_MY_LINE = (
    r"(?:own|direct|work|home|personal|mobile|office|desk|phone|cell|e-?mail|number|no|line|extension|address"
    r"|team|lab|tel"
    r"|telephone|contact|details?|department|group|inbox|colleagues?)"
)
_WRITERS_OWN = re.compile(
    r"(?:\bmine\b(?: is|['’]s)?|(?:^|[.;,] ?)me(?= ?[:,=-])"
    rf"|\b(?:my|our)(?: {_MY_LINE}){{1,4}}(?: is|['’]s| are)?(?: at| on)?"
    rf"|\b{_REACH} (?:me|us|(?:my|our)(?: {_MY_LINE}){{1,3}})(?: (?:back|up|directly|again|please|here))*"
    r"(?: at| on| via| under| by)?(?: e-?mail| phone| mobile)?(?: at| on)?"
    r"|\bI(?:['’]m| am|['’]ll be| will be| can be)(?: (?:reached|contacted|available|reachable|here|also|usually|best"
    r"|around|free))*(?: on| at| under| via)"
    r")[ :,=(<\"'-]*$",
    re.IGNORECASE,
)
"""Words before a number or address that make it the writer's own."""
_OWN_AFTER = re.compile(rf"[ ,)]*(?:is mine|\(mine|\(me\)|is (?:my|our)\b|to {_REACH} (?:me|us)\b)", re.IGNORECASE)
_CONTEXT_LENGTH = 60  # characters before and after a number or address in which to look for whose it is

_MONTH = r"(?:jan|febr?|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*"
_TIME = (
    r"(?:\d{1,4}(?:[:./]\d{1,4})*(?:st|nd|rd|th|hrs?)?(?: ?[ap]\.?m\.?)?|noon|midday|midnight|today|tomorrow|tonight"
    rf"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?|{_MONTH}"
    r"|the|of|at|on|next|morning|evening|gmt|bst|utc|london|uk|et|cet|time)"
)
_SAYS_WHEN = (
    r"(?:the )?(?:\d{1,4}(?:[:./]\d\d)?(?:[ap]m|st|nd|rd|th|hrs?)?|noon|mid(?:day|night)|to(?:day|morrow|night)|next"
    rf"|{_MONTH}|(?:mon|tues?|wed|thu|fri|sat|sun)\w*)"
)
_EMBARGO = re.compile(
    r"\bembargoed\b|\bunder (?:a |an |the )?(?:\w+ )?embargo\b|\bstrict embargo\b"
    r"|(?<!\btrade )(?<!\barms )(?<!\boil )(?<!\bgas )(?<!\bgrain )(?<!\bexport )(?<!\bweapons )(?<!\bthesis )"
    r"\bembargo(?: date| time)?(?=:| (?:until|till|ends|lifts)\b| is (?:until|till)\b"
    rf"|,? (?:is |on |of |at |from |- )?(?:at |on )?{_SAYS_WHEN}\b)"
    r"|\b(?:not|never) (?:for|to be) (?:publication|publish(?:ed|ing)|released?|broadcast)(?= (?:until|till"
    r"|before|prior to)\b)"
    r"|\b(?:do not|don['’]?t|not|cannot|can['’]?t|must not) (?:be )?(?:publish|publish(?:ed|ing)|releas(?:e|ed"
    r"|ing)|r[ua]n|us(?:e|ed)"
    r"|broadcast|report(?:ed)?)(?: (?:it|this|anything))?(?= (?:until|till|before)\b)"
    rf"|\bfor (?:release|publication)(?= (?:on |at |from |after )?{_SAYS_WHEN}\b)",
    re.IGNORECASE,
)
_NO_EMBARGO = re.compile(
    r"\b(?:no|not|never|without|isn['’]?t|wasn['’]?t|no longer) (?:an |any |under )*embargo"
    r"|\bembargo (?:has |is |was )?(?:been |already )?(?:over|lifted|passed|ended|broken)",
    re.IGNORECASE,
)
_EMBARGO_TIME = re.compile(
    r"(?:(?: is| ends| lifts| date| time|:)*\s*+(?:until|till|to|on|at|of|from|before|prior to|after)?)?"
    rf"(?P<when>(?:[ ,]*\b{_TIME}\b)+)",
    re.IGNORECASE,
)
_IS_TIME = re.compile(r"\d|noon|mid|to(?:day|morrow|night)|day\b", re.IGNORECASE)
_EMBARGO_WITHOUT_TIME = "said to be under embargo, no time given"


def prefilled(text: str, outlet: str, policy: EscalationPolicy, now: datetime) -> Details:
    """Return the details of a message, to fill in a form with them. `outlet` is the one that the matcher found."""
    at = deadlines.find(text, policy.hours, now)
    deadline = _as_form_text(at.astimezone(policy.hours.zone)) if at else ""
    return extract_details(Details(outlet=outlet, deadline=deadline), text, policy, now)


def extract_details(details: Details, text: str, policy: EscalationPolicy, now: datetime) -> Details:
    """Return the details, with unknown ones filled in from a text that was written at `now`."""
    found = _extract(text, policy, now)
    return replace(details, **{name: getattr(found, name) for name in _EXTRACTED if not _is_known(details, name)})


def reextract(details: Details, before: str, after: str, policy: EscalationPolicy, at: datetime) -> Details:
    """Return the details after a text, written at `at`, was edited from `before` to `after`.

    A detail that did not come from the text stays as it is. An edit that removes the embargo does not lift it.
    """
    old, new = _extract(before, policy, at), _extract(after, policy, at)
    kept = {name for name in _EXTRACTED if _is_known(details, name) and getattr(details, name) != getattr(old, name)}
    if not new.embargo:
        kept.add("embargo")
    return replace(details, **{name: getattr(new, name) for name in _EXTRACTED if name not in kept})


def _is_known(details: Details, name: str) -> bool:
    return getattr(details, name) not in {"", _UNKNOWN}


def _extract(text: str, policy: EscalationPolicy, now: datetime) -> Details:
    """Return all details that a text names. Only an embargo is looked for in the middle of a long text, too."""
    read = abridged(text)
    contact, callback = contacts(read)
    medium, slot = _medium(read), ""
    if found := deadlines.find_slot(read, policy.hours, now):
        at, slot_words = found
        medium = _medium(slot_words) or _medium_of_slot(slot_words) or medium
        # With its date, because somebody may read "tomorrow" on another day.
        slot = f"{slot_words} ({moment(at.astimezone(policy.hours.zone))})"
    return Details(
        outlet=_outlet(read), contact=contact, callback=callback, medium=medium, slot=slot, embargo=embargo(text)
    )


def _outlet(text: str) -> str:
    """Return the first outlet that the text names, except those that are everyday words (The Sun).

    Whether such a word means the outlet is left to the matcher.
    """
    return next((name for name, everyday in outlets(words(text)) if not everyday), "")


def _medium(text: str) -> str:
    """Return the medium that a phrase of the text names; empty if none does."""
    return next((medium for medium, pattern in _MEDIUM_PATTERNS.items() if pattern.search(text)), "")


def _medium_of_slot(slot_words: str) -> str:
    """Return the medium of a slot. Here the single word "live" or "recorded" is enough, because a time follows it."""
    lowered = slot_words.lower()
    if lowered.startswith("live"):
        return _LIVE
    return _RECORDED if lowered.startswith("record") else ""


def _as_form_text(when: datetime) -> str:
    """Return a deadline as text for the form's field, which `deadlines.read` reads back."""
    return f"{when:%A} {day(when)}, {when:%H:%M}"


# ---- numbers and addresses ------------------------------------------------------------------------------------------


def contacts(text: str) -> tuple[str, str]:
    """Return (journalist's contact, writer's own contact): the first number or address of each; empty if none.

    It is the journalist's unless the words beside it say that it is the writer's: "she rang me from 07700 900123".
    """
    journalists = writers = ""
    for found in _CONTACT.finditer(text):
        before = text[max(0, found.start() - _CONTEXT_LENGTH) : found.start()]
        clause = re.split(r"[.;!?\n]\s", before)[-1]
        if _NO_CONTACT.search(clause):
            continue
        if _WRITERS_OWN.search(clause) or _OWN_AFTER.match(text[found.end() : found.end() + _CONTEXT_LENGTH]):
            writers = writers or found[0]
        else:
            journalists = journalists or found[0]
    return journalists, writers


# ---- embargo --------------------------------------------------------------------------------------------------------


def embargo(text: str) -> str:
    """Return until when a message is under embargo, in its own words; empty if it mentions no embargo.

    Everybody in a press channel can read the result, so it holds nothing but the time.
    """
    text = searchable(text)
    found = _EMBARGO.search(text)
    if found is None or _NO_EMBARGO.search(text):
        return ""
    match = _EMBARGO_TIME.match(text, found.end())
    until = match["when"].strip(" ,") if match else ""
    return until if _IS_TIME.search(until) else _EMBARGO_WITHOUT_TIME
