"""Texts for the asker of a case, and for staff on any platform. An asker reads them in the direct conversation."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.plaintext import moment, spoken

ADD_DETAILS = "Add details"
WITHDRAW = "Withdraw"
SEPARATE = "This is another enquiry"
"""Buttons below the notices to an asker."""
FILES_NOT_PASSED = (
    "Attachments are not passed on. Please tell the press office what they show, or send them when they ring you."
)
HOME, QUEUE = "Policy Desk", "Open enquiries"
"""Titles of the two pages of the desk. `HOME` is also the name of the app."""
WHAT_I_ANSWER = "What can you answer?"
"""A button below the welcome. In Teams it is also a command, which opens the home page."""
SHARE = "Share in channel"
"""A button below an answer that only one person sees."""
PRESS_AGAIN = "I can’t check who you are at the moment. Please try again in a minute."
NOT_FOR_GUESTS = "I’m here for the staff of this organisation only. Please ask the person who invited you."
TOPICS = "What I can answer:"
OTHER_TOPICS = "Other topics"
"""The heading above topics whose answers name no section of a policy."""
DONE = "Done."
"""The answer to a button, if the platform requires a text and the desk has none."""
DIRECT_MESSAGE_FAILED = (
    "I have something for you, but I can’t write to you directly. Please open a direct message with me."
)
"""To the asker, in the channel where they wrote, after a direct message could not be delivered.

It says nothing of the case, because others read it.
"""
SEE_DIRECT_MESSAGE = "I’ve written to you directly about this."
"""To the asker, in the channel where they wrote. It says nothing of the case, because others read it."""
REPLY_LABELS = {
    "advice": "This is advice for you. Please don’t pass it on.",
    "words to give": "You may give these words to the journalist as they stand.",
    "we respond": "The press office is answering the journalist. You don’t need to.",
}
"""Value of a ReplyKind -> the line that an asker reads above the words of the reply."""


def passed_on(reference: str) -> str:
    """To the asker of a media enquiry, in the acknowledgement. Markdown."""
    return f"I’m passing this to the press office now. Your reference is **{reference}**."


def question_passed_on(reference: str) -> str:
    """To the asker of a question to the press office, in the acknowledgement. Markdown."""
    return (
        f"Your question is with the press office. Your reference is **{reference}**. You’ll read their answer here; to "
        "add to it, write here and name that reference."
    )


def phone(number: str) -> str:
    """To the asker, in the acknowledgement, and on the home page: the phone number. Markdown; `number` too."""
    return f"If it can’t wait, ring the press office on **{number}**." if number else ""


def shared_by(name: str) -> str:
    """To everybody in a channel, above an answer that this person shares with them."""
    return f"{name} shared this answer:"


def not_shown(count: int) -> str:
    """To the reader of a page, below it: so many entries do not fit."""
    return f"{count} more cannot be shown here."


def added(reference: str, *, reached: bool) -> str:
    """To the asker: a further message was added to the case. Markdown.

    `reached` is whether a press channel has the case.
    """
    if reached:
        return f"I’ve added this to **{reference}**. The press office gets it too."
    return f"I’ve added this to **{reference}**, but I couldn’t reach the press office yet. Please ring them."


def further_delivered(reference: str) -> str:
    """To the asker, if the platform has no reactions: the press office has their further message."""
    return f"Added to {reference}. The press office can see it."


def further_undelivered(reference: str, number: str) -> str:
    """To the asker: their further message reached no press channel. Markdown; `number` too."""
    call = f"Please ring them on **{number}**" if number else "Please ring them"
    return f"What you added to {reference} hasn’t reached the press office. {call} and give that reference."


def reply_from(officer: str, reference: str) -> str:
    """To the asker, above the quoted words of an officer's reply. Markdown; `officer` too."""
    return f"**{officer}** of the press office writes about {reference}:"


def claimed_for_asker(officer: str, reference: str) -> str:
    """To the asker: an officer claimed the case."""
    return f"{officer} of the press office is looking after {reference} now."


