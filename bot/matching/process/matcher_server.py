"""The child process that runs a matcher and serves its parent over an inherited socket.

The number of the socket is the program's argument. The parent sends one `LearnRequest`; the child learns, or reads
what an earlier process learned, and answers with a `LearnAnswer`. Meanwhile it sends the name of each step of the
learning when it begins, see `is_step`. From then on it answers each `Question`: with `BEGUN` before it matches the
text, so that the parent knows which message it was if the child does not come to an end; then with a `Match` without
its explanation. The child exits when the parent closes its end.

Every other message is JSON with a version (`encoding.py`), and all have their length before them.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from traceback import walk_tb
from typing import TYPE_CHECKING, Literal

from bot import logs
from bot.errors import ConfigurationError, KnowledgeError, MatcherLost, PolicyDeskError, Problem, UserError
from bot.knowledge.model import Knowledge
from bot.matching.match import GAVE_UP, Explanation, Match
from bot.matching.options import Options
from bot.matching.process.encoding import dumps, loads

if TYPE_CHECKING:
    from bot.matching.matcher import Matcher

log = logging.getLogger(__name__)

BEGUN = b""
"""The message that says that the next pair is being matched."""
_NO_EXPLANATION = Explanation("")
_LENGTH_BYTES = 8
"""Bytes before each message that hold its length, most significant byte first."""
_RECEIVE_BYTES = 1 << 16
"""Bytes that are read from the socket at once."""


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """What the matcher has to learn, and with which options."""

    knowledge: Knowledge
    options: Options


@dataclass(frozen=True, slots=True)
class LearnResult:
    """What came of a LearnRequest."""

    missing: str
    """A sentence about what the matcher has to work without; empty when nothing is missing."""

    has_learned: bool
    """True if this process trained the matcher, false if it read it from the cache.

    A process that has trained holds several times the memory that answering takes.
    """

    is_cached: bool
    """Whether the next process can read the trained matcher from the cache."""


@dataclass(frozen=True, slots=True)
class LearnFailure:
    """Why there is no LearnResult."""

    kind: Literal["configuration", "knowledge", "defect"]
    problems: tuple[Problem, ...] = ()

    @property
    def error(self) -> PolicyDeskError:
        """The error that the parent is to raise."""
        if self.kind == "defect":
            return MatcherLost("The matcher has a defect; the log says more.")
        return (ConfigurationError if self.kind == "configuration" else KnowledgeError)(*self.problems)


@dataclass(frozen=True, slots=True)
class LearnAnswer:
    """A result, or why there is none."""

    result: LearnResult | None = None
    failure: LearnFailure | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A message to match, and the one before it."""

    text: str
    previous: str


def main() -> None:
    """Serve until the parent closes its end of the socket."""
    # A service manager sends SIGTERM to every process of the service. The parent decides when this one ends.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logs.configure()
    sys.excepthook = lambda _type, error, _traceback: log.critical("a defect, please report it: %s", _described(error))
    connection = socket.socket(fileno=int(sys.argv[1]))
    Thread(target=_exit_with_parent, args=(connection,), name="exit with parent", daemon=True).start()
    serve(connection)


def serve(connection: socket.socket) -> None:
    """Answer one LearnRequest, then match until the other end closes."""
    with suppress(EOFError, ConnectionError):
        received = bytearray()
        request = loads(_receive(connection, received), LearnRequest)
        learned = _learned(request, lambda step: connection.sendall(frame(step.encode())))
        if isinstance(learned, LearnFailure):
            _send(connection, LearnAnswer(failure=learned))
            return
        matcher, result = learned
        _send(connection, LearnAnswer(result))
        gc.freeze()  # a garbage collection stops the process; it need not visit objects that stay until the end
        while True:
            question = loads(_receive(connection, received), Question)
            connection.sendall(frame(BEGUN))
            _send(connection, _match(matcher, question))


def frame(message: bytes) -> bytes:
    """Return the message as it is sent: with its length before it."""
    return len(message).to_bytes(_LENGTH_BYTES, "big") + message


def is_step(message: bytes) -> bool:
    """Return whether a message is the name of a step of the learning. No JSON begins like one."""
    return message.startswith(b"step ")


def take_message(received: bytearray) -> bytes | None:
    """Remove the first message from the received bytes and return it; None if it is not complete yet."""
    end = _LENGTH_BYTES + int.from_bytes(received[:_LENGTH_BYTES], "big")
    if len(received) < max(end, _LENGTH_BYTES):
        return None
    message = bytes(received[_LENGTH_BYTES:end])
    del received[:end]
    return message


def _receive(connection: socket.socket, received: bytearray) -> bytes:
    """Return the next message. What arrives after it stays in `received`. Raises EOFError at the end."""
    while (message := take_message(received)) is None:
        more = connection.recv(_RECEIVE_BYTES)
        if not more:
            raise EOFError
        received += more
    return message


def _send(connection: socket.socket, value: object) -> None:
    connection.sendall(frame(dumps(value)))


def _learned(request: LearnRequest, begin: Callable[[str], object]) -> tuple[Matcher, LearnResult] | LearnFailure:
    try:
        return _learn(request, begin)
    except UserError as error:
        return LearnFailure("knowledge" if isinstance(error, KnowledgeError) else "configuration", error.problems)
    except Exception as error:  # noqa: BLE001  whatever it is, the parent is told
        log.error("a defect, please report it: %s", _described(error))  # noqa: TRY400
        return LearnFailure("defect")


def _learn(request: LearnRequest, begin: Callable[[str], object]) -> tuple[Matcher, LearnResult]:
    # Imported here, because the parent imports this module and needs none of what learning and matching need.
    from bot.matching.encoder.sentence_encoder import missing
    from bot.matching.process import model_cache

    place = model_cache.cache_place(request.knowledge, request.options)
    cached = model_cache.read(place)
    matcher = cached or model_cache.train_and_store(request.knowledge, request.options, place, begin)
    is_cached = place is not None and place.path.exists()
    return matcher, LearnResult(missing(request.options.encoder), has_learned=cached is None, is_cached=is_cached)


def _match(matcher: Matcher, question: Question) -> Match:
    """Return the match without its explanation, which is half of its bytes and which the desk does not use.

    A message that meets a defect is given up. Of the error, the log gets its type and where it was raised: its text may
    quote the message.
    """
    try:
        return replace(matcher.match(question.text, question.previous), explanation=_NO_EXPLANATION)
    except Exception as error:  # noqa: BLE001  whatever it is, it would be raised again for this message
        log.error("a defect in matching, please report it: %s", _described(error))  # noqa: TRY400
        return GAVE_UP


def _described(error: BaseException) -> str:
    """Return an exception's type and the places that it passed. Its text may quote a message."""
    places = [f"{Path(at.f_code.co_filename).name}:{line}" for at, line in walk_tb(error.__traceback__)]
    return f"{type(error).__name__} at {' → '.join(places)}"


def _exit_with_parent(connection: socket.socket) -> None:
    """Exit when the parent's end closes, also in the middle of a computation.

    A parent that was killed can send nothing, and nobody waits for the result any more.
    """
    parent = select.poll()
    parent.register(connection, 0)  # no event but the hang-up, which is always reported
    parent.poll()
    os._exit(0)
