"""What readiness says of the matcher; of the database, the channels and the outbox the scenarios tell."""

from __future__ import annotations

from bot.admin.monitoring import Monitoring
from bot.knowledge.watcher import KnowledgeWatcher
from tests.desk import KNOWLEDGE, DeskHarness

LOST = "onnxruntime is not installed: questions are matched by their words alone."


async def test_readiness_says_what_the_matcher_does_without(harness: DeskHarness) -> None:
    keeper = KnowledgeWatcher(KNOWLEDGE, harness.active_knowledge.current.knowledge, ())
    parts = (harness.store, keeper, list(harness.platforms.values()))

    whole, poor = await Monitoring(*parts).readiness(), await Monitoring(*parts, {"matching": lambda: LOST}).readiness()

    assert "matching" not in whole.reasons
    assert poor.reasons["matching"] == LOST
    assert poor.ready is whole.ready
