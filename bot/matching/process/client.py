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
from collections import deque
from typing import TypeVar, cast

from bot.errors import KnowledgeError, MatcherLost, PolicyDeskError, Problem, UserError
from bot.knowledge.model import Knowledge
from bot.matching.match import Match
from bot.matching.options import Options
from bot.matching.process import pickling, server

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 60.0  # seconds that one message may take; the longest that a platform carries takes about one
_SERVE = "from bot.matching.process import server; server.main()"


class Worker:
    """A matcher that lives elsewhere. A process that ends, or falls silent, is replaced.

    Whoever waited for it is asked once more, alone: a message that ends the process twice is its own loss only.
    """

    def __init__(self, knowledge: Knowledge, options: Options, patience: float) -> None:
        self._task, self._patience = server.Task(knowledge, options), patience
        self._replacing = asyncio.Lock()
        self._closed = False
        self._process = _Process()
        self.missing = ""
        """What the matcher has to do without, in a sentence."""

    @classmethod
    async def begin(cls, knowledge: Knowledge, options: Options, patience: float = PATIENCE) -> Worker:
        """One that has learned, or read what was learned before. It belongs to the loop that it was begun in.

        Raises KnowledgeError when the process ended first, and whatever the learning itself raises.
        """
        worker = cls(knowledge, options, patience)
        try:
            await worker._learn()
        except BaseException:
            await worker.close()
            raise
        return worker

    async def match(self, text: str, previous: str = "") -> Match:
        """As `Matcher.match`, but unexplained; answered in the order in which it is asked. Raises MatcherLost."""
        if self._replacing.locked():
            async with self._replacing:
                pass
        process = self._process
        try:
            return await process.match(text, previous, self._patience)
        except (EOFError, OSError) as error:
            what = "says nothing more" if isinstance(error, TimeoutError) else "has ended"
        async with self._replacing:  # alone, so that what ends a process takes nobody else's answer with it
            if self._closed:
                raise MatcherLost("The desk is closing.")
            if self._process is process or self._process.has_ended:
                log.warning("The process that matches %s; another takes its place.", what)
                await self._replace()
            try:
                return await self._process.match(text, previous, self._patience)
            except (EOFError, OSError) as error:
                await self._process.end()
                raise MatcherLost("The process that matches ends again and again. Is there enough memory?") from error

    async def retire(self) -> None:
        """Answer what was asked, then close. Nothing more may be asked."""
        await self._process.answered()
        await self.close()

    async def close(self) -> None:
        """End the process, whatever it is doing. May be called twice."""
        self._closed = True
        await self._process.end()

    async def _replace(self) -> None:
        try:
            await self._exchange()
            await self._learn()
        except UserError as error:
            raise MatcherLost(f"Another process to match cannot be had: {error}") from error

    async def _learn(self) -> None:
        try:
            ready = await self._process.learn(self._task)
            if ready.has_learned and ready.is_kept:  # one that only reads takes half the memory
                await self._exchange()
                ready = await self._process.learn(self._task)
        except (EOFError, OSError):
            what = "the answers could not be learned: the process that does it ended."
            raise KnowledgeError(Problem("", what, "Is there enough memory?")) from None
        self.missing = ready.missing

    async def _exchange(self) -> None:
        await self._process.end()
        self._process = _Process()
        if self._closed:  # meanwhile
            await self._process.end()


class _Process:
    """One such process. Its methods raise EOFError or OSError where it has ended, or ends meanwhile."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-c", _SERVE, str(theirs.fileno())]
            # A process group of its own: Ctrl-C is for the desk, which ends its worker when nothing is under way.
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own words
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, process_group=0
            )
        weakref.finalize(self, _reap, self._process)  # at the latest when this one exits
        self._ours = ours
        self._line: _Line | None = None

    @property
    def has_ended(self) -> bool:
        return self._line is None or self._line.is_closed

    async def learn(self, task: server.Task) -> server.Ready:
        told = await asyncio.to_thread(pickling.dumps, task)
        if self._ours.fileno() < 0:  # ended meanwhile
            raise EOFError
        _, self._line = await asyncio.get_running_loop().create_connection(_Line, sock=self._ours)
        return _told(await self._line.ask(told), server.Ready)

    async def match(self, text: str, previous: str, patience: float) -> Match:
        if self._line is None:
            raise EOFError
        async with asyncio.timeout(patience):
            return _told(await self._line.ask(pickling.dumps((text, previous))), Match)

    async def answered(self) -> None:
        """When it has answered all that it was asked, or has ended."""
        if self._line is not None:
            await self._line.answered()

    async def end(self) -> None:
        self._process.kill()
        if self._line is None:
            self._ours.close()
        else:
            self._line.close()
        await asyncio.to_thread(self._process.wait)


class _Line(asyncio.Protocol):
    """Our end of the line: what is asked goes out at once, and the answers come back in that order."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport
        self._heard = bytearray()
        self._asked: deque[asyncio.Future[bytes]] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # as that of every socket is, whatever the loop

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (answer := server.taken(self._heard)) is not None:
            asked = self._asked.popleft()
            if not asked.done():  # whoever asked may have gone
                asked.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        while self._asked:
            asked = self._asked.popleft()
            if not asked.done():
                asked.set_exception(EOFError())

    @property
    def is_closed(self) -> bool:
        return self._transport.is_closing()

    async def ask(self, question: bytes) -> bytes:
        if self.is_closed:
            raise EOFError
        asked: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append(asked)
        self._transport.write(server.framed(question))
        return await asked

    async def answered(self) -> None:
        if self._asked:
            await asyncio.wait(self._asked)

    def close(self) -> None:
        self._transport.abort()


def _told(answer: bytes, kind: type[T]) -> T:
    told = pickling.loads(answer, object)
    if isinstance(told, PolicyDeskError):
        raise told
    if not isinstance(told, kind):
        raise TypeError(kind)
    return told


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
