"""What readiness says of the matcher; of the database, the channels and the outbox the scenarios tell."""

from __future__ import annotations

from bot.admin.metrics import Operations
from bot.knowledge.watcher import KnowledgeKeeper
from tests.desk import KNOWLEDGE, House

LOST = "onnxruntime is not installed: questions are matched by their words alone."


async def test_readiness_says_what_the_matcher_does_without(house: House) -> None:
    keeper = KnowledgeKeeper(KNOWLEDGE, house.minds.current.knowledge, ())
    parts = (house.store, house.clock, keeper, house.relay, list(house.platforms.values()))

    whole, poor = await Operations(*parts).readiness(), await Operations(*parts, lambda: LOST).readiness()

    assert "matching" not in whole.reasons
    assert poor.reasons["matching"] == LOST
    assert poor.ready is whole.ready
