"""Everything that touches Microsoft's Bot Framework SDK, so that its successor replaces this file alone.

What goes in and out is the JSON of the Bot Framework's protocol. The SDK (4.17.1, its last) checks tokens and runs
turns; what it does badly is done otherwise, here and in `keys`, `tokens` and `connector`, and each place says why.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import jwt
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    ClaimsIdentity,
    ConnectorFactory,
    JwtTokenExtractor,
    PasswordServiceClientCredentialFactory,
)

from adapters.teams.failures import KeysUnavailable
from adapters.teams.keys import SigningKeys
from adapters.teams.settings import TeamsSettings

log = logging.getLogger(__name__)

Json = dict[str, Any]
Turn = Callable[[], Awaitable[Json | None]]

_HOLDS = 60.0
"""Seconds for which a token that was checked is not checked again: Microsoft sends the same one for an hour, and the
SDK takes it apart five times."""

_TOKENS = 256


class BotFramework(CloudAdapter):  # type: ignore[misc]  # the SDK publishes no types
    """Who sends an activity, and the turn that it makes."""

    def __init__(self, settings: TeamsSettings, keys: SigningKeys) -> None:
        super().__init__(_Authentication(settings, keys))

    async def authorise(self, header: str, activity: Mapping[str, Any]) -> AuthenticateRequestResult:
        """Whoever sends this activity proves to be Microsoft. 401 where not, 503 where that cannot be looked up."""
        try:
            return await self.bot_framework_authentication.authenticate_request(_activity(activity), header)
        except KeysUnavailable as error:
            log.warning("Who sends to /api/messages cannot be checked: %s", error)
            raise web.HTTPServiceUnavailable(text="Try again in a moment.") from None
        except Exception as error:  # noqa: BLE001  whatever the SDK raises at a token, it is not one that lets in
            log.info("Refused a request to /api/messages: %s", type(error).__name__)
            raise web.HTTPUnauthorized(text="No valid token.") from None

    async def run(self, proof: AuthenticateRequestResult, activity: Mapping[str, Any], turn: Turn) -> Json | None:
        """A turn. What `turn` returns is the answer to an invoke, and nothing for any other activity."""

        async def logic(context: TurnContext) -> None:
            answer = await turn()
            if context.activity.type == ActivityTypes.invoke:
                response = Activity(type=ActivityTypes.invoke_response, value=InvokeResponse(status=200, body=answer))
                context.turn_state[self._INVOKE_RESPONSE_KEY] = response

        result = await self.process_activity(proof, _activity(activity), logic)
        return result.body if result else None


def _activity(activity: Mapping[str, Any]) -> Activity:
    """As much of it as the SDK looks at."""
    return Activity(
        type=activity["type"], id=activity["id"], channel_id=activity["channelId"], service_url=activity["serviceUrl"]
    )


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's checks of a token from the channel, and of no other."""

    def __init__(self, settings: TeamsSettings, keys: SigningKeys) -> None:
        cloud = settings.cloud
        self._issuer, self._connectors = cloud.issuer, _NoConnector()
        self._checked: OrderedDict[tuple[str | None, str, str], tuple[float, AuthenticateRequestResult]] = OrderedDict()
        self._header = (lambda header: header) if settings.authentication else (lambda _: None)
        # The SDK looks keys up in this cache of its class; its own entries block the loop, with no time limit, and
        # raise IndexError for a key that was issued since yesterday.
        JwtTokenExtractor.metadataCache[cloud.keys] = keys
        self._sdk = BotFrameworkAuthenticationFactory.create(
            to_channel_from_bot_login_url=cloud.login,
            to_channel_from_bot_oauth_scope=cloud.resource,
            to_bot_from_channel_token_issuer=cloud.issuer,
            to_bot_from_channel_open_id_metadata_url=cloud.keys,
            credential_factory=PasswordServiceClientCredentialFactory(
                settings.app_id if settings.authentication else None
            ),
        )

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        header = self._header(auth_header)
        proof = (header, activity.channel_id, activity.service_url)
        checked, result = self._checked.get(proof, (-_HOLDS, None))
        if time.monotonic() - checked >= _HOLDS:
            if header is not None:
                self._refuse_other_issuers(header)
            result = await self._sdk.authenticate_request(activity, header)
            result.connector_factory = self._connectors
            self._remember(proof, result)
        return result

    def _remember(self, proof: tuple[str | None, str, str], result: AuthenticateRequestResult) -> None:
        self._checked[proof] = time.monotonic(), result
        self._checked.move_to_end(proof)
        if len(self._checked) > _TOKENS:
            self._checked.popitem(last=False)

    def _refuse_other_issuers(self, header: str) -> None:
        # Tokens of emulators and skills send the SDK to fetch other keys, with the loop blocked meanwhile.
        claims = jwt.decode(header.removeprefix("Bearer "), options={"verify_signature": False})
        if claims.get("iss") != self._issuer:
            raise PermissionError("issuer")

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> None:
        raise PermissionError("no streaming here")

    def create_connector_factory(self, _: ClaimsIdentity) -> ConnectorFactory:
        return self._connectors

    async def create_user_token_client(self, _: ClaimsIdentity) -> None:
        """Nobody signs in; the SDK would build a client for it in every turn."""


class _NoConnector(ConnectorFactory):  # type: ignore[misc]
    """Nothing is sent within a turn, and the SDK would build a client for it in every one; see `connector`."""

    async def create(self, service_url: str, audience: str = "") -> object:
        return self
