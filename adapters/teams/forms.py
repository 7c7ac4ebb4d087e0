"""Buttons and forms as a card carries them, and as they come back: pressed and filled in by whoever, or forged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from adapters.teams.runs import Json, paragraph, run
from bot.messages import Button, Field, Form
from bot.presentation import texts

_INPUT = "field."
_SHORT = 200
_form: TypeAdapter[Form] = TypeAdapter(Form)
_STYLES = {"plain": "default", "primary": "positive", "danger": "destructive"}


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of the desk a button or a form stands on. `message` is the one that shows it, once that is known."""

    name: Literal["home", "queue"]
    query: str = ""
    message: str = ""


_page: TypeAdapter[Page | None] = TypeAdapter(Page | None)


@dataclass(frozen=True, slots=True)
class Press:
    """A button came back."""

    action: str
    value: str
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form came back. `id` is the same however often it was sent."""

    form: Form
    id: str
    values: Mapping[str, str]
    page: Page | None = None


def action(button: Button, page: Page | None = None) -> Json:
    """Answered in place by newer clients, sent as a message by older ones; one that opens a form asks for it first."""
    style = _STYLES[button.style]
    data = {"desk": "press", "action": button.action, "value": button.value, **_of(page)}
    submit: Json = {"type": "Action.Submit", "title": button.label, "style": style, "data": data}
    if button.opens_form:
        return {**submit, "data": {**data, "msteams": {"type": "task/fetch"}}}
    execute = {"type": "Action.Execute", "title": button.label, "style": style, "verb": button.action, "data": data}
    return {**execute, "fallback": submit}


def elements(
    form: Form, id_: str, problems: Mapping[str, str], values: Mapping[str, str], page: Page | None = None
) -> list[Json]:
    """The inputs of a form and the button that sends it; `values` are what was filled in before."""
    body: list[Json] = []
    for field in form.fields:
        if problem := problems.get(field.name):
            body.append(paragraph([run(problem, color="Attention", weight="Bolder")]))
        body.append(_input(field, values.get(field.name, field.value)))
    for name, problem in problems.items():
        if name not in {field.name for field in form.fields}:
            body.append(paragraph([run(problem, color="Attention", weight="Bolder")]))
    data = {"desk": "form", "id": id_, "form": asdict(form), **_of(page)}
    send = {"type": "Action.Submit", "title": form.submit, "style": "positive", "data": data}
    return [*body, {"type": "ActionSet", "actions": [send]}]


def read(value: object, message: str = "") -> Press | Filled | None:
    """What is in the value of an activity, wherever its kind puts it; None where it is not of a card of ours.

    `message` is the one on which a button stands.
    """
    match value:
        case {"action": {"data": dict(data)}} | {"data": dict(data)}:
            return _read(data, message)
        case dict(data):
            return _read(data, message)
        case _:
            return None


def _read(data: Mapping[str, Any], message: str) -> Press | Filled | None:
    match data:
        case {"desk": "press", "action": str(name), "value": str(on)} if len(name) <= _SHORT and len(on) <= _SHORT:
            page = _page_of(data)
            return Press(name, on, page and replace(page, message=message))
        case {"desk": "form", "id": str(id_), "form": dict(form)} if len(id_) <= _SHORT:
            try:
                known = _form.validate_python(form)
            except ValidationError:
                return None
            values = {field.name: _typed(data.get(_INPUT + field.name)) for field in known.fields}
            return Filled(known, id_, values, _page_of(data))
        case _:
            return None


def _of(page: Page | None) -> Json:
    return {"page": asdict(page)} if page else {}


def _page_of(data: Mapping[str, Any]) -> Page | None:
    try:
        return _page.validate_python(data.get("page"))
    except ValidationError:
        return None


def _typed(value: object) -> str:
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else ""


def _input(field: Field, value: str) -> Json:
    common: Json = {
        "id": _INPUT + field.name,
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
