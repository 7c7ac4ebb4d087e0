"""What a message tells of an enquiry beyond its matter: how to reach whom, live or in print, the slot, an embargo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain import deadlines
from bot.domain.case import Details
from bot.domain.contacts import contacts
from bot.domain.embargo import embargo
from bot.domain.schedule import EscalationPolicy
from bot.outlets import outlets
from bot.presentation import texts
from bot.text import words

_READ = ("outlet", "contact", "callback", "medium", "slot", "embargo")
"""The details that are read from messages."""

_LIVE, _RECORDED, _PRINT, _UNKNOWN = texts.MEDIA_KINDS
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


def prefilled(text: str, outlet: str, policy: EscalationPolicy, now: datetime) -> Details:
    """What is read from a message, as a form shows it before anybody has sent it; `outlet` is the one it names."""
    at = deadlines.find(text, policy.hours, now)
    deadline = texts.deadline_written(at.astimezone(policy.hours.zone)) if at else ""
    return taken_down(Details(outlet=outlet, deadline=deadline), text, policy, now)


def taken_down(details: Details, text: str, policy: EscalationPolicy, now: datetime) -> Details:
    """The details with what the text, said at this moment, tells besides; what is known stays."""
    said = _said(text, policy, now)
    return replace(details, **{name: getattr(said, name) for name in _READ if not _known(details, name)})


def taken_anew(details: Details, before: str, after: str, policy: EscalationPolicy, at: datetime) -> Details:
    """The same where a text that was taken down reads otherwise now. An embargo is not lifted by leaving it out."""
    was, said = _said(before, policy, at), _said(after, policy, at)
    kept = {name for name in _READ if _known(details, name) and getattr(details, name) != getattr(was, name)}
    if not said.embargo:
        kept.add("embargo")
    return replace(details, **{name: getattr(said, name) for name in _READ if name not in kept})


def _known(details: Details, name: str) -> bool:
    return getattr(details, name) not in {"", _UNKNOWN}


def _said(text: str, policy: EscalationPolicy, now: datetime) -> Details:
    """The slot with its date, because "tomorrow" is read on another day as well."""
    contact, callback = contacts(text)
    medium, slot = _medium(text), ""
    if found := deadlines.find_slot(text, policy.hours, now):
        at, named = found
        medium, slot = _medium(named) or _by_slot(named) or medium, texts.slot(named, at.astimezone(policy.hours.zone))
    return Details(
        outlet=_outlet(text), contact=contact, callback=callback, medium=medium, slot=slot, embargo=embargo(text)
    )


def _outlet(text: str) -> str:
    """The first that it names; one that is an everyday word as well counts only where the matcher says so."""
    return next((name for name, everyday in outlets(words(text)) if not everyday), "")


def _medium(text: str) -> str:
    return next((medium for medium, says in _SAYS.items() if says.search(text)), "")


def _by_slot(words: str) -> str:
    """With a time beside it, the bare word is enough."""
    begins = words.lower()
    if begins.startswith("live"):
        return _LIVE
    return _RECORDED if begins.startswith("record") else ""
