"""Conversion of an outgoing message to Block Kit blocks.

A person's words go into rich text or plain text. Slack parses neither, so no mention and no link in them works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from adapters.slack.settings import PLATFORM
from adapters.slack.to_slack import rich_text
from adapters.slack.to_slack.from_markdown import to_rich_text
from adapters.slack.to_slack.rich_text import Json, escape_mrkdwn, section, split_text, strip_control_characters, text
from bot.messages import Block, Button, Buttons, Caption, CaseHead, Facts, History, Markdown, Mention, Outgoing, Quote

MAX_BLOCKS = 45
"""Blocks of one message. Slack takes 50; the adapter itself adds a few."""

MAX_TEXT = 10_000
"""Characters of text in one message. Slack documents 12,000 for its Markdown block and no limit for the others."""

_MAX_CONTEXT = 1900  # characters of one context block, of 2,000
_MAX_LABEL = 75  # characters on a button
_MAX_BUTTONS = 25  # in one row
_USER_GROUP = "S"  # first letter of a user group's id
_AGE = "{ago}"
_DATE_AND_TIME = "{date_short_pretty}, {time}"


@dataclass(frozen=True, slots=True)
class MessagePart:
    """One Slack message."""

    blocks: tuple[Json, ...]
    text: str
    """Stands for the blocks in notifications and for screen readers. It is mrkdwn."""


def message_parts(outgoing: Outgoing, team: str = "") -> list[MessagePart]:
    """Return the message as one or more Slack messages, each within Slack's limits.

    `team` is the workspace's id. With it, the name of a quoted member links to a conversation with them.
    """
    groups: list[list[Json]] = [[]]
    length = 0
    for block in to_blocks(outgoing, team):
        added = rich_text.text_length(block)
        if groups[-1] and (len(groups[-1]) >= MAX_BLOCKS or length + added > MAX_TEXT):
            groups.append([])
            length = 0
        groups[-1].append(block)
        length += added
    summary = escape_mrkdwn(outgoing.summary)
    return [
        MessagePart(tuple(group), f"{summary} ({number}/{len(groups)})" if number > 1 else summary)
        for number, group in enumerate(groups, start=1)
    ]


def to_blocks(outgoing: Outgoing, team: str = "") -> Iterator[Json]:
    """Yield all blocks of the message. Neighbouring parts that are rich text share one block."""
    paragraphs: list[Json] = []
    for block in outgoing.blocks:
        if (further := _rich_text(block, team)) is not None:
            paragraphs += further
            continue
        yield from rich_text.rich_text_blocks(paragraphs)
        paragraphs = []
        yield from _own_blocks(block)
    yield from rich_text.rich_text_blocks(paragraphs)


def context_blocks(words: str) -> Iterator[Json]:
    """Yield plain text in small print."""
    for piece in split_text(strip_control_characters(words), _MAX_CONTEXT):
        yield {"type": "context", "elements": [{"type": "plain_text", "text": piece, "emoji": False}]}


def plain_text(words: str) -> Json:
    """Return a plain_text object, for a button or a form. Slack refuses an empty one, so that becomes "…"."""
    return {"type": "plain_text", "text": strip_control_characters(words) or "…", "emoji": False}


def _rich_text(block: Block, team: str) -> Sequence[Json] | None:
    """Return sections, quotes and lists; None if the block is not rich text, see `_own_blocks`."""
    match block:
        case Markdown():
            return to_rich_text(block.markdown)
        case Quote():
            return [*_author(block, team), rich_text.quote(text(block.text))]
        case Facts():
            return [section(text(f"{label}: ", bold=True), text(value)) for label, value in block.rows]
        case CaseHead():
            return [_case_head(block)]
        case History():
            return [section(rich_text.date(line.at, _DATE_AND_TIME), text(f"  {line.text}")) for line in block.lines]
        case Mention():
            return _mention(block)
        case Caption() | Buttons():
            return None
        case _:
            assert_never(block)


def _own_blocks(block: Block) -> Iterator[Json]:
    """Yield the blocks for a part that is not rich text."""
    match block:
        case Caption():
            yield from context_blocks(block.text)
        case Buttons():
            yield from _buttons(block.buttons)
        case _:
            pass


def _author(quote: Quote, team: str) -> list[Json]:
    if not quote.by:
        return []
    platform, _, user = quote.person.partition(":")
    if team and platform == PLATFORM:
        return [section(rich_text.link(f"slack://user?team={team}&id={user}", quote.by), text(":"))]
    return [section(text(f"{quote.by}:"))]


def _case_head(head: CaseHead) -> Json:
    deadline = [text(f" · {head.deadline}")] if head.deadline else []
    return section(
        text(f"{head.reference} · {head.title}", bold=True),
        text(f" · {head.state} · "),
        rich_text.date(head.since, _AGE),
        *deadline,
    )


def _mention(mention: Mention) -> list[Json]:
    """Return a section that notifies the people and user groups of Slack among them; no section if there are none."""
    prefix = f"{PLATFORM}:"
    elements: list[Json] = []
    for id_ in (key.removeprefix(prefix) for key in mention.people if key.startswith(prefix)):
        is_group = id_.startswith(_USER_GROUP)
        element = {"type": "usergroup", "usergroup_id": id_} if is_group else {"type": "user", "user_id": id_}
        elements += [element, text(" ")]
    return [section(*elements)] if elements else []


def _buttons(buttons: Iterable[Button]) -> Iterator[Json]:
    every = list(buttons)
    for button in every:
        if len(button.label) > _MAX_LABEL:  # the button shows only its beginning, so the whole label stands above
            yield from context_blocks(button.label)
    for first in range(0, len(every), _MAX_BUTTONS):
        row = every[first : first + _MAX_BUTTONS]
        yield {"type": "actions", "elements": [_button(button, number) for number, button in enumerate(row)]}


def _button(button: Button, number: int) -> Json:
    label = button.label if len(button.label) <= _MAX_LABEL else f"{button.label[: _MAX_LABEL - 1]}…"
    # An action_id must be unique in its block, and several buttons may have the same action. `from_slack` removes the
    # number again.
    element: Json = {"type": "button", "text": plain_text(label), "action_id": f"{button.action}#{number}"}
    if button.value:
        element["value"] = button.value
    return element if button.style == "plain" else {**element, "style": button.style}
