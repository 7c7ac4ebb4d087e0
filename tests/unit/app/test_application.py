from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.app import Application
from bot.config import from_mapping
from tests.waiting import until

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
LOST = "onnxruntime is not installed: questions are matched by their words alone."


async def test_a_desk_without_an_encoder_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And not again when it has learned other answers."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['onnxruntime'] = None", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    folder = shutil.copytree(FOLDER, tmp_path / "knowledge")
    settings = {
        "database": f"sqlite:///{tmp_path}/desk.db",
        "knowledge": str(folder),
        "matching": {"cache": str(tmp_path / "learned")},
        "server": {"port": 0},
    }
    application = Application(from_mapping(settings, {}))
    await application.start()
    try:
        before, match = await application.active_knowledge.match("may I log in to Facebook with my work email")
        (folder / "more.yaml").write_text(
            "entries: [{id: more, questions: [may I run], answer: No.}]", encoding="utf-8"
        )
        await until(lambda: application.active_knowledge.current.knowledge != before.knowledge)
        later, _ = await application.active_knowledge.match("hello")
    finally:
        await application.stop()

    assert [one.id for one in match.entries] == ["work-address"]
    assert "more" in {entry.id for entry in later.knowledge.entries}
    assert caplog.messages == [LOST]
