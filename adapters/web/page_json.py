"""Messages, forms and pages of the desk as JSON: as it is stored, and as the page shows it.

`Markdown` is stored as it is and becomes HTML only when it is sent to the page, so the current rules apply to old
messages too. All other text stays text, which the page shows in text nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from adapters.web.personas import PLATFORM, Personas
from bot.markdown import reader
from bot.messages import Form, Outgoing, SyncResponse, View
from bot.plaintext import without_control_characters
from bot.presentation import texts

_RULES = ("autolink", "backticks", "blockquote", "emphasis", "entity", "escape", "fence", "link", "list", "newline")


def to_stored_json(outgoing: Outgoing) -> dict[str, Any]:
    """Return `{"blocks": [{"block": kind, …}, …], "summary": …, "urgent": …}`, made of JSON's own types."""
    stored: dict[str, Any] = _json_types(asdict(outgoing))
    return stored


def to_page_json(stored: Mapping[str, Any], personas: Personas) -> dict[str, Any]:
    """Return what the page shows for a message that `to_stored_json` made."""
    return {**stored, "blocks": [_to_page_block(block, personas) for block in stored["blocks"]]}


def to_response(answer: SyncResponse, personas: Personas) -> dict[str, Any]:
    """Return the response to a request: `{"notice": …, "form": … | None, "view": … | None, "problems": {…}}`."""
    return {
        "notice": answer.notice,
        "form": _form(answer.form) if answer.form else None,
        "view": _view(answer.view, personas) if answer.view else None,
        "problems": dict(answer.problems),
    }


def _view(view: View, personas: Personas) -> dict[str, Any]:
    cards = [to_page_json(to_stored_json(card), personas) for card in view.cards]
    return {"name": view.name, "title": view.title, "query": view.query, "cards": cards}


def _form(form: Form) -> dict[str, Any]:
    fields: dict[str, Any] = _json_types(asdict(form))
    return fields


def _to_page_block(block: Mapping[str, Any], personas: Personas) -> dict[str, Any]:
    match block["block"]:
        case "prose":
            return {"block": "prose", "html": to_html(block["markdown"])}
        case "case_head":
            return {**block, "phase": _phase(block["state"])}
        case "mention":
            here = [key.removeprefix(f"{PLATFORM}:") for key in block["people"] if key.startswith(f"{PLATFORM}:")]
            return {"block": "mention", "names": [personas.name(person) for person in here]}
        case _:
            return dict(block)


def _phase(state: str) -> str:
    """Return the phase by which the page sorts and counts cases: unclaimed, claimed or closed.

    `state` is the text that people read.
    """
    if state == texts.UNCLAIMED:
        return "unclaimed"
    return "closed" if state.startswith(texts.closed_as("")) else "claimed"


def _json_types(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return without_control_characters(value)
    if isinstance(value, dict):
        return {str(name): _json_types(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json_types(inner) for inner in value]
    return value


# ---- Markdown -------------------------------------------------------------------------------------------------------


class _Renderer(RendererHTML):
    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # A link opens a new window, so that the conversation stays. `noreferrer` hides the console's address.
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)


_MARKDOWN = reader(_RULES, renderer=_Renderer)


def to_html(markdown: str) -> str:
    """Return Markdown by the desk or a policy's owner as HTML that is safe to insert into the page.

    It contains paragraphs, lists, bold, emphasis, links, quotes and code. HTML in the Markdown stays text. A link leads
    to the web or to a mailbox; any other link stays text. No text raises an error.
    """
    return str(_MARKDOWN.render(markdown)).strip()
