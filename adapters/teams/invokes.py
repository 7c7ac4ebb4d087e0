"""What Teams is answered inside a request: a card in place, a dialog, or nothing more than that it was taken."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.teams import cards, forms
from adapters.teams.runs import Json
from bot.messages import SyncResponse
from bot.presentation import texts

IN_PLACE = "adaptiveCard/action"
"""The name of the invoke that an Action.Execute sends."""

_MESSAGE = "application/vnd.microsoft.activity.message"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A form as a card."""

    title: str
    card: Json


def form_of(answer: SyncResponse, came_back: forms.Press | forms.Filled | None, event: str) -> Drawn | None:
    """The form that opens, or that stays open with what is wrong in it."""
    if answer.form:
        return Drawn(answer.form.title, cards.form(answer.form, event, page=came_back.page if came_back else None))
    if answer.problems and isinstance(came_back, forms.Filled):
        again = cards.form(came_back.form, came_back.id, answer.problems, came_back.values, came_back.page)
        return Drawn(came_back.form.title, again)
    return None


def in_place(answer: SyncResponse, came_back: forms.Press | forms.Filled, event: str) -> Json:
    """For an Action.Execute. Whoever pressed alone sees it."""
    if drawn := form_of(answer, came_back, event):
        return {"statusCode": 200, "type": cards.CARD, "value": drawn.card}
    if answer.view:
        return {"statusCode": 200, "type": cards.CARD, "value": cards.page(answer.view, answer.notice)}
    return _said_in_place(answer.notice or texts.DONE)


def dialog(answer: SyncResponse, came_back: forms.Press | forms.Filled | None, event: str) -> Json:
    """For what opens a dialog."""
    if drawn := form_of(answer, came_back, event):
        card = {"contentType": cards.CARD, "content": drawn.card}
        value = {"title": drawn.title, "height": "medium", "width": "medium", "card": card}
        return {"task": {"type": "continue", "value": value}}
    return _said_in_dialog(answer.notice or texts.DONE)


def closing(answer: SyncResponse, came_back: forms.Press | forms.Filled, event: str) -> Json:
    """For what was sent from a dialog, which closes unless there is something to say or to mend."""
    return dialog(answer, came_back, event) if answer.notice or answer.problems or answer.form else {}


def refused(name: str, notice: str) -> Json:
    """Whatever was asked for, in the way in which this kind of invoke can be told."""
    return _said_in_place(notice) if name == IN_PLACE else _said_in_dialog(notice)


def _said_in_place(notice: str) -> Json:
    return {"statusCode": 200, "type": _MESSAGE, "value": notice}


def _said_in_dialog(notice: str) -> Json:
    return {"task": {"type": "message", "value": notice}}
