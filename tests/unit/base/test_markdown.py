from __future__ import annotations

import pytest

from bot.markdown import LONGEST_URL, is_safe, reader


@pytest.mark.parametrize("url", ["https://example.org/a?b=1", "HTTP://example.org", "mailto:press@example.org"])
def test_the_web_and_mailboxes_are_safe(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "page.html",
        "",
        "http://[",
        "https://example.org/" + LONGEST_URL * "a",
    ],
)
def test_everything_else_is_not(url: str) -> None:
    assert not is_safe(url)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("see [here]() and [there](https://example.org)", 'see here and <a href="https://example.org">there</a>'),
        ("[**bold**]()", "<strong>bold</strong>"),
        ("[]()", ""),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
    ],
)
def test_a_link_that_leads_nowhere_is_no_link(markdown: str, html: str) -> None:
    assert reader(preset="commonmark").render(markdown).strip() == f"<p>{html}</p>"
