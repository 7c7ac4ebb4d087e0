"""A whole desk in a test: real store, knowledge, matcher, desk and relay, on platforms that record what they are given.

Nothing happens but what a test asks for: time stands still, and the outbox is emptied by `DeskHarness.settle`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot import plaintext
from bot.config import from_mapping
from bot.desk.delivery_outcomes import DeliveryOutcomes
from bot.desk.handler import PolicyDesk
from bot.desk.press_desk import PressDesk
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.knowledge.loader import load
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.match import Match
from bot.matching.matcher import Matcher
from bot.messages import Address, Button, Buttons, Incoming, Mark, Outgoing, Person, Receipt, Said, SyncResponse
from bot.ports import Desk, Finding, Health, Identity
from bot.queue import inbox
from bot.queue.relay import Relay
from bot.storage.engine import Store
from bot.storage.transaction import Transaction
from tests import learned
from tests.clock import ManualClock

KNOWLEDGE = Path(__file__).parent / "data" / "knowledge"
PHONE = "+44 1524 000000"
SETTINGS: Mapping[str, Any] = {
    "press_office": {
        "channels": ["slack:c-press"],
        "officers": ["slack:anna", "slack:ben", "teams:carl", "slack:officers"],
        "on_call": ["slack:ben"],
        "phone": PHONE,
        "email": "press@example.org",
    },
    "email": {"host": "mail.example.org", "from": "desk@example.org"},
}


@dataclass(frozen=True)
class Here:
    """A matcher that works in this process, as no desk has it: it answers without a change of process."""

    matcher: Matcher

    async def match(self, text: str, previous: str = "") -> Match:
        return self.matcher.match(text, previous)


@cache
def loaded_knowledge() -> LoadedKnowledge:
    knowledge = load(KNOWLEDGE)
    return LoadedKnowledge(knowledge, Here(learned.matcher(knowledge)))


class Hesitant(Matcher):
    """Offers where it would answer, and asks where it would pass on: as with examples that lie closer together."""

    def match(self, text: str, previous: str = "") -> Match:
        sure = super().match(text, previous)
        if sure.outcome == "answer":
            return replace(sure, outcome="choose", entries=sure.nearest)
        return replace(sure, outcome="confirm_media") if sure.outcome == "media" else sure


@cache
def hesitant() -> LoadedKnowledge:
    here = loaded_knowledge().matcher
    assert isinstance(here, Here)
    known = {each.name: getattr(here.matcher, each.name) for each in fields(here.matcher)}
    return LoadedKnowledge(loaded_knowledge().knowledge, Here(Hesitant(**known)))


@dataclass
class Message:
    """What a platform shows: as it was drawn first, and each time it was changed."""

    id: str
    to: Address
    key: str
    versions: list[Outgoing]
    deleted: bool = False

    @property
    def text(self) -> str:
        return plaintext.render(self.versions[-1])

    @property
    def buttons(self) -> tuple[Button, ...]:
        return buttons(self.versions[-1])


class RecordingPlatform:
    """A platform on which everything works, unless told otherwise; see `ports.Messenger` for what it keeps.

    Tokens: `dm-sam` is a direct conversation, `c-press` a channel, `c-press/3` the thread below message 3 in it.
    """

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.shown: list[Message] = []
        self.marks: list[tuple[Address, str, Mark]] = []
        self.taken: list[str] = []
        """Keys of what was sent and changed, in order."""
        self.failures: dict[str, DeliveryFailure] = {}
        """Token of a conversation (threads in it included) -> what writing to it raises."""
        self.marks_messages = True
        self.drops: set[str] = set()
        """Tokens of conversations where the next message is shown but the answer to the sender is lost."""
        self.identities: dict[str, Identity] = {}
        """Id of a person -> what the platform says of them, when it is asked."""
        self.turned_away: list[Said] = []
        self._desk: Desk | None = None

    @property
    def messenger(self) -> RecordingPlatform:
        return self

    async def start(self, desk: Desk) -> None:
        self._desk = desk

    async def stop(self) -> None:
        self._desk = None

    def health(self) -> Health:
        return Health(ready=self._desk is not None)

    async def identify(self, said: Said) -> Identity:
        return self.identities.get(said.person.id, Identity("unknown"))

    async def turn_away(self, said: Said) -> None:
        self.turned_away.append(said)

    async def deliver(self, incoming: Incoming) -> SyncResponse:
        """The platform's event reaches the desk. Raises what the desk raises: it is then not acknowledged."""
        assert self._desk is not None
        return await self._desk.handle(incoming)

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        self._check(to)
        message = next((shown for shown in self.shown if shown.key == key), None)
        if message is None:
            message = Message(str(len(self.shown) + 1), to, key, [outgoing])
            self.shown.append(message)
        self.taken.append(key)
        if to.token in self.drops:
            self.drops.remove(to.token)
            raise TemporaryFailure("The answer was lost.")
        return self._receipt(message)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        self._check(receipt.address)
        message = next((shown for shown in self.shown if shown.id == receipt.parts[0] and not shown.deleted), None)
        if message is None:
            return await self.send(receipt.address, outgoing, key)
        message.versions.append(outgoing)
        self.taken.append(key)
        return receipt

    async def delete(self, receipt: Receipt) -> bool:
        self._check(receipt.address)
        for shown in self.shown:
            shown.deleted = shown.deleted or shown.id in receipt.parts
        return True

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        self._check(message)
        self.marks.append((message, event_id, mark))
        return self.marks_messages

    async def diagnose(self) -> Sequence[Finding]:
        return [Finding(self.platform, ok=True, detail="records")]

    def _check(self, to: Address) -> None:
        if failure := self.failures.get(to.token.partition("/")[0]):
            raise failure
        if not to.token.startswith(("dm-", "c-", "press@")):
            raise PermanentFailure(f"There is no {to.token} here.", "Name a conversation that exists.")

    def _receipt(self, message: Message) -> Receipt:
        to = message.to
        if not to.token.startswith("c-"):
            return Receipt(to, (message.id,))
        return Receipt(to, (message.id,), to if "/" in to.token else Address(to.platform, f"{to.token}/{message.id}"))


