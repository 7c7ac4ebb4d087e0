"""Forms as modals, and what comes back from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from adapters.slack import blocks, richtext
from adapters.slack.richtext import Json
from adapters.slack.text import pieces
from bot.messages import Address, Field, Form

_TITLE = 24
_LONGEST = 3000  # of one input
_OPTION = 75
_HINT = 2000
_LABEL = 2000
_CONTINUED = "~"
"""Between a field's name and the number of a further input for it: an input holds less than a message may."""


def modal(form: Form, at: Address) -> Json:
    """The view. `at` is where what follows from it belongs."""
    shown = [block for field in form.fields for block in _inputs(field)]
    if len(form.title) > _TITLE:
        shown = [*blocks.small(form.title), *shown]
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": json.dumps({"context": form.context, "at": at.token}),
        "title": _short(form.title),
        "submit": _short(form.submit),
        "close": _short("Cancel"),
        "blocks": shown,
    }


def notice(title: str, words: str) -> Json:
    """A modal that only says something."""
    said = list(richtext.blocks([richtext.section(richtext.text(words))]))
    return {"type": "modal", "title": _short(title), "close": _short("Close"), "blocks": said}


def values(state: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Field -> what was filled in, the inputs of a long field joined."""
    found: dict[str, str] = {}
    for block, actions in state.items():
        name = block.partition(_CONTINUED)[0]
        found[name] = found.get(name, "") + "".join(_value(action) for action in actions.values())
    return found


def _value(action: Json) -> str:
    chosen = action.get("selected_option") or {}
    return str(action.get("value") or chosen.get("value") or "")


def _inputs(field: Field) -> Iterator[Json]:
    if field.kind == "choice":
        yield _input(field, field.name, _choice(field))
        return
    filled = list(pieces(field.value, _LONGEST)) or [""]
    for number, value in enumerate(filled, start=1):
        name = field.name if number == 1 else f"{field.name}{_CONTINUED}{number}"
        element: Json = {"type": "plain_text_input", "action_id": "value", "multiline": field.kind == "text"}
        element["max_length"] = min(field.max_length, _LONGEST)
        if value:
            element["initial_value"] = value
        yield _input(field, name, element, required=field.required and number == 1)


def _choice(field: Field) -> Json:
    options = [{"text": blocks.plain(label[:_OPTION]), "value": value} for value, label in field.options]
    element: Json = {"type": "static_select", "action_id": "value", "options": options}
    chosen = [option for option in options if option["value"] == field.value]
    return {**element, "initial_option": chosen[0]} if chosen else element


def _input(field: Field, name: str, element: Json, *, required: bool | None = None) -> Json:
    needed = field.required if required is None else required
    made: Json = {"type": "input", "block_id": name, "label": blocks.plain(field.label[:_LABEL]), "element": element}
    made["optional"] = not needed
    return {**made, "hint": blocks.plain(field.hint[:_HINT])} if field.hint else made


def _short(words: str) -> Json:
    return blocks.plain(words if len(words) <= _TITLE else f"{words[: _TITLE - 1]}…")
