"""Said when an enquiry is taken down: what was understood, who is at the desk, and what an officer writes of it."""

from __future__ import annotations

from datetime import datetime

from bot.wording.duty import spoken
from bot.wording.stories import moment

NO_TIME = "I read no time in this; write it as 17:00 or tomorrow noon."
MEDIA_KINDS = ("live", "recorded", "print or online", "unknown")
DETAILS_HINTS = {
    "deadline": "Such as 17:00, tomorrow noon, or Friday 10am",
    "embargo": "Until when, or what they said of it",
}
OPEN_CASE = "Open a case"


def passed_already(when: datetime) -> str:
    """Of a deadline that somebody wrote. `when` is in the organisation's zone."""
    return f"I read this as {moment(when)}, which has passed. Correct it, or leave it empty and write it as a note."


def understood_deadline(when: datetime) -> str:
    """In the acknowledgement. `when` is in the organisation's zone."""
    return f"I understood the deadline as {moment(when)}. If that is wrong, press “Add details” to correct it."


def assumed_deadline(when: datetime) -> str:
    """In the acknowledgement. `when` is in the organisation's zone."""
    return f"I know of no deadline, so I count on {moment(when)}. If you know it, press “Add details”."


def deadline_read(when: datetime) -> str:
    """Follows the thanks for details, and the details below the card. `when` is in the organisation's zone."""
    return f"Deadline: {moment(when)}."


def desk_is_open(until: datetime, now: datetime) -> str:
    """Who an answer is to be expected from. Both in the organisation's zone."""
    return (
        f"Somebody is at the press desk until {until:%H:%M} {_day(until, now)}. I will tell you here who takes it up."
    )


def desk_is_shut(until: datetime, now: datetime, *, called: bool) -> str:
    """When somebody is next there; `called`: whoever is on call is being told now. Both in the organisation's zone."""
    meanwhile = " I am calling whoever is on call." if called else ""
    return f"Somebody is next at the press desk {spoken(until, now)}.{meanwhile} I will tell you here who takes it up."


def nobody_known(*, called: bool) -> str:
    """No hours are written down."""
    return ("I am calling whoever is on call. " if called else "") + "I will tell you here who takes it up."


def urgent_phone(number: str) -> str:
    """Markdown. Leads the acknowledgement of what cannot wait."""
    return f"This is urgent, so please phone the press office now: **{number}**." if number else ""


def _day(when: datetime, now: datetime) -> str:
    return "today" if when.date() == now.date() else f"on {when:%A}"
