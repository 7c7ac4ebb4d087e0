"""Markdown of the desk or of a policy's owner as elements of an Adaptive Card.

As runs of formatted text and not as the Markdown that cards know, which each of Teams' clients reads differently and
none takes an escaped character for what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_it.token import Token

from adapters.teams.runs import Json, paragraph, run
from bot.markdown import reader

_RULES = ("autolink", "backticks", "blockquote", "emphasis", "entity", "escape", "fence", "heading", "link", "list")
_INDENT = "\u2003"  # an em space: a card collapses ordinary ones


_MARKDOWN = reader([*_RULES, "newline"])


def elements(markdown: str) -> list[Json]:
    """A RichTextBlock for each paragraph, heading and item of a list."""
    return list(_blocks(_MARKDOWN.parse(markdown)))


def _blocks(tokens: list[Token]) -> Iterator[Json]:
    bullets: list[str] = []
    lists: list[int] = []
    heading = False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(0)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                bullets.append(f"{lists[-1]}. " if lists[-1] else "• ")
                lists[-1] += 1 if lists[-1] else 0
            case "heading_open":
                heading = True
            case "fence" | "code_block":
                yield from (paragraph([run(line, fontType="Monospace")]) for line in token.content.splitlines())
            case "inline":
                mark = bullets.pop() if bullets else ""
                lead = _INDENT * max(0, len(lists) - 1) + mark
                style: Json = {"weight": "Bolder", "size": "Medium"} if heading else {}
                heading = False
                spacing = "Small" if lists else "Medium"
                yield paragraph([*([run(lead)] if lead else []), *_inlines(token, style)], spacing=spacing)
            case _:
                pass


def _inlines(token: Token, style: Json) -> list[Json]:
    runs: list[Json] = []
    now: dict[str, Any] = dict(style)
    for child in token.children or ():
        match child.type:
            case "strong_open":
                now["weight"] = "Bolder"
            case "strong_close":
                now.pop("weight", None)
            case "em_open":
                now["italic"] = True
            case "em_close":
                now.pop("italic", None)
            case "link_open":
                now["selectAction"] = {"type": "Action.OpenUrl", "url": str(child.attrGet("href") or "")}
            case "link_close":
                now.pop("selectAction", None)
            case "softbreak" | "hardbreak":
                runs.append(run(" " if child.type == "softbreak" else "\n"))
            case "code_inline":
                runs.append(run(child.content, **now, fontType="Monospace"))
            case _:
                runs.append(run(child.content, **now))
    return [each for each in runs if each["text"]]
