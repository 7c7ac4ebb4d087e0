"""Slack's rich text: elements that say what they are, so that words in them need no escaping and are never parsed.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from adapters.slack.text import dead, pieces

Json = dict[str, Any]

LONGEST = 2500
"""Characters of text in one block: a message takes several, and Slack folds what is long."""


def text(words: str, *, bold: bool = False, italic: bool = False, code: bool = False, strike: bool = False) -> Json:
    """Words that are data."""
    given = {"bold": bold, "italic": italic, "code": code, "strike": strike}
    style = {name: True for name, on in given.items() if on}
    element: Json = {"type": "text", "text": dead(words)}
    return {**element, "style": style} if style else element


def link(url: str, words: str, style: Json | None = None) -> Json:
    """A link of ours."""
    element: Json = {"type": "link", "url": url, "text": dead(words)}
    return {**element, "style": style} if style else element


def moment(when: datetime, form: str) -> Json:
    """A time that each reader sees in their own zone, and as an age where `form` is `{ago}`."""
    fallback = f"{when:%d %B %Y %H:%M} UTC"
    return {"type": "date", "timestamp": int(when.timestamp()), "format": form, "fallback": fallback}


def section(*elements: Json) -> Json:
    """A paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Json) -> Json:
    """A paragraph that somebody else said."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def preformatted(words: str) -> Json:
    """Text as it was typed."""
    return {"type": "rich_text_preformatted", "elements": [text(words)]}


def listing(items: Sequence[Json], *, ordered: bool, indent: int = 0, offset: int = 0) -> Json:
    """Sections as items. `offset` counts the items of the same list that came before."""
    made: Json = {"type": "rich_text_list", "style": "ordered" if ordered else "bullet", "elements": list(items)}
    return {**made, "indent": indent, **({"offset": offset} if ordered and offset else {})}


def blocks(parts: Iterable[Json]) -> Iterator[Json]:
    """Paragraphs, quotes and lists as blocks that Slack takes, none longer than LONGEST; nothing is cut."""
    for held in _filled(chain.from_iterable(map(_short, parts))):
        yield {"type": "rich_text", "elements": held}


def size(element: Json) -> int:
    """Characters of text in it."""
    words = element.get("text")
    if isinstance(words, str):
        return len(words)
    if words is not None:
        return size(words)
    inner = element.get("elements")
    return len(element.get("fallback", "")) if inner is None else sum(map(size, inner))


def _filled(elements: Iterable[Json]) -> Iterator[list[Json]]:
    """The elements in order, as many together as LONGEST allows."""
    held: list[Json] = []
    length = 0
    for element in elements:
        more = size(element)
        if held and length + more > LONGEST:
            yield held
            held, length = [], 0
        held.append(element)
        length += more
    if held:
        yield held


def _short(part: Json) -> Iterator[Json]:
    """The part in parts of its kind that are short enough, each holding something."""
    if part["type"] == "rich_text_list":
        yield from _short_lists(part)
        return
    for held in _filled(chain.from_iterable(map(_short_elements, part["elements"]))):
        yield {**part, "elements": held}


def _short_lists(part: Json) -> Iterator[Json]:
    before = part.get("offset", 0)
    for held in _filled(chain.from_iterable(map(_short, part["elements"]))):
        yield listing(held, ordered=part["style"] == "ordered", indent=part["indent"], offset=before)
        before += len(held)


def _short_elements(element: Json) -> Iterator[Json]:
    if element["type"] == "text":
        yield from ({**element, "text": piece} for piece in pieces(element["text"], LONGEST))
    else:
        yield element
