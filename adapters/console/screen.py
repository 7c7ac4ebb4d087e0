"""What the desk writes in a terminal."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from bot import plaintext
from bot.errors import PermanentFailure
from bot.messages import Address, Button, Buttons, Field, Mark, Outgoing, Receipt
from bot.ports import Finding

_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_MARKS = {"delivered": "Delivered.", "failed": "That could not be delivered."}


class Screen:
    """A Messenger. Every button gets a number of its own, so that a late message never changes what a number means.

    A terminal cannot change what it has printed: an update is printed anew.
    """

    def __init__(self, output: TextIO, platform: str, conversation: str) -> None:
        self.address = Address(platform, conversation)
        self.awaited = asyncio.Event()
        """Set whenever something is shown."""
        self._output = output
        self._shown: dict[str, Receipt] = {}
        self._buttons: list[Button] = []

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        if to != self.address:
            raise PermanentFailure("The terminal has no such conversation.", f"It has {self.address}.")
        if key not in self._shown:
            self._print(outgoing)
            self._shown[key] = Receipt(to, (key,))
        return self._shown[key]

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Write the message anew."""
        return await self.send(receipt.address, outgoing, key)

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Say what became of the message."""
        self.show(_MARKS[mark])
        return True

    async def diagnose(self) -> Sequence[Finding]:
        """A terminal needs nothing."""
        return [Finding("terminal", ok=True, detail="ready")]

    def show(self, text: str) -> None:
        """Print a paragraph. PermanentFailure when nobody reads any more."""
        try:
            self._output.write(f"{_dead(text)}\n\n")
            self._output.flush()
        except (OSError, ValueError) as error:
            raise PermanentFailure("The terminal is closed.") from error
        self.awaited.set()

    def button(self, number: int) -> Button | None:
        """The button of that number."""
        return self._buttons[number - 1] if 0 < number <= len(self._buttons) else None

    def ask(self, field: Field) -> None:
        """Print what is to be filled in."""
        lines = [field.label if field.required else f"{field.label} (optional)"]
        lines += [f"[{number}] {label}" for number, (_, label) in enumerate(field.options, start=1)]
        lines += [field.hint] if field.hint else []
        self.show("\n".join(lines))

    @staticmethod
    def chosen(field: Field, text: str) -> str:
        """What was filled in: of a choice the option of that number; nothing typed leaves what was there."""
        if text.isascii() and text.isdigit() and 0 < int(text) <= len(field.options):
            return field.options[int(text) - 1][0]
        return text or field.value

    def _print(self, outgoing: Outgoing) -> None:
        self.show(plaintext.render(outgoing, number=len(self._buttons) + 1))
        for block in outgoing.blocks:
            if isinstance(block, Buttons):
                self._buttons += block.buttons


def _dead(text: str) -> str:
    """Without the characters that would move the cursor, colour the screen or turn the reading direction."""
    return "".join("\ufffd" if _acts(char) else char for char in text)


def _acts(char: str) -> bool:
    if char in "\n\t":
        return False
    return unicodedata.category(char) == "Cc" or unicodedata.bidirectional(char) in _TURNS
