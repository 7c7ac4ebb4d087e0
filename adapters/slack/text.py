"""Text as Slack writes it <-> text as people wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENTITY = re.compile(r"<([^<>]*)>")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # the only three that Slack escapes, & last
# Commands to terminals, and those that turn the direction of what follows them.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def written(text: str) -> str:
    """What a person typed: mentions and links as words, nothing escaped."""
    return _unescape(_ENTITY.sub(lambda found: _words(found[1]), text))


def without_mention(text: str, user: str) -> str:
    """Slack's text without the mentions of this user."""
    return re.sub(rf"<@{re.escape(user)}(\|[^<>]*)?>", "", text).strip()


def mentions(text: str, user: str) -> bool:
    """Whether Slack's text mentions this user."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def escaped(text: str) -> str:
    """Plain text for where Slack reads markup: nothing in it is a mention or a link."""
    for entity, character in reversed(_ESCAPED):
        text = text.replace(character, entity)
    return dead(text)


def dead(text: str) -> str:
    """Plain text without the characters that are commands rather than writing."""
    return _COMMANDS.sub("", text)


def pieces(text: str, length: int) -> Iterator[str]:
    """The text in order, in pieces of at most `length` characters, parted after a space or line where there is one."""
    while len(text) > length:
        place = max(text.rfind(" ", 0, length), text.rfind("\n", 0, length)) + 1 or length
        yield text[:place]
        text = text[place:]
    if text:
        yield text


def _unescape(text: str) -> str:
    for entity, character in _ESCAPED:
        text = text.replace(entity, character)
    return text


def _words(entity: str) -> str:
    target, _, label = entity.partition("|")
    match target[:1]:
        case "@" | "#":
            return f"{target[0]}{label or target[1:]}".replace("@@", "@").replace("##", "#")
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            address = target.removeprefix("mailto:")
            return address if label in {"", address, target} else f"{label} ({address})"
