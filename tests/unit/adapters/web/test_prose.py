from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.web.page_json import to_html

ALLOWED = {"p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "pre", "br"}
PIECES = (
    *("<script>", "</script>", "<img src=x onerror=alert(1)>", "[a](", ")", "javascript:alert(1)", "data:text/html,x"),
    *("vbscript:x", "JAVASCRIPT:x", "https://x.example", "mailto:a@b.example", "<", ">", "`", "```", "**", "_", "\n"),
    *(
        "- ",
        "1. ",
        "> ",
        "&lt;",
        "&#106;avascript:",
        "![i](x)",
        '"',
        "'",
        "\\",
        "<a href=x>",
        "[r]: javascript:x",
        "\x00",
    ),
)


class _Inventory(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join))
def test_whatever_the_text_only_harmless_markup_comes_out(markdown: str) -> None:
    inventory = _Inventory()
    inventory.feed(to_html(markdown))
    assert inventory.tags <= ALLOWED
    for name, value in inventory.attributes:
        assert name in {"href", "target", "rel", "title", "class", "start"}
        assert name != "href" or re.match(r"(?i)(https?|mailto):", value or "")


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**No**, _never_.", "<p><strong>No</strong>, <em>never</em>.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("<b>bold</b> & more", "<p>&lt;b&gt;bold&lt;/b&gt; &amp; more</p>"),
        ("# no heading", "<p># no heading</p>"),
        (
            "[policy](https://example.org/a?b=1)",
            '<p><a href="https://example.org/a?b=1" target="_blank" rel="noopener noreferrer">policy</a></p>',
        ),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("[nowhere]()", "<p>nowhere</p>"),
    ],
)
def test_prose_reads_as_its_author_meant(markdown: str, html: str) -> None:
    assert to_html(markdown) == html
