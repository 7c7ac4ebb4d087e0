from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Application
from bot.config import from_mapping

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
LOST = "onnxruntime is not installed: questions are matched by their words alone."


async def test_a_desk_without_an_encoder_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['onnxruntime'] = None", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = {
        "database": f"sqlite:///{tmp_path}/desk.db",
        "knowledge": str(FOLDER),
        "matching": {"cache": str(tmp_path / "learned")},
        "server": {"port": 0},
    }
    application = Application(from_mapping(settings, {}))
    await application.start()
    try:
        loaded_knowledge, match = await application.active_knowledge.match(
            "may I log in to Facebook with my work email"
        )
        await application._take_over(replace(loaded_knowledge.knowledge, revision="later"))
        later, _ = await application.active_knowledge.match("hello")
    finally:
        await application.stop()

    assert [one.id for one in match.entries] == ["work-address"]
    assert later.knowledge.revision == "later"
    assert caplog.messages == [LOST]
