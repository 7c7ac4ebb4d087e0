"""Messages, pages and forms of the desk as Adaptive Cards 1.5.

Only `Markdown` is formatted. Everything else goes into TextRuns, in which a client reads no markup; see `rich_text`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from adapters.teams.card_actions import PageRef, button_rows, form_elements
from adapters.teams.rich_text import (
    MAX_BLOCK_LENGTH,
    markdown_blocks,
    paragraph,
    shown,
    split_long,
    text_lines,
    text_run,
)
from adapters.teams.settings import PLATFORM, Json
from bot.messages import (
    Block,
    Buttons,
    Caption,
    CaseHead,
    Facts,
    Form,
    History,
    Markdown,
    Mention,
    Outgoing,
    Quote,
    View,
)
from bot.presentation import texts

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
MAX_CARD_SIZE = 60_000
"""Bytes of a card's body. Teams accepts 100 KB for the whole message."""
MAX_PAGE_SIZE = 75_000
"""Bytes of a page's body. A page cannot continue in a second card."""

_LONG_ENTRY = 30  # elements; a longer entry of a page is collapsed, so that people see the entries below it
_MAX_COLLAPSED_HISTORY = 12_000  # characters; a collapsed history cannot be divided between cards


@dataclass(frozen=True, slots=True)
class _Context:
    """What the elements of a card need besides their block."""

    names: Mapping[str, str]
    """Names of mentioned users, by id."""
    page: PageRef | None = None
    """The page that the card shows, if it shows one."""
    id_prefix: str = ""
    """Makes the ids of elements unique within a card."""


# ---- cards ----------------------------------------------------------------------------------------------------------


def to_cards(outgoing: Outgoing, names: Mapping[str, str] | None = None) -> list[Json]:
    """Return a message as one card, or as several if it is too large for one.

    `names` are the names of the users in `mentioned_users`, by id.
    """
    names = names or {}
    entities = [_mention_entity(user, names) for user in mentioned_users(outgoing)]
    body = _body(outgoing, _Context(names))
    return [_card(part, outgoing.summary, entities) for part in _split_body(body)]


def mentioned_users(outgoing: Outgoing) -> list[str]:
    """Return the Entra object ids of the Teams users whom a message mentions."""
    return [user for block in outgoing.blocks if isinstance(block, Mention) for user in _teams_users(block)]


def to_message(card: Json, outgoing: Outgoing) -> Json:
    """Return the fields of a message activity that shows `card`, which is one of `to_cards(outgoing)`."""
    message: Json = {
        "summary": shown(outgoing.summary),
        "attachments": [{"contentType": CONTENT_TYPE, "content": card}],
    }
    if outgoing.urgent:
        message |= {"importance": "urgent", "channelData": {"notification": {"alert": True}}}
    return message


def to_page_card(view: View, notice: str = "") -> Json:
    """Return a page of the desk as one card, with `notice` at its top. One card can be replaced in place.

    If not all entries fit, a line says how many are left out.
    """
    body = [paragraph([text_run(view.title, weight="Bolder", size="Large")])]
    body += split_long(text_lines(notice, weight="Bolder"))
    page = PageRef(view.name, view.query)
    room = MAX_PAGE_SIZE
    for number, entry in enumerate(view.cards):
        elements = _body(entry, _Context({}, page, f"{number}-"))
        if len(elements) > _LONG_ENTRY:
            elements = _collapsed(f"card-{number}", entry.summary, elements)
        room -= len(json.dumps(elements))
        if room < 0:
            body += text_lines(texts.not_shown(len(view.cards) - number), size="Small", isSubtle=True)
            break
        body += [{**element, "separator": True, "spacing": "Large"} for element in elements[:1]] + elements[1:]
    return _card(body, view.title, [])


def to_form_card(
    form: Form,
    form_id: str,
    problems: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    page: PageRef | None = None,
) -> Json:
    """Return a form as a card. `form_id` comes back when it is sent, and so does `page`, from which it was opened."""
    return _card(form_elements(form, form_id, problems or {}, values or {}, page), form.title, [])


def _card(body: Sequence[Json], summary: str, entities: Sequence[Json]) -> Json:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": "en",
        "fallbackText": shown(summary),
        "body": list(body),
        "msteams": {"width": "Full", "entities": list(entities)},
    }


def _split_body(body: Iterable[Json]) -> Iterator[list[Json]]:
    part: list[Json] = []
    room = MAX_CARD_SIZE
    for element in body:
        size = len(json.dumps(element))
        if part and size > room:
            yield part
            part, room = [], MAX_CARD_SIZE
        part.append(element)
        room -= size
    yield part


