"""One person talks to the desk in a terminal, or through a pipe.

A line is a message; a number presses the button of that number. Each line waits until something came in answer to the
line before it, so that a pipe gets its answers in order and ends with the last of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from typing import TextIO

from adapters.console.screen import Screen
from bot.errors import PermanentFailure, StoreUnavailable
from bot.messages import Button, Form, Incoming, Person, Pressed, Said, Submitted, SyncResponse
from bot.ports import Desk, Health, Messenger

PLATFORM = "console"
YOU = Person(PLATFORM, "you", "You")

_HINT = "Type a question, or the number of a button. Ctrl-D ends."
_NO_BUTTON = "No button has that number."
_NO_TEXT = "That line cannot be read: it is not UTF-8. Set the terminal to UTF-8 and write it again."
_NOTHING_STORED = "That could not be stored just now. Please write it again in a moment."
_PATIENCE = 30.0
"""Seconds after which a line that nothing answers holds up the next no longer."""


class TerminalConsole:
    """The adapter. It ends when `source` does; `finished` waits for that."""

    platform = PLATFORM

    def __init__(self, source: TextIO, output: TextIO) -> None:
        self._source = source
        self._screen = Screen(output, PLATFORM, YOU.id)
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._talk: asyncio.Task[None] | None = None

    @property
    def messenger(self) -> Messenger:
        """What the desk writes with."""
        return self._screen

    async def start(self, desk: Desk) -> None:
        """Begin to read."""
        if self._source.isatty():
            self._screen.show(_HINT)
        self._talk = asyncio.create_task(self._converse(desk), name="terminal")
        # A thread, because reading a terminal cannot be awaited; a daemon, because it cannot be interrupted either.
        threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), daemon=True, name="terminal").start()

    async def finished(self) -> None:
        """Returns when the input has ended and everything has been answered."""
        if self._talk is not None:
            await asyncio.wait({self._talk})
            if not self._talk.cancelled():
                self._talk.result()

    async def stop(self) -> None:
        """Read no more."""
        if self._talk is not None:
            self._talk.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._talk

    def health(self) -> Health:
        """A terminal is there as long as somebody talks."""
        talking = self._talk is not None and not self._talk.done()
        return Health(talking, "" if talking else "nobody is talking")

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        # The loop may be gone when the line comes: then nobody waits for it.
        with contextlib.suppress(RuntimeError, ValueError, OSError):
            for line in self._source:
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

    async def _converse(self, desk: Desk) -> None:
        with contextlib.suppress(PermanentFailure):  # nobody reads any more, so nobody is asked any more
            while (line := await self._next()) is not None:
                if text := line.strip():
                    await self._take(desk, text)

    async def _next(self) -> str | None:
        """The next line that is text; None when the input ends. Whoever wrote another is told so."""
        while (line := await self._lines.get()) is not None and not _is_text(line):
            self._screen.show(_NO_TEXT)
        return line

    async def _take(self, desk: Desk, text: str) -> None:
        if not (text.isascii() and text.isdigit()):
            await self._tell(desk, Said(_new(), YOU, text, self._screen.address, self._screen.address))
        elif (button := self._screen.button(int(text))) is None:
            self._screen.show(_NO_BUTTON)
        else:
            await self._tell(desk, self._pressed(button))

    async def _tell(self, desk: Desk, event: Incoming) -> None:
        self._screen.awaited.clear()
        try:
            answer = await desk.handle(event)
        except StoreUnavailable:
            self._screen.show(_NOTHING_STORED)
            return
        await self._answer(desk, answer)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._screen.awaited.wait(), _PATIENCE)

    async def _answer(self, desk: Desk, answer: SyncResponse) -> None:
        if answer.notice:
            self._screen.show(answer.notice)
        for problem in answer.problems.values():
            self._screen.show(problem)
        if answer.form is not None and (values := await self._fill(answer.form)) is not None:
            here = self._screen.address
            form = answer.form
            await self._tell(desk, Submitted(_new(), YOU, form.name, form.context, values, here, here))

    async def _fill(self, form: Form) -> dict[str, str] | None:
        """The form, line by line; None when the input ends in the middle of it."""
        self._screen.show(form.title)
        values: dict[str, str] = {}
        for field in form.fields:
            self._screen.ask(field)
            line = await self._next()
            if line is None:
                self._lines.put_nowait(None)
                return None
            values[field.name] = self._screen.chosen(field, line.strip())
        return values

    def _pressed(self, button: Button) -> Pressed:
        here = self._screen.address
        return Pressed(_new(), YOU, button.action, button.value, here, here)


def _is_text(line: str) -> bool:
    """False where it holds bytes that could not be decoded, which Python keeps as lone surrogates."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _new() -> str:
    return secrets.token_hex(16)
