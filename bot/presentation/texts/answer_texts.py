"""Texts for staff who ask a question. The answers themselves are in `knowledge/`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bot.plaintext import day

HELPFUL = "Helpful"
NOT_HELPFUL = "Not helpful"
ASK_PRESS = "Ask the press office"
NONE_OF_THESE = "None of these"
CHOOSE = "I am not sure which of these you mean."
UNKNOWN = "I do not have an answer to that, and I would rather say so than guess."
UNKNOWN_NEAREST = "These are the nearest topics I know:"
UNKNOWN_WAY_ON = "You can ask the press office, and a person will answer you."
SEE_ALSO = "Related:"
CONFIRM_MEDIA = "Has somebody from the media contacted you about this?"
CONFIRM_MEDIA_WHY = (
    "If so, I pass it to the press office at once and they will help you with it. If not, nothing is passed on."
)
YES = "Yes, pass it on"
NO = "No"
THANKS_HELPFUL = "Thank you. The owners of the answers see what helped, without your name."
THANKS_NOT_HELPFUL = (
    "Thank you for saying so. The owners of the answers will see it, without your name. If you still need an answer, "
    "press “Ask the press office”."
)
THANKS_NONE = "Noted. The owners of the answers will see what was missing, without your name."
NOT_MEDIA = "All right. Nothing was passed on."
PASSED_ON_MEANWHILE = "This has been passed on already. If it need not be, press “Withdraw” on the message about it."
NO_PRESS_OFFICE = "There is no press office set up here, so nothing can be passed on."
SLOWED = (
    "You have sent me many messages in a short time, so I am answering them a little more slowly, one after the other. "
    "None is lost."
)
"""To somebody whose message has to wait."""
TOO_MANY_WAIT = (
    "So many of your messages are waiting that I cannot take this one. Please wait until those have been answered, and "
    "send it again."
)
EMPTY_MESSAGE = "That message had no words in it. Ask a question, and I will look for the answer."


def welcome(policies: str, press: bool) -> str:
    """To a person at their first contact, and at the top of the home page. Markdown.

    `policies` names the documents that the desk answers from, in Markdown. `press` is whether there is a press office.
    """
    answers = f"I answer questions about {policies}, in the words of the people who own it and with the source."
    enquiry = " If somebody from the media contacts you, tell me here and the press office knows at once."
    return answers + (enquiry if press else "")


@lru_cache(maxsize=1024)  # every answer names its sources, and many answers name the same ones
def source(document: str, section: str, point: int | None, updated: date | None) -> str:
    """To the person who asked: one source of an answer, "Employee Guidance, Things to avoid, point 1 (24 May 2017)"."""
    place = ", ".join(part for part in (document, section, f"point {point}" if point else "") if part)
    return f"{place} ({day(updated)})" if updated else place


def sources(places: list[str]) -> str:
    """To the person who asked, below an answer: the line that lists its sources."""
    return ("Source: " if len(places) == 1 else "Sources: ") + "; ".join(places)


def past_review(review_by: date) -> str:
    """To the person who asked, below an answer whose entry is past its review date."""
    return f"This answer was due for review on {day(review_by)}; check with its owner before you rely on it."
