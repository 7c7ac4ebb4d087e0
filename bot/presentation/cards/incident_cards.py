"""Cards and forms about incidents, and how a card names a related case."""

from __future__ import annotations

from bot.domain.case import Case, CaseKind, CaseState, Incident, LinkKind
from bot.messages import Button, Buttons, Field, Form, Outgoing, Person
from bot.plaintext import display_name, text_message
from bot.presentation import texts
from bot.presentation.cards.case_card import LinkedCase, state_word
from bot.presentation.cards.visibility import visible


def linked_case(case: Case, other: Case, kind: LinkKind) -> LinkedCase:
    """Return how the card of `case` names the related case `other`. Hides what not everybody may see of `other`."""
    seen = visible(other)
    free = all(each.state is not CaseState.CLOSED and each.kind is CaseKind.MEDIA for each in (case, other))
    joinable = kind is LinkKind.SAME and free
    return LinkedCase(other.id, other.reference, seen.details.outlet, state_word(seen), kind, joinable=joinable)


def incident_form(holding_line: str) -> Form:
    """Return the form that declares an incident. It starts with the usual holding line, to be changed."""
    fields = (
        Field("title", texts.INCIDENT_NAME, hint=texts.INCIDENT_NAME_HINT, required=True, max_length=150),
        Field("holding_line", texts.INCIDENT_LINE, "text", value=holding_line.strip(), required=True),
        Field("lead", texts.INCIDENT_LEAD, hint=texts.INCIDENT_LEAD_HINT),
    )
    return Form("press.incident", texts.INCIDENT_TITLE, "", fields, submit=texts.INCIDENT_DECLARE)


def incident_button(incident: Incident | None) -> Button:
    """Return the button that declares an incident or, if there is one, ends it."""
    if incident is None:
        return Button(texts.INCIDENT, "press.incident", opens_form=True)
    return Button(texts.INCIDENT_END, "press.incident_end", str(incident.id))


def incident_on(incident: Incident, by: Person) -> Outgoing:
    """Return the message to every press channel that an incident began, with the button that ends it."""
    said = text_message(texts.incident_on(incident.title, display_name(by)))
    return Outgoing((*said.blocks, Buttons((incident_button(incident),))), said.summary, urgent=True)


def incident_off(incident: Incident, by: Person) -> Outgoing:
    """Return the message to every press channel that an incident ended."""
    return text_message(texts.incident_off(incident.title, display_name(by)))
