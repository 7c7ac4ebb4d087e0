"""The blocks of which an outgoing message is made.

Each class has a field `block`, which tells the classes apart when a message is read from the outbox. Its values are
stored, so they stay as they are when a class is renamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator


@dataclass(frozen=True, slots=True)
class Markdown:
    """Markdown by the desk or by the policy's owner: paragraphs, lists, bold, links. All other text is data."""

    markdown: str
    block: Literal["prose"] = "prose"


@dataclass(frozen=True, slots=True)
class Quote:
    """A person's words, as data: nothing in them becomes a mention, a link or markup."""

    text: str
    by: str = ""
    """The name of the person who wrote them."""

    person: str = ""
    """That person as `platform:id`. An adapter of that platform can link to them."""

    block: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with values. The values are data, as in a Quote."""

    rows: tuple[tuple[str, str], ...]
    """(label, value), in reading order."""

    block: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of plain text in small print: the source of an answer, or a hint."""

    text: str
    block: Literal["small"] = "small"


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The first lines of a case's card."""

    reference: str
    title: str
    state: str
    """The word to show for the case's state."""

    since: datetime
    """When the case was opened. A platform that can do so shows its age and keeps it up to date."""

    deadline: str = ""
    block: Literal["case_head"] = "case_head"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a `History`; `text` is data."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a case, oldest first. It is folded if the platform can fold."""

    lines: tuple[Line, ...]
    block: Literal["history"] = "history"


@dataclass(frozen=True, slots=True)
class Mention:
    """People whom the platform is to notify."""

    people: tuple[str, ...]
    """Each as `platform:id`. An adapter ignores people of other platforms."""

    block: Literal["mention"] = "mention"


@dataclass(frozen=True, slots=True)
class Button:
    """A button; pressing it sends `Pressed` with its action and value."""

    label: str
    action: str
    """The name of what is asked for."""

    value: str = ""
    """What the action applies to; at most 200 characters."""

    style: Literal["plain", "primary", "danger"] = "plain"
    opens_form: bool = False
    """True if the answer is a form, or a notice that says why there is none.

    Some platforms have to know this before the button is pressed.
    """


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons in reading order."""

    buttons: tuple[Button, ...]
    block: Literal["buttons"] = "buttons"


Block = Annotated[Markdown | Quote | Facts | Caption | CaseHead | History | Mention | Buttons, Discriminator("block")]
