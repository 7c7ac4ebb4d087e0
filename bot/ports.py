"""The Protocols between the rooms, with the rules that every implementation keeps.

`tests/contract/` holds each adapter to the rules of `Messenger` and to the rules for calling `Desk`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from bot.messages import Address, Incoming, Mark, Outgoing, Person, Receipt, Said, SyncResponse


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class Desk(Protocol):
    """What adapters call.

    - When `handle` returns, the event is committed: everything that follows from it or, for a message that has to be
      matched or whose sender has to be looked up, the message itself. The adapter acknowledges the event after that,
      never before.
    - `handle` never waits for the matcher or for a platform.
    - An event that was handled before (same platform and `event_id`) changes nothing.
    - `handle` raises `StoreUnavailable` if nothing could be committed. The adapter then does not acknowledge.
    """

    async def handle(self, incoming: Incoming) -> SyncResponse:
        """Handle one event and return the immediate answer. Everything else is sent through the outbox."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis."""

    subject: str
    ok: bool
    detail: str
    fix: str = ""
    """What to do if `ok` is false."""


class Messenger(Protocol):
    """How the relay reaches a platform.

    - `send` returns only when the platform has accepted every part, in order. The receipt names all of them.
    - The same `key` means the same message. A platform that can recognise the key shows the message once.
    - Only `Markdown` is rendered. Everything else in an Outgoing is shown as plain data; mentions and links in it do
      not work.
    - Nothing is cut off. What is longer than the platform allows is split.
    - Vendors' errors never escape. `TemporaryFailure` means that trying again may help, `PermanentFailure` that it
      cannot; the latter carries a fix.
    - `update` of a message that no longer exists sends it again and returns the new receipt.
    """

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        ...

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place."""
        ...

    async def delete(self, receipt: Receipt) -> bool:
        """Delete a message: its words are no longer shown. It is no error if it is gone already.

        Return False if the platform cannot delete, as with an e-mail.
        """
        ...

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Show on a person's own message what became of it; `event_id` is the id with which it arrived.

        Return False if the platform has no reactions; the caller then sends a sentence instead, unless something else
        tells the person.
        """
        ...

    async def diagnose(self) -> Sequence[Finding]:
        """Return what works and what does not, each with what to do. Raises nothing."""
        ...


@runtime_checkable
class Recalls(Protocol):
    """A Messenger whose platform does not recognise keys but can be asked which messages it has accepted.

    If the process dies after the platform accepted a message and before the outbox row is marked sent, the message is
    sent again. A platform then shows it twice, unless it recognises the key or its Messenger implements this.
    """

    def recall(self, key: str, since: datetime) -> None:
        """Note that this message may have been sent already, at or after `since`, by a process that died.

        The next `send` with this key looks for it on the platform first.
        """
        ...


class AdapterState(Protocol):
    """A durable key-value store, one for each platform.

    It holds routing data that changes, who was welcomed, and what a console showed.

    - Keys are at most 400 characters long. Values are any text.
    - A key about a person ends in `/` and their id. The person's data is erased by that ending.
    """

    async def get(self, key: str) -> str | None:
        """Return the value, or None."""
        ...

    async def put(self, key: str, value: str) -> None:
        """Store the value, replacing an earlier one. It is durable when this returns."""
        ...

    async def remember(self, key: str, value: str = "") -> None:
        """Store the value as `put` does, but let it expire.

        It expires when it has not been remembered again for as long as questions are kept. Two kinds of keys do not
        expire: those that end in the id of a person who is the asker of a case, and `thread/<token>` while that thread
        begins with a case's card. Calling this often is cheap.
        """
        ...

    async def add(self, key: str, value: str) -> bool:
        """Store the value unless the key has one. Return True if this call stored it."""
        ...

    async def put_numbered(self, counter: str, number: int, key: str, value: str) -> bool:
        """Store the value as change `number`, if the key `counter` holds the number before it, or nothing.

        Return False and store nothing if it holds another: then another process has made that change. Changes are
        durable in the order of their numbers.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove the key. It is no error if there is none."""
        ...

    async def items(self, prefix: str) -> Sequence[tuple[str, str]]:
        """Return all (key, value) whose key starts with `prefix`, ordered by key."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a platform can serve."""

    ready: bool
    reason: str = ""
    """Why it cannot serve, or what is degraded."""


class StartTask(Protocol):
    """Starts work that lasts as long as the desk, such as the connection to a platform.

    An adapter with a loop of its own takes a StartTask when it is built, and starts each loop with it.

    - Work that raises unexpectedly is logged with the type and the place of its error, named in readiness, and called
      again after a while. Work that returns is not called again.
    - What is expected, such as a platform that is down, the work handles itself, and `health` reports it. Work that
      keeps failing ends the process.
    - To end the work, cancel the task that is returned, and wait for it.
    """

    def __call__(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Start `work` as a task of this name, and return the task."""
        ...


def plain_task(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    """Start `work` as a task that nobody supervises: a StartTask for a part that runs by itself."""
    return asyncio.create_task(work(), name=name)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a platform says about the sender of a message."""

    standing: Literal["member", "refused", "unknown"]
    """`member`: may use the desk. `refused`: may not. `unknown`: the platform does not say at the moment."""
    person: Person | None = None
    """The sender with name and groups, unless the standing is `unknown`."""


class People(Protocol):
    """What the desk asks a platform about people, after a message of theirs was acknowledged."""

    async def identify(self, said: Said) -> Identity:
        """Return who sent a message that is not `identified`. Raises nothing."""
        ...

    async def turn_away(self, said: Said) -> None:
        """Tell the sender, if they addressed the desk, that they may not use it. Raises nothing."""
        ...


class Adapter(People, Protocol):
    """A platform as the composition root sees it."""

    @property
    def platform(self) -> str:
        """The name of the platform, as in its Addresses."""
        ...

    @property
    def messenger(self) -> Messenger:
        """The platform's Messenger; usable as soon as the adapter is built."""
        ...

    async def start(self, desk: Desk) -> None:
        """Begin to receive events. Returns at once, also if the platform is down; `health` reports that.

        Raises ConfigurationError if an address of its own is not available.
        """
        ...

    async def stop(self) -> None:
        """Receive no more events, and finish those that are being handled."""
        ...

    def health(self) -> Health:
        """Return the current state."""
        ...


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the desk can serve."""

    ready: bool
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Subject -> what is degraded or, if the desk cannot serve, why."""
    adapter: str = ""
    """The name of what the encoder learned from the knowledge base; empty if it has learned nothing."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number, or one number for each set of labels."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: Mapping[tuple[tuple[str, str], ...], float] = field(default_factory=dict)
    """((label, value), …) -> number. The key of a number without labels is ()."""
