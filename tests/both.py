"""One desk on both platforms at once: the real adapters, a Slack and a Microsoft of this machine, one store between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.config import from_mapping
from bot.desk.deliveries import Deliveries
from bot.desk.desk import PolicyDesk
from bot.desk.mind import Minds
from bot.desk.office import Office
from bot.relay import Relay
from bot.store.engine import Store
from bot.store.state import DurableState
from tests.clock import ManualClock
from tests.desk import PHONE, mind
from tests.slack.server import LoopbackSlack
from tests.slack.server import Posted as InSlack
from tests.slack.workspace import Workspace, build, running
from tests.teams.microsoft import Posted as InTeams
from tests.teams.office import TeamsOffice
from tests.teams.people import ANNA, BEN, PRESS, Who, buttons

SLACK_PRESS, TEAMS_PRESS = "slack:C0PRESS", f"teams:{PRESS}"
T = TypeVar("T")
_PATIENCE = 10.0  # seconds, on a busy machine


@dataclass
class Both:
    """People act in `slack` (as a workspace) and in `teams` (as a client); what they then see is waited for."""

    slack: Workspace
    teams: TeamsOffice

    async def slack_card(self, words: str) -> InSlack:
        """The newest message of the press channel itself that reads so."""
        return await _found(lambda: [one for one in self.slack.slack.in_("C0PRESS", "") if words in one.words])

    async def slack_reads(self, user: str, words: str) -> InSlack:
        """Their newest direct message that reads so."""
        direct = self.slack.slack.direct(user)
        return await _found(lambda: [one for one in self.slack.slack.in_(direct) if words in one.words])

    async def teams_thread(self) -> str:
        """The one thread of the press channel."""
        there = self.teams.microsoft.conversations
        return await _found(lambda: [name for name in there if name.startswith(f"{PRESS};")])

    async def teams_card(self, words: str) -> InTeams:
        """The card of that thread, once it reads so."""
        thread = await self.teams_thread()
        seen = self.teams.microsoft
        await _found(lambda: [text for text in seen.texts(thread)[:1] if words in text])
        return seen.conversations[thread][0]

    async def teams_reads(self, who: Who, words: str) -> str:
        """Their newest message in their personal chat that reads so."""
        return await _found(lambda: [text for text in self.teams.microsoft.texts(who.chat) if words in text])

    async def teams_presses(self, who: Who, card: InTeams, label: str) -> Any:
        """What pressing it in the thread is answered with."""
        thread = await self.teams_thread()
        status, answer = await self.teams.client.presses(who, buttons(card.card)[label], thread)
        assert status == 200
        return answer


@asynccontextmanager
async def both(
    store: Store, clock: ManualClock, folder: Path, environment: pytest.MonkeyPatch, *channels: str
) -> AsyncIterator[Both]:
    """The press office is in `channels`."""
    officers = ["slack:U0ANNA", f"teams:{ANNA.aad}", f"teams:{BEN.aad}"]
    office = Office(
        from_mapping({"press_office": {"channels": list(channels), "officers": officers, "phone": PHONE}}, {})
    )
    minds, slack = Minds(mind()), LoopbackSlack()
    await slack.start()
    adapter = build(slack, DurableState(store, "slack"), clock, "http")
    messengers: dict[str, Any] = {"slack": adapter.messenger}
    relay = Relay(store, messengers, Deliveries(office, minds), "relay")
    desk = PolicyDesk(store, minds, office, relay.wake)
    teams = TeamsOffice(store, clock, desk)
    try:
        await teams.open(folder, environment)
        messengers["teams"] = teams.adapter.messenger
        await teams.client.installs_in_team(ANNA)
        await relay.start()
        async with running(slack, adapter, desk, "http") as workspace:
            yield Both(workspace, teams)
            await relay.stop()
    finally:
        await relay.stop()
        await teams.close()
        minds.close()
        await slack.stop()


async def _found(look: Callable[[], list[T]]) -> T:
    """The last of what there is, once there is any."""
    async with asyncio.timeout(_PATIENCE):
        while not (seen := look()):  # noqa: ASYNC110  two servers are watched, neither of which tells
            await asyncio.sleep(0.02)
    return seen[-1]
