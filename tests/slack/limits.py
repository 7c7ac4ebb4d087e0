"""Slack's limits on blocks and views: https://docs.slack.dev/reference/block-kit. What breaks one is refused.

And the words with which it refuses for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

INLINE = frozenset({"text", "link", "user", "usergroup", "date", "channel", "emoji", "broadcast", "color"})
RICH = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
MOST_TEXT = 12_000
FOR_GOOD = (
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "invalid_auth",
    "account_inactive",
    "missing_scope",
    "msg_too_long",
    "invalid_blocks",
)
"""Errors of `chat.postMessage` that another try does not change."""


def wrong(blocks: Sequence[Json], most: int = 50) -> list[str]:
    """What Slack would not take; nothing when all is well."""
    found = [f"{len(blocks)} blocks"] if len(blocks) > most else []
    for block in blocks:
        found += _wrong(block)
    words = sum(len(text) for block in blocks for text in strings(block))
    return found + ([f"{words} characters"] if most == 50 and words > MOST_TEXT else [])


def wrong_view(view: Json) -> list[str]:
    """The same for a modal or App Home."""
    found = wrong(view["blocks"], most=100)
    for name in ("title", "submit", "close"):
        if name in view:
            found += _text(view[name], 24, name)
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata")
    ids = [block["block_id"] for block in view["blocks"] if "block_id" in block]
    return found + (["block ids repeat"] if len(ids) != len(set(ids)) else [])


def strings(block: object) -> Iterator[str]:
    """Every text in it."""
    match block:
        case {"type": _, "text": str() as text}:
            yield text
        case dict():
            for value in block.values():
                yield from strings(value)
        case list():
            for value in block:
                yield from strings(value)
        case _:
            pass


def _wrong(block: Json) -> Iterator[str]:
    match block["type"]:
        case "rich_text":
            if not block["elements"]:
                yield "empty rich_text"
            for element in block["elements"]:
                yield from _rich(element)
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield "context elements"
            for element in block["elements"]:
                yield from _text(element, 2000, "context")
        case "actions":
            yield from _actions(block["elements"])
        case "header":
            yield from _text(block["text"], 150, "header")
        case "input":
            yield from _input(block)
        case "divider":
            pass
        case other:
            yield f"unknown block {other}"


def _rich(element: Json) -> Iterator[str]:
    kind = element["type"]
    if not element["elements"]:
        yield f"empty {kind}"
    for inner in element["elements"]:
        if kind == "rich_text_list":
            if inner["type"] != "rich_text_section":
                yield "a list holds sections"
            yield from _rich(inner)
        elif inner["type"] not in INLINE:
            yield f"{inner['type']} in {kind}"
        elif inner["type"] == "text" and not inner["text"]:
            yield "empty text"
        elif inner["type"] == "date" and not (isinstance(inner["timestamp"], int) and "{" in inner["format"]):
            yield "date"
    if kind not in RICH:
        yield f"unknown {kind}"


def _actions(elements: list[Json]) -> Iterator[str]:
    ids = [element["action_id"] for element in elements]
    if not 1 <= len(elements) <= 25 or len(set(ids)) != len(ids):
        yield "action ids or number"
    for element in elements:
        yield from _text(element["text"], 75, "button")
        if len(element["action_id"]) > 255 or len(element.get("value", "")) > 2000:
            yield "button id or value"
        if element.get("style", "primary") not in {"primary", "danger"}:
            yield "button style"


def _input(block: Json) -> Iterator[str]:
    element = block["element"]
    yield from _text(block["label"], 2000, "label")
    if "hint" in block:
        yield from _text(block["hint"], 2000, "hint")
    if element["type"] == "plain_text_input":
        if len(element.get("initial_value", "")) > element.get("max_length", 3000) or element["max_length"] > 3000:
            yield "input value"
    elif element["type"] == "static_select":
        for option in element["options"]:
            yield from _text(option["text"], 75, "option")
    else:
        yield f"unknown input {element['type']}"


def _text(element: Json, most: int, where: str) -> Iterator[str]:
    if element.get("type") not in {"plain_text", "mrkdwn"} or not 1 <= len(element["text"]) <= most:
        yield f"{where}: text of {len(element['text'])}"
    if where in {"button", "header", "title", "submit", "close", "label"} and element["type"] != "plain_text":
        yield f"{where} must be plain"


def alive(blocks: Iterable[Json]) -> list[str]:
    """Everything that is more than words: links, mentions, emoji, words in bold, and text that Slack would parse."""
    found: list[str] = []
    for block in blocks:
        found += _alive(block)
    return found


def _alive(element: object) -> Iterator[str]:
    match element:
        case {"type": "link", "url": url}:
            yield str(url)
        case {"type": "user" | "usergroup" | "channel" | "emoji" | "broadcast" as kind, **rest}:
            yield f"{kind} {rest}"
        case {"type": "mrkdwn", "text": text}:
            yield str(text)
        case dict():
            for value in element.values():
                yield from _alive(value)
        case list():
            for value in element:
                yield from _alive(value)
        case _:
            pass


def read(blocks: Iterable[Json]) -> str:
    """The words as they stand on the screen."""
    return "\n".join(_words(block) for block in blocks).strip()


def _words(element: Any) -> str:
    match element:
        case {"type": "rich_text" | "rich_text_list", "elements": elements}:
            return "\n".join(_words(one) for one in elements)
        case {"type": "context" | "actions", "elements": elements}:
            return " · ".join(_words(one) for one in elements)
        case {"elements": elements}:
            return "".join(_words(one) for one in elements)
        case {"type": "date", "fallback": fallback}:
            return str(fallback)
        case {"type": "user", "user_id": person} | {"type": "usergroup", "usergroup_id": person}:
            return f"@{person}"
        case {"label": label, "element": inner}:
            return f"{_words(label)}: {inner.get('initial_value', '')}"
        case {"text": str() as text}:
            return text
        case {"text": inner}:
            return _words(inner)
        case _:
            return ""
