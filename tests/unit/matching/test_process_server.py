"""The process that matches, here in a thread; as a process of its own it is tested with the Worker."""

from __future__ import annotations

import importlib.metadata
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest

from bot.cli.main import main
from bot.knowledge.loader import load
from bot.matching.encoder import sentence_encoder
from bot.matching.match import Match
from bot.matching.options import Options
from bot.matching.process import pickling, server

Kind = TypeVar("Kind")
FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
LOST = f"{sentence_encoder.PACKAGE} is not installed: questions are matched by their words alone."


class Line:
    """The other end of a service."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._heard = bytearray()
        self._thread = Thread(target=server.serve, args=(self._theirs,))
        self._thread.start()

    def ask(self, question: object, kind: type[Kind]) -> Kind:
        self._ours.sendall(server.framed(pickling.dumps(question)))
        while (answer := server.taken(self._heard)) is None:
            self._heard += self._ours.recv(1000)
        return pickling.loads(answer, kind)

    def close(self) -> None:
        self._ours.close()
        self._thread.join()
        self._theirs.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "files", lambda package: None)


@pytest.mark.usefixtures("without_weights")
def test_without_the_weights_it_says_so_and_matches_by_words(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    ready = line.ask(server.Task(load(FOLDER), Options()), server.Ready)
    match = line.ask(("may I log in to Facebook with my work email", ""), Match)

    assert ready == server.Ready(missing=LOST, has_learned=True, is_kept=False)
    assert caplog.messages == []  # the desk says it, once
    assert [one.id for one in match.entries] == ["work-address"]


def test_the_second_time_it_reads_what_the_first_kept(line: Line, tmp_path: Path) -> None:
    task = server.Task(load(FOLDER), Options(encoder="off", cache=tmp_path))
    assert line.ask(task, server.Ready) == server.Ready("", has_learned=True, is_kept=True)

    again = Line()
    assert again.ask(task, server.Ready) == server.Ready("", has_learned=False, is_kept=True)
    again.close()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000])
def test_messages_are_taken_whole_however_they_arrive(size: int) -> None:
    messages = [b"x" * size, b"", b"last"]
    heard, found = bytearray(), []
    for byte in b"".join(map(server.framed, messages)):
        heard.append(byte)
        while (message := server.taken(heard)) is not None:
            found.append(message)

    assert found == messages
    assert not heard


@pytest.mark.usefixtures("without_weights")
def test_the_command_line_says_what_it_goes_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "policydesk.yaml"
    config.write_text(f"matching: {{cache: {tmp_path / 'learned'}}}\n", encoding="utf-8")
    asked = ["ask", "--explain", "--config", str(config), "--knowledge", str(FOLDER), "may I use my work email"]

    assert main(asked) == 0
    assert "tier:      lexical, the words alone" in capsys.readouterr().err
    assert caplog.messages == [LOST]
