"""A matcher that serves one other process, over a socket that it inherits; its number is the argument.

Told a knowledge base and options it learns, or reads what was learned before, and says `Ready`; then it answers each
(text, previous) with a Match, unexplained. A PolicyDeskError in place of either says what went wrong. It ends with the
other end. All goes over the line pickled, with its length before it: both ends are one program, and nobody else has a
hold of it.
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
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from bot import logs
from bot.errors import MatcherLost, PolicyDeskError
from bot.knowledge.model import Knowledge
from bot.matching.match import Explanation, Match
from bot.matching.options import Options
from bot.matching.process import pickling

if TYPE_CHECKING:
    from bot.matching.matcher import Matcher

T = TypeVar("T")

log = logging.getLogger(__name__)

_UNEXPLAINED = Explanation("")
_LENGTH = 8  # bytes that say how many follow
_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Task:
    """What to learn, and how."""

    knowledge: Knowledge
    options: Options


@dataclass(frozen=True, slots=True)
class Ready:
    """`missing`: what it has to do without, in a sentence. `is_kept`: the next one can read what this one learned.

    Who has learned holds several times the memory that answering takes.
    """

    missing: str
    has_learned: bool
    is_kept: bool


def main() -> None:
    """Serve until the other end closes."""
    signal.signal(
        signal.SIGTERM, signal.SIG_IGN
    )  # a service manager tells every process; it is the parent that decides
    logs.configure()
    line = socket.socket(fileno=int(sys.argv[1]))
    Thread(target=_end_with, args=(line,), name="other end", daemon=True).start()
    serve(line)


def serve(line: socket.socket) -> None:
    """Learn one task, then answer until the other end closes."""
    with suppress(EOFError, ConnectionError):
        heard = bytearray()
        learned = _outcome(partial(_learn, pickling.loads(_next(line, heard), Task)))
        if isinstance(learned, PolicyDeskError):
            line.sendall(framed(pickling.dumps(learned)))
            return
        matcher, ready = learned
        line.sendall(framed(pickling.dumps(ready)))
        gc.freeze()  # the collector stops everything while it looks around; at what stays it need not look again
        while True:
            text, previous = pickling.loads(_next(line, heard), tuple)
            line.sendall(framed(pickling.dumps(_outcome(partial(_match, matcher, text, previous)))))


def framed(message: bytes) -> bytes:
    """As it goes over the line."""
    return len(message).to_bytes(_LENGTH, "big") + message


def taken(heard: bytearray) -> bytes | None:
    """The first message, taken out of what was heard; None where it is not whole yet."""
    end = _LENGTH + int.from_bytes(heard[:_LENGTH], "big")
    if len(heard) < max(end, _LENGTH):
        return None
    message = bytes(heard[_LENGTH:end])
    del heard[:end]
    return message


def _next(line: socket.socket, heard: bytearray) -> bytes:
    while (message := taken(heard)) is None:
        more = line.recv(_AT_ONCE)
        if not more:
            raise EOFError
        heard += more
    return message


def _learn(task: Task) -> tuple[Matcher, Ready]:
    from bot.matching.encoder.sentence_encoder import missing
    from bot.matching.process import (
        model_cache,  # with all that learning and matching need, which the other end does without
    )

    place = model_cache.place(task.knowledge, task.options)
    found = model_cache.read(place)
    matcher = found or model_cache.trained(task.knowledge, task.options, place)
    is_kept = place is not None and place.exists()
    return matcher, Ready(missing(task.options.encoder), has_learned=found is None, is_kept=is_kept)


def _match(matcher: Matcher, text: str, previous: str) -> Match:
    """Without its explanation, which is half of what would go over the line, and which no desk reads."""
    return replace(matcher.match(text, previous), explanation=_UNEXPLAINED)


def _outcome(work: Callable[[], T]) -> T | PolicyDeskError:
    """What came of it, or what went wrong, in words for the other end."""
    try:
        return work()
    except PolicyDeskError as error:
        return error
    except Exception:
        log.exception("a defect, please report it")
        return MatcherLost("The matcher has a defect; the log says more.")


def _end_with(line: socket.socket) -> None:
    """Who is killed cannot say so, and nobody waits for the result any more."""
    other_end = select.poll()
    other_end.register(line, 0)  # nothing but its end
    other_end.poll()
    os._exit(0)
