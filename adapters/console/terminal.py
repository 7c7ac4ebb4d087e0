"""The terminal adapter: one person writes to the desk in a terminal or through a pipe.

A line is a message, and a number presses the button with that number. The next line is handled only after the answer
to the line before, so a pipe gets its answers in order and ends after the last one.
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
from bot.ports import Desk, Health, Identity, Messenger

PLATFORM = "console"
YOU = Person(PLATFORM, "you", "You")

_HINT = "Type a question, or the number of a button. Ctrl-D ends."
_NO_BUTTON = "No button has that number."
_NO_TEXT = "That line cannot be read: it is not UTF-8. Set the terminal to UTF-8 and write it again."
_NOTHING_STORED = "That could not be stored just now. Please write it again in a moment."
_ANSWER_TIMEOUT = 30.0
"""Seconds to wait for an answer before the next line is handled."""


class TerminalConsole:
    """See `ports.Adapter`. It ends when `source` ends; `finished` waits for that.

    Lines are read from the start on, and handled once `answering` is set.
    """

    platform = PLATFORM

    def __init__(self, source: TextIO, output: TextIO, answering: asyncio.Event | None = None) -> None:
        self._source = source
        self._answering = answering
        self._screen = Screen(output, PLATFORM, YOU.id)
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._conversation: asyncio.Task[None] | None = None

    @property
    def messenger(self) -> Messenger:
        """The screen, on which the desk's messages are printed."""
        return self._screen

    async def start(self, desk: Desk) -> None:
        """Begin to read lines."""
        if self._source.isatty():
            self._screen.show(_HINT)
        self._conversation = asyncio.create_task(self._converse(desk), name="terminal")
        # A thread, because reading a terminal cannot be awaited. A daemon, because it cannot be interrupted either.
        threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), daemon=True, name="terminal").start()

    async def finished(self) -> None:
        """Wait until the input has ended and every line has been handled."""
        if self._conversation is not None:
            await asyncio.wait({self._conversation})
            if not self._conversation.cancelled():
                self._conversation.result()

    async def stop(self) -> None:
        """Stop handling lines."""
        if self._conversation is not None:
            self._conversation.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._conversation

    async def identify(self, said: Said) -> Identity:
        """Return the sender, who is always identified."""
        return Identity("member", said.person)

    async def turn_away(self, said: Said) -> None:
        """Do nothing: nobody is turned away."""

    def health(self) -> Health:
        """Return ready until the input has ended."""
        is_open = self._conversation is not None and not self._conversation.done()
        return Health(is_open, "" if is_open else "nobody is talking")

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        # RuntimeError means that the event loop ended before the line came, so nobody waits for it.
        with contextlib.suppress(RuntimeError, ValueError, OSError):
            for line in self._source:
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

    async def _converse(self, desk: Desk) -> None:
        if self._answering is not None:
            await self._answering.wait()
        with contextlib.suppress(PermanentFailure):  # the output is closed
            while (line := await self._next_line()) is not None:
                if text := line.strip():
                    await self._handle_line(desk, text)

    async def _next_line(self) -> str | None:
        """Return the next line that can be read as text, or None at the end of the input.

        Print a notice for any other line.
        """
        while (line := await self._lines.get()) is not None and not _is_text(line):
            self._screen.show(_NO_TEXT)
        return line

    async def _handle_line(self, desk: Desk, text: str) -> None:
        if not (text.isascii() and text.isdigit()):
            await self._handle(desk, Said(_new_event_id(), YOU, text, self._screen.address, self._screen.address))
        elif (button := self._screen.button(int(text))) is None:
            self._screen.show(_NO_BUTTON)
        else:
            await self._handle(desk, self._pressed(button))

    async def _handle(self, desk: Desk, event: Incoming) -> None:
        self._screen.printed.clear()
        try:
            answer = await desk.handle(event)
        except StoreUnavailable:
            self._screen.show(_NOTHING_STORED)
            return
        await self._answer(desk, answer)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._screen.printed.wait(), _ANSWER_TIMEOUT)

    async def _answer(self, desk: Desk, answer: SyncResponse) -> None:
        if answer.notice:
            self._screen.show(answer.notice)
        for problem in answer.problems.values():
            self._screen.show(problem)
        if answer.form is not None and (values := await self._fill(answer.form)) is not None:
            here = self._screen.address
            form = answer.form
            await self._handle(desk, Submitted(_new_event_id(), YOU, form.name, form.context, values, here, here))

    async def _fill(self, form: Form) -> dict[str, str] | None:
        """Read the values of a form, one line for each field. Returns None if the input ends before the last field."""
        self._screen.show(form.title)
        values: dict[str, str] = {}
        for field in form.fields:
            self._screen.ask(field)
            line = await self._next_line()
            if line is None:
                self._lines.put_nowait(None)
                return None
            values[field.name] = self._screen.value_of(field, line.strip())
        return values

    def _pressed(self, button: Button) -> Pressed:
        here = self._screen.address
        return Pressed(_new_event_id(), YOU, button.action, button.value, here, here)


def _is_text(line: str) -> bool:
    """Return False if the line holds bytes that could not be decoded, which Python represents as lone surrogates."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _new_event_id() -> str:
    return secrets.token_hex(16)
