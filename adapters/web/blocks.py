"""Messages of the desk as JSON: `stored` is what is kept, `drawn` is what the page gets.

Prose is kept as Markdown and becomes HTML only when it is drawn, so that what was written long ago is shown by
the rules of today. Everything else stays text, which the page shows as text nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from adapters.web.people import PLATFORM, People
from adapters.web.prose import to_html
from bot.messages import Form, Outgoing, SyncResponse, View
from bot.presentation import texts


def stored(outgoing: Outgoing) -> dict[str, Any]:
    """`{"blocks": [{"block": kind, …}, …], "summary": …, "urgent": …}`, of JSON's own types alone."""
    plain: dict[str, Any] = _plain(asdict(outgoing))
    return plain


def drawn(outgoing: Mapping[str, Any], people: People) -> dict[str, Any]:
    """What `stored` gave, as the page shows it."""
    return {**outgoing, "blocks": [_draw(block, people) for block in outgoing["blocks"]]}


def immediate(answer: SyncResponse, people: People) -> dict[str, Any]:
    """What is answered inside a request: `{"notice": …, "form": … | None, "view": … | None, "problems": {…}}`."""
    return {
        "notice": answer.notice,
        "form": _form(answer.form) if answer.form else None,
        "view": _view(answer.view, people) if answer.view else None,
        "problems": dict(answer.problems),
    }


def _view(view: View, people: People) -> dict[str, Any]:
    cards = [drawn(stored(card), people) for card in view.cards]
    return {"name": view.name, "title": view.title, "query": view.query, "cards": cards}


def _draw(block: Mapping[str, Any], people: People) -> dict[str, Any]:
    match block["block"]:
        case "prose":
            return {"block": "prose", "html": to_html(block["markdown"])}
        case "case_head":
            return {**block, "phase": _phase(block["state"])}
        case "mention":
            here = [key.removeprefix(f"{PLATFORM}:") for key in block["people"] if key.startswith(f"{PLATFORM}:")]
            return {"block": "mention", "names": [people.name(person) for person in here]}
        case _:
            return dict(block)


def _phase(state: str) -> str:
    """What the page sorts and counts by; the word itself is what people read."""
    if state == texts.UNCLAIMED:
        return "unclaimed"
    return "closed" if state.startswith(texts.closed_as("")) else "claimed"


def _form(form: Form) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(asdict(form))
    return plain


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
