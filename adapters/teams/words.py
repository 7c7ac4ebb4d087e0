"""What somebody typed, out of what Teams makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

_OTHERS = re.compile(r"</?at(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|/p|/div)(?:\s[^<>]*)?/?>\n?", re.IGNORECASE)
_FRAMES = re.compile(r"<(?:p|div)(?:\s[^<>]*)?>", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r" ?\n ?")


def typed(text: str, mentions: Iterable[str] = (), *, markup: bool = False) -> str:
    """Plain text. `mentions` are the spans that address the desk, each as it stands in `text`; no more than those go.

    Teams frames what it calls plain text in tags of its own; any other tag there was typed. With `markup` none was.
    """
    for span in mentions:
        text = text.replace(span, " ", 1) if span else text
    text = _FRAMES.sub("", _BREAKS.sub("\n", _OTHERS.sub("", text)))
    if markup:
        text = _TAGS.sub("", text)
    # PostgreSQL keeps no NUL.
    words = _BLANKS.sub(" ", unescape(text).replace("\x00", "\ufffd"))
    return _LINES.sub("\n", words).strip()
