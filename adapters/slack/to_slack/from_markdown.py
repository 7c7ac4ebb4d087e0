"""Conversion of Markdown to Slack's rich text elements.

The Markdown comes from the desk or from a policy's owner. Paragraphs, lists, bold, emphasis, links, quotes and code are
converted. HTML stays text. A link to anything but the web or a mailbox becomes plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from adapters.slack.to_slack import rich_text
from adapters.slack.to_slack.rich_text import Json
from bot.markdown import reader

_MARKDOWN = reader(["strikethrough"], preset="commonmark")
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


@dataclass
class _List:
    """A list that is being converted."""

    ordered: bool
    items: int = 0
    """The number of items so far; for a list that starts at n, n - 1 more."""
    item_started: bool = False
    """Whether the current item has its first paragraph."""


@dataclass
class _Converter:
    """Converts the tokens of one text, one after the other."""

    parts: list[Json] = field(default_factory=list)
    """The sections, quotes and lists so far."""
    lists: list[_List] = field(default_factory=list)
    """The lists around the current token, the innermost last."""
    quotes: int = 0
    """The number of quotes around the current token."""
    heading: bool = False
    """Whether the current token is in a heading."""

    def add(self, token: Token) -> None:
        """Convert one block token."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrs.get("start", 1)) - 1
                self.lists.append(_List(token.type.startswith("ordered"), max(start, 0)))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.lists[-1].item_started = False
            case "blockquote_open" | "blockquote_close":
                self.quotes += 1 if token.nesting > 0 else -1
            case "heading_open" | "heading_close":
                self.heading = token.nesting > 0
            case "inline":
                self._add_paragraph(list(_inline(token.children or [], bold=self.heading)))
            case "fence" | "code_block":
                self.parts.append(rich_text.preformatted(token.content.rstrip("\n")))
            case "hr":
                self._add_paragraph([rich_text.text("———")])
            case _:
                pass

    def _add_paragraph(self, elements: list[Json]) -> None:
        if self.lists:
            self._add_to_list(elements)
        elif self.quotes:
            self.parts.append(rich_text.quote(*elements))
        else:
            if self.parts and self.parts[-1]["type"] == "rich_text_section":
                # Slack shows two sections in a row as one paragraph: only an empty line separates them.
                self.parts[-1]["elements"].append(rich_text.text("\n"))
            self.parts.append(rich_text.section(*elements))

    def _add_to_list(self, elements: list[Json]) -> None:
        current, indent = self.lists[-1], len(self.lists) - 1
        last = self.parts[-1] if self.parts else {}
        same_list = last.get("type") == "rich_text_list" and last["indent"] == indent
        same_list = same_list and (last["style"] == "ordered") is current.ordered
        if current.item_started:  # a further paragraph of the same item
            if same_list:
                last["elements"][-1]["elements"] += [rich_text.text("\n"), *elements]
            else:
                self.parts.append(rich_text.section(*elements))
            return
        item = rich_text.section(*elements)
        if same_list and current.items:
            last["elements"].append(item)
        else:
            part = rich_text.rich_list([item], ordered=current.ordered, indent=indent, offset=current.items)
            self.parts.append(part)
        current.items += 1
        current.item_started = True


@lru_cache(maxsize=256)  # most messages are answers, and the same answer is sent many times
def to_rich_text(markdown: str) -> Sequence[Json]:
    """Return sections, quotes and lists for `rich_text_blocks`.

    The result is cached: do not change it. Raises nothing.
    """
    converter = _Converter()
    for token in _MARKDOWN.parse(markdown):
        converter.add(token)
    return tuple(part for part in converter.parts if part["elements"])


def _inline(tokens: Sequence[Token], *, bold: bool) -> Iterator[Json]:
    """Yield the text and link elements of one paragraph."""
    style: dict[str, Any] = {"bold": True} if bold else {}
    url = ""
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES and token.nesting > 0:
            style = {**style, _STYLES[name]: True}
        elif name in _STYLES:
            style = {key: on for key, on in style.items() if key != _STYLES[name]}
        elif name == "link":
            url = str(token.attrs.get("href", "")) if token.nesting > 0 else ""
        elif words := _words(token):
            code = {"code": True} if token.type == "code_inline" else {}
            yield _element(words, url, {**style, **code})


def _words(token: Token) -> str:
    if token.type == "softbreak":
        return " "
    return "\n" if token.type == "hardbreak" else token.content


def _element(words: str, url: str, style: dict[str, Any]) -> Json:
    return rich_text.link(url, words, style) if url else rich_text.text(words, **style)
