"""Texts in the press channels: in the thread below a case's card, and messages of their own.

Officers read them, and everybody else who is in the channel. All are plain text.
"""

from __future__ import annotations

from bot.presentation.texts.card_texts import SHOW_DETAILS, WAIT

WHICH_CASE = (
    "This was sent to nobody: I cannot tell which case this thread belongs to. Use Reply on the newest card of the "
    "case, or write below that one."
)
"""In answer to a reply in a press channel, in a thread of which no case is known.

Such a thread is below a card that was posted twice.
"""
WHOLE_MESSAGE = "The whole message:"
"""Below the card, above the quote of a message that is too long for the card."""
FILES_NOT_SENT = "Attachments do not reach the person who asked; only your words do."
"""Below the card, after a reply that was written there with attachments."""
REPLY_PREFIXES = {"reply:": "advice", "say:": "words to give", "we respond:": "we respond"}
"""Prefix of a message below the card that is sent to the asker -> the kind of reply, the value of a ReplyKind."""
NOBODY_ON_CALL = "Nobody is on call."
REMINDER_URGENT = "It is urgent."
PLEASE_CLAIM = "Whoever is on call: please claim it."
ALSO_MAILED = "It went to the press office by email as well."
"""The four sentences that may follow `reminder`, in the same line below the card."""


def reminder(reference: str, minutes: int) -> str:
    """Below the card: nobody has claimed the case for so long."""
    return f"{reference} has been waiting for {_minutes(minutes)} and nobody has claimed it."


def delivered_to(name: str) -> str:
    """Below the card: an officer's reply reached the asker with this name."""
    return f"Delivered to {name}."


def undelivered_to(whom_and_why: str) -> str:
    """Below the card: a reply did not reach the asker. `whom_and_why` is "Sam: there is no such user."."""
    return f"Not delivered to {whom_and_why} Please reach them another way."


def wrote_to_asker(officer: str) -> str:
    """Below the card, above the quoted words of a reply that an officer sent with the form."""
    return f"{officer} wrote to the person who asked:"


def noted(officer: str) -> str:
    """Below the card, above the quoted words of a note that an officer sent with the form."""
    return f"{officer} notes:"


def details_added(name: str) -> str:
    """Below the card, above the details that this person added."""
    return f"{name} added details:"


def separated(name: str, reference: str) -> str:
    """Below the card, above an asker's message that is now a case of its own, `reference`."""
    return f"{name} says that this is a separate enquiry, now {reference}:"


def withdrawn(name: str) -> str:
    """Below the card: an asker withdrew a case that nobody had claimed."""
    return f"{name} withdrew this. Nothing needs doing."


def freed(officer: str) -> str:
    """Below the card: this officer gave the case back, so it has no owner."""
    return f"{officer} freed this. Whoever can take it on, please claim it."


def reopened(officer: str) -> str:
    """Below the card: a closed case is open again."""
    return f"{officer} reopened this. Whoever can take it on, please claim it."


def correction(name: str) -> str:
    """Below the card, above the new text of a message that its author edited."""
    return f"{name} edited an earlier message. It now reads:"


def further_message(name: str) -> str:
    """Below the card, above a further message of an asker."""
    return f"{name} adds:"


def withdrawal_asked(name: str) -> str:
    """Below the card: an asker of a claimed case wants to withdraw it."""
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
    """Below the card, above the text of a statement."""
    return f"{officer} issued a statement to {recipient}, approved by {approver}:"


def responded(officer: str) -> str:
    """Below the card, above the words with which an officer said how the journalist was answered."""
    return f"{officer} answered the journalist:"


def wrote_as(officer: str, kind: str) -> str:
    """Below the card, above the quoted words of a reply in a media enquiry. `kind` is a label from REPLY_KINDS."""
    return f"{officer} wrote to the person who asked ({kind.lower()}):"


def told_to_phone(number: str) -> str:
    """Below the card, as a part of a reminder: the asker was told to phone, because nobody claimed the case."""
    return f"The person who asked was told to phone {number}." if number else "The person who asked was told to phone."


NOT_A_MEMBER = "The person who asked may not use the desk: to their platform they are a guest, or from elsewhere."
"""Below the card of a case that opened before the platform had said who asked."""


def nudge(reference: str) -> str:
    """Below the card, to its owner, who has done nothing to the case for some time."""
    ways = f"Write a note, or press “{WAIT}” or “Unclaim”."
    return f"How is {reference} going? {ways} If nothing happens, it goes back to the others."


