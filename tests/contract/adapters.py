"""What every adapter keeps, as a base class: its own test is a rig of a few lines.

The rules are those of `ports.Messenger`, and of how an adapter calls `ports.Desk`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import DeliveryFailure, StoreUnavailable
from bot.messages import (
    Address,
    Block,
    Button,
    Buttons,
    Caption,
    CaseHead,
    Facts,
    History,
    Incoming,
    Line,
    Markdown,
    Outgoing,
    Quote,
    Said,
    SyncResponse,
)
from bot.ports import Adapter, People

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<!channel> <!here> <@U0ANNA> <https://evil.example|the policy>",
    "<at>everyone</at> @channel @here @everyone",
    "[click](https://evil.example) ![](https://evil.example/x.png)",
    "https://evil.example mailto:anna@evil.example www.evil.example",
    "**bold** _emphasis_ ~gone~ `code` # head > quote - item 1. item",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "\u202etxt.exe\u2066",
    "{{token}} ${x} %s {0} &amp; &lt;b&gt;",
)


@dataclass(frozen=True)
class Shown:
    """A message as the platform shows it: its words, and everything in it that is more than words (a link, a mention,
    an element of markup, a control sequence)."""

    text: str
    alive: tuple[str, ...] = ()


class RecordingDesk:
    """Commits when it is let, and remembers each event once, as the desk does."""

    def __init__(self) -> None:
        self.committed: list[Incoming] = []
        self.entered = asyncio.Event()
        self.let = asyncio.Event()
        self.let.set()
        self.available = True
        self.people: People | None = None
        """Who says who sent a message that is not identified; without, it stays as it is."""

    async def handle(self, incoming: Incoming) -> SyncResponse:
        self.entered.set()
        await self.let.wait()
        if not self.available:
            raise StoreUnavailable("away")
        if isinstance(incoming, Said) and not incoming.identified and self.people:
            identity = await self.people.identify(incoming)
            if identity.standing == "refused":
                await self.people.turn_away(incoming)
                return SyncResponse()
            if identity.person:
                incoming = replace(incoming, person=identity.person, identified=True)
        if incoming not in self.committed:
            self.committed.append(incoming)
        return SyncResponse(notice="Taken.")

    @property
    def said(self) -> list[Said]:
        return [one for one in self.committed if isinstance(one, Said)]


class Rig(Protocol):
    """An adapter that was started with `desk`, and a platform for it that runs in the test."""

    adapter: Adapter
    desk: RecordingDesk
    home: Address
    """A conversation in which the adapter can write."""

    async def person_says(self, text: str, event: str) -> bool:
        """The platform delivers what somebody wrote, as its event `event`. Whether the adapter acknowledged it."""
        ...

    async def shown(self) -> list[Shown]:
        """The desk's messages in `home`, in the order in which people read them."""
        ...

    async def lose(self) -> None:
        """Every message in `home` is gone from the platform."""
        ...

    async def break_down(self) -> None:
        """The platform takes nothing more."""
        ...


def message(*blocks: Block) -> Outgoing:
    return Outgoing(blocks, summary="a message")


def data_blocks(text: str) -> tuple[Block, ...]:
    """Every block that carries words which are not the desk's own."""
    return (
        CaseHead("M-1", text, "unclaimed", NOON, deadline=text),
        Quote(text, by=text),
        Facts(((text, text),)),
        Caption(text),
        Buttons((Button(text[:70] or "x", "case.claim", "1@1"),)),
        History((Line(NOON, text),)),
    )


words = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))


