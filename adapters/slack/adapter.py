"""The Slack adapter, put together."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from aiohttp import web

from adapters.slack.absence import REDELIVERS, Absence
from adapters.slack.incoming import Reader
from adapters.slack.manifest import PATH
from adapters.slack.messenger import SlackMessenger
from adapters.slack.people import Directory
from adapters.slack.places import Places
from adapters.slack.receiving import Receiver
from adapters.slack.requests import Requests
from adapters.slack.settings import PLATFORM, Settings
from adapters.slack.showing import Shower
from adapters.slack.socket import Socket
from adapters.slack.web import SlackWeb
from bot.errors import DeliveryFailure
from bot.ports import AdapterState, Clock, Desk, Health

log = logging.getLogger(__name__)

_LONGEST = 60.0


class SlackAdapter:
    """In Socket Mode it connects by itself; over HTTP it answers what `mount` puts into the application.

    `redelivers` is how many seconds Slack repeats what was not acknowledged: longer absences are reported.
    """

    platform = PLATFORM

    def __init__(self, settings: Settings, state: AdapterState, clock: Clock, redelivers: float = REDELIVERS) -> None:
        self._settings = settings
        self._web = SlackWeb(settings)
        places = Places(state, clock, self._web)
        self._directory = Directory(settings, self._web, clock)
        reader = Reader(settings, self._web, self._directory, places)
        self._receiver = Receiver(self._web, reader, Shower(self._web, places))
        absence = Absence(state, clock, redelivers)
        self._socket = Socket(settings, self._web, self._receiver, absence) if settings.mode == "socket" else None
        self.messenger = SlackMessenger(settings, self._web, places, clock)
        self._trouble = "has not been asked yet who the token belongs to"
        self._coming_up: asyncio.Task[None] | None = None

    def mount(self, application: web.Application) -> None:
        """In HTTP mode, where Slack calls."""
        if self._settings.mode == "http":
            requests = Requests(self._settings.signing_secret, self._receiver)
            application.add_routes([web.post(PATH, requests.handle)])

    async def start(self, desk: Desk) -> None:
        """Returns at once; Slack is asked in the background."""
        self._receiver.begin(desk)
        self._coming_up = asyncio.create_task(self._come_up(), name="slack")

    async def stop(self) -> None:
        """Take no more events, finish those under way."""
        if self._coming_up is not None:
            self._coming_up.cancel()
            with suppress(asyncio.CancelledError):
                await self._coming_up
        if self._socket is not None:
            await self._socket.stop()
        await self._receiver.finish()
        self._trouble = "stopped"

    async def close(self) -> None:
        """Let the connections go; nothing can be sent any more."""
        await self._web.close()

    def health(self) -> Health:
        """Whether Slack reaches the desk, and what it cannot find out."""
        if self._trouble:
            return Health(ready=False, reason=self._trouble)
        if self._socket is not None and not self._socket.connected:
            return Health(ready=False, reason=self._socket.reason)
        degraded = [self._socket.reason if self._socket else "", *self._directory.trouble.values()]
        return Health(ready=True, reason="; ".join(reason for reason in degraded if reason))

    async def _come_up(self) -> None:
        wait = 0.5
        while True:
            try:
                await self._web.introduce()
                break
            except DeliveryFailure as failure:
                if self._trouble != str(failure):
                    log.error("Slack does not say who the token belongs to: %s", failure)  # noqa: TRY400
                self._trouble = str(failure)
                await asyncio.sleep(wait)
                wait = min(_LONGEST, 2 * wait)
        self._trouble = ""
        if self._socket is not None:
            self._socket.start()
