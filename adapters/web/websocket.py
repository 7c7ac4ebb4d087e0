"""The WebSocket that sends a window its messages: first all that exist, then each change.

It is a WebSocket and not an event stream, because a browser opens only six event streams to one server and lets every
further window wait. The page sends one message, when it connects: `{"staff", "since"}`. The console sends
`hello`, `message`, `caught_up` (after the messages that existed at the connection) and `knowledge`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from adapters.web.message_store import MessageStore, StoredMessage
from adapters.web.page_json import to_page_json
from adapters.web.personas import PRESS, THREAD_PREFIX, Persona, Personas
from bot.ports import Clock
from bot.presentation import texts

BAD_GREETING = 4400
"""The close code if the first message is none that the page sends."""

_GREETING_TIMEOUT = 10.0  # seconds
_STATUS_INTERVAL = 1.0  # seconds without a message, after which the status of the knowledge base is compared


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a page shows besides messages. The callables are called for each window."""

    personas: Personas
    clock: Clock
    knowledge_status: Callable[[], str]
    """Returns the line at the top of the page."""
    examples: Callable[[], Sequence[str]]
    """Returns the questions that an empty chat offers."""


class WindowSockets:
    """The WebSockets of all open windows."""

    def __init__(self, messages: MessageStore, context: PageContext) -> None:
        self._messages, self._context = messages, context
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def any_open(self) -> bool:
        """Whether a window is open."""
        return bool(self._sockets)

    async def serve(self, request: web.Request, on_persona: Callable[[Persona], object]) -> web.WebSocketResponse:
        """Serve one window until it closes. `on_persona` is called with the persona that the window acts as."""
        socket = web.WebSocketResponse(heartbeat=20, max_msg_size=4096)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._serve(socket, on_persona)
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Close all WebSockets. The pages connect again when the console is running again."""
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _serve(self, socket: web.WebSocketResponse, on_persona: Callable[[Persona], object]) -> None:
        greeting = await _read_greeting(socket)
        if greeting is None:
            await socket.close(code=BAD_GREETING)
            return
        personas = self._context.personas
        persona = personas.get(str(greeting.get("staff", ""))) or personas.staff[0]
        on_persona(persona)
        await self._messages.all()  # loads the messages, so that the subscription begins with all of them
        sender = asyncio.create_task(self._send_messages(socket, persona, int(greeting.get("since", 0))))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sender

    async def _send_messages(self, socket: web.WebSocketResponse, persona: Persona, since: int) -> None:
        own = persona.direct.token
        await socket.send_json(self._hello(persona))
        with self._messages.subscribe(since) as queue:
            for _ in range(queue.qsize()):
                await self._send(socket, queue.get_nowait(), own)
            await socket.send_json({"type": "caught_up"})
            status = self._context.knowledge_status()
            while True:
                with contextlib.suppress(TimeoutError):
                    await self._send(socket, await asyncio.wait_for(queue.get(), _STATUS_INTERVAL), own)
                if (now := self._context.knowledge_status()) != status:
                    status = now
                    await socket.send_json({"type": "knowledge", "status": status})

    async def _send(self, socket: web.WebSocketResponse, message: StoredMessage, own: str) -> None:
        """Send a message if it is in the window's own conversation or at the press desk."""
        if message.conversation in {own, PRESS} or message.conversation.startswith(THREAD_PREFIX):
            await socket.send_json({"type": "message", "message": _message_json(message, self._context.personas)})

    def _hello(self, persona: Persona) -> dict[str, Any]:
        context = self._context
        return {
            "type": "hello",
            "now": context.clock.now().isoformat(),
            "staff": persona.id,
            "people": [{"id": one.id, "name": one.name, "officer": one.officer} for one in context.personas.all],
            "knowledge": context.knowledge_status(),
            "examples": list(context.examples()),
            "reply_prefixes": list(texts.REPLY_PREFIXES),
        }


def _message_json(message: StoredMessage, personas: Personas) -> dict[str, Any]:
    common: dict[str, Any] = {
        "id": message.id,
        "conversation": message.conversation,
        "revision": message.revision,
        "at": message.at,
    }
    if message.outgoing is not None:
        return {**common, **to_page_json(message.outgoing, personas)}
    return {
        **common,
        "person": {"id": message.person, "name": personas.name(message.person)},
        "text": message.text,
        "event_id": message.event_id,
        "progress": message.progress,
    }


async def _read_greeting(socket: web.WebSocketResponse) -> dict[str, Any] | None:
    """Return the first message of the page, or None if it is invalid or does not come in time."""
    try:
        greeting = json.loads(await socket.receive_str(timeout=_GREETING_TIMEOUT))
    except (TypeError, ValueError, TimeoutError):
        return None
    return greeting if isinstance(greeting, dict) and str(greeting.get("since", 0)).isdecimal() else None
