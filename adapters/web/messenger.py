"""The Messenger for the browser console."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from adapters.web.message_store import MessageStore
from adapters.web.page_json import to_stored_json
from adapters.web.personas import PLATFORM, PRESS, STAFF_PREFIX, THREAD_PREFIX, Personas, thread_of
from bot.errors import PermanentFailure, StoreError, TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Receipt
from bot.plaintext import text_message
from bot.ports import Finding, Health
from bot.presentation import texts


class WebMessenger:
    """See `ports.Messenger`. A message is delivered when it is stored; open windows get it from the store."""

    def __init__(self, messages: MessageStore, personas: Personas, health: Callable[[], Health]) -> None:
        self._messages, self._personas, self._health = messages, personas, health

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        with _errors_translated():
            await self._require_conversation(to)
            message = await self._messages.add_desk_message(to.token, to_stored_json(outgoing), key)
        return _receipt(to, message.id)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place."""
        with _errors_translated():
            changed = await self._messages.replace_content(receipt.parts[0], to_stored_json(outgoing))
        return receipt if changed else await self.send(receipt.address, outgoing, key)

    async def delete(self, receipt: Receipt) -> bool:
        """Replace the message by a line that says that it was taken back."""
        with _errors_translated():
            await self._messages.replace_content(receipt.parts[0], to_stored_json(text_message(texts.MESSAGE_REMOVED)))
        return True

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Show the mark on a person's message. Does nothing if the message no longer exists."""
        with _errors_translated():
            await self._messages.set_progress(event_id, mark)
        return True

    async def diagnose(self) -> Sequence[Finding]:
        """Check whether the console listens."""
        health = self._health()
        fix = "" if health.ready else "Choose another port with `console: {port: …}`, or end what uses this one."
        return [Finding("browser console", health.ready, health.reason or "listening on this machine alone", fix)]

    async def _require_conversation(self, to: Address) -> None:
        """Raise PermanentFailure if the console has no such conversation."""
        token = to.token
        if token == PRESS or (token.startswith(STAFF_PREFIX) and self._personas.get(token.removeprefix(STAFF_PREFIX))):
            return
        if token.startswith(THREAD_PREFIX):
            head = await self._messages.get(token.removeprefix(THREAD_PREFIX))
            if head and head.conversation == PRESS:
                return
        raise PermanentFailure(
            f"The browser console has no conversation {token!r}.",
            "It has web:press, and web:staff/<id> for each person at the console.",
        )


def _receipt(to: Address, message: str) -> Receipt:
    if to.token == PRESS:
        return Receipt(to, (message,), Address(PLATFORM, thread_of(message)))
    return Receipt(to, (message,), to if to.token.startswith(THREAD_PREFIX) else None)


@contextmanager
def _errors_translated() -> Iterator[None]:
    """Raise a StoreError as TemporaryFailure."""
    try:
        yield
    except StoreError as error:
        raise TemporaryFailure("The console's transcript cannot be written just now.") from error
