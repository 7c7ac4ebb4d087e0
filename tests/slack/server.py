"""A Slack on loopback: the Web API over HTTP, Socket Mode over a websocket, events over both.

It keeps what it was told, refuses what Slack refuses, and fails on demand. The real SDK talks to it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from aiohttp import ClientSession, WSMsgType, web

from tests.slack.web_api import APP_TOKEN, BOT_TOKEN, DESK, SCOPES, SECRET, TEAM, Failure, Json, Posted, WebApi

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "DESK",
    "SCOPES",
    "SECRET",
    "TEAM",
    "Failure",
    "Json",
    "LoopbackSlack",
    "Posted",
    "signed",
]


class LoopbackSlack(WebApi):
    def __init__(self) -> None:
        super().__init__()
        self.sockets: list[web.WebSocketResponse] = []
        self._transports: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self.connected = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def start(self, port: int = 0) -> None:
        application = web.Application(client_max_size=10**7)
        routes = [
            web.route("*", "/api/{method}", self.answer),
            web.get("/link", self._link),
            web.post("/respond/{channel}/{user}/{id}", self.respond),
        ]
        application.add_routes(routes)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self.drop_connections()
        if self._runner is not None:
            await self._runner.cleanup()

    # ---- Socket Mode ------------------------------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        self._transports[socket] = request.transport
        self.connected.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
            self._transports.pop(socket, None)
            if not self.sockets:
                self.connected.clear()
        return socket

    def _acknowledge(self, answer: Json) -> None:
        waiting = self._waiting.pop(answer["envelope_id"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def ask_to_reconnect(self) -> None:
        for socket in tuple(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def drop_connections(self) -> None:
        """As when the network goes: no closing words."""
        for socket in tuple(self.sockets):
            transport = self._transports.get(socket)
            if transport is not None:
                transport.abort()

    async def by_socket(self, kind: str, payload: Json, patience: float = 3) -> Json | None:
        """Deliver an envelope on the newest connection; the acknowledgement's payload, or None where none came."""
        await asyncio.wait_for(self.connected.wait(), 20)
        envelope = f"envelope-{next(self._numbers)}"
        waiting = self._waiting[envelope] = asyncio.get_running_loop().create_future()
        try:
            await self.sockets[-1].send_json({"type": kind, "envelope_id": envelope, "payload": payload})
            return await asyncio.wait_for(waiting, patience)
        except (TimeoutError, ConnectionError, IndexError):  # nobody there, or gone just now
            return None

    # ---- HTTP mode --------------------------------------------------------------------------------------------------

    async def by_http(self, session: ClientSession, url: str, kind: str, payload: Json) -> Json | None:
        """Deliver a signed request; the answer's JSON, or None where it is not 200."""
        body = json.dumps(payload)
        content = "application/json"
        if kind != "events_api":
            body = urlencode(payload if kind == "slash_commands" else {"payload": body})
            content = "application/x-www-form-urlencoded"
        headers = {"Content-Type": content, **signed(body)}
        async with session.post(url, data=body.encode(), headers=headers) as answer:
            text = await answer.text()
            if answer.status != 200:
                return None
            return dict(json.loads(text)) if text else {}


def signed(body: str, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    timestamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
