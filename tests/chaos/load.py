"""Staff and officers, as a platform passes them on: each event is posted with the same id until somebody takes it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.knowledge.model import Knowledge
from bot.messages import Address, Person, Pressed, Said, Submitted, SyncResponse
from bot.presentation import texts
from tests.chaos.platform import IMMEDIATE, OFFICERS, PLATFORM, PRESS, THREAD, Event, body_of, path_of
from tests.chaos.sink import Card

STAFF = 60  # so that nobody writes more in a minute than the desk matches of one person
MATTERS = ("the flooded boathouse", "the asbestos in Furness library", "the deer on the running track")
ROOMS = 3
RUSH = 8  # people who write at once, twice each
_PATIENCE = ClientTimeout(total=5)


@dataclass
class Ledger:
    """What was taken, with a 200. The desk's own records have no part in it.

    `questions` counts by conversation the messages that must arrive there; `enquiries`, `added` and `replies` name
    whose each event or mark is; `alone` are askers whose enquiry nobody claims. `asked` has the
    questions of each direct conversation in the order in which they were taken.
    """

    questions: Counter[str] = field(default_factory=Counter)
    asked: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    enquiries: dict[str, str] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)
    notes: int = 0
    joined: int = 0
    alone: set[str] = field(default_factory=set)
    posted_again: int = 0


class Load:
    """Runs against any number of replicas. `pace` is how many questions and how many enquiries there are a second."""

    def __init__(
        self, urls: Sequence[str], sink: str, knowledge: Knowledge, chance: Random, pace: tuple[float, float]
    ) -> None:
        assert knowledge.media is not None
        self.ledger = Ledger()
        self._urls, self._sink, self._chance, self._pace = urls, sink, chance, pace
        self._questions = [question for entry in knowledge.answering for question in entry.questions]
        self._enquiries = knowledge.media.enquiries
        self._session = ClientSession(timeout=_PATIENCE)
        self._numbers = count(1)
        self._ended = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None  # while it runs
        self._may_be_handled: set[str] = set()
        self._handled: set[str] = set()

    async def run(self) -> None:
        """Until `end` is called, and then until every enquiry that is not left alone was dealt with."""
        async with self._session, asyncio.TaskGroup() as group:
            self._group = group
            for number in range(STAFF):
                group.create_task(self._ask_on_and_on(f"staff-{number}"))
            group.create_task(self._enquire_on_and_on(group))
            group.create_task(self._watch_the_press_desk(group))

    async def rush(self) -> None:
        """Several people ask at once. Returns when the first is told that a message was taken; the others go on."""
        assert self._group is not None
        taken = asyncio.Event()
        for _ in range(RUSH):
            self._group.create_task(self._ask_twice(f"hasty-{next(self._numbers)}", taken))
        await taken.wait()

    def end(self) -> None:
        """Nothing new begins."""
        self._ended.set()

    # ---- staff ------------------------------------------------------------------------------------------------------

    async def _ask_on_and_on(self, name: str) -> None:
        while await self._pause(self._chance.expovariate(self._pace[0] / STAFF)):
            at = f"room/{self._chance.randrange(ROOMS)}" if self._chance.random() < 0.2 else _direct(name)
            await self._ask(name, at)

    async def _ask_twice(self, name: str, taken: asyncio.Event) -> None:
        await self._ask(name, _direct(name))
        taken.set()
        await self._ask(name, _direct(name))

    async def _ask(self, name: str, at: str) -> None:
        event_id = await self._say(name, self._chance.choice(self._questions), at)
        self.ledger.questions[at] += 1
        if at == _direct(name):
            self.ledger.asked[at].append(event_id)

    async def _enquire_on_and_on(self, group: asyncio.TaskGroup) -> None:
        while await self._pause(self._chance.expovariate(self._pace[1])):
            group.create_task(self._enquire(f"asker-{next(self._numbers)}"))

    async def _enquire(self, name: str) -> None:
        in_room = self._chance.random() < 0.3
        at = f"room/{self._chance.randrange(ROOMS)}" if in_room else _direct(name)
        event_id = await self._say(name, self._enquiry(), at)
        self.ledger.enquiries[event_id] = name
        if in_room:
            self.ledger.questions[at] += 1  # "I’ve written to you directly about this."
        elif self._chance.random() < 0.3:
            # By its reference, because officers of other cases may write to this asker too.
            added = await self._say(name, f"{await self._reference(name)}: they have just called again", at)
            self.ledger.added[added] = name
            await self._marked(added)  # officers who close the case before would have it stand alone
        if self._chance.random() < 0.15:
            self.ledger.alone.add(name)
        else:
            self._may_be_handled.add(name)

    def _enquiry(self) -> str:
        """Some of them are one story with others, so that there is something to join."""
        if self._chance.random() < 0.3:
            return f"a reporter from the Guardian has just rung me about {self._chance.choice(MATTERS)}"
        return self._chance.choice(self._enquiries)

    # ---- officers ---------------------------------------------------------------------------------------------------

    async def _watch_the_press_desk(self, group: asyncio.TaskGroup) -> None:
        under_way: set[str] = set()
        while not (self._ended.is_set() and len(self._handled) + len(self.ledger.alone) == len(self.ledger.enquiries)):
            await asyncio.sleep(0.3)
            for card in await self._cards():
                # A card that was drawn again is one whose thread the desk knows.
                if card.by in self._may_be_handled - under_way and card.channel == PRESS[0] and card.updates:
                    under_way.add(card.by)
                    group.create_task(self._handle(card))

    async def _handle(self, card: Card) -> None:
        """Claim, a note, one reply or two, close; some of it in the card's thread. Or join it to an earlier one."""
        if self._chance.random() < 0.7 and await self._join(card):
            self.ledger.joined += 1
            self._handled.add(card.by)
            return
        thread = f"{THREAD}{card.message}"
        claim = card.buttons["case.claim"]
        raced = self._chance.random() < 0.3
        await asyncio.gather(*(self._press(officer, "case.claim", claim) for officer in OFFICERS[: 1 + raced]))
        await self._write_inside(card, claim, thread)
        for _ in range(self._chance.choice((1, 1, 2))):
            token = f"reply-{next(self._numbers)}"
            if raced or self._chance.random() < 0.5:
                await self._submit_as_owner("case.reply", claim, {"text": f"Our answer: {token}"})
            else:
                await self._say(OFFICERS[0], f"reply: Our answer: {token}", thread)
            self.ledger.replies[token] = card.by
        await self._close(card)
        self._handled.add(card.by)

    async def _join(self, card: Card) -> bool:
        """Whether it was made one with an earlier case, which goes on for both."""
        handle = card.buttons.get("case.join", "")
        own, _, other = handle.partition("@")[0], *handle.partition(":")[1:]
        if not other or int(other) > int(own):
            return False
        notice = (await self._press(OFFICERS[0], "case.join", handle)).notice
        # When the first answer got lost, the second says that there is nothing left to do.
        return notice in {"", texts.joined_already(f"M-{own}", f"M-{other}")}

    async def _write_inside(self, card: Card, handle: str, thread: str) -> None:
        values = {"text": f"Not for the asker: inside-{next(self._numbers)}"}
        await self._post(Submitted(self._event_id(), _person("ben"), "case.note", handle, values, _press(), _press()))
        await self._say("ben", f"Call {card.by} back? inside-{next(self._numbers)}", thread)
        self.ledger.notes += 2

    async def _submit_as_owner(self, form: str, handle: str, values: dict[str, str]) -> str:
        """Whoever has the case is the one who is not refused; what the last was told."""
        notice = ""
        for officer in OFFICERS:
            person = _person(officer)
            notice = (
                await self._post(Submitted(self._event_id(), person, form, handle, values, _press(), _press()))
            ).notice
            if not notice:
                break
        return notice

    async def _close(self, card: Card) -> None:
        """With the button of a card that is drawn again meanwhile: a stale one does nothing."""
        values = {"outcome": "advice given", "note": f"Done. inside-{next(self._numbers)}"}
        while True:
            now = next(each for each in await self._cards() if each.message == card.message)
            notice = await self._submit_as_owner("case.close", now.buttons.get("case.close", "0@0"), values)
            if notice != texts.STALE:
                return
            await asyncio.sleep(0.3)

    async def _press(self, officer: str, action: str, value: str) -> SyncResponse:
        return await self._post(Pressed(self._event_id(), _person(officer), action, value, _press(), _press()))

    async def _reference(self, name: str) -> str:
        """What the asker's case is called, once it is posted."""
        while True:
            for card in await self._cards():
                if card.by == name:
                    return f"M-{card.buttons['case.claim'].partition('@')[0]}"
            await asyncio.sleep(0.3)

    async def _marked(self, event_id: str) -> None:
        """Wait until the asker sees at their message that the press office has it."""
        while True:
            async with self._session.get(f"{self._sink}/marked/{event_id}") as response:
                if await response.json():
                    return
            await asyncio.sleep(0.3)

    async def _cards(self) -> list[Card]:
        async with self._session.get(f"{self._sink}/cards") as response:
            return [Card(**card) for card in await response.json()]

    # ---- the platform -----------------------------------------------------------------------------------------------

    async def _say(self, name: str, text: str, at: str) -> str:
        event_id = self._event_id()
        direct = Address(PLATFORM, _direct(name))
        await self._post(Said(event_id, _person(name), text, Address(PLATFORM, at), direct))
        return event_id

    async def _post(self, event: Event) -> SyncResponse:
        """Once more also when it was taken, now and then: platforms do that when the answer gets lost."""
        while (taken := await self._try(event)) is None:
            self.ledger.posted_again += 1
            await asyncio.sleep(self._chance.uniform(0.05, 0.3))
        if self._chance.random() < 0.25:
            self.ledger.posted_again += 1
            await self._try(event)
        return taken

    async def _try(self, event: Event) -> SyncResponse | None:
        url = self._chance.choice(self._urls)
        try:
            async with self._session.post(url + path_of(event), data=body_of(event)) as response:
                body = await response.read()
                return IMMEDIATE.validate_json(body) if response.ok else None
        except (ClientError, TimeoutError):
            return None

    def _event_id(self) -> str:
        return f"event-{next(self._numbers)}"

    async def _pause(self, seconds: float) -> bool:
        """False when all is to end."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return True
        return False


def _direct(name: str) -> str:
    return f"direct/{name}"


def _person(name: str) -> Person:
    return Person(PLATFORM, name, name)


def _press() -> Address:
    return Address(PLATFORM, PRESS[0])
