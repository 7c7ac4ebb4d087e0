"""Places, people and sent messages, as the desk names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """A place to write to: a conversation, or a thread in it.

    It holds stable ids only. Routing data that changes (a service URL, a socket) belongs to the adapter, which keeps it
    in its AdapterState.
    """

    platform: str
    token: str
    """The id of the conversation and of the thread, if any, in a form that only the adapter reads."""

    def __str__(self) -> str:
        return f"{self.platform}:{self.token}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform."""

    platform: str
    id: str
    name: str = ""
    """The name as the platform gives it, unchecked; empty if it is not known."""

    groups: frozenset[str] = frozenset()
    """Ids of the platform's user groups that they are in; only groups that decide who is an officer."""

    @property
    def key(self) -> str:
        """`platform:id`, as people are named in the configuration."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform returned for a message that it accepted: enough to update every part of the message later."""

    address: Address
    parts: tuple[str, ...]
    """The platform's ids of the messages into which it was split, in order."""

    thread: Address | None = None
    """Where answers to this message arrive, and where more can be written below it."""
