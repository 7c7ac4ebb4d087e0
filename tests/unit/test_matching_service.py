"""The process that matches, here in a thread; as a process of its own it is tested with the Worker."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import pytest

from bot import cli
from bot.knowledge.loader import load
from bot.matching import encoder, pickling, service
from bot.matching.match import Match
from bot.matching.options import Options

FOLDER = Path(__file__).parent.parent / "chaos" / "knowledge"
LOST = f"{encoder.PACKAGE} is not installed: questions are matched by their words alone."


@pytest.fixture
def line() -> Iterator[Connection]:
    """The other end of a service."""
    ours, theirs = Pipe()
    thread = Thread(target=service.serve, args=(theirs,))
    thread.start()
    yield ours
    ours.close()
    thread.join()


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_packaged_weights", lambda: None)


@pytest.mark.usefixtures("without_weights")
def test_without_the_weights_it_says_so_and_matches_by_words(
    line: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    line.send_bytes(pickling.dumps(service.Task(load(FOLDER), Options())))
    ready = pickling.loads(line.recv_bytes(), service.Ready)
    line.send_bytes(pickling.dumps(("may I log in to Facebook with my work email", "")))
    match = pickling.loads(line.recv_bytes(), Match)

    assert ready == service.Ready(missing=LOST, has_learned=True, is_kept=False)
    assert (logging.getLevelName(logging.WARNING), LOST) in [(one.levelname, one.message) for one in caplog.records]
    assert [one.id for one in match.entries] == ["work-address"]


def test_the_second_time_it_reads_what_the_first_kept(line: Connection, tmp_path: Path) -> None:
    task = service.Task(load(FOLDER), Options(encoder="off", cache=tmp_path))
    line.send_bytes(pickling.dumps(task))
    assert pickling.loads(line.recv_bytes(), service.Ready) == service.Ready("", has_learned=True, is_kept=True)

    again, theirs = Pipe()
    other = Thread(target=service.serve, args=(theirs,))
    other.start()
    again.send_bytes(pickling.dumps(task))
    assert pickling.loads(again.recv_bytes(), service.Ready) == service.Ready("", has_learned=False, is_kept=True)
    again.close()
    other.join()


@pytest.mark.usefixtures("without_weights")
def test_the_command_line_says_what_it_goes_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "policydesk.yaml"
    config.write_text(f"matching: {{cache: {tmp_path / 'learned'}}}\n", encoding="utf-8")
    asked = ["ask", "--explain", "--config", str(config), "--knowledge", str(FOLDER), "may I use my work email"]

    assert cli.main(asked) == 0
    assert "tier:      lexical, the words alone" in capsys.readouterr().err
