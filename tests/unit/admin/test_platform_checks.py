"""What readiness says of a channel that is gone, before anybody wants to write there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.slack.adapter import SlackAdapter
from adapters.slack.errors import FIXES
from bot.admin import platform_checks
from bot.admin.monitoring import Monitoring
from bot.admin.platform_checks import PlatformChecks
from bot.knowledge.watcher import KnowledgeWatcher
from bot.ports import Finding
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import KNOWLEDGE, DeskHarness, RecordingPlatform
from tests.slack.server import LoopbackSlack
from tests.slack.workspace import SETTINGS
from tests.waiting import until


class Troubled(RecordingPlatform):
    def __init__(self, *findings: Finding) -> None:
        super().__init__("slack")
        self.findings: Sequence[Finding] = findings
        self.asked = 0

    async def diagnose(self) -> Sequence[Finding]:
        self.asked += 1
        return self.findings


GONE = Finding("slack:c-press", ok=False, detail="It was deleted.", fix="Name another.")
WELL = Finding("slack token", ok=True, detail="taken")


async def test_what_does_not_work_is_named_until_it_works(
    harness: DeskHarness, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Troubled(GONE, WELL)
    checks = PlatformChecks({"slack": platform}, ["slack:c-press"])
    watcher = KnowledgeWatcher(KNOWLEDGE, harness.active_knowledge.current.knowledge)
    seen = Monitoring(harness.store, watcher, [*harness.platforms.values()], problems=[checks.problems])
    await checks.check()
    await checks.check()
    now = await seen.readiness()
    assert (now.ready, now.reasons) == (True, {"press channel slack:c-press": "It was deleted. Name another."})
    assert len(caplog.messages) == 1
    platform.findings = [replace(GONE, ok=True), WELL]
    await checks.check()
    assert not (await seen.readiness()).reasons


async def test_it_is_asked_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST", "INTERVAL", "AGAIN"):
        monkeypatch.setattr(platform_checks, name, 0.001)
    platform = Troubled(WELL)
    task = asyncio.create_task(PlatformChecks({"slack": platform}, ()).run())
    await until(lambda: platform.asked > 2)
    task.cancel()


async def test_a_platform_that_does_not_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Troubled):
        async def diagnose(self) -> Sequence[Finding]:
            await asyncio.Event().wait()
            return ()

    monkeypatch.setattr(platform_checks, "_TIMEOUT", 0.01)
    checks = PlatformChecks({"teams": Silent(), "slack": Troubled(GONE)}, ())
    await checks.check()
    assert set(checks.problems()) == {"teams", "slack:c-press"}


@pytest.mark.parametrize("state", ["is_archived", "not_in_channel", "channel_not_found"])
async def test_slack_says_that_the_press_channel_is_gone(quick_store: Store, clock: ManualClock, state: str) -> None:
    slack = LoopbackSlack()
    await slack.start()
    adapter = SlackAdapter(replace(SETTINGS, api_url=slack.api_url), DurableState(quick_store, "slack"), clock)
    checks = PlatformChecks({"slack": adapter.messenger}, ["slack:C0PRESS"])
    await checks.check()
    assert checks.problems() == {}
    slack.channels["C0PRESS"] = state
    await checks.check()
    assert checks.problems() == {"press channel slack:C0PRESS": f"Slack refuses: {state}. {FIXES[state]}"}
    await adapter.close()
    await slack.stop()
