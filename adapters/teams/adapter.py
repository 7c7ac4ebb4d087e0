"""The Teams adapter: the endpoint /api/messages, and the parts behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.teams.activities import read_activity
from adapters.teams.activity_handler import ActivityHandler
from adapters.teams.botframework import BotFramework, SigningKeys
from adapters.teams.connector import AccessTokens, ConnectorClient, JsonClient
from adapters.teams.conversations import ConversationReferences
from adapters.teams.messenger import RateLimiter, TeamsMessenger
from adapters.teams.roster import PATIENT_TIMEOUT, Roster
from adapters.teams.settings import PLATFORM, TeamsSettings
from bot.errors import StoreUnavailable
from bot.messages import Joined, Said
from bot.ports import AdapterState, Clock, Desk, Health, Identity

_CHANNEL_ID = "msteams"
_PATH = "/api/messages"


class TeamsAdapter:
    """See `ports.Adapter`. It receives activities after `mount` and `start`."""

    platform = PLATFORM

    def __init__(
        self, settings: TeamsSettings, state: AdapterState, clock: Clock, rate_limiter: RateLimiter | None = None
    ) -> None:
        self._settings = settings
        http = JsonClient()
        keys = SigningKeys(settings.cloud.openid_metadata_url, http)
        checks: dict[str, Callable[[], Awaitable[object]]] = {"signing keys": keys.refresh}
        self._tokens = tokens = AccessTokens(settings) if settings.authentication else None
        if tokens:
            checks["access token"] = tokens.get
        self._sdk = BotFramework(settings, keys)
        self._connector = ConnectorClient(http, tokens, settings.is_trusted_service_url)
        self._conversations = conversations = ConversationReferences(state, clock)
        self._roster = roster = Roster(settings, self._connector, self._conversations, state, clock)
        self._caches = (conversations.forget, roster.forget)
        self.messenger = TeamsMessenger(settings, self._connector, conversations, clock, checks, rate_limiter)
        self._handler = ActivityHandler(settings, conversations, roster, self.messenger)

    def mount(self, application: web.Application) -> None:
        """Add the route /api/messages.

        The constructor does not, because `doctor` builds an adapter only to check it.
        """
        application.router.add_post(_PATH, self._receive)

    async def start(self, desk: Desk) -> None:
        """Begin to accept activities."""
        self._handler.desk = desk

    async def stop(self) -> None:
        """Accept no more activities, and finish those under way."""
        self._handler.desk = None
        await self.idle()

    async def identify(self, said: Said) -> Identity:
        """Return whether the sender of a message may use the desk, or what Teams said of them last."""
        aad, is_personal = said.person.id, said.at == said.direct
        try:
            user = await self._conversations.user(aad)
            conversation = user.conversation if is_personal else said.at.token
            admitted = await self._roster.admits(aad, conversation, PATIENT_TIMEOUT)
            if admitted and is_personal:
                await self._handler.ensure_joined(Joined(said.person, said.direct))
        except StoreUnavailable:
            return Identity("unknown")
        if admitted is None:
            return Identity("unknown")
        return Identity("member" if admitted else "refused", said.person)

    async def turn_away(self, said: Said) -> None:
        """Tell the sender that they may not use the desk, if they wrote in their personal chat."""
        if said.at == said.direct and not said.corrects:
            await self._handler.turn_away(said.direct, said.event_id)

    async def idle(self) -> None:
        """Wait until all answers that are sent in the background have been sent."""
        await self._handler.idle()

    async def close(self) -> None:
        """Close the connections to Microsoft. Nothing can be sent afterwards."""
        await self._connector.close()

    def forget(self) -> None:
        """Empty what is cached of people. Teams and the AdapterState are asked again."""
        for forget in self._caches:
            forget()

    def health(self) -> Health:
        """Return whether the adapter was started and can sign in at Microsoft.

        The adapter cannot find out whether Teams reaches the endpoint.
        """
        if self._handler.desk is None:
            return Health(ready=False, reason="not started")
        problem = self._tokens.problem if self._tokens else ""
        return Health(ready=not problem, reason=problem)

    async def _receive(self, request: web.Request) -> web.Response:
        """Check an activity and run its turn.

        The channel, the service URL and the tenant are checked here, not by the SDK.
        """
        activity = await read_activity(request)
        if activity.channel_id != _CHANNEL_ID or not self._settings.is_trusted_service_url(activity.service_url):
            raise web.HTTPForbidden(text="This does not come from Microsoft Teams.")
        authenticated = await self._sdk.authenticate(request.headers.get("Authorization", ""), activity.sdk_fields())
        if not self._settings.is_allowed_tenant(activity.tenant):
            raise web.HTTPForbidden(text="This desk does not serve your organisation.")
        answer = await self._sdk.run_turn(authenticated, activity.sdk_fields(), lambda: self._handler.on_turn(activity))
        return web.json_response(answer) if answer is not None else web.Response()
