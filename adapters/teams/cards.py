"""Messages and forms of the desk as Adaptive Cards 1.5.

Only Prose is formatted. Everything else goes into runs of text, in which nothing is markup; see `runs`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from adapters.teams import forms, prose
from adapters.teams.runs import LONGEST, Json, continued, lines, paragraph, run
from adapters.teams.settings import PLATFORM
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

CARD = "application/vnd.microsoft.card.adaptive"
LARGEST = 60_000
"""Bytes of a card's body. Teams takes 100 KB for the whole message."""
LARGEST_PAGE = 75_000
"""Of a page, which cannot go on in a second card."""

_IN_A_ROW = 3  # buttons; more are not all visible in a narrow window
_SHORT_LABEL = 24
_LONG = 30  # paragraphs and rows of buttons; what has more is folded on a page, where something stands below it
_FOLDABLE = 12_000  # characters of a history that is kept in one piece


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Names of people who are mentioned, the page that is drawn, and what makes ids differ within a card."""

    names: Mapping[str, str]
    page: forms.Page | None = None
    mark: str = ""


def cards(outgoing: Outgoing, names: Mapping[str, str] | None = None) -> list[Json]:
    """One card, or as many as it takes to cut nothing. `names` are those of people who are mentioned, by their id."""
    names = names or {}
    entities = [
        _entity(person, names) for block in outgoing.blocks if isinstance(block, Mention) for person in _here(block)
    ]
    body = _body(outgoing, _Drawing(names))
    return [_card(part, outgoing.summary, entities) for part in _packed(body)]


def page(view: View, notice: str = "") -> Json:
    """A page of the desk as one card, so that it can be drawn anew in place; what it cannot hold is counted.

    `notice` stands above it.
    """
    body = [paragraph([run(view.title, weight="Bolder", size="Large")])]
    body += _whole(lines(notice, weight="Bolder"))
    standing = forms.Page(view.name, view.query)
    room = LARGEST_PAGE
    for number, card in enumerate(view.cards):
        drawn = _body(card, _Drawing({}, standing, f"{number}-"))
        if len(drawn) > _LONG:
            drawn = _folded(f"card-{number}", card.summary, drawn)
        room -= len(json.dumps(drawn))
        if room < 0:
            body += lines(texts.not_shown(len(view.cards) - number), size="Small", isSubtle=True)
            break
        body += [{**element, "separator": True, "spacing": "Large"} for element in drawn[:1]] + drawn[1:]
    return _card(body, view.title, [])


def mentioned(outgoing: Outgoing) -> list[str]:
    """Ids of the people of this platform whom a message mentions."""
    return [person for block in outgoing.blocks if isinstance(block, Mention) for person in _here(block)]


def activity(card: Json, outgoing: Outgoing) -> Json:
    """A card as a message."""
    made: Json = {"summary": outgoing.summary, "attachments": [{"contentType": CARD, "content": card}]}
    if outgoing.urgent:
        made |= {"importance": "urgent", "channelData": {"notification": {"alert": True}}}
    return made


def form(
    asked: Form,
    id_: str,
    problems: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    page: forms.Page | None = None,
) -> Json:
    """A form; `id_` comes back with it, and the page from which it was opened."""
    return _card(forms.elements(asked, id_, problems or {}, values or {}, page), asked.title, [])


def _body(outgoing: Outgoing, drawing: _Drawing) -> list[Json]:
    marked = ((block, replace(drawing, mark=f"{drawing.mark}{number}")) for number, block in enumerate(outgoing.blocks))
    return [element for block, marked_drawing in marked for element in _elements(block, marked_drawing)]


def _card(body: Sequence[Json], summary: str, entities: Sequence[Json]) -> Json:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": "en",
        "fallbackText": summary,
        "body": list(body),
        "msteams": {"width": "Full", "entities": list(entities)},
    }


def _packed(body: Iterable[Json]) -> Iterator[list[Json]]:
    part: list[Json] = []
    room = LARGEST
    for element in body:
        size = len(json.dumps(element))
        if part and size > room:
            yield part
            part, room = [], LARGEST
        part.append(element)
        room -= size
    yield part


def _elements(block: Block, drawing: _Drawing) -> list[Json]:
    match block:
        case Markdown():
            return [part for element in prose.elements(block.markdown) for part in continued(element)]
        case Quote():
            return _quote(block)
        case Facts():
            return [part for label, value in block.rows for part in _fact(label, value)]
        case Caption():
            return _whole(lines(block.text, size="Small", isSubtle=True))
        case CaseHead():
            return _head(block)
        case History():
            return _history(block, f"history-{drawing.mark}")
        case Mention():
            named = " ".join(f"<at>{_name(person, drawing.names)}</at>" for person in _here(block))
            return [{"type": "TextBlock", "text": named, "wrap": True}] if named else []
        case Buttons():
            return _buttons(block, drawing.page)
        case _:
            assert_never(block)


def _whole(paragraphs: Iterable[Json]) -> list[Json]:
    return [part for each in paragraphs for part in continued(each)]


def _quote(block: Quote) -> list[Json]:
    by = [paragraph([run(block.by, weight="Bolder")])] if block.by else []
    return [_container(part) for part in _portions([*by, *_whole(lines(block.text))])]


def _container(items: list[Json]) -> Json:
    return {"type": "Container", "style": "emphasis", "items": items}


def _portions(items: Iterable[Json]) -> Iterator[list[Json]]:
    """What goes into one container, which cannot be divided between cards."""
    part: list[Json] = []
    room = 2 * LONGEST
    for item in items:
        length = sum(len(each["text"]) for each in item["inlines"])
        if part and length > room:
            yield part
            part, room = [], 2 * LONGEST
        part.append(item)
        room -= length
    if part:
        yield part


def _fact(label: str, value: str) -> list[Json]:
    first, *rest = value.splitlines() or [""]
    return _whole([paragraph([run(f"{label}: ", weight="Bolder"), run(first)], "Small"), *lines("\n".join(rest))])


def _head(block: CaseHead) -> list[Json]:
    reference = run(f"{block.reference} ", weight="Bolder", size="Large")
    deadline = f"{texts.DETAILS_LABELS['deadline']}: {block.deadline}" if block.deadline else ""
    at = f"{block.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return [
        *_whole([paragraph([reference, run(block.title, weight="Bolder")]), paragraph([run(block.state)], "Small")]),
        # Each reader's own time zone; see "Date and time formatting" of Adaptive Cards.
        {"type": "TextBlock", "text": f"{{{{DATE({at}, SHORT)}}}} {{{{TIME({at})}}}}", "isSubtle": True, "wrap": True},
        *_whole(lines(deadline, weight="Bolder")),
    ]


def _history(block: History, id_: str) -> list[Json]:
    told = _whole(
        paragraph([run(f"{_utc(line.at)}  ", isSubtle=True), run(line.text)], "Small") for line in block.lines
    )
    if not told:
        return []
    if sum(len(line.text) for line in block.lines) > _FOLDABLE:
        return told
    return _folded(id_, texts.HISTORY, told)


def _folded(id_: str, title: str, items: list[Json]) -> list[Json]:
    fold = {"type": "Action.ToggleVisibility", "title": title, "targetElements": [id_]}
    hidden = {"type": "Container", "id": id_, "isVisible": False, "items": items}
    return [{"type": "ActionSet", "actions": [fold]}, hidden]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %B %H:%M} UTC"


def _buttons(block: Buttons, page: forms.Page | None) -> list[Json]:
    """Short ones side by side; a long label has a row to itself, as it would be cut off beside others."""
    rows: list[list[Json]] = []
    room = 0
    for button in block.buttons:
        is_long = len(button.label) > _SHORT_LABEL
        if room == 0 or is_long:
            rows.append([])
            room = _IN_A_ROW
        rows[-1].append(forms.action(button, page))
        room = 0 if is_long else room - 1
    return [{"type": "ActionSet", "actions": row} for row in rows]


def _here(block: Mention) -> list[str]:
    return [key.partition(":")[2] for key in block.people if key.startswith(f"{PLATFORM}:")]


def _name(person: str, names: Mapping[str, str]) -> str:
    """A name between the marks of a mention, with nothing in it that could end them or be Markdown."""
    return " ".join(re.sub(r"[^\w' .,-]|_", " ", names.get(person, "")).split()) or texts.PRESS_OFFICER


def _entity(person: str, names: Mapping[str, str]) -> Json:
    name = _name(person, names)
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": person, "name": name}}
