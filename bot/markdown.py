"""A parser for the Markdown that the desk or a policy's owner wrote. HTML stays text, and only safe links are links.

Every adapter renders the tokens of this parser in its own way, so that these two rules stand in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

LONGEST_URL = 3000
"""Characters. No platform accepts a longer link."""

_SCHEMES = frozenset({"http", "https", "mailto"})


def reader(
    rules: Iterable[str] = (), *, preset: str = "zero", renderer: type[RendererHTML] = RendererHTML
) -> MarkdownIt:
    """Return a parser with markdown-it's `preset` and these rules in addition.

    A link that leads neither to the web nor to a mailbox is not a link; its text stays.
    """
    markdown = MarkdownIt(preset, {"html": False}, renderer_cls=renderer).enable(list(rules))
    markdown.validateLink = is_safe  # type: ignore[method-assign]
    markdown.core.ruler.push("remove_empty_links", _remove_empty_links)
    return markdown


def is_safe(url: str) -> bool:
    """Return whether the desk may show this address as a link."""
    try:
        return urlsplit(url).scheme.lower() in _SCHEMES and len(url) <= LONGEST_URL
    except ValueError:
        return False


def _remove_empty_links(state: StateCore) -> None:
    """Replace each link without an address by its text.

    markdown-it does not call `validateLink` for `[text]()`, which would link to the page on which it is shown.
    """
    for token in state.tokens:
        if token.children is not None:
            token.children = list(_without_empty_links(token.children))


def _without_empty_links(tokens: Iterable[Token]) -> Iterator[Token]:
    inside_empty = False  # links do not nest
    for token in tokens:
        if token.type == "link_open" and not token.attrGet("href"):
            inside_empty = True
        elif token.type == "link_close" and inside_empty:
            inside_empty = False
        else:
            yield token
