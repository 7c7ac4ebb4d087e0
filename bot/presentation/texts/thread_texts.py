"""Sentences below a case's card, and in the press channels."""

from __future__ import annotations

from bot.presentation.texts.card_texts import SHOW_DETAILS, WAIT

WHICH_CASE = (
    "This was sent to nobody: I cannot tell which case this thread belongs to. Use Reply on the newest card of the "
    "case, or write below that one."
)
"""Below a card that was posted twice."""
WHOLE_MESSAGE = "The whole message:"
FILES_NOT_SENT = "Attachments do not reach the person who asked; only your words do."
REPLY_PREFIXES = {"reply:": "advice", "say:": "words to give", "we respond:": "we respond"}
"""What a message in the thread of a card begins with to reach the person who asked."""
NOBODY_ON_CALL = "Nobody is on call."
REMINDER_URGENT = "It is urgent."
PLEASE_CLAIM = "Whoever is on call: please claim it."
ALSO_MAILED = "It went to the press office by e-mail as well."


def reminder(reference: str, minutes: int) -> str:
    """Posted below the ping while nobody has claimed the case."""
    return f"{reference} has been waiting for {_minutes(minutes)} and nobody has claimed it."


def delivered_to(name: str) -> str:
    """Posted below the ping when a reply reached the asker."""
    return f"Delivered to {name}."


def undelivered_to(whom_and_why: str) -> str:
    """Posted below the card when a reply did not reach the asker; `whom_and_why` is "Sam: there is no such user."."""
    return f"Not delivered to {whom_and_why} Please reach them another way."


def wrote_to_asker(officer: str) -> str:
    """Introduces, below the ping, what an officer sent to the asker from a form."""
    return f"{officer} wrote to the person who asked:"


def noted(officer: str) -> str:
    """Introduces, below the ping, a note from a form."""
    return f"{officer} notes:"


def details_added(name: str) -> str:
    """Introduces, below the ping, what became known of an enquiry."""
    return f"{name} added details:"


def separated(name: str, reference: str) -> str:
    """Introduces a message that turned out to be an enquiry of its own."""
    return f"{name} says that this is a separate enquiry, now {reference}:"


def withdrawn(name: str) -> str:
    """Posted below the ping when an asker withdrew a case that nobody had claimed."""
    return f"{name} withdrew this. Nothing needs doing."


def freed(officer: str) -> str:
    """Posted below the ping when a case lost its owner."""
    return f"{officer} freed this. Whoever can take it on, please claim it."


def reopened(officer: str) -> str:
    """Posted below the ping when a closed case is open again."""
    return f"{officer} reopened this. Whoever can take it on, please claim it."


def correction(name: str) -> str:
    """Introduces an edited message."""
    return f"{name} edited an earlier message. It now reads:"


def further_message(name: str) -> str:
    """Introduces a further message of an asker."""
    return f"{name} adds:"


def withdrawal_asked(name: str) -> str:
    """Posted below the ping when the asker of a claimed case wants to withdraw."""
    return f"{name} would like to withdraw this. Close it if you agree."


def _minutes(minutes: int) -> str:
    if minutes < 1:
        return "less than a minute"
    if minutes == 1:
        return "a minute"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours"


def statement_issued(officer: str, recipient: str, approver: str) -> str:
    """Introduces a statement below the card."""
    return f"{officer} issued a statement to {recipient}, approved by {approver}:"


def responded(officer: str) -> str:
    """Introduces, below the card, how the journalist was answered."""
    return f"{officer} answered the journalist:"


def wrote_as(officer: str, kind: str) -> str:
    """Introduces, below the card, what an officer sent to the asker of a media enquiry; `kind` from REPLY_KINDS."""
    return f"{officer} wrote to the person who asked ({kind.lower()}):"


def told_to_phone(number: str) -> str:
    """Below the card: nobody took the case, and the asker was told so."""
    return f"The person who asked was told to phone {number}." if number else "The person who asked was told to phone."


def nudge(reference: str) -> str:
    """To the owner who has been silent, below the card."""
    ways = f"Write a note, or press “{WAIT}” or “Unclaim”."
    return f"How is {reference} going? {ways} Without a sign it goes back to the others."


def wait_is_over(reference: str, facts: str) -> str:
    """To the owner, when the time has come until which they wanted to wait."""
    what = f" for {facts}" if facts else ""
    return f"The time until which {reference} waited{what} has come. Without a sign it goes back to the others."


def returned(reference: str, officer: str) -> str:
    """Below the card, when an owner stayed silent."""
    return (
        f"There was no sign of {officer}, so {reference} is back in the queue. Whoever can take it on, please claim it."
    )


def deadline_near(reference: str, at: str, *, known: bool) -> str:
    """Below the card. `at` is `spoken`."""
    if known:
        return f"The journalist of {reference} needs the answer {at}, and I know of none yet."
    return f"No deadline is known for {reference}, so the end of the day counts: {at}. I know of no answer yet."


def deadline_passed(reference: str, *, known: bool) -> str:
    """Below the card."""
    what = "The deadline" if known else "The day that counted as the deadline"
    return f"{what} of {reference} has passed, and I know of no answer to the journalist."


def waits_below(officer: str, facts: str, until: str) -> str:
    """Below the card. `until` is `spoken`."""
    return f"{officer} waits for {facts} until {until}." if facts else f"{officer} waits until {until}."


def asks_to_take(officer: str, reference: str, to: str) -> str:
    """Below the card, to the officer who is to take the case over."""
    return f"{officer} asks {to} to take over {reference}. Until then {officer} keeps it."


def took_over(officer: str, reference: str, before: str) -> str:
    """Below the card, to the officer who had the case before."""
    return f"{officer} has taken {reference} over from {before}."


def declined(officer: str, reference: str, owner: str) -> str:
    """Below the card, to the officer who offered the case."""
    return f"{officer} cannot take {reference} over. {owner} keeps it."


def shift_ends(at: str, *, over: bool) -> str:
    """Heads the message with all open cases. `at` is `spoken`."""
    return f"The shift {'ended' if over else 'ends'} {at}. These enquiries are open; who goes on with which?"


def something_new(reference: str) -> str:
    """Below a card, in place of what only officers may see."""
    return f"There is something new in {reference}. Officers open it with “{SHOW_DETAILS}” on the card."


def linked_below(reference: str, outlet: str, *, same: bool) -> str:
    """Below the card of an older case, when a newer one turns out to belong with it."""
    who = f" from {outlet}" if outlet else ""
    what = "the same enquiry reached somebody else" if same else "another outlet asks about the same story"
    return f"{reference}{who}: {what}."


def took_in_below(reference: str, officer: str) -> str:
    """Below the card of the case that goes on."""
    return f"{officer} joined {reference} to this. Whoever asked there is answered from here, each of them alone."


def split_below(reference: str, officer: str) -> str:
    """Below the card of the case that went on."""
    return f"{officer} split {reference} from this. It is on its own again."


def restricted_below(officer: str) -> str:
    """Below the card, when it says less from now on."""
    return f"{officer} restricted this. The rest opens to officers only, with “{SHOW_DETAILS}” on the card."


def unrestricted_below(officer: str) -> str:
    """Below the card, when it says everything again."""
    return f"{officer} lifted the restriction."


def incident_on(title: str, officer: str) -> str:
    """In every press channel, when an incident begins."""
    return f"{officer} declared an incident: {title}. New media enquiries belong to it until it is ended."


def incident_off(title: str, officer: str) -> str:
    """In every press channel, when an incident ends."""
    return f"{officer} ended the incident: {title}. New media enquiries are as usual again."