def closed_for_asker(reference: str) -> str:
    """To the asker: the case is closed."""
    return f"The press office has closed {reference}, so nothing more will happen. If it comes up again, tell me here."


def freed_for_asker(officer: str, reference: str) -> str:
    """To the asker: the case has no owner any more."""
    return f"{officer} has handed {reference} back to the press office. I’ll tell you who takes it up."


def reopened_for_asker(reference: str) -> str:
    """To the asker: the closed case is open again."""
    return f"The press office is working on {reference} again."


def false_alarm_for_asker(reference: str) -> str:
    """To the asker: the case was closed as a false alarm."""
    return f"The press office does not need to act on {reference}. If you think it should, or they try again, tell me."


def withdrawn_for_asker(reference: str) -> str:
    """To the asker, after they withdrew a case that nobody had claimed."""
    return f"{reference} is withdrawn, and the press office knows. They keep what you told them."


def withdrawal_asked_for_asker(reference: str, officer: str) -> str:
    """To the asker, after they asked to withdraw a claimed case. Its owner decides."""
    return f"{officer} is already working on {reference}. I’ve told them that you’d like to withdraw it."


def unreachable_for_asker(reference: str, number: str) -> str:
    """To the asker: no press channel took the card, so please phone. Markdown; `number` too."""
    call = f"Please ring them on **{number}**" if number else "Please ring them"
    return f"I couldn’t reach the press office about {reference} yet. {call} and give that reference. I’ll keep trying."


def reached_for_asker(reference: str) -> str:
    """To an asker who was told to phone: a press channel has the card after all."""
    return f"The press office has {reference} now."


def withdrawal_noted_for_asker(reference: str) -> str:
    """To the asker, after they asked to withdraw a case that has other askers too."""
    return f"Others asked about {reference} too, so it goes on. I’ve told the press office that you no longer need it."


def details_received(reference: str) -> str:
    """To whoever added details to a case, as a notice."""
    return f"Thank you. The press office can see the details of {reference}."


def understood_deadline(when: datetime, now: datetime) -> str:
    """To the asker, in the acknowledgement: the deadline that was read from their message.

    Both times are in the organisation's time zone.
    """
    return f"I’ve noted the deadline as {spoken(when, now)}. If that’s wrong, press “Add details”."


def with_reference(reference: str, sentence: str) -> str:
    """To the asker: a sentence about a case whose reference they know already."""
    return f"{reference}: {sentence}"


DEADLINE_WANTED = "When do they need an answer? If you know, press “Add details”."
"""To the asker, in the acknowledgement: no deadline is known. The one that is assumed is not shown to them."""


def deadline_read(when: datetime) -> str:
    """To whoever added details, after `details_received`: the deadline as it is understood now.

    `when` is in the organisation's time zone.
    """
    return f"Deadline: {moment(when)}."


def desk_is_open(until: datetime, now: datetime) -> str:
    """To the asker, in the acknowledgement: officers are at the desk until then.

    Both times are in the organisation's time zone.
    """
    last = until - timedelta(minutes=1)  # a day ends at midnight
    day = "today" if last.date() == now.date() else f"on {last:%A}"
    return f"The press office is there until {_clock(until)} {day}. I’ll tell you here who takes it up."


def desk_is_shut(until: datetime, now: datetime, *, called: bool) -> str:
    """To the asker, in the acknowledgement: when an officer is next at the desk.

    `called` is whether the officers on call are messaged now. Both times are in the organisation's time zone.
    """
    days = (until.date() - now.date()).days
    if days in {0, 1}:
        day = "tomorrow" if days else "today"
    else:
        day = f"on {until:%A}" if days < 7 else f"on {until.day} {until:%B}"
    return f"The press office is back {day} at {_clock(until)}. {hours_unknown(called=called)}"


def hours_unknown(*, called: bool) -> str:
    """To the asker, in the acknowledgement, if no hours are configured. `called` as in `desk_is_shut`."""
    return ("I’m messaging whoever is on call. " if called else "") + "I’ll tell you here who takes it up."


def urgent_phone(number: str) -> str:
    """To the asker, at the top of the acknowledgement of an urgent enquiry. Markdown; `number` too."""
    return f"This is urgent, so please ring the press office now: **{number}**." if number else ""


