"""The Teams adapter, served, on a Microsoft of this machine."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import ClientSession

from adapters.http import HttpServer
from adapters.teams import TeamsAdapter, TeamsSettings
from adapters.teams.messenger import RateLimiter
from bot.messages import Incoming, SyncResponse
from bot.ports import Clock, Desk
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.contract.adapters import RecordingDesk
from tests.teams.microsoft import APP, SECRET, TENANT, Microsoft
from tests.teams.people import Client


def trust(microsoft: Microsoft, folder: Path, environment: pytest.MonkeyPatch) -> None:
    """Let `requests`, which MSAL uses, believe in this Microsoft's certificate."""
    bundle = folder / "authority.pem"
    microsoft.authority.cert_pem.write_to_path(str(bundle))
    environment.setenv("REQUESTS_CA_BUNDLE", str(bundle))


def settings_for(microsoft: Microsoft, **more: Any) -> TeamsSettings:
    known = {
        "app_id": APP,
        "tenant_id": TENANT,
        "password": SECRET,
        "openid_metadata_url": microsoft.openid_url,
        "login_url": microsoft.login_url,
        "service_hosts": ("127.0.0.1",),
    }
    return TeamsSettings(**{**known, **more})


def unlimited() -> RateLimiter:
    """A rate limiter that never has anything wait."""
    seconds = iter(range(0, 10**9, 3600))
    return RateLimiter(lambda: float(next(seconds)))


class QuietDesk(RecordingDesk):
    """Has nothing to add."""

    async def handle(self, incoming: Incoming) -> SyncResponse:
        await super().handle(incoming)
        return SyncResponse()


class TeamsOffice:
    """Microsoft, the adapter and a client, from `open` on."""

    def __init__(self, store: Store, clock: Clock, desk: Desk) -> None:
        self.microsoft = Microsoft()
        self.desk = desk
        self._store, self._clock = store, clock
        self._stack = AsyncExitStack()
        self.adapter: TeamsAdapter
        self.client: Client

    async def open(
        self, folder: Path, environment: pytest.MonkeyPatch, *, rate_limiter: RateLimiter | None = None, **settings: Any
    ) -> Self:
        await self.microsoft.start()
        self._stack.push_async_callback(self.microsoft.stop)
        trust(self.microsoft, folder, environment)
        server = HttpServer("127.0.0.1", 0)
        state = DurableState(self._store, "teams")
        known = settings_for(self.microsoft, **settings)
        self.adapter = TeamsAdapter(known, state, self._clock, rate_limiter or unlimited())
        self.adapter.mount(server.application)
        if isinstance(self.desk, RecordingDesk):
            self.desk.people = self.adapter
        self._stack.push_async_callback(self.adapter.close)
        await self.adapter.start(self.desk)
        self._stack.push_async_callback(self.adapter.stop)
        await server.start()
        self._stack.push_async_callback(server.stop)
        session = await self._stack.enter_async_context(ClientSession())
        self.client = Client(session, f"{server.url}/api/messages", self.microsoft)
        return self

    async def close(self) -> None:
        await self._stack.aclose()
