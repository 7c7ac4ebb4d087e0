"""What the desk shows, as Slack's blocks.

Everything that people wrote is rich text or plain text, which Slack never parses: no mention, no link in it is alive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from adapters.slack import prose, richtext
from adapters.slack.richtext import Json, section, text
from adapters.slack.settings import PLATFORM
from adapters.slack.text import dead, escaped, pieces
from bot.messages import Block, Button, Buttons, Caption, CaseHead, Facts, History, Markdown, Mention, Outgoing, Quote

MOST_BLOCKS = 45  # Slack takes 50; the adapter adds a few of its own
MOST_TEXT = 10_000
"""Characters of text in one message. Slack names 12,000 for its own Markdown block, and no other limit."""

_SMALL = 1900
_LABEL = 75
_ROW = 25
_GROUP = "S"
_AGO = "{ago}"
_WHEN = "{date_short_pretty}, {time}"


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its blocks, and the words that stand for them in notifications and for screen readers."""

    blocks: tuple[Json, ...]
    text: str


def parts(outgoing: Outgoing, team: str = "") -> list[Part]:
    """The message, in as many parts as Slack's limits ask for. There is at least one.

    `team` is the workspace, whose people's names then lead to a conversation with them.
    """
    filled: list[list[Json]] = [[]]
    length = 0
    for block in drawn(outgoing, team):
        more = richtext.size(block)
        if filled[-1] and (len(filled[-1]) >= MOST_BLOCKS or length + more > MOST_TEXT):
            filled.append([])
            length = 0
        filled[-1].append(block)
        length += more
    summary = escaped(outgoing.summary)
    return [
        Part(tuple(held), f"{summary} ({number}/{len(filled)})" if number > 1 else summary)
        for number, held in enumerate(filled, start=1)
    ]


def drawn(outgoing: Outgoing, team: str = "") -> Iterator[Json]:
    """All its blocks. Neighbours that are rich text share blocks."""
    held: list[Json] = []
    for block in outgoing.blocks:
        if (paragraphs := _paragraphs(block, team)) is not None:
            held += paragraphs
            continue
        yield from richtext.blocks(held)
        held = []
        yield from _block(block)
    yield from richtext.blocks(held)


def small(words: str) -> Iterator[Json]:
    """Small print."""
    for piece in pieces(dead(words), _SMALL):
        yield {"type": "context", "elements": [{"type": "plain_text", "text": piece, "emoji": False}]}


def plain(words: str) -> Json:
    """Words on a button or in a form."""
    return {"type": "plain_text", "text": dead(words) or "…", "emoji": False}


def _paragraphs(block: Block, team: str) -> Sequence[Json] | None:
    match block:
        case Markdown():
            return prose.to_rich_text(block.markdown)
        case Quote():
            return [*_speaker(block, team), richtext.quote(text(block.text))]
        case Facts():
            return [section(text(f"{label}: ", bold=True), text(value)) for label, value in block.rows]
        case CaseHead():
            return [_head(block)]
        case History():
            return [section(richtext.moment(line.at, _WHEN), text(f"  {line.text}")) for line in block.lines]
        case Mention():
            return _mention(block)
        case Caption() | Buttons():
            return None
        case _:
            assert_never(block)


def _block(block: Block) -> Iterator[Json]:
    match block:
        case Caption():
            yield from small(block.text)
        case Buttons():
            yield from _buttons(block.buttons)
        case _:
            pass


def _speaker(quote: Quote, team: str) -> list[Json]:
    if not quote.by:
        return []
    platform, _, user = quote.person.partition(":")
    if team and platform == PLATFORM:
        return [section(richtext.link(f"slack://user?team={team}&id={user}", quote.by), text(":"))]
    return [section(text(f"{quote.by}:"))]


def _head(head: CaseHead) -> Json:
    deadline = [text(f" · {head.deadline}")] if head.deadline else []
    return section(
        text(f"{head.reference} · {head.title}", bold=True),
        text(f" · {head.state} · "),
        richtext.moment(head.since, _AGO),
        *deadline,
    )


def _mention(mention: Mention) -> list[Json]:
    here = [key.removeprefix(f"{PLATFORM}:") for key in mention.people if key.startswith(f"{PLATFORM}:")]
    elements: list[Json] = []
    for person in here:
        of_group = person.startswith(_GROUP)
        kind = {"type": "usergroup", "usergroup_id": person} if of_group else {"type": "user", "user_id": person}
        elements += [kind, text(" ")]
    return [section(*elements)] if elements else []


def _buttons(buttons: Iterable[Button]) -> Iterator[Json]:
    every = list(buttons)
    for button in every:
        if len(button.label) > _LABEL:  # the whole of it stands above, since a button cannot hold it
            yield from small(button.label)
    for first in range(0, len(every), _ROW):
        row = every[first : first + _ROW]
        yield {"type": "actions", "elements": [_button(button, number) for number, button in enumerate(row)]}


def _button(button: Button, number: int) -> Json:
    label = button.label if len(button.label) <= _LABEL else f"{button.label[: _LABEL - 1]}…"
    # The number keeps ids apart that share an action; `actions.read` takes it off again.
    element: Json = {"type": "button", "text": plain(label), "action_id": f"{button.action}#{number}"}
    if button.value:
        element["value"] = button.value
    return element if button.style == "plain" else {**element, "style": button.style}
