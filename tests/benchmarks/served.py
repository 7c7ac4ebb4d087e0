"""People on loopback platforms in this process, and a `policydesk serve` that answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Protocol

from aiohttp import ClientError, ClientSession

from tests.benchmarks import slack
from tests.benchmarks.processes import serve
from tests.chaos.replicas import free_port
from tests.slack.server import TEAM, Json, LoopbackSlack
from tests.teams.microsoft import APP, SECRET, TENANT, Microsoft
from tests.teams.people import Client, Who

PEOPLE = 300


class Platform(Protocol):
    """People on a platform, by number, and what has reached them."""

    async def say(self, person: int, text: str) -> bool:
        """Whether the message was acknowledged."""
        ...

    def answers(self, person: int) -> Sequence[float]:
        """When each message to this person arrived, on the clock of `time.perf_counter`."""
        ...

    def arrived(self) -> int:
        """How many messages arrived, whoever they were for."""
        ...


class OnSlack:
    def __init__(self, here: LoopbackSlack, session: ClientSession, mode: str, port: int) -> None:
        self._here, self._session, self._mode = here, session, mode
        self._url = f"http://127.0.0.1:{port}/slack/events"

    async def say(self, person: int, text: str) -> bool:
        """Slack sends again, three times, what nobody acknowledged."""
        event = {"type": "message", "user": f"U0P{person}", "channel": f"D0P{person}", "channel_type": "im"}
        event |= {"team": TEAM, "text": text, "ts": (ts := self._here.ts())}
        payload: Json = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{ts}", "event": event}
        for _ in range(4):
            if await self._deliver(payload) is not None:
                return True
        return False

    async def _deliver(self, payload: Json) -> Json | None:
        if self._mode == "socket":
            return await self._here.by_socket("events_api", payload)
        try:
            return await self._here.by_http(self._session, self._url, "events_api", payload)
        except (ClientError, TimeoutError):
            return None

    def answers(self, person: int) -> Sequence[float]:
        return [posted.at for posted in self._here.in_(f"D0P{person}")]

    def arrived(self) -> int:
        return len(self._here.posted)


class OnTeams:
    def __init__(self, here: Microsoft, session: ClientSession, port: int) -> None:
        self._here, self._token = here, here.token()
        self._client = Client(session, f"http://127.0.0.1:{port}/api/messages", here)
        self._who = [Who("Somebody", 1000 + number) for number in range(PEOPLE)]

    async def say(self, person: int, text: str) -> bool:
        try:
            return (await self._client.post(self._client.message(self._who[person], text), self._token))[0] == 200
        except (ClientError, TimeoutError):
            return False

    def answers(self, person: int) -> Sequence[float]:
        return [posted.at for posted in self._here.conversations.get(self._who[person].chat, [])]

    def arrived(self) -> int:
        return sum(map(len, self._here.conversations.values()))


@asynccontextmanager
async def on_slack(mode: str, settings: Json, folder: Path) -> AsyncIterator[Platform]:
    """People in Slack, and a desk that serves them."""
    here, port = LoopbackSlack(), free_port(Random())
    for number in range(PEOPLE):
        here.add_user(f"U0P{number}", "Somebody")
    await here.start()
    try:
        office = {"channels": ["slack:C0PRESS"], "officers": ["slack:U0ANNA"]}
        section = {"slack": {"mode": mode, "api_url": here.api_url}, "press_office": office}
        async with ClientSession() as session, serve(settings | section, port, folder, slack.SECRETS, session):
            yield OnSlack(here, session, mode, port)
    finally:
        await here.stop()


@asynccontextmanager
async def on_teams(settings: Json, folder: Path) -> AsyncIterator[Platform]:
    """People in Teams, and a desk that serves them."""
    here, port = Microsoft(), free_port(Random())
    await here.start()
    here.authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    environment = {"MICROSOFT_APP_PASSWORD": SECRET, "REQUESTS_CA_BUNDLE": str(folder / "authority.pem")}
    teams = {"app_id": APP, "tenant_id": TENANT, "service_hosts": ["127.0.0.1"]}
    teams |= {"openid_metadata_url": here.openid_url, "login_url": here.login_url}
    try:
        async with ClientSession() as session, serve(settings | {"teams": teams}, port, folder, environment, session):
            yield OnTeams(here, session, port)
    finally:
        await here.stop()
