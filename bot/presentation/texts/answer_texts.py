"""Texts for staff who ask a question. The answers themselves are in `knowledge/`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bot.plaintext import day

HELPFUL = "Helpful"
NOT_HELPFUL = "Not helpful"
ASK_PRESS = "Ask the press office"
NONE_OF_THESE = "None of these"
CHOOSE = "Which of these do you mean?"
UNKNOWN = "I don’t have an answer to that, and I’d rather say so than guess."
UNKNOWN_NEAREST = "These come nearest:"
UNKNOWN_WAY_ON = "You can also ask the press office. A person will read it."
SEE_ALSO = "Related:"
CONFIRM_MEDIA = "Has somebody from the media been in touch about this?"
CONFIRM_MEDIA_WHY = "If so, I’ll pass it to the press office, and they will help you. If not, nothing is passed on."
YES = "Yes, pass it on"
NO = "No"
THANKS_HELPFUL = "Thank you. The owners of the answers see what helped, without your name."
THANKS_NOT_HELPFUL = (
    "Thank you for saying so. The owners of the answers will see it, without your name. If you still need an answer, "
    "press “Ask the press office”."
)
THANKS_NONE = "Noted. The owners of the answers will see what was missing, without your name."
NOT_MEDIA = "All right. Nothing has been passed on."
PASSED_ON_MEANWHILE = "I’ve passed this on already. If you’d rather I hadn’t, press “Withdraw” on the message about it."
NO_PRESS_OFFICE = "No press office is set up here, so I can’t pass anything on."
SLOWED = "You’ve sent me many messages in a short time, so I’m answering them one after the other. None is lost."
"""To somebody whose message has to wait."""
TOO_MANY_WAIT = (
    "So many of your messages are waiting that I can’t take this one. Please wait until those have been answered, and "
    "send it again."
)
EMPTY_MESSAGE = "I can’t read pictures or files. Tell me in a line what it shows, or what you would like to know."


def welcome(policies: str, press: bool) -> str:
    """To a person at their first contact, and at the top of the home page. Markdown.

    `policies` names the documents that the desk answers from, in Markdown. `press` is whether there is a press office.
    """
    answers = f"I answer questions about {policies}. People wrote every answer, and I show you where it comes from."
    enquiry = " If somebody from the media gets in touch with you, tell me, and the press office knows at once."
    return answers + (enquiry if press else "")


@lru_cache(maxsize=1024)  # every answer names its sources, and many answers name the same ones
def source(document: str, updated: date | None, places: tuple[tuple[str, tuple[int, ...]], ...]) -> str:
    """To the person who asked, below an answer: what it rests on in one document.

    "Source: Employee Guidance (May 2017): Things to avoid 1, 3; Do 4". `document` is its title. `places` are its
    sections, each with the points that the answer rests on.
    """
    title = f"{document} ({updated:%B %Y})" if updated else document
    named = "; ".join(f"{section} {', '.join(map(str, points))}".rstrip() for section, points in places)
    return f"Source: {title}: {named}"


def past_review(review_by: date) -> str:
    """To the person who asked, below an answer whose entry is past its review date."""
    return f"This answer was due for review on {day(review_by)}. Check with its owner before you rely on it."
