"""The socket over which a window gets what it shows, from the first message to the newest, and from then on live.

A socket and not an event stream, because a browser holds six streams to one server and then lets every further window
wait. The page speaks once, when it opens: `{"token", "staff", "since"}`. From the desk come `hello`, `message`,
`caught_up` (everything that there was before has been said) and `knowledge`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from adapters.web import blocks, guard
from adapters.web.people import PRESS, THREAD, People, Persona
from adapters.web.transcript import Entry, Transcript
from bot.ports import Clock
from bot.presentation import texts

STRANGER = 4403
"""Close code for a page that another console served: it must be loaded anew."""

_HELLO_WITHIN = 10.0
_LOOK_AGAIN = 10.0
"""Seconds after which a quiet socket looks whether the knowledge has changed."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page shows besides messages. The callables are asked anew each time."""

    people: People
    clock: Clock
    knowledge_status: Callable[[], str]
    examples: Callable[[], Sequence[str]]


class Live:
    """All open windows."""

    def __init__(self, transcript: Transcript, surroundings: Surroundings) -> None:
        self._transcript, self._around = transcript, surroundings
        self._sockets: set[web.WebSocketResponse] = set()

    async def open(self, request: web.Request, token: str, met: Callable[[Persona], object]) -> web.WebSocketResponse:
        """Serve one window until it goes. `met` is told who is in front of it."""
        socket = web.WebSocketResponse(heartbeat=20, max_msg_size=4096)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._serve(socket, token, met)
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Send every window away; they come back when the desk does."""
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _serve(self, socket: web.WebSocketResponse, token: str, met: Callable[[Persona], object]) -> None:
        greeting = await _greeting(socket)
        if greeting is None or not guard.same(str(greeting.get("token", "")), token):
            await socket.close(code=STRANGER)
            return
        persona = self._around.people.get(str(greeting.get("staff", ""))) or self._around.people.staff[0]
        met(persona)
        await self._transcript.all()
        teller = asyncio.create_task(self._tell(socket, persona, int(greeting.get("since", 0))))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            teller.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await teller

    async def _tell(self, socket: web.WebSocketResponse, persona: Persona, since: int) -> None:
        mine = persona.direct.token
        await socket.send_json(self._hello(persona))
        with self._transcript.listen(since) as queue:
            for _ in range(queue.qsize()):
                await self._show(socket, queue.get_nowait(), mine)
            await socket.send_json({"type": "caught_up"})
            status = self._around.knowledge_status()
            while True:
                try:
                    await self._show(socket, await asyncio.wait_for(queue.get(), _LOOK_AGAIN), mine)
                except TimeoutError:
                    if (now := self._around.knowledge_status()) != status:
                        status = now
                        await socket.send_json({"type": "knowledge", "status": status})

    async def _show(self, socket: web.WebSocketResponse, entry: Entry, mine: str) -> None:
        if entry.conversation in {mine, PRESS} or entry.conversation.startswith(THREAD):
            await socket.send_json({"type": "message", "message": drawn(entry, self._around.people)})

    def _hello(self, persona: Persona) -> dict[str, Any]:
        case_context = self._around
        return {
            "type": "hello",
            "now": case_context.clock.now().isoformat(),
            "staff": persona.id,
            "people": [{"id": one.id, "name": one.name, "officer": one.officer} for one in case_context.people.all],
            "knowledge": case_context.knowledge_status(),
            "examples": list(case_context.examples()),
            "reply_prefixes": list(texts.REPLY_PREFIXES),
        }


def drawn(entry: Entry, people: People) -> dict[str, Any]:
    """One message as the page shows it."""
    shown: dict[str, Any] = {
        "id": entry.id,
        "conversation": entry.conversation,
        "revision": entry.revision,
        "at": entry.at,
    }
    if entry.outgoing is not None:
        return {**shown, **blocks.drawn(entry.outgoing, people)}
    person = {"id": entry.person, "name": people.name(entry.person)}
    return {**shown, "person": person, "text": entry.text, "event_id": entry.event_id, "progress": entry.progress}


async def _greeting(socket: web.WebSocketResponse) -> dict[str, Any] | None:
    try:
        greeting = json.loads(await socket.receive_str(timeout=_HELLO_WITHIN))
    except (TypeError, ValueError, TimeoutError):
        return None
    return greeting if isinstance(greeting, dict) and str(greeting.get("since", 0)).isdecimal() else None
