"""The process that matches, here in a thread; as a process of its own it is tested with the MatcherProcess."""

from __future__ import annotations

import importlib.metadata
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from bot.cli.main import main
from bot.errors import ConfigurationError
from bot.knowledge.loader import load
from bot.matching.encoder import sentence_encoder
from bot.matching.match import GAVE_UP, Match
from bot.matching.options import Options
from bot.matching.process import matcher_server
from bot.matching.process.encoding import dumps, loads
from bot.matching.reading import Reader, Reading

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
LOST = f"{sentence_encoder.PACKAGE} is not installed: questions are matched by their words alone."


class Connection:
    """The other end of a service."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._received = bytearray()
        self._thread = Thread(target=matcher_server.serve, args=(self._theirs,))
        self._thread.start()

    def learn(self, request: matcher_server.LearnRequest) -> matcher_server.LearnAnswer:
        self._ours.sendall(matcher_server.frame(dumps(request)))
        while matcher_server.is_step(answer := self.receive()):
            pass
        return loads(answer, matcher_server.LearnAnswer)

    def match(self, text: str) -> Match:
        self._ours.sendall(matcher_server.frame(dumps(matcher_server.Question(text, ""))))
        assert self.receive() == matcher_server.BEGUN
        return loads(self.receive(), Match)

    def receive(self) -> bytes:
        while (answer := matcher_server.take_message(self._received)) is None:
            self._received += self._ours.recv(1000)
        return answer

    def close(self) -> None:
        self._ours.close()
        self._thread.join()
        self._theirs.close()


@pytest.fixture
def connection() -> Iterator[Connection]:
    connection = Connection()
    yield connection
    connection.close()


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "files", lambda package: None)


@pytest.mark.usefixtures("without_weights")
def test_without_the_weights_it_says_so_and_matches_by_words(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    answer = connection.learn(matcher_server.LearnRequest(load(FOLDER), Options()))
    match = connection.match("may I log in to Facebook with my work email")

    assert answer.result == matcher_server.LearnResult(missing=LOST, has_learned=True, is_cached=False)
    assert caplog.messages == []  # the desk says it, once
    assert [one.id for one in match.entries] == ["work-address"]


def test_of_a_defect_the_log_says_where_it_is_and_nothing_of_the_message(
    connection: Connection, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defective(self: Reader, text: str) -> list[Reading]:
        raise KeyError(text)

    connection.learn(matcher_server.LearnRequest(load(FOLDER), Options(encoder="off")))
    with monkeypatch.context() as patched:
        patched.setattr(Reader, "parts", defective)
        assert connection.match("a secret") == GAVE_UP
    (told,) = caplog.messages
    assert "KeyError at matcher_server.py:" in told
    assert " → reading.py:" in told
    assert "secret" not in caplog.text
    assert not connection.match("hello").gave_up


def test_the_second_time_it_reads_what_the_first_kept(connection: Connection, tmp_path: Path) -> None:
    request = matcher_server.LearnRequest(load(FOLDER), Options(encoder="off", cache=tmp_path))
    assert connection.learn(request).result == matcher_server.LearnResult("", has_learned=True, is_cached=True)

    again = Connection()
    assert again.learn(request).result == matcher_server.LearnResult("", has_learned=False, is_cached=True)
    again.close()


def test_what_is_wrong_is_told_with_the_problems_and_not_only_their_text(connection: Connection) -> None:
    answer = connection.learn(matcher_server.LearnRequest(load(FOLDER), Options(encoder="/nowhere")))

    assert answer.result is None
    assert answer.failure is not None
    assert isinstance(answer.failure.error, ConfigurationError)
    assert [problem.where for problem in answer.failure.error.problems] == ["matching.encoder"]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000])
def test_messages_are_taken_whole_however_they_arrive(size: int) -> None:
    messages = [b"x" * size, b"", b"last"]
    received, found = bytearray(), []
    for byte in b"".join(map(matcher_server.frame, messages)):
        received.append(byte)
        while (message := matcher_server.take_message(received)) is not None:
            found.append(message)

    assert found == messages
    assert not received


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
