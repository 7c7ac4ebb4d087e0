"""What `policydesk triage` prints: what the desk reads from a message at a moment, as an object or for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.case import CaseKind, Details
from bot.domain.extraction import extract_details
from bot.domain.schedule import EscalationPolicy
from bot.domain.triage import is_delicate, triage
from bot.matching.match import Match

_SHOWN = ("outlet", "slot", "medium", "contact", "callback", "embargo")
"""The details that are printed."""


def as_object(text: str, match: Match, policy: EscalationPolicy, at: datetime, *, is_field: bool) -> dict[str, Any]:
    """Return the object of `--json` for a message that is written at `at`.

    With `is_field`, the text is what somebody typed into the deadline field of the form. There a time that has passed
    is refused, so it is no deadline.
    """
    if is_field:
        said, written = "", Details(deadline=text)
    else:
        said, written = text, Details(outlet=match.outlet)
    details = extract_details(written, said, policy, at)
    result = triage(CaseKind.MEDIA, said, details, policy, at)
    due = result.due_at.astimezone(policy.hours.zone) if result.due_at else None
    return {
        "text": text,
        "outcome": match.outcome,
        "deadline": due.isoformat() if due else None,
        "deadline_known": result.due_known,
        "read_from": result.due_words,
        **{name: getattr(details, name) for name in _SHOWN},
        "urgent": result.urgent,
        "restricted": is_delicate(said),
        "foi": result.foi,
    }


def as_text(read: dict[str, Any]) -> str:
    """Return the object as lines for a person, without what is empty."""
    return "\n".join(f"{name}: {_word(value)}" for name, value in read.items() if value not in ("", None))


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
