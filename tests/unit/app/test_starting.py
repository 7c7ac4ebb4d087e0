"""A desk that is learning its answers: the process lives, is not ready, and takes no event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.app.application import Application
from bot.config import from_mapping
from bot.matching.process.matcher_process import MatcherProcess
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.slack.server import BOT_TOKEN, SECRET, LoopbackSlack, signed
from tests.waiting import insist, until

SMALL = Path(__file__).parents[2] / "chaos" / "knowledge"


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    started = LoopbackSlack()
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The answers are learned once this is set."""
    event, start = asyncio.Event(), MatcherProcess.start

    async def later(*args: Any) -> MatcherProcess:
        await event.wait()
        return await start(*args)

    monkeypatch.setattr(MatcherProcess, "start", later)
    return event


@pytest.fixture
def application(tmp_path: Path, slack: LoopbackSlack) -> Application:
    settings = {
        "database": f"sqlite:///{tmp_path}/desk.db",
        "knowledge": str(SMALL),
        "server": {"port": 0},
        "slack": {"mode": "http", "api_url": slack.api_url},
        "matching": {"encoder": "off", "cache": str(tmp_path / "cache")},
    }
    return Application(from_mapping(settings, {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET}))


async def status(client: ClientSession, url: str) -> tuple[int, Any]:
    async with client.get(url) as response:
        return response.status, await response.json(content_type=None) if "metrics" not in url else None


async def test_it_lives_while_it_learns(application: Application, learned: asyncio.Event) -> None:
    starting = asyncio.create_task(application.start())
    await until(lambda: not application.url.endswith(":0"))
    async with ClientSession() as client:
        assert await status(client, f"{application.url}/healthz") == (200, {"alive": True})
        code, said = await status(client, f"{application.url}/readyz")
        assert (code, said["ready"]) == (503, False)
        assert said["reasons"] == {"starting": "learning the answers, 0 s so far"}
        assert (await status(client, f"{application.url}/metrics"))[0] == 200
        event = {"type": "event_callback", "team_id": "T", "event_id": "E1", "event": {"type": "message"}}
        body = json.dumps(event)
        async with client.post(f"{application.url}/slack/events", data=body, headers=signed(body)) as response:
            assert response.status == 503, "not acknowledged: Slack sends it again"
        learned.set()
        await starting

        async def ready() -> bool:
            return (await status(client, f"{application.url}/readyz"))[0] == 200

        await insist(ready)
    await application.stop()


async def test_it_can_be_stopped_while_it_learns(
    application: Application, learned: asyncio.Event, tmp_path: Path
) -> None:
    starting = asyncio.create_task(application.start())
    await until(lambda: not application.url.endswith(":0"))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with ClientSession() as client:
        with pytest.raises(OSError, match="Cannot connect"):
            await client.get(f"{application.url}/healthz")
    reopened = Store(f"sqlite:///{tmp_path}/desk.db", ManualClock())
    reopened.open(exclusive=True)
    reopened.close()
