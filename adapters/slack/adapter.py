"""The Slack adapter: builds its parts, starts and stops them, and reports their health."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from aiohttp import web

from adapters.slack.conversations import Conversations
from adapters.slack.from_slack import PayloadReader
from adapters.slack.listeners import Listeners
from adapters.slack.messenger import SlackMessenger
from adapters.slack.people import PATIENT_TIMEOUT, Directory
from adapters.slack.responses import ResponseRenderer
from adapters.slack.settings import PLATFORM, SlackSettings
from adapters.slack.transports import (
    EVENTS_PATH,
    REDELIVERY_SECONDS,
    DowntimeTracker,
    HttpRequests,
    SocketModeConnection,
)
from adapters.slack.web_api import SlackWebApi
from bot.errors import DeliveryFailure, StoreUnavailable
from bot.messages import Said
from bot.ports import AdapterState, Clock, Desk, Health, Identity, StartTask, plain_task

log = logging.getLogger(__name__)

_MAX_BACKOFF = 60.0  # seconds


class SlackAdapter:
    """See `ports.Adapter`.

    It connects to Slack in Socket Mode, or answers Slack's requests at the route that `mount` adds.

    `redelivery_seconds` is how long Slack sends an unacknowledged event again. A longer downtime is reported.
    """

    platform = PLATFORM

    def __init__(
        self,
        settings: SlackSettings,
        state: AdapterState,
        clock: Clock,
        redelivery_seconds: float = REDELIVERY_SECONDS,
        start_task: StartTask = plain_task,
    ) -> None:
        self._settings = settings
        self._start_task = start_task
        self._api = api = SlackWebApi(settings)
        conversations = Conversations(state, clock, api)
        self._directory = Directory(settings, api, state, clock)
        reader = PayloadReader(settings, api, self._directory, conversations)
        self._renderer = ResponseRenderer(api, conversations)
        self._caches = (self._directory.forget, conversations.forget, self._renderer.forget)
        self._listeners = Listeners(api, reader, self._renderer)
        self._socket: SocketModeConnection | None = None
        if settings.mode == "socket":
            downtime = DowntimeTracker(state, clock, redelivery_seconds)
            self._socket = SocketModeConnection(settings, api, self._listeners, downtime, start_task)
        self.messenger = SlackMessenger(settings, api, conversations, clock)
        self._not_ready_because = "has not been asked yet who the token belongs to"
        self._starting: asyncio.Task[None] | None = None

    def mount(self, application: web.Application) -> None:
        """In HTTP mode, add the route that Slack calls."""
        if self._settings.mode == "http":
            requests = HttpRequests(self._settings.signing_secret, self._listeners)
            application.add_routes([web.post(EVENTS_PATH, requests.handle)])

    async def start(self, desk: Desk) -> None:
        """Begin to accept events. Returns at once; Slack is asked for the app's identity in the background."""
        self._listeners.start(desk)
        self._starting = self._start_task("slack", self._start)

    async def stop(self) -> None:
        """Accept no more events, and finish those under way. Messages can still be sent."""
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        if self._socket is not None:
            await self._socket.stop()
        await self._listeners.finish()
        self._not_ready_because = "stopped"

    async def close(self) -> None:
        """Close the connections. Nothing can be sent afterwards."""
        await self._api.close()

    async def identify(self, said: Said) -> Identity:
        """Return who sent a message, or what Slack said of them last."""
        try:
            workspace = said.event_id.partition(":")[0]
            member = await self._directory.member(said.person.id, workspace, PATIENT_TIMEOUT)
        except (DeliveryFailure, StoreUnavailable):
            return Identity("unknown")
        return Identity("member" if member.allowed else "refused", member.person)

    async def turn_away(self, said: Said) -> None:
        """Tell the sender of a message that they may not use the desk, unless they only wrote where it listens."""
        if not said.addressed or said.corrects:
            return
        try:
            await self._renderer.turn_away(said)
        except (DeliveryFailure, StoreUnavailable) as failure:
            log.warning("Somebody could not be told that they may not use the desk: %s", failure)

    def forget(self) -> None:
        """Empty what is cached of people. Slack and the AdapterState are asked again."""
        for forget in self._caches:
            forget()

    def health(self) -> Health:
        """Return whether events from Slack arrive, and what could not be looked up."""
        if self._not_ready_because:
            return Health(ready=False, reason=self._not_ready_because)
        if self._api.token_problem:
            return Health(ready=False, reason=self._api.token_problem)
        if self._socket is not None and not self._socket.connected:
            return Health(ready=False, reason=self._socket.reason)
        degraded = [self._socket.reason if self._socket else "", *self._directory.problems.values()]
        return Health(ready=True, reason="; ".join(reason for reason in degraded if reason))

    async def _start(self) -> None:
        wait = 0.5
        while True:
            try:
                await self._api.identify()
                break
            except DeliveryFailure as failure:
                if self._not_ready_because != str(failure):
                    log.error("Slack does not say who the token belongs to: %s", failure)  # noqa: TRY400
                self._not_ready_because = str(failure)
                await asyncio.sleep(wait)
                wait = min(_MAX_BACKOFF, 2 * wait)
        self._not_ready_because = ""
        if self._socket is not None:
            self._socket.start()
