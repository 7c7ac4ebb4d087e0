"""Rich text elements and blocks. Slack never parses their text, so a person's words in them need no escaping.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from bot.plaintext import without_control_characters

Json = dict[str, Any]

MAX_TEXT_OF_BLOCK = 2500
"""Characters of text in one rich text block. Slack folds a longer one."""


# ---- plain text -----------------------------------------------------------------------------------------------------


def strip_control_characters(text: str) -> str:
    """Return the text without control characters. Tab and newline stay."""
    return without_control_characters(text).replace("\r", "")


def escape_mrkdwn(text: str) -> str:
    """Return plain text for a field that Slack parses as mrkdwn: no mention or link in it works."""
    return strip_control_characters(html.escape(text, quote=False))


def split_text(text: str, length: int) -> Iterator[str]:
    """Yield the text in pieces of at most `length` characters, split after a space or newline where possible."""
    while len(text) > length:
        end = max(text.rfind(" ", 0, length), text.rfind("\n", 0, length)) + 1 or length
        yield text[:end]
        text = text[end:]
    if text:
        yield text


# ---- elements -------------------------------------------------------------------------------------------------------


def text(words: str, *, bold: bool = False, italic: bool = False, code: bool = False, strike: bool = False) -> Json:
    """Return a text element. Markup, mentions and links in `words` are shown as they are written."""
    given = {"bold": bold, "italic": italic, "code": code, "strike": strike}
    style = {name: True for name, on in given.items() if on}
    element: Json = {"type": "text", "text": strip_control_characters(words)}
    return {**element, "style": style} if style else element


def link(url: str, words: str, style: Json | None = None) -> Json:
    """Return a link element. `url` must come from the desk or from a policy, never from a person's message."""
    element: Json = {"type": "link", "url": url, "text": strip_control_characters(words)}
    return {**element, "style": style} if style else element


def date(when: datetime, form: str) -> Json:
    """Return a date element, shown in the reader's own time zone. The form `{ago}` shows it as an age."""
    fallback = f"{when:%d %B %Y %H:%M} UTC"
    return {"type": "date", "timestamp": int(when.timestamp()), "format": form, "fallback": fallback}


def section(*elements: Json) -> Json:
    """Return a paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Json) -> Json:
    """Return a paragraph with a bar at its left."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def preformatted(words: str) -> Json:
    """Return a paragraph in a fixed-width font. Line breaks stay."""
    return {"type": "rich_text_preformatted", "elements": [text(words)]}


def rich_list(items: Sequence[Json], *, ordered: bool, indent: int = 0, offset: int = 0) -> Json:
    """Return a list of sections. `offset` is the number of items of the same ordered list that came before."""
    element: Json = {"type": "rich_text_list", "style": "ordered" if ordered else "bullet", "elements": list(items)}
    return {**element, "indent": indent, **({"offset": offset} if ordered and offset else {})}


def text_length(element: Json) -> int:
    """Return the number of characters of text in an element or block."""
    words = element.get("text")
    if isinstance(words, str):
        return len(words)
    if words is not None:
        return text_length(words)
    inner = element.get("elements")
    return len(element.get("fallback", "")) if inner is None else sum(map(text_length, inner))


# ---- blocks ---------------------------------------------------------------------------------------------------------


def rich_text_blocks(parts: Iterable[Json]) -> Iterator[Json]:
    """Yield rich text blocks of at most MAX_TEXT_OF_BLOCK characters for sections, quotes and lists.

    No text is cut off.
    """
    for group in _grouped(chain.from_iterable(map(_split_part, parts))):
        yield {"type": "rich_text", "elements": group}


def _grouped(elements: Iterable[Json]) -> Iterator[list[Json]]:
    """Yield the elements in order, in groups of at most MAX_TEXT_OF_BLOCK characters."""
    group: list[Json] = []
    length = 0
    for element in elements:
        added = text_length(element)
        if group and length + added > MAX_TEXT_OF_BLOCK:
            yield group
            group, length = [], 0
        group.append(element)
        length += added
    if group:
        yield group


def _split_part(part: Json) -> Iterator[Json]:
    """Yield one part as several of the same type, each short enough for a block and none empty."""
    if part["type"] == "rich_text_list":
        yield from _split_list(part)
        return
    for group in _grouped(chain.from_iterable(map(_split_element, part["elements"]))):
        yield {**part, "elements": group}


def _split_list(part: Json) -> Iterator[Json]:
    before = part.get("offset", 0)
    for group in _grouped(chain.from_iterable(map(_split_part, part["elements"]))):
        yield rich_list(group, ordered=part["style"] == "ordered", indent=part["indent"], offset=before)
        before += len(group)


def _split_element(element: Json) -> Iterator[Json]:
    if element["type"] == "text":
        yield from ({**element, "text": piece} for piece in split_text(element["text"], MAX_TEXT_OF_BLOCK))
    else:
        yield element
