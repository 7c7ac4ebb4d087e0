"""Every sentence that the desk says of itself. What it says of a policy stands in `knowledge/`.

Voice: a good colleague in the press office; calm, plain, brief, on your side. Functions take only what goes into the
sentence, and return plain text unless they say Markdown.
"""

from __future__ import annotations

from datetime import date

# ---- answers --------------------------------------------------------------------------------------------------------

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
NO_PRESS_OFFICE = "There is no press office set up here, so nothing can be passed on."
ENTRY_GONE = "That answer has been withdrawn since. Please ask again in your own words."
TOO_OLD = "That message is too old to act on. Please ask again."
NOT_YOURS = "Only the person who wrote this can do that."
EMPTY_MESSAGE = "That message had no words in it. Ask a question, and I will look for the answer."


def welcome(policies: str, press: bool) -> str:
    """Said once, at the first contact. `policies` names the documents that the desk answers from."""
    answers = f"I answer questions about {policies}, in the words of the people who own it and with the source."
    enquiry = " If somebody from the media contacts you, tell me here and the press office knows at once."
    return answers + (enquiry if press else "")


def day(when: date) -> str:
    """24 May 2017."""
    return f"{when.day} {when:%B %Y}"


def source(document: str, section: str, point: int | None, updated: date | None) -> str:
    """Employee Social Media Guidance, Things to avoid, point 1 (24 May 2017)."""
    place = ", ".join(part for part in (document, section, f"point {point}" if point else "") if part)
    return f"{place} ({day(updated)})" if updated else place


def sources(places: list[str]) -> str:
    """One line for all that an answer rests on."""
    return ("Source: " if len(places) == 1 else "Sources: ") + "; ".join(places)


def past_review(review_by: date) -> str:
    """An entry past its review date says so."""
    return f"This answer was due for review on {day(review_by)}; check with its owner before you rely on it."


# ---- media enquiries and questions to the press office --------------------------------------------------------------

ADD_DETAILS = "Add details"
WITHDRAW = "Withdraw"
SEPARATE = "This is a separate enquiry"

FILES_NOT_PASSED = (
    "Attachments are not passed on. Please tell the press office what they show, or send them when they call."
)


def passed_on(reference: str) -> str:
    """Markdown. The first line of the acknowledgement."""
    return f"The press office has been told. Your reference is **{reference}**."


def question_passed_on(reference: str) -> str:
    """Markdown. A question that was put to the press office."""
    return (
        f"Your question is with the press office. Your reference is **{reference}**. Their answer will reach you here; "
        "you can add to it by writing here."
    )


def phone(number: str) -> str:
    """Markdown. How to reach the press office without waiting."""
    return f"If it cannot wait, phone the press office on **{number}**." if number else ""


HOME, QUEUE = "Policy Desk", "Open enquiries"
TOPICS = "What I can answer:"

DIRECT_MESSAGE_FAILED = (
    "I have something for you, but I cannot write to you directly. Please open a direct message with me."
)
"""Said in a channel, without content, when a direct message failed."""

SEE_DIRECT_MESSAGE = "I have written to you directly about this."
"""Said in a channel, where nothing of the case may be said."""

ALREADY_PASSED_ON = "This has been passed on already."


def added(reference: str) -> str:
    """Markdown. A further message went into the case."""
    return f"I have added this to **{reference}**. The press office can see it."


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


def already_closed_for_asker(reference: str) -> str:
    """Withdrawal of what has ended."""
    return f"{reference} is already closed."


def withdrawal_already_asked(reference: str) -> str:
    """A second press of Withdraw."""
    return f"The press office already knows that you would like to withdraw {reference}."


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


def details_taken(reference: str) -> str:
    """Told to whoever added details."""
    return f"Thank you. The press office can see the details of {reference}."


# ---- the press office's side ----------------------------------------------------------------------------------------

MEDIA_ENQUIRY = "Media enquiry"
QUESTION = "Question for the press office"
UNCLAIMED = "unclaimed"
CLAIM, UNCLAIM, REPLY, NOTE = "Claim", "Unclaim", "Reply", "Note"
FALSE_ALARM, CLOSE, REOPEN, DETAILS = "False alarm", "Close", "Reopen", "Details"
REPLY_PREFIX = "reply:"
THREAD_HINT = "Written here stays inside. Start with “reply:” to write to the person who asked."
NOT_AN_OFFICER = (
    "Only press officers can do that. If you should be one, ask whoever runs this desk to add you to the officers."
)
STALE = "That card is out of date: the case has changed since. Use the buttons on the current card."
NO_SUCH_CASE = "That case is not here any more."
NOTHING_WRITTEN = "Write something first."


