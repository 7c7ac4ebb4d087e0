"""Dialogues as data: what somebody does, and what everybody reads of it.

What a turn does not name, nobody reads: a message at a place that `sees` leaves out is an error, as is a notice, a form
or a mark that was not expected. In what is expected, "…" stands for anything.

Places: `sam` is Sam's direct conversation, `#yard` a thread in a channel, `press` the press channel, `thread` what
stands below the newest card there (`press/3`: below the third message), `mail` the press office's mailbox; a place on
another platform is written `teams:press`. People likewise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from bot import plaintext
from bot.matching.active_knowledge import LoadedKnowledge
from bot.messages import (
    Address,
    Form,
    Joined,
    Person,
    Pressed,
    Said,
    Shared,
    Submitted,
    SyncResponse,
    Viewed,
)
from tests.desk import DeskHarness, Message, buttons, direct, hesitant, loaded_knowledge, person, said

Event = Said | Pressed | Submitted | Shared | Joined
Sees = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """`card` is how the newest card in `press` reads afterwards, `form` the title of the form that opens.

    `marks` are those on messages in press channels, `learns` those on messages of whoever asked, where it is looked at.
    """

    sees: Sees = field(default_factory=dict)
    card: str = ""
    notice: str = ""
    form: str = ""
    marks: Sequence[str] = ()
    learns: Sequence[str] | None = None
    problem: str = ""


@dataclass(frozen=True)
class Says(Turn):
    who: str
    text: str
    at: str = ""
    edits: int = 0
    """Counted back: 1 is the last thing that this person said."""
    files: int = 0
    link: str = ""
    addressed: bool = True


@dataclass(frozen=True)
class Presses(Turn):
    """The newest button with this label that `who` can see; `drawn_first`: on its message as it was first drawn."""

    who: str
    label: str
    at: str = ""
    drawn_first: bool = False
    value: str | None = None
    """Forged."""


@dataclass(frozen=True)
class Fills(Turn):
    """The form that opened last for `who`."""

    who: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Shares(Turn):
    """Somebody picks a message for the press office."""

    who: str
    text: str


@dataclass(frozen=True)
class Comes(Turn):
    """Somebody meets the desk for the first time."""

    who: str


@dataclass(frozen=True)
class Opens(Turn):
    """Somebody looks at a page; `page` is what it reads like."""

    who: str
    view: Literal["home", "queue"] = "home"
    page: str = ""


@dataclass(frozen=True)
class Again(Turn):
    """The platform delivers the last event once more."""


@dataclass(frozen=True)
class Waits(Turn):
    time: timedelta


@dataclass(frozen=True)
class Happens(Turn):
    """Something in the surroundings changes."""

    what: Callable[[DeskHarness], Awaitable[None] | None]


def knows(known: Callable[[], LoadedKnowledge]) -> Happens:
    def learn(harness: DeskHarness) -> None:
        harness.active_knowledge.current = known()

    return Happens(learn)


SURE, UNSURE = knows(loaded_knowledge), knows(hesitant)


class Stage:
    """Plays dialogues in a house."""

    def __init__(self, harness: DeskHarness) -> None:
        self.harness = harness
        self._last: Event | None = None
        self._forms: dict[str, Form] = {}
        self._said: dict[str, list[Said]] = {}

    async def play(self, dialogue: Sequence[Turn]) -> None:
        for number, turn in enumerate(dialogue):
            before = {name: len(platform.shown) for name, platform in self.harness.platforms.items()}
            marked = {name: len(platform.marks) for name, platform in self.harness.platforms.items()}
            immediate = await self._do(turn)
            where = f"turn {number}: {turn}"
            assert self._news(before) == self._expected(turn), where
            assert reads(immediate.notice, turn.notice), f"{where}: {immediate.notice}"
            assert reads(immediate.form.title if immediate.form else "", turn.form), where
            assert reads(" ".join(immediate.problems.values()), turn.problem), where
            new = [mark for name, each in self.harness.platforms.items() for mark in each.marks[marked[name] :]]
            inside = [mark for at, _, mark in new if at.token.startswith("c-press")]
            assert inside == list(turn.marks), where
            if turn.learns is not None:
                assert [mark for at, _, mark in new if not at.token.startswith("c-press")] == list(turn.learns), where
            if turn.card:
                assert reads(self.card.text, turn.card), f"{where}: {self.card.text}"

    @property
    def card(self) -> Message:
        """The newest in the press channel."""
        return self.harness.at(self.place("press"))[-1]

    def place(self, name: str) -> Address:
        platform, _, token = name.rpartition(":")
        platform = platform or "slack"
        if token == "mail":
            return Address("email", "press@example.org")
        if token == "press":
            return Address(platform, "c-press")
        if token.startswith("press/"):
            return Address(platform, f"c-{token}")
        if token == "thread":
            return Address(platform, f"c-press/{self.harness.at(Address(platform, 'c-press'))[-1].id}")
        return Address(platform, f"c-{token[1:]}/1") if token.startswith("#") else Address(platform, f"dm-{token}")

    def who(self, name: str) -> Person:
        platform, _, bare = name.rpartition(":")
        return person(bare, platform or "slack")

    # ---- turns ------------------------------------------------------------------------------------------------------

    async def _do(self, turn: Turn) -> SyncResponse:
        match turn:
            case Waits():
                await self.harness.pass_time(turn.time)
                return SyncResponse()
            case Happens():
                awaitable = turn.what(self.harness)
                if awaitable is not None:
                    await awaitable
                return SyncResponse()
            case Opens():
                return await self._opens(turn)
            case _:
                pass
        incoming = self._incoming(turn)
        self._last = incoming
        immediate = await self.harness.handle(incoming)
        if immediate.form:
            self._forms[incoming.person.key] = immediate.form
        return immediate

    def _incoming(self, turn: Turn) -> Event:
        match turn:
            case Says():
                return self._says(turn)
            case Presses():
                return self._presses(turn)
            case Fills():
                who = self.who(turn.who)
                form = self._forms[who.key]
                at = self.place("press")
                return Submitted(self.harness.next_event(), who, form.name, form.context, turn.values, at, direct(who))
            case Shares():
                who = self.who(turn.who)
                return Shared(who, turn.text, direct(who))
            case Comes():
                who = self.who(turn.who)
                return Joined(who, direct(who))
            case Again():
                assert self._last is not None
                return self._last
            case _:
                raise AssertionError(turn)

    def _says(self, turn: Says) -> Said:
        who = self.who(turn.who)
        at = self.place(turn.at) if turn.at else direct(who)
        earlier = self._said.setdefault(who.key, [])
        corrects = earlier[-turn.edits].event_id if turn.edits else ""
        more = {"files": turn.files, "link": turn.link, "addressed": turn.addressed, "corrects": corrects}
        incoming = said(who, turn.text, self.harness.next_event(), at, **more)
        earlier.append(incoming)
        return incoming

    def _presses(self, turn: Presses) -> Pressed:
        who = self.who(turn.who)
        at = self.place(turn.at) if turn.at else direct(who)
        for message in reversed(self.harness.at(at)):
            drawings = message.versions if turn.drawn_first else message.versions[-1:]
            for button in buttons(drawings[0]):
                if button.label == turn.label:
                    value = button.value if turn.value is None else turn.value
                    return Pressed(self.harness.next_event(), who, button.action, value, at, direct(who))
        raise AssertionError(f"{turn.who} sees no button {turn.label!r} in {at}")

    async def _opens(self, turn: Opens) -> SyncResponse:
        immediate = await self.looks(turn.who, turn.view)
        page = "\n".join(plaintext.render(shown) for shown in immediate.view.cards) if immediate.view else ""
        assert reads(page, turn.page), page
        return immediate

    async def looks(self, name: str, view: Literal["home", "queue"]) -> SyncResponse:
        who = self.who(name)
        return await self.harness.handle(Viewed(who, view, direct(who)))

    # ---- what is read -----------------------------------------------------------------------------------------------

    def _news(self, before: Mapping[str, int]) -> dict[Address, list[_Text]]:
        news: dict[Address, list[_Text]] = {}
        for name, platform in self.harness.platforms.items():
            for message in platform.shown[before[name] :]:
                news.setdefault(message.to, []).append(_Text(message.text))
        return news

    def _expected(self, turn: Turn) -> dict[Address, list[_Text]]:
        return {self.place(name): [_Text(text) for text in texts] for name, texts in turn.sees.items()}


class _Text:
    """Equal to what reads like it, so that a failure shows both sides whole."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __eq__(self, expected: object) -> bool:
        return isinstance(expected, _Text) and reads(self._text, expected._text)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._text)


def reads(text: str, expected: str) -> bool:
    """Whether every part of what is expected, split at "…", stands in the text, in order; nothing expected: nothing."""
    if not expected:
        return not text
    place = 0
    for part in expected.split("…"):
        place = text.find(part.strip(), place)
        if place < 0:
            return False
        place += len(part.strip())
    return True
