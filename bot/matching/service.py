"""A matcher that serves one other process, over a socket that it inherits; its number is the argument.

Told a knowledge base and options it learns, or reads what was learned before, and says `Ready`; then it answers each
(text, previous) with a Match. A PolicyDeskError in place of either says what went wrong. It ends with the other end.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from threading import Thread

from bot import logs
from bot.errors import MatcherLost, PolicyDeskError
from bot.knowledge.model import Knowledge
from bot.matching import pickling
from bot.matching.options import Options

log = logging.getLogger(__name__)


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
    # Ctrl-C and a service manager tell every process; it is the parent that decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logs.configure()
    line = Connection(int(sys.argv[1]))
    Thread(target=_end_with, args=(line,), name="other end", daemon=True).start()
    _serve(line)


def _serve(line: Connection) -> None:
    task = pickling.loads(line.recv_bytes(), Task)
    matcher = None

    def learn() -> Ready:
        nonlocal matcher
        from bot.matching import kept  # with all that learning and matching need, which the other end does without
        from bot.matching.encoder import missing

        place = kept.place(task.knowledge, task.options)
        found = kept.read(place)
        matcher = found or kept.trained(task.knowledge, task.options, place)
        return Ready(missing(task.options.encoder), found is None, place is not None and place.exists())

    _tell(line, learn)
    if matcher is None:
        return
    gc.freeze()  # the collector stops everything while it looks around; at what stays for days it need not look again
    while True:
        text, previous = pickling.loads(line.recv_bytes(), tuple)
        _tell(line, partial(matcher.match, text, previous))


def _tell(line: Connection, work: Callable[[], object]) -> None:
    """Do it and tell the other end what came of it, or what went wrong."""
    try:
        told = work()
    except PolicyDeskError as error:
        told = error
    except Exception:
        log.exception("a defect, please report it")
        told = MatcherLost("The matcher has a defect; the log says more.")
    line.send_bytes(pickling.dumps(told))


def _end_with(line: Connection) -> None:
    """Who is killed cannot say so, and nobody waits for the result any more."""
    other_end = select.poll()
    other_end.register(line, 0)  # nothing but its end
    other_end.poll()
    os._exit(0)
