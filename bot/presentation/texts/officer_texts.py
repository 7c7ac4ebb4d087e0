"""Said in the press channels: cards, what stands below them, forms and histories."""

from __future__ import annotations

from bot.presentation.texts.enquiry_texts import REPLY_KINDS

MEDIA_ENQUIRY = "Media enquiry"
QUESTION = "Question for the press office"
UNCLAIMED = "unclaimed"
CLAIM, UNCLAIM, REPLY, NOTE = "Claim", "Unclaim", "Reply", "Note"
FALSE_ALARM, CLOSE, REOPEN, DETAILS = "False alarm", "Close", "Reopen", "Details"
HISTORY = "History"
PRESS_OFFICER = "press officer"
"""What somebody is called who is not known by name."""
THREAD_HINT = (
    "Written here stays inside. Start with “reply:” to write to the person who asked, with “say:” for words that they "
    "may give, or with “we respond:” where you answer the journalist yourselves."
)
WHOLE_BELOW = "The whole message stands below this card."
WHOLE = "The whole message:"
FILES_NOT_SENT = "Attachments do not reach the person who asked; only your words do."
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


REPLY_LABEL = "To the person who asked"
NOTE_LABEL = "Note, stays inside the press office"
OUTCOME_LABEL = "How did it end?"
CLOSE_NOTE_LABEL = "Anything to note, stays inside"
ASKED_BY, FILES, MESSAGE = "Asked by", "Files", "Message"
REPORT = "Send to the press office"
REPORT_MESSAGE = "What happened, or what they wrote"
REPORT_SUBMIT = "Send"
DETAILS_LABELS = {
    "outlet": "Outlet",
    "journalist": "Journalist",
    "contact": "Their phone or e-mail",
    "deadline": "Deadline",
    "questions": "Their questions, word for word",
    "callback": "Your own number",
    "medium": "Live, recorded or print",
    "slot": "Broadcast slot",
    "embargo": "Embargo until",
    "said": "What was already said, and on what terms",
    "about": "What it is about",
}


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
    "on call called": "called whoever is on call",
    "mailed": "wrote to the press office by e-mail",
    "phone given": "told the person who asked to phone",
    "nudged": "asked the owner how it is going",
    "returned": "put it back into the queue",
    "waiting": "waits",
    "handover offered": "offered it for handover",
    "handover accepted": "took it over",
    "handover declined": "did not take it over",
    "deadline near": "said that the deadline is near",
    "deadline passed": "said that the deadline has passed",
    "responded": "answered the journalist",
    "statement": "issued a statement",
    "linked": "found that it belongs with",
    "took in": "took in",
    "joined": "joined it to",
    "split": "split it from",
    "restricted": "restricted it",
    "unrestricted": "lifted the restriction",
}
"""What each kind of step is called in a history, after the name of whoever did it."""


TO_WHERE = frozenset({"delivered", "undelivered"})
"""Kinds of step whose text begins with where something went, or should have."""


def happened(who: str, kind: str, text: str, label: str = "") -> str:
    """One line of a history; `label` is what a reply was to be, from REPLY_KINDS."""
    between = " to " if kind in TO_WHERE else ": "
    as_what = f" ({REPLY_KINDS.get(label, label).lower()})" if label else ""
    return f"{who} {DID[kind]}{as_what}" + (f"{between}{text}" if text else "")


def channel(platform: str, token: str) -> str:
    """Where the press office is reached, as people call it; `token` only where it has several such places."""
    place = PRESS_CHANNELS.get(platform, platform)
    return f"{place} ({token})" if token else place


PRESS_CHANNELS = {
    "slack": "the press channel in Slack",
    "teams": "the press channel in Teams",
    "web": "the press channel in the console",
    "email": "the press office’s mailbox",
}


def _minutes(minutes: int) -> str:
    if minutes < 1:
        return "less than a minute"
    if minutes == 1:
        return "a minute"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours"
