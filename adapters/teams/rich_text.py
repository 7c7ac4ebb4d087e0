"""Text and Markdown as RichTextBlocks of an Adaptive Card.

A card shows the text of a TextRun exactly as it is and reads no markup in it. Markdown is therefore converted to
formatted runs here. Teams' clients also read Markdown in a TextBlock, but each client reads it differently, and none of
them respects an escaped character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markdown_it.token import Token

from adapters.teams.settings import Json
from bot.markdown import reader

MAX_BLOCK_LENGTH = 4000
"""Characters in one RichTextBlock. Longer text continues in the next block."""

_RULES = ("autolink", "backticks", "blockquote", "emphasis", "entity", "escape", "fence", "heading", "link", "list")
_MARKDOWN = reader([*_RULES, "newline"])
_INDENT = "\u2003"  # an em space, because a card collapses ordinary spaces

# Control characters and characters that change the reading direction. Teams refuses a card with some of them in it.
_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


# ---- plain text -----------------------------------------------------------------------------------------------------


def text_run(text: str, **style: Any) -> Json:  # noqa: ANN401  properties of a TextRun
    """Return a TextRun with these properties, such as `weight="Bolder"`."""
    return {"type": "TextRun", "text": shown(text), **style}


def shown(text: str) -> str:
    """Return plain text as Teams takes it, for a TextRun and for every other property that holds a person's words."""
    return _CONTROL_CHARACTERS.sub("\ufffd", text)


def paragraph(runs: Sequence[Json], spacing: str = "Default") -> Json:
    """Return one RichTextBlock of these TextRuns, however long it is; see `split_long`."""
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": list(_without_date_macros(runs))}


def text_lines(text: str, **style: Any) -> list[Json]:  # noqa: ANN401  properties of a TextRun
    """Return one RichTextBlock for each line of `text` that is not blank."""
    return [paragraph([text_run(line, **style)], spacing="Small") for line in text.splitlines() if line.strip()]


def split_long(paragraphs: Iterable[Json]) -> list[Json]:
    """Return these RichTextBlocks, with each one longer than MAX_BLOCK_LENGTH split into several."""
    return [part for block in paragraphs for part in _split_block(block)]


def _split_block(block: Json) -> list[Json]:
    parts: list[list[Json]] = [[]]
    room = MAX_BLOCK_LENGTH
    for run in block["inlines"]:
        for text in _split_text(run["text"]):
            if len(text) > room and parts[-1]:
                parts.append([])
                room = MAX_BLOCK_LENGTH
            parts[-1].append({**run, "text": text})
            room -= len(text)
    return [{**block, "inlines": inlines} for inlines in parts if inlines]


def _split_text(text: str) -> Iterator[str]:
    """Yield pieces of at most MAX_BLOCK_LENGTH characters, split after a space where possible."""
    while len(text) > MAX_BLOCK_LENGTH:
        space = text.rfind(" ", 1, MAX_BLOCK_LENGTH)
        end = space + 1 if space > 0 else MAX_BLOCK_LENGTH
        yield text[:end]
        text = text[end:]
    yield text


def _without_date_macros(runs: Sequence[Json]) -> Iterator[Json]:
    """Yield the runs, split between two braces. A card replaces `{{DATE(…)}}` and `{{TIME(…)}}` within one run."""
    for run in runs:
        for part in re.split(r"(?<=\{)(?=\{)", run["text"]):
            yield {**run, "text": part}


# ---- Markdown -------------------------------------------------------------------------------------------------------


def markdown_blocks(markdown: str) -> list[Json]:
    """Return RichTextBlocks for Markdown by the desk or by a policy's owner.

    There is one for each paragraph, heading, list item and line of code; long ones are split.
    """
    return split_long(_blocks(_MARKDOWN.parse(markdown)))


def _blocks(tokens: list[Token]) -> Iterator[Json]:
    bullets: list[str] = []
    list_numbers: list[int] = []  # for each open list the number of its next item, 0 for a bullet list
    heading = False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                list_numbers.append(0)
            case "ordered_list_open":
                list_numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                list_numbers.pop()
            case "list_item_open":
                bullets.append(f"{list_numbers[-1]}. " if list_numbers[-1] else "• ")
                list_numbers[-1] += 1 if list_numbers[-1] else 0
            case "heading_open":
                heading = True
            case "fence" | "code_block":
                yield from (paragraph([text_run(line, fontType="Monospace")]) for line in token.content.splitlines())
            case "inline":
                bullet = bullets.pop() if bullets else ""
                prefix = _INDENT * max(0, len(list_numbers) - 1) + bullet
                style: Json = {"weight": "Bolder", "size": "Medium"} if heading else {}
                heading = False
                spacing = "Small" if list_numbers else "Medium"
                yield paragraph([*([text_run(prefix)] if prefix else []), *_runs(token, style)], spacing=spacing)
            case _:
                pass


def _runs(token: Token, style: Json) -> list[Json]:
    runs: list[Json] = []
    current: Json = dict(style)
    for child in token.children or ():
        match child.type:
            case "strong_open":
                current["weight"] = "Bolder"
            case "strong_close":
                current.pop("weight", None)
            case "em_open":
                current["italic"] = True
            case "em_close":
                current.pop("italic", None)
            case "link_open":
                current["selectAction"] = {"type": "Action.OpenUrl", "url": str(child.attrGet("href") or "")}
            case "link_close":
                current.pop("selectAction", None)
            case "softbreak" | "hardbreak":
                runs.append(text_run(" " if child.type == "softbreak" else "\n"))
            case "code_inline":
                runs.append(text_run(child.content, **current, fontType="Monospace"))
            case _:
                runs.append(text_run(child.content, **current))
    return [run for run in runs if run["text"]]