class AdapterContract(ABC):
    """Subclasses make a rig; `redelivers` and `edits` say what the platform can."""

    redelivers = True
    edits = True

    @abstractmethod
    @pytest.fixture
    def rig(self) -> Rig: ...

    # ---- Messenger ---------------------------------------------------------------------------------------------------

    async def test_the_receipt_names_the_conversation_and_every_part(self, rig: Rig) -> None:
        receipt = await rig.adapter.messenger.send(rig.home, message(Markdown("Hello.")), "job/1")
        assert receipt.address == rig.home
        assert receipt.parts

    async def test_the_same_key_is_shown_once(self, rig: Rig) -> None:
        first = await rig.adapter.messenger.send(rig.home, message(Markdown("Once.")), "job/1")
        again = await rig.adapter.messenger.send(rig.home, message(Markdown("Once.")), "job/1")
        assert again == first
        assert [one.text for one in await rig.shown()] == ["Once."]

    async def test_messages_keep_their_order(self, rig: Rig) -> None:
        for number in range(12):
            await rig.adapter.messenger.send(rig.home, message(Markdown(f"Message {number}.")), f"job/{number}")
        assert [one.text for one in await rig.shown()] == [f"Message {number}." for number in range(12)]

    async def test_prose_is_alive(self, rig: Rig) -> None:
        prose = Markdown("**Yes.** Read [the policy](https://example.org/policy).")
        await rig.adapter.messenger.send(rig.home, message(prose), "job/1")
        (shown,) = await rig.shown()
        assert shown.text.startswith("Yes. Read the policy")
        assert "https://example.org/policy" in " ".join((*shown.alive, shown.text))

    @pytest.mark.parametrize("text", HOSTILE)
    async def test_what_people_wrote_is_dead(self, rig: Rig, text: str) -> None:
        await rig.adapter.messenger.send(rig.home, message(*data_blocks(text)), "job/1")
        (shown,) = await rig.shown()
        assert shown.alive == ()
        assert shown.text

    # Each example is one more message in the same conversation, and each subclass has its own rig: both are meant.
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(text=words)
    async def test_whatever_people_write_stays_dead(self, rig: Rig, text: str) -> None:
        await rig.adapter.messenger.send(rig.home, message(*data_blocks(text)), f"job/{text}")
        assert all(shown.alive == () for shown in await rig.shown())

    async def test_nothing_is_cut(self, rig: Rig) -> None:
        long = " ".join(f"word{number}" for number in range(4800))
        assert len(long) > 40_000
        await rig.adapter.messenger.send(rig.home, message(Markdown(long)), "job/1")
        await rig.adapter.messenger.send(rig.home, message(Quote(long)), "job/2")
        everything = " ".join(one.text for one in await rig.shown()).replace("> ", "").split()
        assert everything == 2 * long.split()

    async def test_an_update_replaces_in_place(self, rig: Rig) -> None:
        messenger = rig.adapter.messenger
        receipt = await messenger.send(rig.home, message(Markdown("Unclaimed.")), "job/1")
        await messenger.send(rig.home, message(Markdown("After it.")), "job/2")
        await messenger.update(receipt, message(Markdown("Claimed.")), "job/3")
        texts = [one.text for one in await rig.shown()]
        assert texts == (["Claimed.", "After it."] if self.edits else ["Unclaimed.", "After it.", "Claimed."])

    async def test_an_update_of_what_is_gone_sends_it_again(self, rig: Rig) -> None:
        receipt = await rig.adapter.messenger.send(rig.home, message(Markdown("Unclaimed.")), "job/1")
        await rig.lose()
        assert await rig.shown() == []
        renewed = await rig.adapter.messenger.update(receipt, message(Markdown("Claimed.")), "job/2")
        assert renewed.address == rig.home
        assert [one.text for one in await rig.shown()] == ["Claimed."]

    async def test_what_is_deleted_is_read_no_more(self, rig: Rig) -> None:
        messenger = rig.adapter.messenger
        receipt = await messenger.send(rig.home, message(Quote(f"a secret {'and more ' * 6000}")), "job/1")
        await messenger.send(rig.home, message(Markdown("After it.")), "job/2")
        assert await messenger.delete(receipt) is self.edits
        assert ("secret" in str(await rig.shown())) is not self.edits
        assert (await rig.shown())[-1].text == "After it."
        assert await messenger.delete(receipt) is self.edits, "it is no error that it is gone"

    async def test_a_platform_that_is_down_is_a_delivery_failure(self, rig: Rig) -> None:
        receipt = await rig.adapter.messenger.send(rig.home, message(Markdown("Before.")), "job/1")
        await rig.break_down()
        with pytest.raises(DeliveryFailure):
            await rig.adapter.messenger.send(rig.home, message(Markdown("After.")), "job/2")
        with pytest.raises(DeliveryFailure):
            await rig.adapter.messenger.update(receipt, message(Markdown("After.")), "job/3")
        if self.edits:
            with pytest.raises(DeliveryFailure):
                await rig.adapter.messenger.delete(receipt)

    async def test_a_place_that_does_not_exist_is_a_permanent_failure(self, rig: Rig) -> None:
        with pytest.raises(DeliveryFailure) as caught:
            await rig.adapter.messenger.send(
                Address(rig.home.platform, "nowhere"), message(Markdown("Hello.")), "job/1"
            )
        assert getattr(caught.value, "fix", "")

    async def test_a_diagnosis_raises_nothing(self, rig: Rig) -> None:
        assert all(finding.ok or finding.fix for finding in await rig.adapter.messenger.diagnose())

    # ---- calling the desk --------------------------------------------------------------------------------------------

    async def test_what_is_said_reaches_the_desk_as_it_was_written(self, rig: Rig) -> None:
        text = 'a "reporter" <b>rang</b> & asked: **why**?'
        assert await rig.person_says(text, "event-one")
        (said,) = rig.desk.said
        assert said.text == text
        assert said.person.platform == rig.adapter.platform == said.at.platform
        assert said.event_id

    async def test_it_acknowledges_only_after_the_commit(self, rig: Rig) -> None:
        rig.desk.let.clear()
        delivery = asyncio.ensure_future(rig.person_says("a reporter rang", "event-one"))
        await rig.desk.entered.wait()
        assert not delivery.done()
        rig.desk.let.set()
        assert await delivery
        assert len(rig.desk.said) == 1

    async def test_it_does_not_acknowledge_what_could_not_be_stored(self, rig: Rig) -> None:
        rig.desk.available = False
        assert not await rig.person_says("a reporter rang", "event-one")
        rig.desk.available = True
        assert await rig.person_says("a reporter rang", "event-one")
        assert len(rig.desk.said) == 1

    async def test_a_redelivery_is_the_same_event_and_the_same_words_again_are_not(self, rig: Rig) -> None:
        if not self.redelivers:
            pytest.skip("this platform delivers everything exactly once")
        for event in ("event-one", "event-one", "event-two"):
            assert await rig.person_says("a reporter rang", event)
        assert len({said.event_id for said in rig.desk.said}) == len(rig.desk.said) == 2
