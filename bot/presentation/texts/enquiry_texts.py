"""Said when an enquiry is taken down: what was understood, who is at the desk, and what an officer writes of it."""

from __future__ import annotations

from datetime import datetime

from bot.presentation.texts.answer_texts import day
from bot.presentation.texts.linked_case_texts import moment
from bot.presentation.texts.reminder_texts import spoken

NO_TIME = "I read no time in this; write it as 17:00 or tomorrow noon."
MEDIA_KINDS = ("live", "recorded", "print or online", "unknown")
DETAILS_HINTS = {
    "deadline": "Such as 17:00, tomorrow noon, or Friday 10am",
    "embargo": "Until when, or what they said of it",
}
EMBARGO_SAID = "said to be under embargo, no time given"
REPLY_KINDS = {
    "advice": "Advice, for them alone",
    "words to give": "Words that they may give",
    "we respond": "We respond ourselves",
}
"""What a reply is, as an officer chooses it."""

REPLY_LABELS = {
    "advice": "Advice, for you alone and not to be quoted.",
    "words to give": "Words that you may give to the journalist as they stand.",
    "we respond": "The press office responds to the journalist itself; you need not answer them.",
}
"""What a reply is, as the person who asked reads it before the words."""

REPLY_PREFIX = "reply:"
REPLY_PREFIXES = {REPLY_PREFIX: "advice", "say:": "words to give", "we respond:": "we respond"}
"""What a message in the thread of a card begins with to reach the person who asked."""

REPLY_KIND_LABEL = "What it is to them"
STATEMENT, RESPOND = "Statement", "Responded"
STATEMENT_TEXT, STATEMENT_APPROVER, STATEMENT_RECIPIENT = "The statement, word for word", "Approved by", "Issued to"
RESPONDED_HOW = "How the journalist was answered"
OPEN_CASE = "Open a case"
WAYS = ("phone", "e-mail", "other")
CAME_BY, COLLEAGUE = "How it reached you", "Colleague concerned"


def passed_already(when: datetime) -> str:
    """Of a deadline that somebody wrote. `when` is in the organisation's zone."""
    return f"I read this as {moment(when)}, which has passed. Correct it, or leave it empty and write it as a note."


def understood_deadline(when: datetime) -> str:
    """In the acknowledgement. `when` is in the organisation's zone."""
    return f"I understood the deadline as {moment(when)}. If that is wrong, press “Add details” to correct it."


def deadline_written(when: datetime) -> str:
    """A deadline as somebody would write it into a form. `when` is in the organisation's zone."""
    return f"{when:%A} {day(when)}, {when:%H:%M}"


def slot(words: str, when: datetime) -> str:
    """A broadcast's slot as a message named it. `when` is in the organisation's zone."""
    return f"{words} ({moment(when)})"


def about(reference: str, sentence: str) -> str:
    """Introduces something about an enquiry that has a reference already."""
    return f"{reference}: {sentence}"


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


def statement_step(recipient: str, approver: str, text: str) -> str:
    """A statement in a history."""
    return f"to {recipient}, approved by {approver}: {text}"


def statement_issued(officer: str, recipient: str, approver: str) -> str:
    """Introduces a statement below the card."""
    return f"{officer} issued a statement to {recipient}, approved by {approver}:"


def came_by(way: str, colleague: str, about: str) -> str:
    """How the history of a case begins that an officer opened."""
    parts = (f"by {way}" if way else "", f"concerns {colleague}" if colleague else "", about)
    return "; ".join(part for part in parts if part)


def case_opened(reference: str) -> str:
    """Told to the officer who opened a case."""
    return f"{reference} is open; its card stands in the press channels."


def nobody_asked(reference: str) -> str:
    """A reply to a case that an officer opened for what came by phone or e-mail."""
    return (
        f"{reference} came from the journalist alone, so nobody here waits for words. Note them, or press “{RESPOND}”."
    )


def responded(officer: str) -> str:
    """Introduces, below the card, how the journalist was answered."""
    return f"{officer} answered the journalist:"


def responded_for_asker(reference: str) -> str:
    """Told to the asker once the press office has answered the journalist."""
    return f"The press office has answered the journalist about {reference}."


def wrote_as(officer: str, kind: str) -> str:
    """Introduces, below the card, what an officer sent to the asker of a media enquiry; `kind` from REPLY_KINDS."""
    return f"{officer} wrote to the person who asked ({kind.lower()}):"


def _day(when: datetime, now: datetime) -> str:
    return "today" if when.date() == now.date() else f"on {when:%A}"
