"""The Protocols between the rooms, with the rules that every implementation keeps.

`tests/contract/` holds each adapter to the rules of `Messenger` and to those of how it calls `Desk`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from bot.messages import Address, Incoming, Mark, Outgoing, Receipt, SyncResponse


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


class Desk(Protocol):
    """What adapters call.

    - When `handle` returns, all that follows from the event is committed: the adapter acknowledges after it, never
      before.
    - An event that was handled before (same platform and `event_id`) changes nothing.
    - It raises `StoreUnavailable` when nothing could be committed; the adapter then does not acknowledge.
    """

    async def handle(self, incoming: Incoming) -> SyncResponse:
        """Take what came in; everything that is not in the result leaves through the outbox."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis. `fix` says what to do where `ok` is false."""

    subject: str
    ok: bool
    detail: str
    fix: str = ""


class Messenger(Protocol):
    """How the relay reaches a platform.

    - `send` returns only when the platform has taken every part, in order; the receipt names all of them.
    - The same `key` means the same message: a platform that can tell shows it once.
    - Only `Prose` is alive. Whatever else an Outgoing holds is shown as plain data, mentions and links in it dead.
    - Nothing is cut: what is longer than the platform allows is split.
    - Vendors' errors never escape: `TemporaryFailure` where trying again may help, `PermanentFailure` with a fix
      where not.
    - `update` of a message that is gone sends it again and returns the new receipt.
    """

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        ...

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place."""
        ...

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Show on a person's own message (by the event id under which it came) what became of it.

        False where the platform has no marks, so that it is said in words to whom nothing else tells.
        """
        ...

    async def diagnose(self) -> Sequence[Finding]:
        """What works and what does not, each with what to do; raises nothing."""
        ...


@runtime_checkable
class Recalls(Protocol):
    """A Messenger whose platform knows no keys, but can be asked what it has taken.

    For the others a crash between a send and its note shows a message twice, unless they know the key again.
    """

    def recall(self, key: str, since: datetime) -> None:
        """Some process may have sent this at or after `since`, and ended: look for it before it is sent once more."""
        ...


class AdapterState(Protocol):
    """A platform's own durable key-value store: routing data that changes, who was welcomed, what a console showed.

    Keys are at most 400 characters, values any text. `put` replaces. A key about a person ends in `/` and their id: by
    that it is erased.
    """

    async def get(self, key: str) -> str | None:
        """The value, or None."""
        ...

    async def put(self, key: str, value: str) -> None:
        """Durable when it returns."""
        ...

    async def remember(self, key: str, value: str = "") -> None:
        """Like `put`, but goes when it was not remembered again for as long as questions are kept.

        Not while the person in whose id the key ends asks in a case, nor while a case's card heads the thread that the
        key names as `thread/<token>`. Cheap to call each time.
        """
        ...

    async def add(self, key: str, value: str) -> bool:
        """Like `put`, but keeps what is there; true when this call wrote it."""
        ...

    async def delete(self, key: str) -> None:
        """No error where there is nothing."""
        ...

    async def items(self, prefix: str) -> Sequence[tuple[str, str]]:
        """All (key, value) whose key starts with `prefix`, ordered by key."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """`ready` is whether this platform can serve; `reason` says why not, or what is degraded."""

    ready: bool
    reason: str = ""


class Adapter(Protocol):
    """A platform as the composition root sees it."""

    @property
    def platform(self) -> str:
        """The name that its Addresses carry."""
        ...

    @property
    def messenger(self) -> Messenger:
        """Usable from the moment the adapter is built."""
        ...

    async def start(self, desk: Desk) -> None:
        """Begin to take events. Returns at once; a platform that is down is a matter of `health`."""
        ...

    async def stop(self) -> None:
        """Take no more events, finish those under way."""
        ...

    def health(self) -> Health:
        """How it is now."""
        ...


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the desk can serve, and by subject what is degraded (or, when it cannot serve, why)."""

    ready: bool
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """One number, or one for each set of labels: `samples` maps ((label, value), …) to it; () is the bare number."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: Mapping[tuple[tuple[str, str], ...], float] = field(default_factory=dict)