def claimed_by(officer: str) -> str:
    """The word for the state of a claimed case."""
    return f"claimed by {officer}"


def answered_by(officer: str) -> str:
    """The word for the state of a claimed case once the asker has been written to."""
    return f"answered by {officer}"


def closed_as(outcome: str) -> str:
    """The word for the state of a closed case."""
    return f"closed: {outcome}"


def taken(reference: str, officer: str) -> str:
    """Somebody else owns it."""
    return f"{officer} has {reference}. Use Note to write to them, or Unclaim to free it if they cannot go on."


def yours_already(reference: str) -> str:
    """A second press of Claim by the owner."""
    return f"You already have {reference}."


def not_claimed(reference: str) -> str:
    """Unclaim of what nobody has."""
    return f"Nobody has {reference} at the moment."


def already_closed(reference: str) -> str:
    """The case ended in the meantime."""
    return f"{reference} is closed. Reopen it first."


def not_closed(reference: str) -> str:
    """Reopen of what is open."""
    return f"{reference} is not closed."


def reminder(reference: str, minutes: int) -> str:
    """Posted below the ping while nobody has claimed the case."""
    return f"{reference} has been waiting for {_minutes(minutes)} and nobody has claimed it."


def delivered_to(name: str) -> str:
    """Posted below the ping when a reply reached the asker."""
    return f"Delivered to {name}."


def undelivered_to(name: str, why: str) -> str:
    """Posted below the ping when a reply did not reach the asker."""
    return f"Not delivered to {name}: {why} Please reach them another way."


def wrote_to_asker(officer: str) -> str:
    """Introduces, below the ping, what an officer sent to the asker from a form."""
    return f"{officer} wrote to the person who asked:"


def noted(officer: str) -> str:
    """Introduces, below the ping, a note from a form."""
    return f"{officer} notes:"


def details_added(name: str) -> str:
    """Introduces, below the ping, what became known of an enquiry."""
    return f"{name} added details:"


def separated(reference: str) -> str:
    """A message turned out to be an enquiry of its own."""
    return f"The last message is a separate enquiry, now {reference}."


def correction(name: str) -> str:
    """Introduces an edited message."""
    return f"{name} edited an earlier message. It now reads:"


def further(name: str) -> str:
    """Introduces a further message of an asker."""
    return f"{name} adds:"


def withdrawal_asked(name: str) -> str:
    """Posted below the ping when the asker of a claimed case wants to withdraw."""
    return f"{name} would like to withdraw this. Close it if you agree."


def files(count: int) -> str:
    """Attachments are named, never carried."""
    return "1 attachment, not passed on" if count == 1 else f"{count} attachments, not passed on"


NOT_IN_TIME = "it was not taken in time, and I keep trying."


def unreachable(where: str, why: str) -> str:
    """On a case whose ping could not be delivered. `why` is a reason that names the fix."""
    return f"This could not be posted in {where}: {why} The asker was given the phone number."


# ---- forms ----------------------------------------------------------------------------------------------------------

REPLY_LABEL = "To the person who asked"
NOTE_LABEL = "Note, stays inside the press office"
OUTCOME_LABEL = "How did it end?"
CLOSE_NOTE_LABEL = "Anything to note, stays inside"
ASKED_BY, FILES, MESSAGE = "Asked by", "Files", "Message"
DETAILS_LABELS = {
    "outlet": "Outlet",
    "journalist": "Journalist",
    "contact": "Their phone or e-mail",
    "deadline": "Deadline",
    "about": "What it is about",
}

# ---- history --------------------------------------------------------------------------------------------------------

THE_DESK = "The desk"
DID = {
    "opened": "reported it",
    "added": "added a message",
    "corrected": "edited a message",
    "details": "added details",
    "claimed": "claimed it",
    "unclaimed": "freed it",
    "replied": "wrote to the person who asked",
    "noted": "noted",
    "closed": "closed it",
    "reopened": "reopened it",
    "false alarm": "marked it as a false alarm",
    "withdrawal asked": "asked to withdraw it",
    "withdrawn": "withdrew it",
    "separated": "said that a message is a separate enquiry",
    "reminded": "reminded the press office",
    "delivered": "delivered it",
    "undelivered": "could not deliver it",
    "fallback": "gave the phone number to the person who asked",
}
"""What each kind of step is called in a history, after the name of whoever did it."""


def happened(who: str, kind: str, text: str) -> str:
    """One line of a history."""
    return f"{who} {DID[kind]}" + (f": {text}" if text else "")


def _minutes(minutes: int) -> str:
    if minutes < 1:
        return "less than a minute"
    if minutes == 1:
        return "a minute"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours"