def wait_is_over(reference: str, facts: str) -> str:
    """Below the card, to its owner: the time until which they wanted to wait has come."""
    what = f" for {facts}" if facts else ""
    return f"{reference} was waiting{what}, and that time is up. If nothing happens, it goes back to the others."


def returned(reference: str, officer: str) -> str:
    """Below the card: the owner did nothing, so the case has no owner any more."""
    return f"{officer} has not updated {reference}, so it is back in the queue. Please claim it, whoever can."


def deadline_near(reference: str, at: str, *, known: bool) -> str:
    """Below the card: the deadline is near. `known` is False if it is only assumed.

    `at` is a text of `plaintext.spoken`.
    """
    if known:
        return f"The journalist of {reference} needs the answer {at}, and I know of none yet."
    return f"No deadline is known for {reference}, so the end of the day counts: {at}. I know of no answer yet."


def deadline_passed(reference: str, *, known: bool) -> str:
    """Below the card: the deadline has passed. `known` is False if it was only assumed."""
    what = "The deadline" if known else "The day that counted as the deadline"
    return f"{what} of {reference} has passed, and I know of no answer to the journalist."


def waits_below(officer: str, facts: str, until: str) -> str:
    """Below the card: its owner waits for facts. `until` is a text of `plaintext.spoken`."""
    return f"{officer} waits for {facts} until {until}." if facts else f"{officer} waits until {until}."


def asks_to_take(officer: str, reference: str, to: str) -> str:
    """Below the card, to the officer `to`, who is asked to take the case over."""
    return f"{officer} asks {to} to take over {reference}, and keeps it until then."


def took_over(officer: str, reference: str, before: str) -> str:
    """Below the card, to the officer `before`, who owned the case until now."""
    return f"{officer} has taken {reference} over from {before}."


def declined(officer: str, reference: str, owner: str) -> str:
    """Below the card, to the owner who offered the case: this officer does not take it over."""
    return f"{officer} cannot take {reference} over. {owner} keeps it."


def shift_ends(at: str, *, over: bool) -> str:
    """At the top of the list of open cases that is posted before a shift ends. `at` is a text of `plaintext.spoken`."""
    return f"The shift {'ended' if over else 'ends'} {at}. These enquiries are still open. Who takes which?"


def something_new(reference: str) -> str:
    """Below the card of a restricted or embargoed case, instead of a line that only officers may read."""
    return f"There is something new in {reference}. Officers open it with “{SHOW_DETAILS}” on the card."


def linked_below(reference: str, outlet: str, *, same: bool) -> str:
    """Below the card of an older case, when a newer one, `reference`, turns out to belong with it.

    `same` is True for the same enquiry, and False for another outlet's enquiry about the same story.
    """
    who = f" from {outlet}" if outlet else ""
    what = "the same enquiry reached somebody else" if same else "another outlet asks about the same story"
    return f"{reference}{who}: {what}."


def took_in_below(reference: str, officer: str) -> str:
    """Below the card of the case to which `reference` was joined."""
    return f"{officer} joined {reference} to this. Whoever asked there is answered from here, each of them separately."


def split_below(reference: str, officer: str) -> str:
    """Below the card of the case from which `reference` was split."""
    return f"{officer} split {reference} from this. It is on its own again."


def restricted_below(officer: str) -> str:
    """Below the card, which shows less from now on."""
    return f"{officer} restricted this. The rest opens to officers only, with “{SHOW_DETAILS}” on the card."


def unrestricted_below(officer: str) -> str:
    """Below the card, which shows everything again."""
    return f"{officer} lifted the restriction."


def incident_on(title: str, officer: str) -> str:
    """In every press channel, when an incident begins."""
    return f"{officer} declared an incident: {title}. New media enquiries belong to it until it is ended."


def incident_off(title: str, officer: str) -> str:
    """In every press channel, when an incident ends."""
    return f"{officer} ended the incident: {title}. New media enquiries are as usual again."


# ---- messages that are taken back -----------------------------------------------------------------------------------

REMOVE = "Remove"
"""A button below `asks_to_remove`."""
MESSAGE_REMOVED = "A message was taken back."
"""Below the card, in place of a message that was deleted, where a platform keeps its place."""


def took_back(name: str) -> str:
    """Below the card: an asker took back a message that they had added."""
    return f"{name} took back a message."


def removed_below(officer: str) -> str:
    """Below the card: an officer removed an asker's message."""
    return f"{officer} removed a message."


def asks_to_remove(name: str) -> str:
    """Below the card: an asker would like an officer to remove a message."""
    return f"{name} asks you to remove a message that they added. Please do so unless it has to be kept."