# ---- blocks ---------------------------------------------------------------------------------------------------------


def _body(outgoing: Outgoing, context: _Context) -> list[Json]:
    body: list[Json] = []
    for number, block in enumerate(outgoing.blocks):
        body += _elements(block, replace(context, id_prefix=f"{context.id_prefix}{number}"))
    return body


def _elements(block: Block, context: _Context) -> list[Json]:
    match block:
        case Markdown():
            return markdown_blocks(block.markdown)
        case Quote():
            return _quote(block)
        case Facts():
            return [element for label, value in block.rows for element in _fact(label, value)]
        case Caption():
            return split_long(text_lines(block.text, size="Small", isSubtle=True))
        case CaseHead():
            return _case_head(block)
        case History():
            return _history(block, f"history-{context.id_prefix}")
        case Mention():
            text = " ".join(f"<at>{_mention_name(user, context.names)}</at>" for user in _teams_users(block))
            return [{"type": "TextBlock", "text": text, "wrap": True}] if text else []
        case Buttons():
            return button_rows(block, context.page)
        case _:
            assert_never(block)


def _quote(block: Quote) -> list[Json]:
    by = [paragraph([text_run(block.by, weight="Bolder")])] if block.by else []
    return [
        {"type": "Container", "style": "emphasis", "items": items}
        for items in _container_parts([*by, *split_long(text_lines(block.text))])
    ]


def _container_parts(paragraphs: Iterable[Json]) -> Iterator[list[Json]]:
    """Divide paragraphs between Containers, because one Container cannot be divided between cards."""
    part: list[Json] = []
    room = 2 * MAX_BLOCK_LENGTH
    for block in paragraphs:
        length = sum(len(run["text"]) for run in block["inlines"])
        if part and length > room:
            yield part
            part, room = [], 2 * MAX_BLOCK_LENGTH
        part.append(block)
        room -= length
    if part:
        yield part


def _fact(label: str, value: str) -> list[Json]:
    first, *rest = value.splitlines() or [""]
    line = paragraph([text_run(f"{label}: ", weight="Bolder"), text_run(first)], "Small")
    return split_long([line, *text_lines("\n".join(rest))])


def _case_head(block: CaseHead) -> list[Json]:
    reference = text_run(f"{block.reference} ", weight="Bolder", size="Large")
    title = paragraph([reference, text_run(block.title, weight="Bolder")])
    deadline = f"{texts.DETAILS_LABELS['deadline']}: {block.deadline}" if block.deadline else ""
    at = f"{block.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    # A client shows these macros in its reader's time zone: "Date and time formatting", Adaptive Cards documentation.
    since = f"{{{{DATE({at}, SHORT)}}}} {{{{TIME({at})}}}}"
    return [
        *split_long([title, paragraph([text_run(block.state)], "Small")]),
        {"type": "TextBlock", "text": since, "isSubtle": True, "wrap": True},
        *split_long(text_lines(deadline, weight="Bolder")),
    ]


def _history(block: History, element_id: str) -> list[Json]:
    lines = split_long(
        paragraph([text_run(f"{_utc(line.at)}  ", isSubtle=True), text_run(line.text)], "Small") for line in block.lines
    )
    if not lines or sum(len(line.text) for line in block.lines) > _MAX_COLLAPSED_HISTORY:
        return lines
    return _collapsed(element_id, texts.HISTORY, lines)


def _collapsed(element_id: str, title: str, items: list[Json]) -> list[Json]:
    """Return a button labelled `title`, and the elements that it shows and hides."""
    toggle = {"type": "Action.ToggleVisibility", "title": shown(title), "targetElements": [element_id]}
    hidden = {"type": "Container", "id": element_id, "isVisible": False, "items": items}
    return [{"type": "ActionSet", "actions": [toggle]}, hidden]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %B %H:%M} UTC"


# ---- mentions -------------------------------------------------------------------------------------------------------


def _teams_users(block: Mention) -> list[str]:
    return [key.partition(":")[2] for key in block.people if key.startswith(f"{PLATFORM}:")]


def _mention_entity(user: str, names: Mapping[str, str]) -> Json:
    name = _mention_name(user, names)
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": user, "name": name}}


def _mention_name(user: str, names: Mapping[str, str]) -> str:
    """Return a name that can stand between <at> tags.

    Characters that would end the tag or be read as Markdown are removed.
    """
    return " ".join(re.sub(r"[^\w' .,-]|_", " ", names.get(user, "")).split()) or texts.PRESS_OFFICER
