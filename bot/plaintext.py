"""Messages, Markdown and names as plain text, for terminals, e-mail and other places without formatting."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import assert_never

from markdown_it.token import Token

from bot.markdown import reader
from bot.messages import (
    Block,
    Button,
    Buttons,
    Caption,
    CaseHead,
    Facts,
    History,
    Markdown,
    Mention,
    Outgoing,
    Person,
    Quote,
)

_markdown = reader(preset="commonmark")
# C0 and C1 control codes but tab and line breaks, and the characters that change the direction of the text after them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_PUNCTUATION = re.compile(r"""([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])""")


def render(outgoing: Outgoing, *, number: int = 0) -> str:
    """Return the message as paragraphs with an empty line between them.

    Buttons are numbered from `number` on; if it is 0 they are listed without numbers.
    """
    paragraphs = []
    for block in outgoing.blocks:
        buttons = len(block.buttons) if isinstance(block, Buttons) else 0
        paragraphs.append(_block(block, number))
        number += buttons if number else 0
    return without_control_characters("\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def without_control_characters(text: str) -> str:
    """Return a text as every platform, export and terminal may show it: tabs and line breaks stay."""
    return _CONTROL.sub("", text)


def line(text: str) -> str:
    """Return a person's words on one line, without characters that control a terminal."""
    return " ".join(without_control_characters(text.replace("\x0b", " ").replace("\x0c", " ")).split())


def display_name(person: Person) -> str:
    """Return what a person is called in a sentence: their name on one line or, if it is empty, their key."""
    return line(person.name) or person.key


@lru_cache(maxsize=256)  # most rendered texts are answers, and the same answers are given many times
def prose(markdown: str) -> str:
    """Return Markdown as plain text: without marks, each link followed by its address, list items with a dash."""
    lines: list[str] = []
    prefix = ""
    for token in _markdown.parse(markdown):
        if token.type == "list_item_open":
            prefix = f"{token.info}. " if token.info else "- "
        elif token.type == "inline":
            lines.append(prefix + _inline(token))
            prefix = ""
        elif token.type in {"paragraph_close", "bullet_list_close", "ordered_list_close"} and not token.hidden:
            lines.append("")
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content.rstrip())
    return "\n".join(lines).strip()


def _inline(token: Token) -> str:
    words, links = [], []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            words.append(" " if child.type == "softbreak" else "\n")
        elif child.type == "link_open":
            links.append(str(child.attrs.get("href", "")))
        elif child.type == "link_close":
            target = links.pop()
            words.append("" if words and words[-1] == target else f" ({target})")
        else:
            words.append(child.content)
    return "".join(words)


def _block(block: Block, number: int) -> str:
    match block:
        case Markdown():
            return prose(block.markdown)
        case Quote():
            quoted = "\n".join(f"> {line}" for line in block.text.splitlines() or [""])
            return f"{block.by}:\n{quoted}" if block.by else quoted
        case Facts():
            return "\n".join(f"{label}: {value}" for label, value in block.rows)
        case Caption():
            return block.text
        case CaseHead():
            head = f"{block.reference} · {block.title} · {block.state} · {block.since:%d %B %Y %H:%M} UTC"
            return f"{head} · {block.deadline}" if block.deadline else head
        case History():
            return "\n".join(f"{line.at:%d %B %H:%M} UTC  {line.text}" for line in block.lines)
        case Mention():
            return ""
        case Buttons():
            return "\n".join(
                _button(button, number + place if number else 0) for place, button in enumerate(block.buttons)
            )
        case _:
            assert_never(block)


def _button(button: Button, number: int) -> str:
    return f"[{number}] {button.label}" if number else f"- {button.label}"


def escape(text: str) -> str:
    """Plain text as Markdown that reads the same, in one line: a name or a reason inside a sentence of ours stays dead.

    Every ASCII punctuation character may be escaped (CommonMark 0.31, section 2.4).
    """
    return _PUNCTUATION.sub(r"\\\1", line(text))


def shorten(text: str, length: int = 150) -> str:
    """The first words of plain text, in one line of at most `length` characters."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    return words[: length - 1].rsplit(" ", 1)[0] + "…"


def day(when: date) -> str:
    """24 May 2017."""
    return f"{when.day} {when:%B %Y}"


def moment(when: datetime) -> str:
    """Monday 23 November 2026, 17:00 GMT; `when` is in the zone to show it in."""
    return f"{when:%A} {day(when)}, {when:%H:%M} {when:%Z}"


def spoken(at: datetime, now: datetime) -> str:
    """When something is, as it goes into a sentence: "today at 16:00", "on Monday at 09:00".

    Both are in the zone of whoever reads it.
    """
    days = (at.date() - now.date()).days
    if days in {0, 1}:
        return f"{'tomorrow' if days else 'today'} at {at:%H:%M}"
    if 1 < days < 7:
        return f"on {at:%A} at {at:%H:%M}"
    return f"on {at.day} {at:%B}{'' if at.year == now.year else f' {at.year}'} at {at:%H:%M}"


# ---- messages of a single text --------------------------------------------------------------------------------------


def markdown_message(markdown: str) -> Outgoing:
    """Return a message of one Markdown text, which is rendered: of the desk's own or of a policy's owner."""
    return Outgoing((Markdown(markdown.strip()),), summary=summarise(markdown))


def text_message(text: str) -> Outgoing:
    """Return a message of one plain text, which is escaped, because it may hold a person's name or words."""
    return Outgoing((Markdown(escape(text)),), summary=shorten(text))


def summarise(markdown: str) -> str:
    """Return the first words of Markdown as plain text, for a notification."""
    return shorten(prose(markdown))
