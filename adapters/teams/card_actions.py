"""Buttons and forms in an Adaptive Card: the data that a card carries, and the data that comes back when they are used.

What comes back is untrusted: anybody may have sent it, and it may be forged or out of date. Cards that were sent
earlier carry the same keys, so the names of the keys cannot change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from adapters.teams.rich_text import paragraph, text_run
from adapters.teams.settings import Json
from bot.messages import Button, Buttons, Field, Form
from bot.presentation import texts

_INPUT_PREFIX = "field."
_MAX_LENGTH = 200  # characters of an id, an action or its value
_STYLES = {"plain": "default", "primary": "positive", "danger": "destructive"}
_BUTTONS_PER_ROW = 3  # a narrow window does not show more of them
_SHORT_LABEL = 24


@dataclass(frozen=True, slots=True)
class PageRef:
    """The page of the desk on which a button is, or from which a form was opened."""

    name: Literal["home", "queue"]
    query: str = ""
    """See `messages.Viewed`."""
    message: str = ""
    """The id of the message that shows the page; empty if it is not known."""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A button that somebody pressed."""

    action: str
    value: str
    page: PageRef | None = None
    """The page on which the button is, if it is on one."""


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A form that somebody sent."""

    form: Form
    id: str
    """The same each time this form is sent."""
    values: Mapping[str, str]
    """Field name -> what was filled in."""
    page: PageRef | None = None
    """The page from which the form was opened, if it was opened from one."""


CardAction = ButtonPress | FormSubmission

_FORM: TypeAdapter[Form] = TypeAdapter(Form)
_PAGE: TypeAdapter[PageRef | None] = TypeAdapter(PageRef | None)


# ---- writing a card -------------------------------------------------------------------------------------------------


def button_rows(block: Buttons, page: PageRef | None) -> list[Json]:
    """Return ActionSets of up to three buttons.

    A long label gets a row of its own, because it would be cut off in a full one.
    """
    rows: list[list[Json]] = []
    room = 0
    for button in block.buttons:
        is_long = len(button.label) > _SHORT_LABEL
        if room == 0 or is_long:
            rows.append([])
            room = _BUTTONS_PER_ROW
        rows[-1].append(_button(button, page))
        room = 0 if is_long else room - 1
    return [{"type": "ActionSet", "actions": row} for row in rows]


def form_elements(
    form: Form, form_id: str, problems: Mapping[str, str], values: Mapping[str, str], page: PageRef | None = None
) -> list[Json]:
    """Return the inputs of a form and the button that sends it.

    `problems` and `values` are by field name: what to correct, and what was filled in before.
    """
    body: list[Json] = []
    for field in form.fields:
        if problem := problems.get(field.name):
            body.append(_problem(problem))
        body.append(_input(field, values.get(field.name, field.value)))
    fields = {field.name for field in form.fields}
    body += [_problem(problem) for name, problem in problems.items() if name not in fields]
    data = {"desk": "form", "id": form_id, "form": asdict(form), **_page_data(page)}
    send = {"type": "Action.Submit", "title": form.submit, "style": "positive", "data": data}
    return [*body, {"type": "ActionSet", "actions": [send]}]


def _button(button: Button, page: PageRef | None) -> Json:
    """Return an Action.Submit that opens a dialog, or an Action.Execute.

    Action.Execute is answered in place. Clients that do not know it use the fallback, which arrives as a message.
    """
    style = _STYLES[button.style]
    data = {"desk": "press", "action": button.action, "value": button.value, **_page_data(page)}
    submit: Json = {"type": "Action.Submit", "title": button.label, "style": style, "data": data}
    if button.opens_form:
        return {**submit, "data": {**data, "msteams": {"type": "task/fetch"}}}
    execute = {"type": "Action.Execute", "title": button.label, "style": style, "verb": button.action, "data": data}
    return {**execute, "fallback": submit}


def _problem(text: str) -> Json:
    return paragraph([text_run(text, color="Attention", weight="Bolder")])


def _input(field: Field, value: str) -> Json:
    common: Json = {
        "id": _INPUT_PREFIX + field.name,
        "label": field.label,
        "isRequired": field.required,
        "errorMessage": texts.NOTHING_WRITTEN,
        "value": value,
    }
    if field.kind == "choice":
        choices = [{"title": label, "value": option} for option, label in field.options]
        return {"type": "Input.ChoiceSet", "style": "expanded", "choices": choices, **common}
    multiline = field.kind == "text"
    hint = {"placeholder": field.hint} if field.hint else {}
    return {"type": "Input.Text", "isMultiline": multiline, "maxLength": field.max_length, **hint, **common}


def _page_data(page: PageRef | None) -> Json:
    return {"page": asdict(page)} if page else {}


# ---- reading what a card sends --------------------------------------------------------------------------------------


def read_card_action(value: object, message: str = "") -> CardAction | None:
    """Return what was pressed or sent, or None if `value` is not from a card of this desk.

    `value` is the field of the activity. Each kind of activity puts the card's data in another place in it. `message`
    is the id of the message on which a button is.
    """
    match value:
        case {"action": {"data": dict(data)}} | {"data": dict(data)}:
            return _read_data(data, message)
        case dict(data):
            return _read_data(data, message)
        case _:
            return None


def _read_data(data: Mapping[str, Any], message: str) -> CardAction | None:
    match data:
        case {"desk": "press", "action": str(action), "value": str(value)} if (
            len(action) <= _MAX_LENGTH and len(value) <= _MAX_LENGTH
        ):
            page = _read_page(data)
            return ButtonPress(action, value, page and replace(page, message=message))
        case {"desk": "form", "id": str(form_id), "form": dict(form)} if len(form_id) <= _MAX_LENGTH:
            try:
                known = _FORM.validate_python(form)
            except ValidationError:
                return None
            values = {field.name: _read_input(data.get(_INPUT_PREFIX + field.name)) for field in known.fields}
            return FormSubmission(known, form_id, values, _read_page(data))
        case _:
            return None


def _read_page(data: Mapping[str, Any]) -> PageRef | None:
    try:
        return _PAGE.validate_python(data.get("page"))
    except ValidationError:
        return None


def _read_input(value: object) -> str:
    # PostgreSQL stores no NUL.
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else ""
