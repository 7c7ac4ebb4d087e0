from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.knowledge_updates import KnowledgeUpdates
from bot.matching.options import Options
from bot.storage.engine import Store
from tests.clock import ManualClock

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
LOST = "onnxruntime is not installed: questions are matched by their words alone."


async def test_a_desk_without_an_encoder_says_so_once(
    store: Store, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And not again when it has learned other answers."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['onnxruntime'] = None", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    updates = await KnowledgeUpdates.begin(FOLDER, Options(cache=tmp_path / "learned"), store, clock)
    try:
        loaded_knowledge, match = await updates.active.match("may I log in to Facebook with my work email")
        await updates.take_over(replace(loaded_knowledge.knowledge, revision="later"))
        later, _ = await updates.active.match("hello")
    finally:
        await updates.close()

    assert [one.id for one in match.entries] == ["work-address"]
    assert later.knowledge.revision == "later"
    assert caplog.messages == [LOST]
