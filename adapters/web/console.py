"""The browser console: a chat for staff and a press desk on one page, for use on this machine alone."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from importlib import resources
from pathlib import Path

from aiohttp import web

from adapters.http import HttpServer
from adapters.web.message_store import MessageStore, StoredMessage
from adapters.web.messenger import WebMessenger
from adapters.web.page_events import EventReader, PressBody, SayBody, SubmitBody, ViewBody, read_body
from adapters.web.page_json import to_response
from adapters.web.personas import PLATFORM, Persona, Personas
from adapters.web.security import TokenDoor, add_security_headers, refuse_other_sites
from adapters.web.websocket import PageContext, WindowSockets
from bot.errors import StoreError, StoreUnavailable
from bot.messages import Incoming, Joined, Said, SyncResponse
from bot.ports import AdapterState, Clock, Desk, Health, Identity, StartTask, plain_task

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_FOLLOW_INTERVAL = 0.5  # seconds between two looks at what other processes wrote
_STATIC = Path(str(resources.files("adapters.web") / "static"))


class WebConsole:
    """See `ports.Adapter`. It listens on the loopback address only; port 0 means a free port.

    `knowledge_status` returns the line at the top of the page. `examples` returns the questions that an empty chat
    offers. Several consoles may serve one database, each on its own machine: all of them show everything.
    """

    platform = PLATFORM

    def __init__(
        self,
        state: AdapterState,
        clock: Clock,
        port: int,
        personas: Sequence[Persona],
        knowledge_status: Callable[[], str],
        examples: Callable[[], Sequence[str]] = tuple,
        start_task: StartTask = plain_task,
    ) -> None:
        self._state = state
        self._personas = Personas(personas)
        self._messages = MessageStore(state, clock)
        self._reader = EventReader(self._messages, self._personas)
        self._sockets = WindowSockets(self._messages, PageContext(self._personas, clock, knowledge_status, examples))
        self.messenger = WebMessenger(self._messages, self._personas, self.health)
        self._door = TokenDoor()
        around = [refuse_other_sites, self._door.refuse_without_token]
        self._server = HttpServer(_LOOPBACK, port, middlewares=around, section="console")
        self._add_routes()
        self._desk: Desk | None = None
        self._is_listening = False
        self._health = Health(ready=False, reason="not started yet")
        self._start_task = start_task
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address of the page, with the token: whoever has it can act as anybody in the console."""
        return self._door.address(f"{self._server.url}/")

    async def listen(self) -> None:
        """Bind the port. A page that is opened before `start` waits for it.

        Raises ConfigurationError if the port is taken, and StoreUnavailable.
        """
        # The token is stored, so that an address and an open page still work after a restart.
        await self._state.add("token", secrets.token_urlsafe(32))
        token = await self._state.get("token") or ""
        await self._server.start()
        self._door.open(token, self._server.port)
        self._is_listening = True

    async def start(self, desk: Desk) -> None:
        """Listen, if it does not yet, and give the desk the messages that it may not have committed before a crash."""
        self._desk = desk
        if not self._is_listening:
            await self.listen()
        self._health = Health(ready=True)
        self._spawn(self._repeat_uncommitted())
        self._tasks.add(self._start_task("web", self._follow_other_processes))

    async def stop(self) -> None:
        """Accept no more events, finish those under way, and close the connections of all windows."""
        self._health = Health(ready=False, reason="stopped")
        self._is_listening = False
        await self._server.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def identify(self, said: Said) -> Identity:
        """Return the sender, who is always identified."""
        return Identity("member", said.person)

    async def turn_away(self, said: Said) -> None:
        """Do nothing: nobody is turned away."""

    async def forget(self, said_before: datetime, cases_before: datetime, *, dry_run: bool = False) -> int:
        """Delete old messages, see `MessageStore.forget`. An open window shows them until it is reloaded."""
        return await self._messages.forget(said_before, cases_before, dry_run=dry_run)

    def health(self) -> Health:
        """Return whether the console listens."""
        return self._health

    def _add_routes(self) -> None:
        application = self._server.application
        application.on_response_prepare.append(add_security_headers)
        application.on_shutdown.append(self._close_sockets)
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/api/live", self._live),
                web.post("/api/say", self._say),
                web.post("/api/press", self._press),
                web.post("/api/submit", self._submit),
                web.post("/api/view", self._view),
                web.static("/static", _STATIC),
            ]
        )

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(_STATIC / "index.html")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if self._desk is None:  # the page tries again in a moment
            raise web.HTTPServiceUnavailable(text="The desk has not started yet.")
        return await self._sockets.serve(request, lambda persona: self._spawn(self._ensure_joined(persona)))

    async def _say(self, request: web.Request) -> web.Response:
        body = await read_body(request, SayBody)
        persona, at = await self._reader.to_conversation(body)
        message = await self._messages.add_person_message(at.token, persona.id, body.text, body.id)
        return self._response(await self._handle_message(message))

    async def _press(self, request: web.Request) -> web.Response:
        body = await read_body(request, PressBody)
        return self._response(await self._handle(await self._reader.to_pressed(body)))

    async def _submit(self, request: web.Request) -> web.Response:
        body = await read_body(request, SubmitBody)
        return self._response(await self._handle(await self._reader.to_submitted(body)))

    async def _view(self, request: web.Request) -> web.Response:
        body = await read_body(request, ViewBody)
        return self._response(await self._handle(self._reader.to_viewed(body)))

    def _response(self, answer: SyncResponse) -> web.Response:
        return web.json_response(to_response(answer, self._personas))

    async def _handle_message(self, message: StoredMessage) -> SyncResponse:
        """Give a stored message to the desk, and set its progress when the desk has committed it."""
        try:
            answer = await self._handle(self._reader.to_said(message))
        except StoreUnavailable:
            raise
        except Exception:
            await self._messages.set_progress(message.event_id, "failed")
            raise
        await self._messages.set_progress(message.event_id, "sent")
        return answer

    async def _repeat_uncommitted(self) -> None:
        """Give the desk all messages that were stored, but perhaps not committed when the process died.

        The desk recognises the event ids of those that it has committed.
        """
        for message in await self._messages.all():
            if message.person and not message.progress and self._personas.get(message.person):
                await self._handle_message(message)

    async def _follow_other_processes(self) -> None:
        """Show open windows what other processes write, and go on while the database is down."""
        while True:
            await asyncio.sleep(_FOLLOW_INTERVAL)
            if self._sockets.any_open:
                with suppress(StoreError):
                    await self._messages.catch_up()

    async def _ensure_joined(self, persona: Persona) -> None:
        """Tell the desk about a persona once."""
        key = f"welcomed/{persona.id}"
        if await self._state.get(key) is None:
            await self._handle(Joined(persona.person, persona.direct))
            await self._state.put(key, "")

    async def _handle(self, event: Incoming) -> SyncResponse:
        if self._desk is None:
            raise StoreUnavailable("The desk has not started yet.")
        return await self._desk.handle(event)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_logging_failures(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close_sockets(self, _: web.Application) -> None:
        await self._sockets.close()


async def _logging_failures(work: Coroutine[None, None, None]) -> None:
    """Run work for which no request waits. Work that fails is repeated when a window opens or the desk starts again."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - its text is not logged, because it may quote somebody
        log.warning("The browser console could not finish something: %s", type(error).__name__)
