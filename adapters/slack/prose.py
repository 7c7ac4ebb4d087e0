"""Markdown that the desk or a policy's owner wrote, as Slack's rich text.

Paragraphs, lists, bold, emphasis, links, quotes and code; HTML in it stays text, and a link leads to the web or to a
mailbox or is no link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from adapters.slack import richtext
from adapters.slack.richtext import Json
from bot.markdown import reader

_MARKDOWN = reader(["strikethrough"], preset="commonmark")
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


@dataclass
class _List:
    ordered: bool
    items: int = 0
    begun: bool = False


@dataclass
class _Writer:
    """Goes through the tokens, and knows in which lists and quotes it is."""

    parts: list[Json] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    heading: bool = False

    def take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrs.get("start", 1)) - 1
                self.lists.append(_List(token.type.startswith("ordered"), max(start, 0)))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.lists[-1].begun = False
            case "blockquote_open" | "blockquote_close":
                self.quotes += 1 if token.nesting > 0 else -1
            case "heading_open" | "heading_close":
                self.heading = token.nesting > 0
            case "inline":
                self._paragraph(list(_inline(token.children or [], bold=self.heading)))
            case "fence" | "code_block":
                self.parts.append(richtext.preformatted(token.content.rstrip("\n")))
            case "hr":
                self._paragraph([richtext.text("———")])
            case _:
                pass

    def _paragraph(self, elements: list[Json]) -> None:
        if self.lists:
            self._item(elements)
        elif self.quotes:
            self.parts.append(richtext.quote(*elements))
        else:
            if self.parts and self.parts[-1]["type"] == "rich_text_section":
                self.parts[-1]["elements"].append(richtext.text("\n"))  # else two paragraphs stand like one
            self.parts.append(richtext.section(*elements))

    def _item(self, elements: list[Json]) -> None:
        current, indent = self.lists[-1], len(self.lists) - 1
        last = self.parts[-1] if self.parts else {}
        same = last.get("type") == "rich_text_list" and last["indent"] == indent
        same = same and (last["style"] == "ordered") is current.ordered
        if current.begun:  # a further paragraph of the same item
            if same:
                last["elements"][-1]["elements"] += [richtext.text("\n"), *elements]
            else:
                self.parts.append(richtext.section(*elements))
            return
        if same and current.items:
            last["elements"].append(richtext.section(*elements))
        else:
            made = richtext.listing(
                [richtext.section(*elements)], ordered=current.ordered, indent=indent, offset=current.items
            )
            self.parts.append(made)
        current.items += 1
        current.begun = True


@lru_cache(maxsize=256)  # most of what is shown is an answer, and those are the same again and again
def to_rich_text(markdown: str) -> Sequence[Json]:
    """Paragraphs, lists and quotes for `richtext.blocks`, not to be changed; no error whatever the text is."""
    writer = _Writer()
    for token in _MARKDOWN.parse(markdown):
        writer.take(token)
    return tuple(part for part in writer.parts if part["elements"])


def _inline(tokens: Sequence[Token], *, bold: bool) -> Iterator[Json]:
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
    return richtext.link(url, words, style) if url else richtext.text(words, **style)
