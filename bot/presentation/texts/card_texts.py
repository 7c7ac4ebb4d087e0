"""Texts on the card of a case, for officers: labels, states, hints, buttons and lines of the history."""

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
"""Stands for the name of a mentioned person whose name is not known."""
THREAD_HINT = (
    "What you write here stays inside. Start with “reply:” to write to the person who asked, with “say:” for words "
    "that they may give, or with “we respond:” where you answer the journalist yourselves."
)
WHOLE_BELOW = "The whole message is below this card."
NOT_IN_TIME = "it did not get through in time. I’ll keep trying."
"""A reason for `unreachable`: no press channel has accepted the card in time."""
ASKED_BY, FILES, MESSAGE = "Asked by", "Files", "Message"
DETAILS_LABELS = {
    "outlet": "Outlet",
    "journalist": "Journalist",
    "contact": "Their phone or email",
    "deadline": "Deadline",
    "questions": "Their questions, word for word",
    "callback": "Your own number",
    "medium": "Live, recorded or print",
    "slot": "Broadcast slot",
    "embargo": "Embargo until",
    "said": "What was already said, and on what terms",
    "about": "What it is about",
}
"""Field of `Details` -> its label on the card and in forms, in the order in which a form asks for them."""
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
    "mailed": "wrote to the press office by email",
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
    "identified": "was told that the person who asked may use the desk",
    "taken back": "took back a message",
    "removal asked": "asked to remove a message",
    "removed": "removed a message",
    "not a member": "was told that the person who asked may not use the desk",
}
"""Value of a StepKind -> what a line of the history says after the name of the person who took the step."""
_DELIVERY_KINDS = frozenset({"delivered", "undelivered"})
"""Values of a StepKind whose text begins with the recipient."""
_PRESS_CHANNELS = {
    "slack": "the press channel in Slack",
    "teams": "the press channel in Teams",
    "web": "the press channel in the console",
    "email": "the press office’s mailbox",
}
"""Platform -> what people call the press office's place there."""
REPLY_KINDS = {
    "advice": "Advice, for them alone",
    "words to give": "Words that they may give",
    "we respond": "We respond ourselves",
}
"""Value of a ReplyKind -> its label in the reply form and in the history."""
STATEMENT, RESPOND = "Statement", "Responded"
HAND_OVER, TAKE_OVER, DECLINE, WAIT = "Hand over", "I take it over", "I cannot", "Wait for facts"
RESTRICT, UNRESTRICT, SHOW_DETAILS = "Restrict", "Lift restriction", "Show details"
INCIDENT, INCIDENT_END = "Incident…", "End incident"
WHOEVER_ASKED = "Whoever asked"
"""Stands for the name of an asker of a restricted case."""
RESTRICTED_TITLE = "restricted"
RESTRICTED_HINT = "Restricted: the rest opens to officers only, with “Show details”."
EMBARGO_HINT = "Under embargo: what it is about opens to officers only, with “Show details”."
_MEMBERSHIPS = {"": "", "unconfirmed": " · membership not confirmed", "refused": " · may not use the desk"}
CONTACT_NOW, RESPONDED = "Phone first", "Journalist answered"
INCIDENT_LABEL = "Incident"
FOI_HINT = "This may be an FOI request. Answer the journalist, and send it to whoever handles FOI today."


def membership(state: str) -> str:
    """On the card, after the name of an asker: what is not known of them. `state` is the value of a `Membership`."""
    return _MEMBERSHIPS[state]


def in_trial_console(name: str) -> str:
    """On cards and in the console, beside a real platform: a name as whom anybody with the console’s page can act."""
    return f"{name} (trial console)"


def claimed_by(officer: str) -> str:
    """On the card, as its state: an officer owns the case."""
    return f"claimed by {officer}"


def answered_by(officer: str) -> str:
    """On the card, as its state: the owner has written to the asker."""
    return f"answered by {officer}"


def closed_as(outcome: str) -> str:
    """On the card, as its state: the case is closed, with this outcome."""
    return f"closed: {outcome}"


def files(count: int) -> str:
    """On the card, in the row Files: how many attachments there were. They are never passed on."""
    return "1 attachment, not passed on" if count == 1 else f"{count} attachments, not passed on"


