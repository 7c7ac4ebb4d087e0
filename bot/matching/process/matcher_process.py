"""The client of the matcher, which runs in a child process.

Matching consists of many short computations. In a thread, each of them gives up Python's interpreter lock and has to
wait to get it back. Beside a busy event loop and the database's threads this waiting costs several times as much as
the matching itself, and slows down all three (`make bench-slack`). A child process does not wait for the lock, and it
can use the second processor.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from bot.errors import KnowledgeError, MatcherLost, Problem, UserError
from bot.knowledge.model import Knowledge
from bot.matching.match import GAVE_UP, Match
from bot.matching.options import Options
from bot.matching.process.encoding import dumps, loads
from bot.matching.process.matcher_server import (
    BEGUN,
    LearnAnswer,
    LearnRequest,
    LearnResult,
    Question,
    frame,
    is_step,
    take_message,
)

log = logging.getLogger(__name__)

MATCH_TIMEOUT = 2.0
"""Seconds that one message may take, eight times what the worst one takes (`make bench`)."""

SERVER_PROGRAM = "from bot.matching.process import matcher_server; matcher_server.main()"
"""Python source that the child process runs."""


class MatcherProcess:
    """A matcher in a child process. A process that ended, or that takes too long over a message, is replaced.

    The message that was being matched is given up at once, because it would do the same again. Every other request that
    waited for the lost process is sent once more, one request at a time.
    """

    missing: str
    """A sentence about what the matcher has to work without; empty when nothing is missing."""

    def __init__(self, knowledge: Knowledge, options: Options, match_timeout: float) -> None:
        """Start a process that has learned nothing yet; use `start` instead."""
        self.missing = ""
        self._request = LearnRequest(knowledge, options)
        self._match_timeout = match_timeout
        self._replacing = asyncio.Lock()
        self._replacement: asyncio.Task[None] | None = None
        self._closed = False
        self._process = _ChildProcess()

    @classmethod
    async def start(
        cls,
        knowledge: Knowledge,
        options: Options,
        match_timeout: float = MATCH_TIMEOUT,
        begin: Callable[[str], object] = str,
    ) -> MatcherProcess:
        """Start a process and return when it has learned, or has read what an earlier process learned.

        `begin` is called with the name of each step of the learning when it begins. The process belongs to the event
        loop in which it was started. Raises KnowledgeError if it ended before it had learned, and every error that the
        learning itself raises.
        """
        matcher = cls(knowledge, options, match_timeout)
        try:
            await matcher._learn(begin)
        except BaseException:
            await matcher.close()
            raise
        return matcher

    async def match(self, text: str, previous: str = "") -> Match:
        """Return what `Matcher.match` returns, without its explanation, or `GAVE_UP`.

        Requests are answered in the order in which they are made. Raises MatcherLost if no process can be had that
        matches, which is no fault of the message.
        """
        if self._replacing.locked():
            async with self._replacing:
                pass
        process = self._process
        try:
            return await self._match_by(process, text, previous)
        except (EOFError, OSError) as error:
            lost = error
        # One request at a time, so that a message which ends the process takes nobody else's answer with it.
        async with self._replacing:
            if self._closed:
                raise MatcherLost("The desk is closing.")
            await self._replace(process, lost)
            try:
                return await self._match_by(self._process, text, previous)
            except (EOFError, OSError) as error:
                await self._process.end()
                raise MatcherLost("The process that matches ends again and again. Is there enough memory?") from error

    async def retire(self) -> None:
        """Close when every request so far has been answered. No request may follow."""
        await self._process.wait_until_idle()
        await self.close()

    async def close(self) -> None:
        """End the process at once, also while it is computing. A second call does nothing."""
        self._closed = True
        await self._process.end()
        if self._replacement is not None:
            await asyncio.wait([self._replacement])

    async def _match_by(self, process: _ChildProcess, text: str, previous: str) -> Match:
        """Match, or give the message up. The process that it took with it is then replaced without delay."""
        try:
            return await process.match(text, previous, self._match_timeout)
        except _LostOverMessage as error:
            log.warning("A message is given up: the process that matches %s over it.", _what_happened(error.lost))
            self._replacement = asyncio.create_task(self._replace_soon(process, error.lost))
            return GAVE_UP

    async def _replace_soon(self, process: _ChildProcess, lost: Exception) -> None:
        async with self._replacing:
            with suppress(MatcherLost):  # the next request tries again, and raises it
                await self._replace(process, lost)

    async def _replace(self, process: _ChildProcess, lost: Exception) -> None:
        """Put a process that has learned in the place of a lost one, if nobody has done so yet."""
        if self._closed or not (self._process is process or self._process.has_ended):
            return
        log.warning("The process that matches %s; another takes its place.", _what_happened(lost))
        try:
            await self._restart()
            await self._learn()
        except UserError as error:
            raise MatcherLost(f"Another process to match cannot be had: {error}") from error

    async def _learn(self, begin: Callable[[str], object] = str) -> None:
        try:
            result = await self._process.learn(self._request, begin)
            if result.has_learned and result.is_cached:
                # A process that only read the cache needs a fraction of the memory of one that has learned.
                await self._restart()
                result = await self._process.learn(self._request, begin)
        except (EOFError, OSError):
            what = "the answers could not be learned: the process that does it ended."
            raise KnowledgeError(Problem("", what, "Is there enough memory?")) from None
        self.missing = result.missing

    async def _restart(self) -> None:
        """End the process and start one that has learned nothing yet."""
        await self._process.end()
        self._process = _ChildProcess()
        if self._closed:  # `close` was called while the old process ended
            await self._process.end()


class _ChildProcess:
    """One child process and the connection to it.

    Its methods raise EOFError or OSError if the process has ended, or ends during the call.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-c", SERVER_PROGRAM, str(theirs.fileno())]
            # In a process group of its own: Ctrl-C then reaches only the desk, which ends the child when it is idle.
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own source
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, process_group=0
            )
        weakref.finalize(self, _kill_and_wait, self._process)  # at the latest when the desk exits
        self._socket = ours
        self._connection: _Connection | None = None

    @property
    def has_ended(self) -> bool:
        return self._connection is None or self._connection.is_closed

    async def learn(self, request: LearnRequest, begin: Callable[[str], object]) -> LearnResult:
        message = await asyncio.to_thread(dumps, request)
        if self._socket.fileno() < 0:  # `end` was called meanwhile
            raise EOFError
        _, self._connection = await asyncio.get_running_loop().create_connection(
            lambda: _Connection(begin), sock=self._socket
        )
        answer = loads(await self._connection.request(message), LearnAnswer)
        if answer.result is None:
            raise answer.failure.error if answer.failure else EOFError
        return answer.result

    async def match(self, text: str, previous: str, seconds: float) -> Match:
        """Return the match.

        The process has so many seconds from when it has answered the requests before. Then the connection is closed,
        and whoever waits gets a TimeoutError, which is an OSError. Raises _LostOverMessage if this is the message that
        was being matched then, or when the process ended.
        """
        if self._connection is None:
            raise EOFError
        return loads(await self._connection.request(dumps(Question(text, previous)), seconds), Match)

    async def wait_until_idle(self) -> None:
        """Return when every request has been answered, or when the process has ended."""
        if self._connection is not None:
            await self._connection.wait_until_idle()

    async def end(self) -> None:
        self._process.kill()
        if self._connection is None:
            self._socket.close()
        else:
            self._connection.close()
        await asyncio.to_thread(self._process.wait)


