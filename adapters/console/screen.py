"""The Messenger for the terminal."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from bot import plaintext
from bot.errors import PermanentFailure
from bot.messages import Address, Button, Buttons, Field, Mark, Outgoing, Receipt
from bot.ports import Finding

_DIRECTION_CONTROLS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_MARKS = {"delivered": "Delivered.", "failed": "That could not be delivered."}


class Screen:
    """See `ports.Messenger`. A terminal cannot change printed text, so an update is printed as a new message.

    Buttons are numbered, and no number is used twice, so a late message does not change what a number means.
    """

    def __init__(self, output: TextIO, platform: str, conversation: str) -> None:
        self.address = Address(platform, conversation)
        self.printed = asyncio.Event()
        """Set whenever something is printed."""
        self._output = output
        self._receipts: dict[str, Receipt] = {}
        self._buttons: list[Button] = []

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        if to != self.address:
            raise PermanentFailure("The terminal has no such conversation.", f"It has {self.address}.")
        if key not in self._receipts:
            self._print(outgoing)
            self._receipts[key] = Receipt(to, (key,))
        return self._receipts[key]

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Print the changed message as a new one."""
        return await self.send(receipt.address, outgoing, key)

    async def delete(self, receipt: Receipt) -> bool:
        """Return False: printed text stays."""
        return False

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Print whether the person's message was delivered."""
        self.show(_MARKS[mark])
        return True

    async def diagnose(self) -> Sequence[Finding]:
        """Return one finding: a terminal has nothing that can fail."""
        return [Finding("terminal", ok=True, detail="ready")]

    def show(self, text: str) -> None:
        """Print a paragraph. Raises PermanentFailure if the output is closed."""
        try:
            self._output.write(f"{_without_control_characters(text)}\n\n")
            self._output.flush()
        except (OSError, ValueError) as error:
            raise PermanentFailure("The terminal is closed.") from error
        self.printed.set()

    def button(self, number: int) -> Button | None:
        """Return the button with this number, or None."""
        return self._buttons[number - 1] if 0 < number <= len(self._buttons) else None

    def ask(self, field: Field) -> None:
        """Print a field of a form with its options and its hint."""
        lines = [field.label if field.required else f"{field.label} (optional)"]
        lines += [f"[{number}] {label}" for number, (_, label) in enumerate(field.options, start=1)]
        lines += [field.hint] if field.hint else []
        self.show("\n".join(lines))

    @staticmethod
    def value_of(field: Field, text: str) -> str:
        """Return the value that somebody typed.

        A number selects that option of a choice; an empty text keeps the old value.
        """
        if text.isascii() and text.isdigit() and 0 < int(text) <= len(field.options):
            return field.options[int(text) - 1][0]
        return text or field.value

    def _print(self, outgoing: Outgoing) -> None:
        self.show(plaintext.render(outgoing, number=len(self._buttons) + 1))
        for block in outgoing.blocks:
            if isinstance(block, Buttons):
                self._buttons += block.buttons


def _without_control_characters(text: str) -> str:
    """Replace the characters that move the cursor, colour the screen or change the reading direction."""
    return "".join("\ufffd" if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    if char in "\n\t":
        return False
    return unicodedata.category(char) == "Cc" or unicodedata.bidirectional(char) in _DIRECTION_CONTROLS
