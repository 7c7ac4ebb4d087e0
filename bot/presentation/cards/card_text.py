"""Text on its way into a card: ours as Markdown, everybody else's as words that stay dead."""

from __future__ import annotations

import re

from bot import plaintext
from bot.messages import Markdown, Outgoing, Person

SUMMARY_LENGTH = 150
_PUNCTUATION = re.compile(r"""([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])""")


def plain(markdown: str) -> Outgoing:
    """A message of Markdown alone."""
    return Outgoing((Markdown(markdown.strip()),), summary=summarise(markdown))


def sentence(text: str) -> Outgoing:
    """A message of plain text alone, which may hold a person's name."""
    return Outgoing((Markdown(escape(text)),), summary=shorten(text))


def summarise(markdown: str) -> str:
    """The first words of Markdown, as plain text, for a notification."""
    return shorten(plaintext.prose(markdown))


def shorten(text: str, length: int = SUMMARY_LENGTH) -> str:
    """The first words of plain text, in one line of at most `length` characters."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    return words[: length - 1].rsplit(" ", 1)[0] + "…"


def escape(text: str) -> str:
    """Plain text as Markdown that reads the same, in one line: a name or a reason inside a sentence of ours stays dead.

    Every ASCII punctuation character may be escaped (CommonMark 0.31, section 2.4).
    """
    return _PUNCTUATION.sub(r"\\\1", plaintext.line(text))


def name(person: Person) -> str:
    """What a person is called in a sentence."""
    return plaintext.line(person.name) or person.key
