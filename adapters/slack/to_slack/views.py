"""Views: forms and notices as modals, and the page in App Home."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from adapters.slack.to_slack import rich_text
from adapters.slack.to_slack.blocks import context_blocks, plain_text, to_blocks
from adapters.slack.to_slack.rich_text import Json, split_text
from bot.messages import Address, Field, Form, Outgoing, View
from bot.presentation import texts

# Slack's limits, in characters: https://docs.slack.dev/reference/views and …/block-kit
_MAX_TITLE = 24
_MAX_INPUT = 3000
_MAX_OPTION = 75
_MAX_HINT = 2000
_MAX_LABEL = 2000

_CONTINUED = "~"
"""Stands between a field's name and a number, because a value that is too long for one input gets several."""

_MAX_BLOCKS = 100  # of one view
_RESERVED_FOR_LAST = 20  # blocks of App Home kept for its last page, so that a long queue does not push it out
_BLOCKS_FOR_COUNT = 2  # blocks of the line that says how many cards are left out


# ---- modals ---------------------------------------------------------------------------------------------------------


def form_modal(form: Form, at: Address) -> Json:
    """Return the modal for a form. `at` is the address for the answer to its submission."""
    inputs = [block for field in form.fields for block in _inputs(field)]
    if len(form.title) > _MAX_TITLE:
        inputs = [*context_blocks(form.title), *inputs]
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": json.dumps({"context": form.context, "at": at.token}),
        "title": _title(form.title),
        "submit": _title(form.submit),
        "close": _title("Cancel"),
        "blocks": inputs,
    }


def notice_modal(title: str, notice: str) -> Json:
    """Return a modal with one paragraph of plain text and no input."""
    blocks = list(rich_text.rich_text_blocks([rich_text.section(rich_text.text(notice))]))
    return {"type": "modal", "title": _title(title), "close": _title("Close"), "blocks": blocks}


def form_values(state: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Return field name -> value, from `view.state.values` of a submission. Joins the inputs of a long field."""
    values: dict[str, str] = {}
    for block_id, actions in state.items():
        name = block_id.partition(_CONTINUED)[0]
        values[name] = values.get(name, "") + "".join(_value(action) for action in actions.values())
    return values


def _value(action: Json) -> str:
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")


def _inputs(field: Field) -> Iterator[Json]:
    """Yield the input blocks of one field."""
    if field.kind == "choice":
        yield _input(field, field.name, _select(field))
        return
    pieces = list(split_text(field.value, _MAX_INPUT)) or [""]
    for number, value in enumerate(pieces, start=1):
        block_id = field.name if number == 1 else f"{field.name}{_CONTINUED}{number}"
        element: Json = {"type": "plain_text_input", "action_id": "value", "multiline": field.kind == "text"}
        element["max_length"] = min(field.max_length, _MAX_INPUT)
        if value:
            element["initial_value"] = rich_text.strip_control_characters(value)
        yield _input(field, block_id, element, required=field.required and number == 1)


def _select(field: Field) -> Json:
    options = [{"text": plain_text(label[:_MAX_OPTION]), "value": value} for value, label in field.options]
    element: Json = {"type": "static_select", "action_id": "value", "options": options}
    initial = [option for option in options if option["value"] == field.value]
    return {**element, "initial_option": initial[0]} if initial else element


def _input(field: Field, block_id: str, element: Json, *, required: bool | None = None) -> Json:
    optional = not (field.required if required is None else required)
    label = plain_text(field.label[:_MAX_LABEL])
    block: Json = {"type": "input", "block_id": block_id, "label": label, "element": element, "optional": optional}
    return {**block, "hint": plain_text(field.hint[:_MAX_HINT])} if field.hint else block


def _title(text: str) -> Json:
    return plain_text(text if len(text) <= _MAX_TITLE else f"{text[: _MAX_TITLE - 1]}…")


# ---- App Home -------------------------------------------------------------------------------------------------------


def home_view(pages: Sequence[View], team: str) -> Json:
    """Return the App Home view with these pages, one below the other.

    A view cannot continue in a second one. Cards that do not fit are left out, and a line says how many they are.
    """
    blocks: list[Json] = []
    for number, page in enumerate(pages, start=1):
        limit = _MAX_BLOCKS if number == len(pages) else _MAX_BLOCKS - _RESERVED_FOR_LAST
        blocks.append({"type": "header", "text": plain_text(page.title)})
        blocks += _cards(page.cards, limit - len(blocks), team)
    return {"type": "home", "blocks": blocks}


def _cards(cards: Sequence[Outgoing], limit: int, team: str) -> list[Json]:
    """Return the blocks of the cards, at most `limit`."""
    blocks: list[Json] = []
    for number, card in enumerate(cards):
        added = [*to_blocks(card, team), {"type": "divider"}]
        if len(blocks) + len(added) > limit - _BLOCKS_FOR_COUNT:
            return [*blocks, *context_blocks(texts.not_shown(len(cards) - number))]
        blocks += added
    return blocks
