"""The two ways in which events reach the desk: HTTP requests from Slack, or a Socket Mode connection to Slack.

Both pass a request to `Listeners.dispatch` and send its response back. Source: https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.listeners import Listeners
from adapters.slack.settings import SlackSettings
from adapters.slack.web_api import SlackWebApi, sdk_logger
from bot.errors import DeliveryFailure, StoreUnavailable
from bot.ports import AdapterState, Clock

log = logging.getLogger(__name__)

REDELIVERY_SECONDS = 300.0
"""How long Slack sends an unacknowledged event again."""

# Socket Mode, in seconds.
_CHECK_INTERVAL = 0.25  # between two checks of the connection
_CONNECT_TIMEOUT = 10.0
_FINISH_TIMEOUT = 10.0  # for events under way when the adapter stops
_MAX_BACKOFF = 60.0
_PING_INTERVAL = 5.0

_CONNECTED_AT = "connected"  # key in the store
_STORE_INTERVAL = 30.0  # seconds between two writes of that key


# ---- HTTP -----------------------------------------------------------------------------------------------------------

EVENTS_PATH = "/slack/events"
"""Path of the route for Slack's requests. The app's manifest tells it to Slack."""


class HttpRequests:
    """Handles POST requests to `EVENTS_PATH`. It verifies the signature before it parses anything in the body."""

    def __init__(self, signing_secret: str, listeners: Listeners) -> None:
        self._verifier, self._listeners = SignatureVerifier(signing_secret), listeners

    async def handle(self, request: web.Request) -> web.Response:
        """Return the response to one request.

        It is 401 for a missing, wrong or old signature, 400 for an unreadable body, and 503 if nothing can be stored.
        """
        try:
            body = (await request.read()).decode("utf-8")
        except UnicodeDecodeError:
            raise web.HTTPBadRequest(text="The body is not UTF-8.") from None
        if not self._is_signed(request, body):
            raise web.HTTPUnauthorized(text="The signature is not Slack's, or too old.")
        try:
            bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=_headers(request))
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):
            raise web.HTTPBadRequest(text="The body is not what Slack sends.") from None
        return await to_aiohttp_response(await self._listeners.dispatch(bolt_request))

    def _is_signed(self, request: web.Request, body: str) -> bool:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        # The SDK's verifier raises if the timestamp is no number or the signature is not ASCII.
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16 and signature.isascii()):
            return False
        return self._verifier.is_valid(body, timestamp, signature)


def _headers(request: web.Request) -> dict[str, str | Sequence[str]]:
    """Return only the content type. Other headers can make Bolt skip the listener and run a lazy one."""
    return {"content-type": request.headers.get("Content-Type", "")}


# ---- Socket Mode ----------------------------------------------------------------------------------------------------


class DowntimeTracker:
    """Measures how long Slack could not reach the desk, across restarts of the process.

    Slack sends an unacknowledged event again for `redelivery_seconds`. After a longer downtime events may be lost.
    """

    def __init__(self, state: AdapterState, clock: Clock, redelivery_seconds: float = REDELIVERY_SECONDS) -> None:
        self._state, self._clock = state, clock
        self._redelivery = timedelta(seconds=redelivery_seconds)
        self._connected_at: float | None = None  # of the monotonic clock
        self._stored_at: float | None = None

    async def record_connected(self) -> None:
        """Record that the connection is up now. Cheap to call often: the store is written every 30 seconds."""
        self._connected_at = time.monotonic()
        if self._stored_at is None or self._connected_at - self._stored_at > _STORE_INTERVAL:
            self._stored_at = self._connected_at
            await self._store_connected()

    async def record_reconnected(self) -> str:
        """Record that the connection is up again. Return a warning if events may be lost, else ""."""
        downtime = await self._downtime()
        self._stored_at = None
        await self.record_connected()
        if downtime <= self._redelivery:
            return ""
        seconds = downtime.total_seconds()
        warning = f"was not connected for {seconds:.0f} s; Slack may not have kept what was said meanwhile"
        log.error("Slack %s", warning)
        return warning

    async def _downtime(self) -> timedelta:
        if self._connected_at is not None:
            return timedelta(seconds=time.monotonic() - self._connected_at)
        try:
            stored = await self._state.get(_CONNECTED_AT)
        except StoreUnavailable:
            stored = None
        now = self._clock.now()
        return now - (datetime.fromisoformat(stored) if stored else now)

    async def _store_connected(self) -> None:
        try:
            await self._state.put(_CONNECTED_AT, self._clock.now().isoformat())
        except StoreUnavailable:
            self._stored_at = None  # the next call tries again


class SocketModeConnection:
    """Keeps one Socket Mode connection up.

    If Slack asks for a new connection the SDK makes it. After any other loss this class makes a new one.
    """

    def __init__(
        self, settings: SlackSettings, api: SlackWebApi, listeners: Listeners, downtime: DowntimeTracker
    ) -> None:
        self._settings, self._api, self._listeners, self._downtime = settings, api, listeners, downtime
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self.connected = False
        self._disconnected_because = "is connecting"
        self._warning = ""

    @property
    def reason(self) -> str:
        """Why there is no connection. If there is one: the warning about lost events, or ""."""
        return self._warning if self.connected else self._disconnected_because

    def start(self) -> None:
        """Begin to connect, in the background."""
        self._task = asyncio.create_task(self._run(), name="slack socket")

    async def stop(self) -> None:
        """Accept no more events, wait until those under way are acknowledged, and disconnect."""
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_TIMEOUT):
                await self._idle.wait()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        wait = 0.5
        while True:
            try:
                url = await self._api.open_socket()
            except DeliveryFailure as failure:
                self._set_disconnected(str(failure))
                await asyncio.sleep(wait)
                wait = min(_MAX_BACKOFF, 2 * wait)
                continue
            wait = 0.5
            await self._stay_connected(url)
            self._set_disconnected("the connection was lost")

    async def _stay_connected(self, url: str) -> None:
        """Connect, and return when the connection is lost."""
        client = SocketModeClient(
            app_token=self._settings.app_token,
            logger=sdk_logger(),
            web_client=self._api.client,
            auto_reconnect_enabled=False,
            ping_interval=_PING_INTERVAL,
        )
        client.wss_uri = url
        client.socket_mode_request_listeners.append(self._handle)
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                await client.connect()  # type: ignore[no-untyped-call]
            self._warning = await self._downtime.record_reconnected() or self._warning
            self.connected = True
            while await client.is_connected() or await self._reconnects(client):
                await self._downtime.record_connected()
                await asyncio.sleep(_CHECK_INTERVAL)
        except TimeoutError:
            log.warning("Slack's Socket Mode could not be connected in time")
        finally:
            with suppress(Exception):
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    await client.close()  # type: ignore[no-untyped-call]

    async def _reconnects(self, client: SocketModeClient) -> bool:
        """Wait while the SDK makes the new connection that Slack asked for. Return False if it makes none, or fails."""
        if not client.connect_operation_lock.locked():
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(_CONNECT_TIMEOUT), client.connect_operation_lock:
                pass
        return await client.is_connected()

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if self._stopping:
            return  # not acknowledged: Slack sends it again, to another replica or to the next process
        self._under_way += 1
        self._idle.clear()
        try:
            bolt_request = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
            response = await self._listeners.dispatch(bolt_request)
            await send_async_response(client, request, response, 0.0)  # acknowledges a response with status 200 only
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def _set_disconnected(self, why: str) -> None:
        if self.connected or self._disconnected_because != why:
            log.warning("Slack's Socket Mode is not connected: %s", why)
        self.connected = False
        self._disconnected_because = why
