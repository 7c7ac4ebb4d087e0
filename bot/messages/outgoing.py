"""What the desk sends: messages through the outbox, and the answer inside the platform's request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.messages.blocks import Block


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message."""

    blocks: tuple[Block, ...]
    summary: str
    """The message as plain text, for notifications, screen readers and the titles of terminals."""

    urgent: bool = False
    """Asks the platform to announce the message assertively."""

    shareable: bool = False
    """If only one person sees the message, they may show it to the others in the conversation."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a `Form`."""

    name: str
    label: str
    kind: Literal["line", "text", "choice"] = "line"
    """`line` is one line of text, `text` several lines, `choice` one of `options`."""

    value: str = ""
    """What is filled in when the form opens."""

    hint: str = ""
    required: bool = False
    max_length: int = 3000
    """In characters."""

    options: tuple[tuple[str, str], ...] = ()
    """The choices, each as (value, label)."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that opens in answer to a press. It comes back as `Submitted` with the same name and context."""

    name: str
    title: str
    context: str
    """What the form is about; at most 200 characters, not shown."""

    fields: tuple[Field, ...]
    submit: str = "Send"
    """The label of the button that sends the form."""


@dataclass(frozen=True, slots=True)
class View:
    """A page of the desk. It is drawn each time it is opened: `Viewed` with this name and query draws it again."""

    name: Literal["home", "queue"]
    title: str
    cards: tuple[Outgoing, ...]
    query: str = ""


Mark = Literal["delivered", "failed"]
"""What became of a person's own message, as shown on it."""


@dataclass(frozen=True, slots=True)
class SyncResponse:
    """The answer inside the platform's request. If it is empty, the platform is only told that the event arrived."""

    notice: str = ""
    """A sentence that only this person sees; it is not stored."""

    form: Form | None = None
    """A form that opens."""

    view: View | None = None
    """The page to show in place of the one where a button was pressed or a form was opened, if it was a page."""

    problems: Mapping[str, str] = field(default_factory=dict)
    """For a `Submitted` that cannot be accepted: field name -> what to correct. The form stays open."""
