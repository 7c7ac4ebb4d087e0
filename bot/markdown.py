"""Reading Markdown that the desk or a policy's owner wrote: HTML in it stays text, and a link leads somewhere harmless.

One home for that rule: every adapter renders what this reads in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

LONGEST_URL = 3000
"""Characters; what leads further than that, no platform takes."""

_SCHEMES = frozenset({"http", "https", "mailto"})


def reader(
    rules: Iterable[str] = (), *, preset: str = "zero", renderer: type[RendererHTML] = RendererHTML
) -> MarkdownIt:
    """A parser of markdown-it's `preset` and these rules besides.

    A link that does not lead to the web or to a mailbox is no link: its text stays, as text.
    """
    markdown = MarkdownIt(preset, {"html": False}, renderer_cls=renderer).enable(list(rules))
    markdown.validateLink = is_safe  # type: ignore[method-assign]
    markdown.core.ruler.push("leads_nowhere", _unlink)
    return markdown


def is_safe(url: str) -> bool:
    """Whether a person may be led there."""
    try:
        return urlsplit(url).scheme.lower() in _SCHEMES and len(url) <= LONGEST_URL
    except ValueError:
        return False


def _unlink(state: StateCore) -> None:
    """markdown-it asks about every address but an empty one: `[text]()` would lead back to the page it stands on."""
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
