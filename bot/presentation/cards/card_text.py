"""Messages of a single text: ours as Markdown, everybody else's as words that stay dead."""

from __future__ import annotations

from bot import plaintext
from bot.messages import Markdown, Outgoing
from bot.plaintext import escape, shorten


def plain(markdown: str) -> Outgoing:
    """Return a message of Markdown alone."""
    return Outgoing((Markdown(markdown.strip()),), summary=summarise(markdown))


def sentence(text: str) -> Outgoing:
    """Return a message of plain text alone, which may hold a person's name."""
    return Outgoing((Markdown(escape(text)),), summary=shorten(text))


def summarise(markdown: str) -> str:
    """Return the first words of Markdown as plain text, for a notification."""
    return shorten(plaintext.prose(markdown))
