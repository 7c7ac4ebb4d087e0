"""The matcher in a process of its own: there it learns, there it stays, and from there it answers.

Matching works in many small steps, and between two of them a thread gives the interpreter away and waits to get it
back. Beside a busy event loop and the store that costs several times what the matching itself does, and all three pay
(`make bench-slack`). In a process of its own it pays nothing, and has the second processor.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
import weakref
from multiprocessing.connection import Connection
from threading import Lock
from typing import TypeVar

from bot.errors import KnowledgeError, MatcherLost, PolicyDeskError, Problem, UserError
from bot.knowledge.model import Knowledge
from bot.matching import pickling, service
from bot.matching.match import Match
from bot.matching.options import Options

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 60.0  # seconds that one message may take; the longest that a platform carries takes about one
_SERVE = "from bot.matching import service; service.main()"


class Worker:
    """A matcher that lives elsewhere. A process that ends, or falls silent, is replaced, and asked once more."""

    def __init__(self, knowledge: Knowledge, options: Options, patience: float) -> None:
        self._task, self._patience = service.Task(knowledge, options), patience
        self._using = Lock()
        self._closed = False
        self._process = _Process()
        self.missing = ""
        """What the matcher has to do without, in a sentence."""

    @classmethod
    async def begin(cls, knowledge: Knowledge, options: Options, patience: float = PATIENCE) -> Worker:
        """One that has learned, or read what was learned before.

        Raises KnowledgeError when the process ended first, and whatever the learning itself raises.
        """
        worker = cls(knowledge, options, patience)
        try:
            await asyncio.to_thread(worker._learn)
        except BaseException:
            worker.close()  # also when the waiting was cancelled: it ends the thread that waits
            raise
        return worker

    def match(self, text: str, previous: str = "") -> Match:
        """As `Matcher.match`; whoever asks meanwhile waits. Raises MatcherLost."""
        with self._using:
            try:
                return self._process.match(text, previous, self._patience)
            except (EOFError, OSError) as error:
                if self._closed:
                    raise MatcherLost("The desk is closing.") from None
                how = "says nothing more" if isinstance(error, TimeoutError) else "has ended"
                log.warning("The process that matches %s; another takes its place.", how)
            try:
                self._replace()
                self._learn()
                return self._process.match(text, previous, self._patience)
            except (EOFError, OSError) as error:
                raise MatcherLost("The process that matches ends again and again. Is there enough memory?") from error
            except UserError as error:
                raise MatcherLost(f"Another process to match cannot be had: {error}") from error

    def close(self) -> None:
        """End the process, whatever it is doing. May be called twice, and from any thread."""
        self._closed = True
        self._process.end()

    def _learn(self) -> None:
        try:
            ready = self._process.learn(self._task)
            if ready.has_learned and ready.is_kept:  # one that only reads takes half the memory
                self._replace()
                ready = self._process.learn(self._task)
        except (EOFError, OSError):
            what = "the answers could not be learned: the process that does it ended."
            raise KnowledgeError(Problem("", what, "Is there enough memory?")) from None
        self.missing = ready.missing

    def _replace(self) -> None:
        self._process.end()
        self._process = _Process()
        if self._closed:  # meanwhile
            self._process.end()


class _Process:
    """One such process, and our end of the line to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-c", _SERVE, str(theirs.fileno())]
            # A process group of its own: Ctrl-C is for the desk, which ends its worker when nothing is under way.
            process = subprocess.Popen(  # noqa: S603  our own interpreter and our own words
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, process_group=0
            )
        self._line = Connection(ours.detach())
        self.end = weakref.finalize(self, _end, process, self._line)  # at the latest when this process exits

    def learn(self, task: service.Task) -> service.Ready:
        self._line.send_bytes(pickling.dumps(task))
        return self._told(service.Ready)

    def match(self, text: str, previous: str, patience: float) -> Match:
        self._line.send_bytes(pickling.dumps((text, previous)))
        if not self._line.poll(patience):
            raise TimeoutError
        return self._told(Match)

    def _told(self, kind: type[T]) -> T:
        told = pickling.loads(self._line.recv_bytes(), object)
        if isinstance(told, PolicyDeskError):
            raise told
        if not isinstance(told, kind):
            raise TypeError(kind)
        return told


def _end(process: subprocess.Popen[bytes], line: Connection) -> None:
    process.kill()
    process.wait()
    line.close()
