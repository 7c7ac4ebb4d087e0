"""Socket Mode: Slack reaches the desk over a connection that the desk opens, so nothing has to listen outside."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.absence import Absence
from adapters.slack.quiet import sdk_logger
from adapters.slack.receiving import Receiver
from adapters.slack.settings import Settings
from adapters.slack.web import SlackWeb
from bot.errors import DeliveryFailure

log = logging.getLogger(__name__)

_LOOK = 0.25  # seconds between looks at the connection
_CONNECT = 10.0
_FINISH = 10.0
_LONGEST = 60.0
_PING = 5.0


class Socket:
    """Keeps one connection up. The SDK follows Slack's own requests to reconnect; all else makes a new connection.

    `reason` says why there is none, or that the desk was away for longer than Slack repeats events.
    """

    def __init__(self, settings: Settings, web: SlackWeb, receiver: Receiver, absence: Absence) -> None:
        self._settings, self._web, self._receiver, self._absence = settings, web, receiver, absence
        self._under_way = 0
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._missed = ""
        self._loop: asyncio.Task[None] | None = None
        self.connected = False
        self._trouble = "is connecting"

    @property
    def reason(self) -> str:
        """Empty when all is well."""
        return self._missed if self.connected else self._trouble

    def start(self) -> None:
        """Returns at once."""
        self._loop = asyncio.create_task(self._run(), name="slack socket")

    async def stop(self) -> None:
        """Take nothing more, let what is under way be acknowledged, hang up."""
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISH):
                await self._idle.wait()
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop

    async def _run(self) -> None:
        wait = 0.5
        while True:
            try:
                url = await self._web.open_socket()
            except DeliveryFailure as failure:
                self._lost(str(failure))
                await asyncio.sleep(wait)
                wait = min(_LONGEST, 2 * wait)
                continue
            wait = 0.5
            await self._hold(url)
            self._lost("the connection was lost")

    async def _hold(self, url: str) -> None:
        """Connect, and return when the connection is gone."""
        client = SocketModeClient(
            app_token=self._settings.app_token,
            logger=sdk_logger(),
            web_client=self._web.client,
            auto_reconnect_enabled=False,
            ping_interval=_PING,
        )
        client.wss_uri = url
        client.socket_mode_request_listeners.append(self._handle)
        try:
            async with asyncio.timeout(_CONNECT):
                await client.connect()  # type: ignore[no-untyped-call]
            self._missed = await self._absence.back() or self._missed
            self.connected = True
            while await client.is_connected() or await self._comes_back(client):
                await self._absence.here()
                await asyncio.sleep(_LOOK)
        except TimeoutError:
            log.warning("Slack's Socket Mode could not be connected in time")
        finally:
            with suppress(Exception):
                async with asyncio.timeout(_CONNECT):
                    await client.close()  # type: ignore[no-untyped-call]

    async def _comes_back(self, client: SocketModeClient) -> bool:
        """Slack asked for a new connection, and the SDK is just making it."""
        if not client.connect_operation_lock.locked():
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(_CONNECT), client.connect_operation_lock:
                pass
        return await client.is_connected()

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if self._stopping:
            return  # not acknowledged: Slack sends it again, to another replica or to the next process
        self._under_way += 1
        self._idle.clear()
        try:
            asked = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
            answer = await self._receiver.dispatch(asked)
            await send_async_response(client, request, answer, 0.0)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def _lost(self, why: str) -> None:
        if self.connected or self._trouble != why:
            log.warning("Slack's Socket Mode is not connected: %s", why)
        self.connected = False
        self._trouble = why