@dataclass
class DeskHarness:
    """The desk with its surroundings. `office` and `relay` are made anew by `restart`, as by a new process."""

    store: Store
    clock: ManualClock
    settings: Mapping[str, Any] = field(default_factory=lambda: SETTINGS)
    platforms: dict[str, RecordingPlatform] = field(
        default_factory=lambda: {name: RecordingPlatform(name) for name in ("slack", "teams", "email")}
    )
    active_knowledge: ActiveKnowledge = field(default_factory=lambda: ActiveKnowledge(loaded_knowledge()))
    events: int = 0

    async def start(self) -> None:
        self.press_desk = PressDesk(from_mapping(self.settings, {}))
        handlers = DeliveryOutcomes(self.press_desk, self.active_knowledge)
        self.relay = Relay(self.store, self.platforms, handlers, owner=f"relay-{id(self)}")
        await self.store.run(handlers.begin)
        self.desk = PolicyDesk(
            self.store, self.active_knowledge, self.press_desk, self.platforms, self.relay.wake, f"desk-{id(self)}"
        )
        for platform in self.platforms.values():
            await platform.start(self.desk)

    restart = start

    def next_event(self) -> str:
        self.events += 1
        return f"event-{self.events}"

    async def handle(self, incoming: Incoming) -> SyncResponse:
        """The event reaches the desk, and everything that follows from it is delivered."""
        immediate = await self.desk.handle(incoming)
        await self.settle()
        return immediate

    async def settle(self) -> None:
        """Deliver what is due, and what follows from it, until nothing is.

        The real relay, and no more of it than anybody may call: while the outbox holds something due it is started,
        and stopped at once. A relay that is stopped finishes the turn that it is in, waits for the deliveries of that
        turn and notes them, so each round is one turn and all that it began, and no loop is left that would go on
        beside the test. Between two rounds the outbox alone decides, and it knows: what is due and can be claimed is
        what it calls next, and a round leaves nothing half done. So the same events lead to the same deliveries in the
        same order, however busy the machine is, and whatever the next round finds was written by this one.
        """
        while True:
            await self._decide_all()
            if not await self._something_is_due():
                return
            await self.relay.start()
            await asyncio.sleep(0)  # the relay has the loop once, and that is where it begins its first turn
            await self.relay.stop()

    async def _decide_all(self) -> None:
        """Decide what waits in the inbox and is due, one message at a time, as the relay is run above."""
        while await self.store.read(lambda tx: tx.inbox.is_due(inbox.VERSION)):
            await self.desk.start()
            await asyncio.sleep(0)
            await self.desk.stop()

    async def _something_is_due(self) -> bool:
        due = await self.store.read(lambda tx: tx.jobs.next_due())
        return due is not None and due <= self.clock.now()

    async def pass_time(self, time: timedelta) -> None:
        """Everything that is due meanwhile happens at its time."""
        until = self.clock.now() + time
        while (due := await self.store.run(_next_due)) is not None and due <= until:
            self.clock.advance(max(due - self.clock.now(), timedelta()))
            await self.settle()
        self.clock.advance(until - self.clock.now())

    def at(self, place: Address) -> list[Message]:
        """What stands there, oldest first."""
        return [
            message for message in self.platforms[place.platform].shown if message.to == place and not message.deleted
        ]


def _next_due(tx: Transaction) -> datetime | None:
    due = [each for each in (tx.jobs.next_due(), tx.inbox.next_due()) if each is not None]
    return min(due, default=None)


def buttons(outgoing: Outgoing) -> tuple[Button, ...]:
    return tuple(button for block in outgoing.blocks if isinstance(block, Buttons) for button in block.buttons)


def person(name: str, platform: str = "slack", *groups: str) -> Person:
    return Person(platform, name, name.title(), frozenset(groups))


def direct(who: Person) -> Address:
    return Address(who.platform, f"dm-{who.id}")


def said(who: Person, text: str, event_id: str, at: Address | None = None, **more: Any) -> Said:
    return Said(event_id, who, text, at or direct(who), direct(who), **more)
