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

_PHONE = r"(?<![\w/.:+-])(?:\+|00?)\d(?:[ ().-]{0,2}\d){8,12}(?![\w/])"
_MAIL = r"(?<![\w.@/+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_CONTACT = re.compile(rf"{_PHONE}|{_MAIL}")
_WHOSE_CONTACT = re.compile(
    r"\b(?:(?P<mine>my|mine|me|i|i['’]m|our|us)|his|him|he|hers?|she|theirs?|them|they|it|reporter|journalist)\b",
    re.IGNORECASE,
)
_CONTEXT_LENGTH = 40  # characters before a number or address in which to look for whose it is

_EMBARGO = re.compile(
    r"\bembargoed\b|\bunder (?:a |an |the )?(?:\w+ )?embargo\b"
    r"|\bembargo(?: date| time)?(?= (?:until|till|is|ends|lifts|on|of)\b|:)",
    re.IGNORECASE,
)
_NO_EMBARGO = re.compile(
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
_EMBARGO_TIME = re.compile(
    r"(?:(?: is| ends| lifts| date| time|:)*\s*+(?:until|till|to|on|at|of|from)?)?"
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
    """Return (journalist's contact, writer's own contact): the first number or address of each; empty if none."""
    journalists = writers = ""
    for found in _CONTACT.finditer(text):
        if _is_writers_own(text[max(0, found.start() - _CONTEXT_LENGTH) : found.start()]):
            writers = writers or found[0]
        else:
            journalists = journalists or found[0]
    return journalists, writers


def _is_writers_own(before: str) -> bool:
    """Return whether a contact belongs to the writer. The last pronoun in the same clause before it decides."""
    clause = re.split(r"[.;!?\n]\s", before)[-1]
    return any(word["mine"] for word in list(_WHOSE_CONTACT.finditer(clause))[-1:])


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
