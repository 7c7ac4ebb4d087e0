"""A whole desk on a Slack on loopback: real store, matcher, desk, relay and adapter, and people who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bot.config import from_mapping
from bot.desk.delivery_outcomes import DeliveryOutcomes
from bot.desk.handler import PolicyDesk
from bot.desk.press_desk import PressDesk
from bot.matching.active_knowledge import ActiveKnowledge
from bot.queue.relay import Relay
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from bot.storage.schema import adapter_state, metadata
from tests.clock import ManualClock
from tests.desk import PHONE, loaded_knowledge
from tests.slack.server import Json, LoopbackSlack, Posted
from tests.slack.workspace import Mode, Workspace, build, running
from tests.waiting import until

SETTINGS = {
    "press_office": {
        "channels": ["slack:C0PRESS"],
        "officers": ["slack:U0ANNA", "slack:S0PRESS"],
        "on_call": ["slack:U0BEN"],
        "phone": PHONE,
    },
}


@dataclass
class SlackOffice:
    """`here` is where people act, `slack` what they see."""

    slack: LoopbackSlack
    here: Workspace
    store: Store
    clock: ManualClock
    active_knowledge: ActiveKnowledge
    desk: PolicyDesk
    relay: Relay

    async def sees(self, channel: str, words: str, *, thread: str | None = None, count: int = 1) -> Posted:
        """Wait for the newest message there that reads so; `count` of them there must be."""

        def found() -> list[Posted]:
            return [one for one in self.slack.in_(channel, thread) if words in one.words]

        try:
            await self.slack.until(lambda: len(found()) >= count)
        except TimeoutError:
            raise AssertionError([one.words for one in self.slack.posted]) from None
        assert len(found()) == count, [one.words for one in found()]
        return found()[-1]

    async def dm(self, user: str, words: str, *, count: int = 1) -> Posted:
        return await self.sees(self.slack.direct(user), words, count=count)

    async def card(self, words: str) -> Posted:
        """The newest card in the press channel, once it reads so."""
        return await self.sees("C0PRESS", words, thread="")

    async def form(self) -> Json:
        """The newest form, once it is open."""
        before = len(self.slack.opened)
        await self.slack.until(lambda: len(self.slack.opened) >= max(before, 1))
        return self.slack.opened[-1]

    async def whispered(self, user: str, words: str) -> Posted:
        await self.slack.until(lambda: any(one.whom == user and words in one.text for one in self.slack.posted))
        return next(one for one in reversed(self.slack.posted) if one.whom == user and words in one.text)

    async def pass_time(self, time: timedelta) -> None:
        """What is due by then is looked at."""
        self.clock.advance(time)
        self.relay.wake()

    async def pass_time_to_next_try(self) -> None:
        """To when a delivery is tried again, if one waits for that; reminders come later than within a minute."""
        due = await self.store.read(lambda tx: tx.jobs.next_due())
        if due is not None and timedelta() < due - self.clock.now() < timedelta(minutes=1):
            await self.pass_time(due - self.clock.now())

    async def enquiry(self, text: str = "a reporter from the Harbour Post just rang me about my tweet") -> Posted:
        """Sam reports an enquiry; its card."""
        assert await self.here.says("U0SAM", text) is not None
        await self.dm("U0SAM", "M-1")
        return await self.card("M-1")

    def stored(self) -> dict[str, int]:
        """How many rows there are, by table, but for what the desk notes of itself."""
        own = {"schema_version", "knowledge_snapshot"}
        with self.store.transaction() as tx:
            rows = {
                table.name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
                if table.name not in own
            }
            connected = select(func.count()).where(adapter_state.c.key == "connected")
            rows["adapter_state"] -= tx.connection.execute(connected).scalar_one()
        return {name: count for name, count in rows.items() if count}

    async def nothing_more(self) -> None:
        """Once everything that is due has left, so that what should not come would be there."""

        def nothing_due() -> bool:
            with self.store.transaction() as tx:
                return tx.jobs.backlog().due == 0 and tx.inbox.backlog().waiting == 0

        await until(nothing_due)


@asynccontextmanager
async def office(store: Store, clock: ManualClock, mode: Mode, **settings: Any) -> AsyncIterator[SlackOffice]:
    """`settings` are those of the adapter that differ."""
    slack = LoopbackSlack()
    slack.groups["S0PRESS"] = ["U0BEN"]
    await slack.start()
    active_knowledge, config = ActiveKnowledge(loaded_knowledge()), from_mapping(SETTINGS, {})
    groups = {"officer_groups": frozenset({"S0PRESS"}), **settings}
    adapter = build(slack, DurableState(store, "slack"), clock, mode, **groups)
    where = PressDesk(config)
    relay = Relay(store, {"slack": adapter.messenger}, DeliveryOutcomes(where, active_knowledge), "relay")
    desk = PolicyDesk(store, active_knowledge, where, {"slack": adapter}, relay.wake, "desk")
    await relay.start()
    await desk.start()
    try:
        async with running(slack, adapter, desk, mode) as here:
            yield SlackOffice(slack, here, store, clock, active_knowledge, desk, relay)
            await desk.stop()
            await relay.stop()
    finally:
        await desk.stop()
        await relay.stop()
        await slack.stop()
