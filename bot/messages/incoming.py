"""What a platform reports to the desk.

An `event_id` is the same whenever the platform delivers the same event again, and different for every other event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.messages.identity import Address, Person


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote something that concerns the desk."""

    event_id: str
    person: Person
    text: str
    at: Address
    """Where an answer belongs: in a channel, the thread."""

    direct: Address
    """The person's direct conversation. Messages about their case go there, wherever `at` is."""

    addressed: bool = True
    """False in a channel where the desk only listens."""

    files: int = 0
    """Number of attachments. The files themselves are never passed on."""

    link: str = ""
    """Where the message can be opened on its platform."""

    corrects: str = ""
    """The event id of the earlier message, if this is an edit of it."""

    identified: bool = True
    """False if the platform has still to be asked who `person` is, and whether they may use the desk.

    Their id is certain even then. See `ports.Adapter.identify`.
    """


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a `Button`.

    `action` and `value` are those that the desk gave the button, but the sender can have forged them, and the button
    can be out of date.
    """

    event_id: str
    person: Person
    action: str
    value: str
    at: Address
    direct: Address


@dataclass(frozen=True, slots=True)
class Submitted:
    """Somebody sent a `Form`.

    `form` and `context` are those that the desk gave the form, but the sender can have forged them, and the form can be
    out of date.
    """

    event_id: str
    person: Person
    form: str
    """The name of the form."""

    context: str
    values: Mapping[str, str]
    """Field name -> what was entered."""

    at: Address
    direct: Address


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody is new to the desk: it was installed for them, or they opened its conversation for the first time."""

    person: Person
    direct: Address


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody wants to send a message, their own or another person's, to the press office.

    The answer is a form with the message filled in. Nothing is stored until the form is submitted.
    """

    person: Person
    text: str
    """The message; empty if the form is to start empty."""

    at: Address


@dataclass(frozen=True, slots=True)
class Viewed:
    """Somebody opened a page of the desk."""

    person: Person
    view: Literal["home", "queue"]
    """`home` is the page for staff, `queue` the page for officers."""

    direct: Address
    query: str = ""
    """Which cases the queue shows: open ones if empty, `mine`, `closed`, or words to search for."""


Incoming = Said | Pressed | Submitted | Shared | Joined | Viewed