class _Connection(asyncio.Protocol):
    """The desk's end of the socket. Requests are sent at once; the answers arrive in the same order."""

    def __init__(self, begin: Callable[[str], object]) -> None:
        self._begin = begin
        self._transport: asyncio.WriteTransport
        self._received = bytearray()
        self._pending: deque[tuple[asyncio.Future[bytes], float | None]] = deque()
        """The future answers with the seconds that each may take."""
        self._has_begun = False
        """Whether the first of them is being matched."""
        self._timer: asyncio.TimerHandle | None = None
        self._lost: type[EOFError | TimeoutError] = EOFError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # every event loop gives a socket one of these

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (message := take_message(self._received)) is not None:
            if is_step(message):
                self._begin(message.decode())
                continue
            self._has_begun = message == BEGUN
            if not self._has_begun:
                answer, _ = self._pending.popleft()
                if not answer.done():  # the task that waited may have been cancelled
                    answer.set_result(message)
                self._time_first()

    def connection_lost(self, exc: Exception | None) -> None:
        while self._pending:
            answer, _ = self._pending.popleft()
            if not answer.done():
                answer.set_exception(_LostOverMessage(self._lost()) if self._has_begun else self._lost())
            self._has_begun = False
        self._time_first()

    @property
    def is_closed(self) -> bool:
        return self._transport.is_closing()

    async def request(self, message: bytes, seconds: float | None = None) -> bytes:
        """Send a message and return the answer to it, which may take so many seconds; None for any time."""
        if self.is_closed:
            raise EOFError
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._pending.append((answer, seconds))
        if len(self._pending) == 1:
            self._time_first()
        self._transport.write(frame(message))
        return await answer

    async def wait_until_idle(self) -> None:
        if self._pending:
            await asyncio.wait([answer for answer, _ in self._pending])

    def close(self) -> None:
        self._has_begun = False  # it is not the message that ends the process
        self._transport.abort()

    def _time_first(self) -> None:
        """Give the first pending request its time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending and (seconds := self._pending[0][1]) is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._lost = TimeoutError
        self._transport.abort()


class _LostOverMessage(Exception):
    """The process was lost while it matched this message; `lost` says how."""

    def __init__(self, lost: Exception) -> None:
        super().__init__()
        self.lost = lost


def _what_happened(lost: Exception) -> str:
    return "says nothing more" if isinstance(lost, TimeoutError) else "has ended"


def _kill_and_wait(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
