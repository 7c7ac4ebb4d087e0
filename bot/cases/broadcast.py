"""What a message says of how the journalist will use the answer: live, recorded or in print, and in which slot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot import deadlines, wording
from bot.cases.schedule import Pace
from bot.model import Details

_LIVE, _RECORDED, _PRINT, _UNKNOWN = wording.MEDIA_KINDS
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


def taken_down(details: Details, text: str, pace: Pace, now: datetime) -> Details:
    """The details with what the text, said at this moment, tells of the medium and the slot; what is known stays."""
    medium, slot = _said(text, pace, now)
    known = "" if details.medium == _UNKNOWN else details.medium
    return replace(details, medium=known or medium or details.medium, slot=details.slot or slot)


def prefilled(text: str, outlet: str, pace: Pace, now: datetime) -> Details:
    """What is read from a message, as a form shows it before anybody has sent it; `outlet` is the one it names."""
    at = deadlines.find(text, pace.hours, now)
    deadline = wording.deadline_written(at.astimezone(pace.hours.zone)) if at else ""
    return taken_down(Details(outlet=outlet, deadline=deadline), text, pace, now)


def taken_back(details: Details, text: str, pace: Pace, now: datetime) -> Details:
    """The details without what was taken down from this text."""
    medium, slot = _said(text, pace, now)
    return replace(
        details,
        medium="" if details.medium == medium else details.medium,
        slot="" if details.slot == slot else details.slot,
    )


def _said(text: str, pace: Pace, now: datetime) -> tuple[str, str]:
    """The slot with its date, because "tomorrow" is read on another day as well."""
    found = deadlines.find_slot(text, pace.hours, now)
    if found is None:
        return _medium(text), ""
    at, words = found
    return _medium(words) or _by_slot(words) or _medium(text), wording.slot(words, at.astimezone(pace.hours.zone))


def _medium(text: str) -> str:
    return next((medium for medium, says in _SAYS.items() if says.search(text)), "")


def _by_slot(words: str) -> str:
    """With a time beside it, the bare word is enough."""
    begins = words.lower()
    if begins.startswith("live"):
        return _LIVE
    return _RECORDED if begins.startswith("record") else ""
