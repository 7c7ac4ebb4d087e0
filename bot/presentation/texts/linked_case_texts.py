"""Said where several enquiries belong together, and of what only officers may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.presentation.texts.answer_texts import day

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


def moment(when: datetime) -> str:
    """Monday 23 November 2026, 17:00 GMT; `when` is in the zone to show it in."""
    return f"{when:%A} {day(when)}, {when:%H:%M} {when:%Z}"


def deadline(when: datetime, *, known: bool, over: bool) -> str:
    """The journalist's deadline on a card."""
    if not known:
        said = f"not known, so {moment(when)}"
        return f"overdue: {said}" if over else said
    return f"overdue: {moment(when)}" if over else moment(when)


def urgent(words: str) -> str:
    """Puts the word before a title or a summary."""
    return f"Urgent: {words}"


def something_new(reference: str) -> str:
    """Below a card, in place of what only officers may see."""
    return f"There is something new in {reference}. Officers open it with “{SHOW_DETAILS}” on the card."


def waiting_for(facts: str, until: datetime | None) -> str:
    """On a card whose owner waits for something before they can go on."""
    what = f"Waiting for {facts}" if facts else "Waiting"
    return f"{what} until {moment(until)}." if until else f"{what}."


def offered(officer: str) -> str:
    """On a card that somebody is asked to take over."""
    return f"Handover offered to {officer}, who has not accepted yet."


def linked(reference: str, outlet: str, state: str) -> str:
    """One case that belongs with the one shown."""
    return f"{reference} ({', '.join(part for part in (outlet, state) if part)})"


def join(reference: str) -> str:
    """On a button: make the case shown and this one a single case."""
    return f"Join {reference}"


def split(reference: str) -> str:
    """On a button: undo a join; without a reference, of the case shown."""
    return f"Split {reference}" if reference else "Split"


def goes_on(reference: str, into: str) -> str:
    """On the card of a case that was joined to another, and to whoever presses something on it."""
    return f"{reference} is looked after together with {into}. Use the card of {into}, or split it first."


def took_in(references: Sequence[str]) -> str:
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


def linked_below(reference: str, outlet: str, *, same: bool) -> str:
    """Below the card of an older case, when a newer one turns out to belong with it."""
    who = f" from {outlet}" if outlet else ""
    what = "the same enquiry reached somebody else" if same else "another outlet asks about the same story"
    return f"{reference}{who}: {what}."


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[count] if count < len(words) else str(count)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def joined_for_asker(reference: str, into: str, officer: str) -> str:
    """Told to whoever asked in a case that was joined to another, of which they learn nothing else."""
    by = f", by {officer} of the press office" if officer else " in the press office"
    return f"{reference} is looked after together with {into} from now on{by}. You can go on using {reference}."


def split_for_asker(reference: str, into: str) -> str:
    """Told to whoever asked in a case that was joined and is on its own again."""
    return f"{reference} is looked after on its own again, apart from {into}. I will tell you who takes it up."


def took_in_below(reference: str, officer: str) -> str:
    """Below the card of the case that goes on."""
    return f"{officer} joined {reference} to this. Whoever asked there is answered from here, each of them alone."


def split_below(reference: str, officer: str) -> str:
    """Below the card of the case that went on."""
    return f"{officer} split {reference} from this. It is on its own again."


def joined_already(one: str, other: str) -> str:
    """A second press of Join."""
    return f"{one} and {other} are looked after together already."


def not_to_be_joined(one: str, other: str) -> str:
    """Only what is the same enquiry can be joined."""
    return f"{one} and {other} are not known to be the same enquiry, so they stay apart."


def not_joined(reference: str) -> str:
    """Split of what is on its own."""
    return f"{reference} is on its own already."


def restricted_below(officer: str) -> str:
    """Below the card, when it says less from now on."""
    return f"{officer} restricted this. The rest opens to officers only, with “{SHOW_DETAILS}” on the card."


def unrestricted_below(officer: str) -> str:
    """Below the card, when it says everything again."""
    return f"{officer} lifted the restriction."


def restricted_already(reference: str) -> str:
    """A second press of Restrict."""
    return f"{reference} is restricted already."


def not_restricted(reference: str) -> str:
    """Lifting what is not there."""
    return f"{reference} is not restricted."


INCIDENT_TITLE = "Declare an incident"
INCIDENT_NAME, INCIDENT_NAME_HINT = "What it is called", "Such as: Fire in the physics building"
INCIDENT_LINE = "What staff read instead of the usual holding line"
INCIDENT_LEAD = "Who leads, and is called at any hour"
INCIDENT_LEAD_HINT = "As platform:id, such as slack:U0ANNA; one of the officers. Empty: you."
INCIDENT_DECLARE = "Declare"
NOT_AN_OFFICER_TO_LEAD = "That is none of the officers. Write platform:id, such as slack:U0ANNA."
NO_INCIDENT = "That incident has ended already."


def incident_on(title: str, officer: str) -> str:
    """In every press channel, when an incident begins."""
    return f"{officer} declared an incident: {title}. New media enquiries belong to it until it is ended."


def incident_off(title: str, officer: str) -> str:
    """In every press channel, when an incident ends."""
    return f"{officer} ended the incident: {title}. New media enquiries are as usual again."


def incident_lasts(title: str) -> str:
    """There is one at a time."""
    return f"An incident lasts already: {title}. End it first."