def unreachable(where: str, why: str) -> str:
    """On the card: it could not be posted in `where`. `why` is a reason that names the fix."""
    return f"This could not be posted in {where}: {why} The asker was given the phone number."


def beside(name: str) -> str:
    """The label of what an asker wrote into the form where the press office had written something else."""
    return f"{name} wrote something else"


def history_line(who: str, kind: str, text: str, label: str = "") -> str:
    """On the card and in the record of a case: one line of the history.

    `kind` is the value of a StepKind, `text` the text of the step. `label` is what a reply was, a key of REPLY_KINDS.
    """
    between = " to " if kind in _DELIVERY_KINDS else ": "
    is_shown = label and kind not in {"corrected", "removal asked"}  # whose labels name another step
    as_what = f" ({REPLY_KINDS.get(label, label).lower()})" if is_shown else ""
    return f"{who} {_STEP_PHRASES[kind]}{as_what}" + (f"{between}{text}" if text else "")


def channel(platform: str, token: str) -> str:
    """In the history: what people call a press channel. `token` is empty unless the platform has several of them."""
    place = _PRESS_CHANNELS.get(platform, platform)
    return f"{place} ({token})" if token else place


def statement_step(recipient: str, approver: str, text: str) -> str:
    """In the history: the text of the step that records a statement."""
    return f"to {recipient}, approved by {approver}: {text}"


def opened_step(way: str, colleague: str, about: str) -> str:
    """In the history: the text of the first step of a case that an officer opened.

    `way` is how the enquiry reached the officer, `colleague` the member of staff whom it concerns.
    """
    parts = (f"by {way}" if way else "", f"concerns {colleague}" if colleague else "", about)
    return "; ".join(part for part in parts if part)


def waiting_step(facts: str, until: str) -> str:
    """In the history, after "waits": what the owner waits for.

    `until` is a text of `plaintext.moment` with the date, because a history is read on other days.
    """
    return f"{facts}, until {until}" if facts else f"until {until}"


def deadline(when: datetime, *, known: bool, over: bool, words: str = "") -> str:
    """On the card: the journalist's deadline.

    `known` is False if it is only assumed. `over` is True if it has passed without an answer to the journalist. `words`
    are those from which it was read, if they were others.
    """
    said = moment(when) if known else f"not known, so {moment(when)}"
    said = f"{said}, read from “{words}”" if words else said
    return f"overdue: {said}" if over else said


def urgent(words: str) -> str:
    """On the card and in its notification: a title or a reference, marked as urgent."""
    return f"Urgent: {words}"


def waiting_hint(facts: str, until: datetime | None) -> str:
    """On the card: the owner waits for something before they can continue."""
    what = f"Waiting for {facts}" if facts else "Waiting"
    return f"{what} until {moment(until)}." if until else f"{what}."


def handover_hint(officer: str) -> str:
    """On the card: this officer was asked to take the case over."""
    return f"Handover offered to {officer}, who has not accepted yet."


def linked_case(reference: str, outlet: str, state: str) -> str:
    """On the card, in the lists of `others_contacted` and `same_story`: one related case."""
    return f"{reference} ({', '.join(part for part in (outlet, state) if part)})"


def join(reference: str) -> str:
    """On a button of the card: join the case `reference` to the case shown."""
    return f"Join {reference}"


def split(reference: str) -> str:
    """On a button of the card: undo a join. Without `reference`, split the case shown from the one it was joined to."""
    return f"Split {reference}" if reference else "Split"


def joined_to(reference: str, into: str) -> str:
    """On the card of a case that was joined to `into`, below it, and to an officer who presses a button of it."""
    return f"{reference} is looked after together with {into}. Use the card of {into}, or split it first."


def joined_hint(references: Sequence[str]) -> str:
    """On the card of a case to which others were joined."""
    verb = "is" if len(references) == 1 else "are"
    return f"{_listed(references)} {verb} looked after here as well."


def others_contacted(references: Sequence[str]) -> str:
    """On the card: the same journalist or outlet asked other staff about the same matter."""
    who = "Another colleague was" if len(references) == 1 else f"{_number(len(references))} others were"
    return f"{who} contacted about this: {_listed(references)}."


def same_story(references: Sequence[str]) -> str:
    """On the card: other outlets ask about the same story."""
    return f"Other outlets ask about the same story: {_listed(references)}."


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[count] if count < len(words) else str(count)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
