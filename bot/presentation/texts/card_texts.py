"""Words on a case's card: labels, states, hints and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.plaintext import moment

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
NOT_IN_TIME = "it was not taken in time, and I keep trying."
ASKED_BY, FILES, MESSAGE = "Asked by", "Files", "Message"
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
_STEP_PHRASES = {
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
_DELIVERY_KINDS = frozenset({"delivered", "undelivered"})
"""Kinds of step whose text begins with where something went, or should have."""
_PRESS_CHANNELS = {
    "slack": "the press channel in Slack",
    "teams": "the press channel in Teams",
    "web": "the press channel in the console",
    "email": "the press office’s mailbox",
}
REPLY_KINDS = {
    "advice": "Advice, for them alone",
    "words to give": "Words that they may give",
    "we respond": "We respond ourselves",
}
"""What a reply is, as an officer chooses it."""
STATEMENT, RESPOND = "Statement", "Responded"
HAND_OVER, TAKE_OVER, DECLINE, WAIT = "Hand over", "I take it over", "I cannot", "Wait for facts"
RESTRICT, UNRESTRICT, SHOW_DETAILS = "Restrict", "Lift restriction", "Show details"
INCIDENT, INCIDENT_END = "Incident…", "End incident"
WHOEVER_ASKED = "Whoever asked"
"""Stands for a name that is not shown."""
RESTRICTED_TITLE = "restricted"
RESTRICTED_HINT = "Restricted: the rest opens to officers only, with “Show details”."
EMBARGO_HINT = "Under embargo: what it is about opens to officers only, with “Show details”."
CONTACT_NOW, RESPONDED = "Phone first", "Journalist answered"
INCIDENT_LABEL = "Incident"
FOI_HINT = "This may be a request for recorded information (FOI). It is still answered as press."


def claimed_by(officer: str) -> str:
    """The word for the state of a claimed case."""
    return f"claimed by {officer}"


def answered_by(officer: str) -> str:
    """The word for the state of a claimed case once the asker has been written to."""
    return f"answered by {officer}"


def closed_as(outcome: str) -> str:
    """The word for the state of a closed case."""
    return f"closed: {outcome}"


def files(count: int) -> str:
    """Attachments are named, never carried."""
    return "1 attachment, not passed on" if count == 1 else f"{count} attachments, not passed on"


def unreachable(where: str, why: str) -> str:
    """On a case whose ping could not be delivered. `why` is a reason that names the fix."""
    return f"This could not be posted in {where}: {why} The asker was given the phone number."


def history_line(who: str, kind: str, text: str, label: str = "") -> str:
    """One line of a history; `label` is what a reply was to be, from REPLY_KINDS."""
    between = " to " if kind in _DELIVERY_KINDS else ": "
    as_what = f" ({REPLY_KINDS.get(label, label).lower()})" if label else ""
    return f"{who} {_STEP_PHRASES[kind]}{as_what}" + (f"{between}{text}" if text else "")


def channel(platform: str, token: str) -> str:
    """Where the press office is reached, as people call it; `token` only where it has several such places."""
    place = _PRESS_CHANNELS.get(platform, platform)
    return f"{place} ({token})" if token else place


def statement_step(recipient: str, approver: str, text: str) -> str:
    """A statement in a history."""
    return f"to {recipient}, approved by {approver}: {text}"


def opened_step(way: str, colleague: str, about: str) -> str:
    """How the history of a case begins that an officer opened."""
    parts = (f"by {way}" if way else "", f"concerns {colleague}" if colleague else "", about)
    return "; ".join(part for part in parts if part)


def waiting_step(facts: str, until: str) -> str:
    """In the history, after “waits”. `until` is a `moment`, since a history is read on other days."""
    return f"{facts}, until {until}" if facts else f"until {until}"


def deadline(when: datetime, *, known: bool, over: bool) -> str:
    """The journalist's deadline on a card."""
    if not known:
        said = f"not known, so {moment(when)}"
        return f"overdue: {said}" if over else said
    return f"overdue: {moment(when)}" if over else moment(when)


def urgent(words: str) -> str:
    """Puts the word before a title or a summary."""
    return f"Urgent: {words}"


def waiting_hint(facts: str, until: datetime | None) -> str:
    """On a card whose owner waits for something before they can go on."""
    what = f"Waiting for {facts}" if facts else "Waiting"
    return f"{what} until {moment(until)}." if until else f"{what}."


def handover_hint(officer: str) -> str:
    """On a card that somebody is asked to take over."""
    return f"Handover offered to {officer}, who has not accepted yet."


def linked_case(reference: str, outlet: str, state: str) -> str:
    """One case that belongs with the one shown."""
    return f"{reference} ({', '.join(part for part in (outlet, state) if part)})"


def join(reference: str) -> str:
    """On a button: make the case shown and this one a single case."""
    return f"Join {reference}"


def split(reference: str) -> str:
    """On a button: undo a join; without a reference, of the case shown."""
    return f"Split {reference}" if reference else "Split"


def joined_to(reference: str, into: str) -> str:
    """On the card of a case that was joined to another, and to whoever presses something on it."""
    return f"{reference} is looked after together with {into}. Use the card of {into}, or split it first."


def joined_hint(references: Sequence[str]) -> str:
    """On the card of a case to which others were joined."""
    verb = "is" if len(references) == 1 else "are"
    return f"{_listed(references)} {verb} looked after here as well."


def others_contacted(references: Sequence[str]) -> str:
    """Below a new card, and on it: the same journalist or outlet asked others on the same matter."""
    who = "Another colleague was" if len(references) == 1 else f"{_number(len(references))} others were"
    return f"{who} contacted about this: {_listed(references)}."


def same_story(references: Sequence[str]) -> str:
    """Below a new card, and on it: other outlets ask about the same story."""
    return f"Other outlets ask about the same story: {_listed(references)}."


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[count] if count < len(words) else str(count)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
