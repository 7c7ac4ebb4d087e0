"""Markdown that the desk or a policy's owner wrote, as HTML that is safe to put into the page.

Only paragraphs, lists, bold, emphasis, links, quotes and code; HTML in it stays text, and a link leads to the web or
to a mailbox or is no link.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from bot.markdown import reader

_RULES = ("autolink", "backticks", "blockquote", "emphasis", "entity", "escape", "fence", "link", "list", "newline")


class _Renderer(RendererHTML):
    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # A window of its own keeps the conversation; noreferrer keeps its address to itself.
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)


_MARKDOWN = reader(_RULES, renderer=_Renderer)


def to_html(markdown: str) -> str:
    """Safe HTML; no error whatever the text is."""
    return str(_MARKDOWN.render(markdown)).strip()
