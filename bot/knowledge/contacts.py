"""Contacts that answers name: `{contact:it|the IT service desk}` becomes a name with its link or number.

An organisation says in its configuration who its contacts are. One that it does not name reads as the words behind the
bar, so an answer is whole without any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from markdown_it.token import Token

from bot.knowledge.model import Knowledge
from bot.markdown import reader
from bot.plaintext import escape

_MENTION = re.compile(r"\{contact:([a-z0-9-]+)\|([^{}|]*[^{}|\s][^{}|]*)\}")
_BEGUN = re.compile(r"\{\s*contacts?\b[^}\n]*\}?", re.IGNORECASE)
_SENTENCE_BEGINS = re.compile(r"(?:\A|[.!?][*_)”\"']*\s+|\n\s*\n)[*_]*\Z")
_FIRST_MARK = 0xF0000  # a private character: it is in no text, and Markdown takes it for a letter

_markdown = reader(preset="commonmark")


@dataclass(frozen=True, slots=True)
class Contact:
    """A service or an office that answers name, and how it is reached."""

    name: str
    """As it stands in a sentence: "the IT service desk"."""

    url: str = ""
    phone: str = ""
    email: str = ""


def malformed(text: str) -> str:
    """Return the first thing in an answer that was meant to name a contact and does not; empty if there is none."""
    found = _BEGUN.search(_MENTION.sub("", text))
    return found.group() if found else ""


def named(knowledge: Knowledge) -> dict[str, str]:
    """Return the id of each contact that is named -> the words that are read if it is not configured."""
    return {found[1]: _words(found) for text in _texts(knowledge) for found in _MENTION.finditer(text)}


def with_contacts(knowledge: Knowledge, contacts: Mapping[str, Contact]) -> Knowledge:
    """Return the same knowledge, at the same revision, as staff read it: with these contacts in its answers."""
    media = knowledge.media
    return replace(
        knowledge,
        entries=tuple(replace(entry, answer=filled(entry.answer, contacts)) for entry in knowledge.entries),
        smalltalk=tuple(replace(topic, answer=filled(topic.answer, contacts)) for topic in knowledge.smalltalk),
        out_of_scope=tuple(replace(topic, answer=filled(topic.answer, contacts)) for topic in knowledge.out_of_scope),
        media=media
        and replace(
            media,
            holding_line=filled(media.holding_line, contacts),
            holding_lines={kind: filled(line, contacts) for kind, line in media.holding_lines.items()},
        ),
    )


def filled(markdown: str, contacts: Mapping[str, Contact]) -> str:
    """Return Markdown with its contacts filled in, but not in code or in the address of a link.

    Each contact is first replaced by one character. Where that character is in what Markdown makes of the text tells
    whether it is read.
    """
    if "{contact:" not in markdown:
        return markdown
    mentions = list(_MENTION.finditer(markdown))
    marks = [chr(_FIRST_MARK + number) for number in range(len(mentions))]
    numbers = iter(marks)
    marked = _MENTION.sub(lambda _: next(numbers), markdown)
    places = dict(_places(_markdown.parse(marked)))
    for mark, mention in zip(marks, mentions, strict=True):
        opens = bool(_SENTENCE_BEGINS.search(markdown, 0, mention.start()))
        marked = marked.replace(mark, _written(mention, contacts, places.get(mark, "code"), opens=opens))
    return marked


def _places(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """Yield each character of the text that is read, with where it is: `text` or `link`."""
    for token in tokens:
        depth = 0
        for child in token.children or ():
            depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            if child.type == "text":
                yield from ((letter, "link" if depth else "text") for letter in child.content)


def _written(mention: re.Match[str], contacts: Mapping[str, Contact], place: str, *, opens: bool) -> str:
    """Return what stands for a mention. `opens` is whether a sentence begins with it."""
    if place == "code":
        return mention.group()
    contact = contacts.get(mention[1])
    plain = contact.name if contact else _words(mention)
    if opens:
        plain = plain[:1].upper() + plain[1:]
    if contact is None:
        return plain
    name = escape(plain)
    if place == "link":  # links do not nest
        return name
    reached = f"[{name}](<{contact.url}>)" if contact.url else name
    if contact.phone:
        return f"{reached} on {escape(contact.phone)}"
    return f"{reached} at {escape(contact.email)}" if contact.email and not contact.url else reached


def _words(mention: re.Match[str]) -> str:
    return " ".join(mention[2].split())


def _texts(knowledge: Knowledge) -> Iterator[str]:
    yield from (entry.answer for entry in knowledge.answering)
    yield from (topic.answer for topic in (*knowledge.smalltalk, *knowledge.out_of_scope))
    if knowledge.media:
        yield knowledge.media.holding_line
        yield from knowledge.media.holding_lines.values()
