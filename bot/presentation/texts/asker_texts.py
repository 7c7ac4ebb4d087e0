"""Sentences to the asker of a case."""

from __future__ import annotations

from datetime import datetime

from bot.plaintext import moment, spoken

ADD_DETAILS = "Add details"
WITHDRAW = "Withdraw"
SEPARATE = "This is a separate enquiry"
FILES_NOT_PASSED = (
    "Attachments are not passed on. Please tell the press office what they show, or send them when they call."
)
HOME, QUEUE = "Policy Desk", "Open enquiries"
WHAT_I_ANSWER = "What can you answer?"
SHARE = "Share in channel"
NOT_FOR_GUESTS = "I am here for the staff of this organisation only. Please ask the person who invited you."
TOPICS = "What I can answer:"
OTHER_TOPICS = "Other topics"
DONE = "Done."
"""Where a platform must say something about a button that was pressed, and the desk has nothing to add."""
DIRECT_MESSAGE_FAILED = (
    "I have something for you, but I cannot write to you directly. Please open a direct message with me."
)
"""Said in a channel, without content, when a direct message failed."""
SEE_DIRECT_MESSAGE = "I have written to you directly about this."
"""Said in a channel, where nothing of the case may be said."""
REPLY_LABELS = {
    "advice": "Advice, for you alone and not to be quoted.",
    "words to give": "Words that you may give to the journalist as they stand.",
    "we respond": "The press office responds to the journalist itself; you need not answer them.",
}
"""What a reply is, as the person who asked reads it before the words."""


def passed_on(reference: str) -> str:
    """Markdown. The first line of the acknowledgement."""
    return f"I am passing this to the press office now. Your reference is **{reference}**."


def question_passed_on(reference: str) -> str:
    """Markdown. A question that was put to the press office."""
    return (
        f"Your question is with the press office. Your reference is **{reference}**. Their answer will reach you here; "
        "you can add to it by writing here."
    )


def phone(number: str) -> str:
    """Markdown. How to reach the press office without waiting."""
    return f"If it cannot wait, phone the press office on **{number}**." if number else ""


def shared_by(name: str) -> str:
    """Introduces an answer that somebody shows to others."""
    return f"{name} shared this answer:"


def not_shown(count: int) -> str:
    """Below a page that cannot hold all of it."""
    return f"{count} more cannot be shown here."


def added(reference: str, *, reached: bool) -> str:
    """Markdown. A further message went into the case."""
    if reached:
        return f"I have added this to **{reference}**. It goes to the press office as well."
    return f"I have added this to **{reference}**. I have not reached the press office about it yet, so please phone."


def further_delivered(reference: str) -> str:
    """Told to the asker, where their message cannot be marked, once the press office has it."""
    return f"The press office has what you added to {reference}."


def further_undelivered(reference: str, number: str) -> str:
    """Markdown. Told to the asker when a further message reached no press channel."""
    call = f"please phone them on **{number}**" if number else "please phone them"
    return f"What you added to {reference} has not reached the press office, so {call} and give that reference."


def reply_from(officer: str, reference: str) -> str:
    """Markdown. Introduces what an officer wrote to the asker."""
    return f"**{officer}** of the press office writes about {reference}:"


def claimed_for_asker(officer: str, reference: str) -> str:
    """Told to the asker when somebody takes the case."""
    return f"{officer} of the press office is now looking after {reference} and will get back to you here."


def closed_for_asker(reference: str) -> str:
    """Told to the asker when the case ends."""
    return f"The press office has closed {reference}. If it comes up again, tell me here."


def freed_for_asker(officer: str, reference: str) -> str:
    """Told to the asker when nobody looks after the case any more."""
    return f"{officer} has handed {reference} back to the press office. I will tell you who takes it up."


def reopened_for_asker(reference: str) -> str:
    """Told to the asker when the case is taken up again."""
    return f"The press office has taken up {reference} again."


def false_alarm_for_asker(reference: str) -> str:
    """A false alarm is told kindly."""
    return f"The press office has looked at {reference} and nothing needs doing. Thank you for passing it on."


def withdrawn_for_asker(reference: str) -> str:
    """Told to the asker who withdrew."""
    return f"{reference} is withdrawn. The press office has been told."


def withdrawal_asked_for_asker(reference: str, officer: str) -> str:
    """The case is already claimed: its owner decides."""
    return f"{officer} is already working on {reference}. I have told them that you would like to withdraw it."


def unreachable_for_asker(reference: str, number: str) -> str:
    """Markdown. The fallback: the asker is told to phone."""
    call = f"Please phone the press office on **{number}**" if number else "Please phone the press office"
    return f"I could not reach the press office about {reference} yet. {call} and give that reference; I keep trying."


def reached_for_asker(reference: str) -> str:
    """Told to the asker who was told to phone, when the press office has it after all."""
    return f"The press office has {reference} now."


def withdrawal_noted_for_asker(reference: str) -> str:
    """Others asked about the same thing: it goes on for them."""
    return (
        f"Others asked about {reference} too, so it goes on. I have told the press office that you no longer need it."
    )


def details_received(reference: str) -> str:
    """Told to whoever added details."""
    return f"Thank you. The press office can see the details of {reference}."


def understood_deadline(when: datetime) -> str:
    """In the acknowledgement. `when` is in the organisation's zone."""
    return f"I understood the deadline as {moment(when)}. If that is wrong, press “Add details” to correct it."


def with_reference(reference: str, sentence: str) -> str:
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


def hours_unknown(*, called: bool) -> str:
    """No hours are written down."""
    return ("I am calling whoever is on call. " if called else "") + "I will tell you here who takes it up."


def urgent_phone(number: str) -> str:
    """Markdown. Leads the acknowledgement of what cannot wait."""
    return f"This is urgent, so please phone the press office now: **{number}**." if number else ""


def responded_for_asker(reference: str) -> str:
    """Told to the asker once the press office has answered the journalist."""
    return f"The press office has answered the journalist about {reference}."


def _day(when: datetime, now: datetime) -> str:
    return "today" if when.date() == now.date() else f"on {when:%A}"


def phone_for_asker(reference: str, number: str) -> str:
    """Markdown. Nobody took the case in time."""
    call = f"Please phone the press office on **{number}**" if number else "Please phone the press office"
    return f"Nobody in the press office has taken {reference} up yet. {call} and give that reference."


def returned_for_asker(reference: str) -> str:
    """Told to the asker when a case lost an owner who stayed silent."""
    return f"{reference} is with the whole press office again. I will tell you who takes it up."


def joined_for_asker(reference: str, into: str, officer: str) -> str:
    """Told to whoever asked in a case that was joined to another, of which they learn nothing else."""
    by = f", by {officer} of the press office" if officer else " in the press office"
    return f"{reference} is looked after together with {into} from now on{by}. You can go on using {reference}."


def split_for_asker(reference: str, into: str) -> str:
    """Told to whoever asked in a case that was joined and is on its own again."""
    return f"{reference} is looked after on its own again, apart from {into}. I will tell you who takes it up."
