"""Texts on the pages of the desk: home, queue and search. `bot/admin` prints some of them in the record of a case."""

from __future__ import annotations

from datetime import timedelta

SECTION_OPEN, SECTION_MINE, SECTION_CLOSED, SEARCH = "Open", "Mine", "Closed", "Search…"
"""Buttons at the top of the queue page."""
MY_ENQUIRIES, CLOSED_ENQUIRIES = "Your enquiries", "Closed enquiries"
SEARCH_TITLE, SEARCH_LABEL, SEARCH_SUBMIT = "Search the enquiries", "Words that all must be there", "Search"
SEARCH_HINT = "A reference, an outlet, a journalist, a name, or anything that was written."
TIME_TO_CLAIM, TIME_TO_ADVISE, TIME_TO_RESPOND = "Claimed after", "Asker advised after", "Journalist answered after"
"""Labels of the durations above the queue; see `duration_summary`."""
NONE_OPEN = "Nobody is waiting. An enquiry appears here the moment it is reported."
NONE_OF_YOURS = "You have no enquiry at the moment. Press Claim on one that is open."
NONE_CLOSED = "No enquiry has been closed yet."
COUNTING_PERIOD = "Counted over the enquiries of the last 30 days."
QUEUE_COMMAND = "queue"
"""What an officer types in Teams to see the queue; `queue mine` and `queue closed` show its other sections."""
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
    "delete": "the removal of a message",
}
"""What was sent for a case, in its record: `do`, `purpose` or kind of the job in the outbox -> its label."""


def found_for(words: str) -> str:
    """To an officer: the title of the queue page that shows what a search found."""
    return f"Enquiries with “{words}”"


def none_found(words: str) -> str:
    """To an officer, on the queue page: the search found nothing."""
    return f"No enquiry has “{words}” in it. All of the words must be there; capitals make no difference."


def duration_summary(median: timedelta, slowest: timedelta, count: int) -> str:
    """To an officer, above the queue: how long a step took in `count` enquiries."""
    if count == 1:
        return f"{_duration(median)} (one enquiry)"
    return f"{_duration(median)} half the time, {_duration(slowest)} at most ({count} enquiries)"


def _duration(time: timedelta) -> str:
    """Return a length of time in words, exact enough to compare by."""
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
    """To an officer, below the queue: it shows only the first `count` cases."""
    return f"The first {count} are shown. Search for the others."


def direct_conversation(name: str, platform: str) -> str:
    """In the record of a case, as a destination: an asker's direct conversation."""
    return f"{name} ({platform})"


def original_conversation(name: str, platform: str) -> str:
    """In the record of a case, as a destination: where an asker wrote first, if that was no direct conversation."""
    return f"where {name} asked ({platform})"
