"""How much of a person's text is read, so that reading takes a bounded time, whatever its length."""

from __future__ import annotations

FIRST, LAST = 2_000, 1_000
"""How many characters of a message are read for dates, details and similarity, from its beginning and from its end."""

_FIRST_SEARCHED, _LAST_SEARCHED = 30_000, 10_000
"""How many are searched for words that must not be overlooked. Slack, for example, takes no message that is longer."""


def abridged(text: str, first: int = FIRST, last: int = LAST) -> str:
    """Return the text or, if it is longer than `first` and `last` characters, its beginning and its end on two lines.

    A word that a cut would divide is left out, so that no number changes: of "1500" no "15" stays.
    """
    if len(text) <= first + last + 1:
        return text
    beginning, end = text[:first], text[-last:]
    if not text[first].isspace():
        beginning = "".join(beginning.rsplit(maxsplit=1)[:1])
    if not text[-last - 1].isspace():
        end = "".join(end.split(maxsplit=1)[-1:])
    return f"{beginning}\n{end}"


def searchable(text: str) -> str:
    """Return what is searched for words that must not be overlooked, such as a death: all but of a huge text."""
    return abridged(text, _FIRST_SEARCHED, _LAST_SEARCHED)
