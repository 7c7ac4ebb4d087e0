from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.knowledge_updates import KnowledgeUpdates
from bot.errors import StoreUnavailable
from bot.matching.options import Options
from bot.storage.engine import Store
from tests.clock import ManualClock

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
LOST = "onnxruntime is not installed: questions are matched by their words alone."


@pytest.mark.slow
async def test_a_desk_without_an_encoder_says_so_once(
    store: Store, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And not again when it has learned other answers."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['onnxruntime'] = None", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    updates = await KnowledgeUpdates.load(FOLDER, Options(cache=tmp_path / "learned"), store, clock)
    try:
        await updates.learn()
        loaded_knowledge, match = await updates.active.match("may I log in to Facebook with my work email")
        await updates.take_over(replace(loaded_knowledge.knowledge, revision="later"))
        later, _ = await updates.active.match("hello")
    finally:
        await updates.close()

    assert [one.id for one in match.entries] == ["work-address"]
    assert later.knowledge.revision == "later"
    assert caplog.messages == [LOST]


async def test_answers_that_are_learned_wait_for_the_database(
    quick_store: Store, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates = await KnowledgeUpdates.load(FOLDER, Options(encoder="off", cache=tmp_path), quick_store, clock)
    run, failures = quick_store.run, [StoreUnavailable("The disk is full.")] * 2

    async def sometimes(work: Callable[[Any], Any]) -> Any:
        if failures:
            raise failures.pop()
        return await run(work)

    monkeypatch.setattr(quick_store, "run", sometimes)
    monkeypatch.setattr("bot.app.knowledge_updates._STORE_AGAIN", 0.0)
    assert updates.learning().startswith("learning the answers: 0 s")
    await updates.learn()
    assert (updates.learning(), failures) == ("", [])
    assert await quick_store.read(lambda tx: tx.snapshots.latest())
    await updates.close()
