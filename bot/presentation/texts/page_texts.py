"""Sentences on the pages of the desk: home, queue and search."""

from __future__ import annotations

from datetime import timedelta

SECTION_OPEN, SECTION_MINE, SECTION_CLOSED, SEARCH = "Open", "Mine", "Closed", "Search…"
MY_ENQUIRIES, CLOSED_ENQUIRIES = "Your enquiries", "Closed enquiries"
SEARCH_TITLE, SEARCH_LABEL, SEARCH_SUBMIT = "Search the enquiries", "Words that all must be there", "Search"
SEARCH_HINT = "A reference, an outlet, a journalist, a name, or anything that was written."
TIME_TO_CLAIM, TIME_TO_ADVISE, TIME_TO_RESPOND = "Claimed after", "Asker advised after", "Journalist answered after"
NONE_OPEN = "Nobody is waiting. An enquiry appears here the moment it is reported."
NONE_OF_YOURS = "You have no enquiry at the moment. Press Claim on one that is open."
NONE_CLOSED = "No enquiry has been closed yet."
COUNTING_PERIOD = "Counted over the enquiries of the last 30 days."
QUEUE_COMMAND = "queue"
"""Typed where a platform has no page to open; `queue mine` and `queue closed` show the other two."""
DELIVERY_LABELS = {
    "ping": "the card",
    "update": "the card, changed",
    "repost": "the card, again",
    "below": "a line below the card",
    "reply": "what an officer wrote",
    "acknowledgement": "what the asker is told",
    "message": "a message",
    "send": "a message",
    "mail": "the letter",
    "mark": "a mark on a message",
}
"""What was sent for a case, by what it is in the outbox."""


def found_for(words: str) -> str:
    """The title of what a search found."""
    return f"Enquiries with “{words}”"


def none_found(words: str) -> str:
    """A search without a result."""
    return f"No enquiry has “{words}” in it. All of the words must be there, as they were written or in other case."


def duration_summary(median: timedelta, slowest: timedelta, count: int) -> str:
    """How long something took in so many cases."""
    if count == 1:
        return f"{_duration(median)} (one enquiry)"
    return f"{_duration(median)} half the time, {_duration(slowest)} at most ({count} enquiries)"


def _duration(time: timedelta) -> str:
    """A length of time in words, exact enough to compare by."""
    minutes = round(time.total_seconds() / 60)
    hours, days = minutes // 60, round(minutes / 60 / 24)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} days"


def more_than(count: int) -> str:
    """Below a page that shows the first of many."""
    return f"The first {count} are shown. Search for the others."


def direct_conversation(name: str, platform: str) -> str:
    """The direct conversation of somebody who asked."""
    return f"{name} ({platform})"


def original_conversation(name: str, platform: str) -> str:
    """Where somebody asked, if that was not in their direct conversation."""
    return f"where {name} asked ({platform})"
