"""Texts that say why something was not done, or what to correct.

The person who pressed the button or sent the form reads them, as a notice or at the field of the form.
"""

from __future__ import annotations

from datetime import datetime

from bot.plaintext import moment
from bot.presentation.texts.card_texts import RESPOND

ENTRY_GONE = "That answer has been withdrawn. Please ask again in your own words."
TOO_OLD = "That message is too old to act on. Please ask again."
SHOWN_ALREADY = "You have that answer already, further down in this conversation."
NOT_YOURS = "Only the person who wrote this can do that."
ALREADY_PASSED_ON = "This has been passed on already."
NOT_AN_OFFICER = (
    "Only press officers can do that. If you should be one, ask whoever runs this desk to add you to the officers."
)
STALE = "That card is out of date: the case has changed since. Use the buttons on the current card."
NO_SUCH_CASE = "That case is not here any more."
NOTHING_WRITTEN = "Write something first."
NO_TIME = "I could not find a time in that. Write it as 17:00 or tomorrow noon."
"""At the field for a deadline."""
NOT_A_TIME = "I could not find a time to come in that. Write one such as 16:00."
"""At the field for the time until which an officer waits."""
NOTHING_TO_PUT_OFF = "Nobody asks how an ordinary question is going, so there is nothing to put off. A note is enough."
CLAIM_FIRST = "Nobody has this yet. Claim it first."
NOT_OFFERED = "This was not offered to you, or not any more."
CHOOSE_AN_OFFICER = "Choose one of the officers."
NO_OTHER_OFFICER = "I know of no other officer. “Unclaim” leaves it to whoever comes."
LEAD_NOT_AN_OFFICER = "That is not one of the officers. Write platform:id, such as slack:U0ANNA."
NO_INCIDENT = "That incident has ended already."


def already_closed_for_asker(reference: str) -> str:
    """To an asker who pressed Withdraw: the case has ended already."""
    return f"{reference} is already closed."


def withdrawal_already_asked(reference: str) -> str:
    """To an asker who pressed Withdraw a second time."""
    return f"The press office already knows that you would like to withdraw {reference}."


def claimed_by_another(reference: str, officer: str) -> str:
    """To an officer: another officer owns the case."""
    return f"{officer} has {reference}. Use Note to write to them, or Unclaim to free it if they cannot go on."


def yours_already(reference: str) -> str:
    """To the owner who pressed Claim again."""
    return f"You already have {reference}."


def not_claimed(reference: str) -> str:
    """To an officer who pressed Unclaim: the case has no owner."""
    return f"Nobody has {reference} at the moment."


def already_closed(reference: str) -> str:
    """To an officer: the case was closed since the button was drawn."""
    return f"{reference} is closed. Reopen it first."


def not_closed(reference: str) -> str:
    """To an officer who pressed Reopen: the case is open."""
    return f"{reference} is not closed."


def deadline_in_the_past(when: datetime) -> str:
    """To whoever wrote a deadline into a form: it has passed. `when` is in the organisation's time zone."""
    return f"I read this as {moment(when)}, which has passed. Correct it, or leave it empty and write it as a note."


def nobody_asked(reference: str) -> str:
    """To an officer who pressed Reply: the case has no asker, since an officer opened it for a call or an e-mail."""
    return (
        f"{reference} came from the journalist alone, so nobody here waits for words. Note them, or press “{RESPOND}”."
    )


def joined_already(one: str, other: str) -> str:
    """To an officer who pressed Join a second time."""
    return f"{one} and {other} are looked after together already."


def not_to_be_joined(one: str, other: str) -> str:
    """To an officer who pressed Join: only cases that are known to be the same enquiry can be joined."""
    return f"{one} and {other} are not known to be the same enquiry, so they stay apart."


def not_joined(reference: str) -> str:
    """To an officer who pressed Split: the case is not joined to any other."""
    return f"{reference} is on its own already."


def restricted_already(reference: str) -> str:
    """To an officer who pressed Restrict a second time."""
    return f"{reference} is restricted already."


def not_restricted(reference: str) -> str:
    """To an officer who pressed Lift restriction: the case is not restricted."""
    return f"{reference} is not restricted."


def incident_lasts(title: str) -> str:
    """To an officer who declares an incident: another one has not ended, and there is only one at a time."""
    return f"There is an incident already: {title}. End it first."


ASK_TO_REMOVE_FIRST = "An officer has to remove that message. Press “Undo” again, and ask for it."
"""To an asker who wants to take back a message too late."""
REMOVAL_ALREADY_ASKED = "I have asked the press office about that message already."
"""To an asker who asks for its removal a second time."""
TAKEN_BACK_ALREADY = "That message has been taken back already."
"""To whoever takes back or removes a message a second time."""


def held(reference: str) -> str:
    """To an officer who wants to remove a message: the case has to be kept as it is."""
    return f"{reference} is on hold, so nothing may be removed from it."
