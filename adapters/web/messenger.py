"""How the relay reaches the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from adapters.web import blocks
from adapters.web.people import PLATFORM, PRESS, STAFF, THREAD, People, thread_of
from adapters.web.transcript import Transcript
from bot.errors import PermanentFailure, StoreError, TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Receipt
from bot.ports import Finding, Health


class WebMessenger:
    """A message counts as taken when it is in the transcript; open windows get it from there."""

    def __init__(self, transcript: Transcript, people: People, health: Callable[[], Health]) -> None:
        self._transcript, self._people, self._health = transcript, people, health

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        with _translated():
            await self._check(to)
            entry = await self._transcript.desk_says(to.token, blocks.stored(outgoing), key)
        return _receipt(to, entry.id)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place."""
        with _translated():
            changed = await self._transcript.change(receipt.parts[0], blocks.stored(outgoing))
        return receipt if changed else await self.send(receipt.address, outgoing, key)

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Show what became of a person's message; nothing happens when it is not here any more."""
        with _translated():
            await self._transcript.progress(event_id, mark)
        return True

    async def diagnose(self) -> Sequence[Finding]:
        """Whether the console listens."""
        health = self._health()
        fix = "" if health.ready else "Choose another port with `console: {port: …}`, or end what uses this one."
        return [Finding("browser console", health.ready, health.reason or "listening on this machine alone", fix)]

    async def _check(self, to: Address) -> None:
        """PermanentFailure where the console has no such conversation."""
        token = to.token
        if token == PRESS or (token.startswith(STAFF) and self._people.get(token.removeprefix(STAFF))):
            return
        if token.startswith(THREAD):
            entry = await self._transcript.get(token.removeprefix(THREAD))
            if entry and entry.conversation == PRESS:
                return
        raise PermanentFailure(
            f"The browser console has no conversation {token!r}.",
            "It has web:press, and web:staff/<id> for each person at the console.",
        )


def _receipt(to: Address, message: str) -> Receipt:
    if to.token == PRESS:
        return Receipt(to, (message,), Address(PLATFORM, thread_of(message)))
    return Receipt(to, (message,), to if to.token.startswith(THREAD) else None)


@contextmanager
def _translated() -> Iterator[None]:
    """What the state raises, as the relay knows it."""
    try:
        yield
    except StoreError as error:
        raise TemporaryFailure("The console's transcript cannot be written just now.") from error
