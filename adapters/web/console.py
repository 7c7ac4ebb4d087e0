"""The browser console: staff chat and press desk on one page, on this machine alone."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path

from aiohttp import web

from adapters.http import HttpServer
from adapters.http.server import Handler
from adapters.web import blocks, guard, incoming
from adapters.web.live import Live, Surroundings
from adapters.web.messenger import WebMessenger
from adapters.web.people import PLATFORM, People, Persona
from adapters.web.transcript import Entry, Transcript
from bot.errors import StoreUnavailable
from bot.messages import Incoming, Joined, SyncResponse
from bot.ports import AdapterState, Clock, Desk, Health

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_STATIC = Path(str(resources.files("adapters.web") / "static"))


class WebConsole:
    """The adapter. It listens on loopback whatever the configuration says; port 0 takes a free one.

    `knowledge_status` is a line for the head of the page, `examples` are questions that an empty chat offers.
    """

    platform = PLATFORM

    def __init__(
        self,
        state: AdapterState,
        clock: Clock,
        port: int,
        people: Sequence[Persona],
        knowledge_status: Callable[[], str],
        examples: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._state = state
        self._people = People(people)
        self._transcript = Transcript(state, clock)
        self._reader = incoming.Reader(self._transcript, self._people)
        self._live = Live(self._transcript, Surroundings(self._people, clock, knowledge_status, examples))
        self.messenger = WebMessenger(self._transcript, self._people, self.health)
        self._server = HttpServer(_LOOPBACK, port, middlewares=[guard.refuse_strangers, self._require_token])
        self._routes()
        self._desk: Desk | None = None
        self._token = ""
        self._health = Health(ready=False, reason="not started yet")
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"{self._server.url}/"

    async def start(self, desk: Desk) -> None:
        """Begin to listen, and tell the desk what it may not have heard before a crash."""
        self._desk = desk
        try:
            # The token outlives the process, so that a page goes on where it was when the desk comes back.
            await self._state.add("token", secrets.token_urlsafe(32))
            self._token = await self._state.get("token") or ""
            await self._server.start()
        except (OSError, StoreUnavailable) as error:
            reason = f"cannot listen on {_LOOPBACK}:{self._server.port}" if isinstance(error, OSError) else str(error)
            self._health = Health(ready=False, reason=reason)
            log.error("The browser console %s", reason)  # noqa: TRY400 - the reason says it all
            return
        self._health = Health(ready=True)
        self._spawn(self._repeat_unheard())

    async def stop(self) -> None:
        """Take no more, finish what is under way, send the windows away."""
        self._health = Health(ready=False, reason="stopped")
        await self._server.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def forget(self, said_before: datetime, cases_before: datetime, *, dry_run: bool = False) -> int:
        """Remove old messages, as `Transcript.forget`; a window that shows them has them until it is loaded anew."""
        return await self._transcript.forget(said_before, cases_before, dry_run=dry_run)

    def health(self) -> Health:
        """Whether it listens."""
        return self._health

    def _routes(self) -> None:
        application = self._server.application
        application.on_response_prepare.append(guard.add_headers)
        application.on_shutdown.append(self._send_away)
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/api/live", self._window),
                web.post("/api/say", self._say),
                web.post("/api/press", self._press),
                web.post("/api/submit", self._submit),
                web.post("/api/view", self._view),
                web.static("/static", _STATIC),
            ]
        )

    @web.middleware
    async def _require_token(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST" and not guard.same(request.headers.get(guard.TOKEN_HEADER, ""), self._token):
            raise web.HTTPForbidden(text="Load the page again.")
        return await handler(request)

    async def _page(self, _: web.Request) -> web.Response:
        page = (_STATIC / "index.html").read_text(encoding="utf-8").replace("{{token}}", self._token)
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def _window(self, request: web.Request) -> web.StreamResponse:
        return await self._live.open(request, self._token, lambda persona: self._spawn(self._welcome(persona)))

    async def _say(self, request: web.Request) -> web.Response:
        body = await incoming.read(request, incoming.SayBody)
        persona, at = await self._reader.place(body)
        entry = await self._transcript.person_says(at.token, persona.id, body.text, body.id)
        return self._answer(await self._tell(entry))

    async def _press(self, request: web.Request) -> web.Response:
        body = await incoming.read(request, incoming.PressBody)
        return self._answer(await self._handle(await self._reader.pressed(body)))

    async def _submit(self, request: web.Request) -> web.Response:
        body = await incoming.read(request, incoming.SubmitBody)
        return self._answer(await self._handle(await self._reader.submitted(body)))

    async def _view(self, request: web.Request) -> web.Response:
        body = await incoming.read(request, incoming.ViewBody)
        return self._answer(await self._handle(self._reader.viewed(body)))

    def _answer(self, immediate: SyncResponse) -> web.Response:
        return web.json_response(blocks.immediate(immediate, self._people))

    async def _tell(self, entry: Entry) -> SyncResponse:
        """Hand the desk a message from the transcript, and mark it when the desk has committed it."""
        try:
            answer = await self._handle(self._reader.said(entry))
        except StoreUnavailable:
            raise
        except Exception:
            await self._transcript.progress(entry.event_id, "failed")
            raise
        await self._transcript.progress(entry.event_id, "sent")
        return answer

    async def _repeat_unheard(self) -> None:
        """A process may die between the transcript and the desk; the desk knows again what it did hear."""
        for entry in await self._transcript.all():
            if entry.person and not entry.progress and self._people.get(entry.person):
                await self._tell(entry)

    async def _welcome(self, persona: Persona) -> None:
        known = f"welcomed/{persona.id}"
        if await self._state.get(known) is None:
            await self._handle(Joined(persona.person, persona.direct))
            await self._state.put(known, "")

    async def _handle(self, event: Incoming) -> SyncResponse:
        if self._desk is None:
            raise StoreUnavailable("The desk has not started yet.")
        return await self._desk.handle(event)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._attempt(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, work: Coroutine[None, None, None]) -> None:
        """Nobody waits for this work: what it could not do is done when a window opens or the desk starts again."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - and no text of it in the log, it may quote somebody
            log.warning("The browser console could not finish something: %s", type(error).__name__)

    async def _send_away(self, _: web.Application) -> None:
        await self._live.close()