def responded_for_asker(reference: str) -> str:
    """To the asker: the press office has answered the journalist."""
    return f"The press office has answered the journalist about {reference}."


def _clock(when: datetime) -> str:
    """Return the time of day as people say it: 9am, 5.30pm, noon."""
    if (when.hour, when.minute) in {(0, 0), (12, 0)}:
        return "noon" if when.hour else "midnight"
    minutes = f".{when:%M}" if when.minute else ""
    return f"{(when.hour - 1) % 12 + 1}{minutes}{'am' if when.hour < 12 else 'pm'}"


def phone_for_asker(reference: str, number: str) -> str:
    """To the asker: nobody claimed the case in time, so please phone. Markdown; `number` too."""
    call = f"Please ring them on **{number}**" if number else "Please ring them"
    return f"Nobody in the press office has picked up {reference} yet. {call} and give that reference."


def returned_for_asker(reference: str) -> str:
    """To the asker: the owner did nothing, so the case has no owner any more."""
    return f"{reference} is with the whole press office again. I’ll tell you who takes it up."


def joined_for_asker(reference: str, into: str, officer: str) -> str:
    """To the asker: their case `reference` was joined to another. They learn nothing else about that one."""
    by = f", by {officer} of the press office" if officer else " in the press office"
    return f"{reference} is looked after together with {into} now{by}. You can go on using {reference}."


def split_for_asker(reference: str, into: str) -> str:
    """To the asker: their case, which was joined to another, is on its own again."""
    return f"{reference} is looked after on its own again, apart from {into}. I’ll tell you who takes it up."


# ---- further messages -----------------------------------------------------------------------------------------------

UNDO, ASK_TO_REMOVE = "Undo", "Ask to remove"
"""Buttons below the notices about a message that was added to a case."""
SEND, DO_NOT_SEND = "Send", "Don't send"
"""Buttons below `send_to`."""
NOT_SENT = "All right. Nothing was sent."
"""In answer to “Don't send”."""
ONLY_THE_AUTHOR = "Only the person who wrote that can pass it on. If you have a question of your own, write to me."
"""To somebody who presses a button below what a colleague asked."""
FILES_ALONE = (
    "I can't read pictures or files. If this is about a journalist or the media, press “Tell the press office” and "
    "say in a line what it shows."
)
"""In answer to a message that has attachments and no words."""


def add_to(reference: str) -> str:
    """On the button that adds a message to a case, to which it may or may not belong."""
    return f"Add this to {reference}"


def send_to(officer: str) -> str:
    """To the asker, who wrote something unclear after an officer's message."""
    return f"Send this to {officer}?"


def no_longer_open(reference: str) -> str:
    """In answer to the button `add_to`: the case was closed meanwhile."""
    return f"{reference} is closed, so nothing was added. If it comes up again, tell me here."


def taken_back_for_asker(reference: str, *, mailed: bool) -> str:
    """To the asker, who took back a message. `mailed` is whether the press office got an e-mail with it."""
    stays = " It also went to the press office by e-mail, and I cannot take that back." if mailed else ""
    return f"Taken back. Somebody may already have read it.{stays} {reference} goes on without it."


def cannot_undo(reference: str) -> str:
    """To the asker, who wants to take back a message too late."""
    return f"I cannot take that back by myself, because {reference} may depend on it by now. A press officer can."


def removal_asked_for_asker(reference: str) -> str:
    """To the asker, who asked to remove a message from the case."""
    return f"I have asked the press office to remove that from {reference}. They decide, and I will tell you here."


def removed_for_asker(reference: str) -> str:
    """To the asker: an officer has removed their message."""
    return f"The press office has removed your message from {reference}. Somebody may already have read it."


ANSWER_LABEL = "Your answer"
ANSWER_HINT = "The press office reads it, with your name."
"""Label and hint of the form that `answer_officer` opens."""


def answer_officer(officer: str) -> str:
    """On the button below an officer's message, and the title of the form that it opens."""
    return f"Answer {officer}"
