"""What crosses the port between the desk and a platform. Frozen values, no behaviour, no vendor.

In come `Said`, `Pressed`, `Submitted`, `Shared`, `Joined` and `Viewed`; out go `Outgoing` (through the outbox) and
`Immediate` (inside the request). Two kinds of text are kept apart by type, because mixing them is how a person's words
come alive in somebody else's channel: `Prose` is Markdown that the desk or the policy's owner wrote, everything else is
plain text that an adapter must show as data, escaped in whatever way its platform needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator

# ---- both ways ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A place to write to: the stable id of a conversation, and of a thread in it where there is one.

    Routing data that changes (a service URL, a socket) is the adapter's own and lives in its AdapterState.
    """

    platform: str
    token: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.token}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform. `groups` are ids of its user groups that they are in, as far as officers need."""

    platform: str
    id: str
    name: str = ""
    groups: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """`platform:id`, as people are named in the configuration."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform gave us for a message it took: enough to update every part of it later.

    `thread` is where answers to this message arrive and where more can be written below it.
    """

    address: Address
    parts: tuple[str, ...]
    thread: Address | None = None


# ---- in -------------------------------------------------------------------------------------------------------------
# `event_id` is the same whenever the platform delivers the same thing again, and differs otherwise.


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote something that is the desk's business.

    `at` is where an answer belongs (the thread, in a channel); `direct` is that person's direct conversation, to which
    case traffic goes whatever `at` is. `addressed` is false in a channel where the desk only listens. `corrects` is the
    event id of an earlier message of which this is an edit. `files` counts attachments, which are never carried.
    """

    event_id: str
    person: Person
    text: str
    at: Address
    direct: Address
    addressed: bool = True
    files: int = 0
    link: str = ""
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a `Button`; `action` and `value` come back as the desk made them, but may be forged or stale."""

    event_id: str
    person: Person
    action: str
    value: str
    at: Address
    direct: Address


@dataclass(frozen=True, slots=True)
class Submitted:
    """Somebody sent a `Form`; `context` comes back as the desk made it, but may be forged or stale."""

    event_id: str
    person: Person
    form: str
    context: str
    values: Mapping[str, str]
    at: Address
    direct: Address


@dataclass(frozen=True, slots=True)
class Joined:
    """The desk met somebody: it was installed for them, or they opened its conversation for the first time."""

    person: Person
    direct: Address


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody wants to send a message, theirs or another's, to the press office; answered with a form, prefilled.

    `text` is empty where there is no message to begin with. Nothing is kept until the form comes back.
    """

    person: Person
    text: str
    at: Address


@dataclass(frozen=True, slots=True)
class Viewed:
    """Somebody opened a page of the desk: `home` (for staff) or `queue` (for officers).

    `query` says which part of the queue: what is open where it is empty, `mine`, `closed`, or words to look for.
    """

    person: Person
    view: Literal["home", "queue"]
    direct: Address
    query: str = ""


Incoming = Said | Pressed | Submitted | Shared | Joined | Viewed


# ---- out ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Markdown:
    """Markdown by the desk or by the policy's owner: paragraphs, lists, bold, links. The only text that is alive."""

    markdown: str
    block: Literal["prose"] = "prose"


@dataclass(frozen=True, slots=True)
class Quote:
    """A person's words, as data: nothing in them becomes a mention, a link or markup.

    `by` is what they are called; `person`, as `platform:id`, lets an adapter of that platform lead to them.
    """

    text: str
    by: str = ""
    person: str = ""
    block: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with values; the values are data, as in a Quote."""

    rows: tuple[tuple[str, str], ...]
    block: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Caption:
    """A line in small print, plain text: the source of an answer, a hint."""

    text: str
    block: Literal["small"] = "small"


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The head of a case's card. `state` is the word to show; the age since `since` ticks where it can."""

    reference: str
    title: str
    state: str
    since: datetime
    deadline: str = ""
    block: Literal["case_head"] = "case_head"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history; `text` is data."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """What happened, oldest first. Folds where the platform can fold."""

    lines: tuple[Line, ...]
    block: Literal["history"] = "history"


@dataclass(frozen=True, slots=True)
class Mention:
    """People who are to be notified, each as `platform:id`; an adapter ignores those of other platforms."""

    people: tuple[str, ...]
    block: Literal["mention"] = "mention"


@dataclass(frozen=True, slots=True)
class Button:
    """`action` names what is asked for, `value` (at most 200 characters) what it is asked for upon.

    `opens_form` promises that pressing it is answered with a form, or with a notice why not: for a platform that has to
    know before it is pressed.
    """

    label: str
    action: str
    value: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"
    opens_form: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons in reading order."""

    buttons: tuple[Button, ...]
    block: Literal["buttons"] = "buttons"


Block = Annotated[  # which one it is, its name says at once, when it is read out of the outbox
    Markdown | Quote | Facts | Caption | CaseHead | History | Mention | Buttons, Discriminator("block")
]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message. `summary` is its plain-text equivalent for notifications, screen readers and terminals' titles.

    `urgent` asks a platform to announce it assertively. `shareable`: where it is shown to one person alone, that person
    may show it to the others there.
    """

    blocks: tuple[Block, ...]
    summary: str
    urgent: bool = False
    shareable: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a Form. `options` are (value, label) pairs of a choice."""

    name: str
    label: str
    kind: Literal["line", "text", "choice"] = "line"
    value: str = ""
    hint: str = ""
    required: bool = False
    max_length: int = 3000
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Opened in answer to a press; comes back as `Submitted` with the same name and context (200 characters)."""

    name: str
    title: str
    context: str
    fields: tuple[Field, ...]
    submit: str = "Send"


@dataclass(frozen=True, slots=True)
class View:
    """A page of the desk, drawn anew whenever it is opened: `Viewed` with this name and query draws it again."""

    name: Literal["home", "queue"]
    title: str
    cards: tuple[Outgoing, ...]
    query: str = ""


Mark = Literal["delivered", "failed"]


@dataclass(frozen=True, slots=True)
class SyncResponse:
    """What must be answered inside the request. Empty: the platform is only told that the event was taken.

    `notice` is shown to that person alone and kept nowhere; `form` opens; `view` is drawn, in place of the page on
    which something was pressed or from which a form was opened, if it was a page.
    """

    notice: str = ""
    form: Form | None = None
    view: View | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """For a Submitted that cannot be taken: field name -> what to mend. The form stays open."""
