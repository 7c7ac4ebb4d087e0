"""Authentication of Microsoft's requests, and turns. This is the only module that uses the Bot Framework SDK.

The SDK (4.17.1, its last release) checks tokens and runs turns. What it does badly is done here or in `connector`
instead, and each place says why. Input and output are JSON of the Bot Framework's protocol, so a successor of the SDK
replaces only this file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
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
from jwt.algorithms import RSAAlgorithm

from adapters.teams.connector import JsonClient, SigningKeysUnavailable
from adapters.teams.settings import Json, TeamsSettings

log = logging.getLogger(__name__)

Turn = Callable[[], Awaitable[Json | None]]

_RESULT_LIFETIME = 60.0
"""Seconds for which the result of a check is cached.

Microsoft sends the same token for an hour, and the SDK decodes it five times in each check.
"""

_MAX_RESULTS = 256

_KEYS_TIMEOUT = 5.0
_KEYS_LIFETIME = 24 * 3600.0
_MIN_KEYS_INTERVAL = 2.0
"""Seconds between two requests for the keys, so that invented key ids cause few requests."""


class BotFramework(CloudAdapter):  # type: ignore[misc]  # the SDK publishes no types
    """The SDK's adapter. It checks who sent an activity, and runs its turn."""

    def __init__(self, settings: TeamsSettings, keys: SigningKeys) -> None:
        super().__init__(_Authentication(settings, keys))

    async def authenticate(self, header: str, activity: Mapping[str, Any]) -> AuthenticateRequestResult:
        """Check that Microsoft sent this activity. Raises HTTP 401 if not, 503 if the keys cannot be fetched.

        `header` is the value of the header Authorization.
        """
        try:
            return await self.bot_framework_authentication.authenticate_request(_sdk_activity(activity), header)
        except SigningKeysUnavailable as error:
            log.warning("Who sends to /api/messages cannot be checked: %s", error)
            raise web.HTTPServiceUnavailable(text="Try again in a moment.") from None
        except Exception as error:  # noqa: BLE001  the SDK raises many types for a bad token, and each means a refusal
            log.info("Refused a request to /api/messages: %s", type(error).__name__)
            raise web.HTTPUnauthorized(text="No valid token.") from None

    async def run_turn(
        self, authenticated: AuthenticateRequestResult, activity: Mapping[str, Any], turn: Turn
    ) -> Json | None:
        """Run `turn`. Return its result if the activity is an invoke, else None."""

        async def logic(context: TurnContext) -> None:
            answer = await turn()
            if context.activity.type == ActivityTypes.invoke:
                response = Activity(type=ActivityTypes.invoke_response, value=InvokeResponse(status=200, body=answer))
                context.turn_state[self._INVOKE_RESPONSE_KEY] = response

        result = await self.process_activity(authenticated, _sdk_activity(activity), logic)
        return result.body if result else None


def _sdk_activity(activity: Mapping[str, Any]) -> Activity:
    """Return the SDK's activity, with the fields that the SDK reads."""
    return Activity(
        type=activity["type"], id=activity["id"], channel_id=activity["channelId"], service_url=activity["serviceUrl"]
    )


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's check of tokens, restricted to tokens of the Bot Framework's channels. Its results are cached."""

    def __init__(self, settings: TeamsSettings, keys: SigningKeys) -> None:
        cloud = settings.cloud
        self._issuer, self._authentication = cloud.issuer, settings.authentication
        self._no_connector = _NoConnector()
        self._results: OrderedDict[tuple[str | None, str, str], tuple[float, AuthenticateRequestResult]] = OrderedDict()
        # The SDK looks keys up in this cache of its class. The SDK's own entries block the event loop without a time
        # limit, and raise IndexError for a key that was issued within the last day.
        JwtTokenExtractor.metadataCache[cloud.openid_metadata_url] = keys
        self._sdk = BotFrameworkAuthenticationFactory.create(
            to_channel_from_bot_login_url=cloud.authority,
            to_channel_from_bot_oauth_scope=cloud.resource,
            to_bot_from_channel_token_issuer=cloud.issuer,
            to_bot_from_channel_open_id_metadata_url=cloud.openid_metadata_url,
            credential_factory=PasswordServiceClientCredentialFactory(
                settings.app_id if settings.authentication else None
            ),
        )

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        header = auth_header if self._authentication else None
        key = (header, activity.channel_id, activity.service_url)
        checked_at, result = self._results.get(key, (-_RESULT_LIFETIME, None))
        if time.monotonic() - checked_at >= _RESULT_LIFETIME:
            if header is not None:
                self._refuse_other_claims(header)
            result = await self._sdk.authenticate_request(activity, header)
            result.connector_factory = self._no_connector
            self._cache(key, result)
        return result

    def _cache(self, key: tuple[str | None, str, str], result: AuthenticateRequestResult) -> None:
        self._results[key] = time.monotonic(), result
        self._results.move_to_end(key)
        if len(self._results) > _MAX_RESULTS:
            self._results.popitem(last=False)

    def _refuse_other_claims(self, header: str) -> None:
        # For tokens of emulators and skills the SDK fetches other keys, and blocks the event loop meanwhile.
        claims = jwt.decode(header.removeprefix("Bearer "), options={"verify_signature": False})
        if claims.get("iss") != self._issuer:
            raise PermissionError("issuer")
        if "exp" not in claims:  # the SDK would take it as valid for ever
            raise PermissionError("no expiry")

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> None:
        raise PermissionError("no streaming here")

    def create_connector_factory(self, _: ClaimsIdentity) -> ConnectorFactory:
        return self._no_connector

    async def create_user_token_client(self, _: ClaimsIdentity) -> None:
        """Return None, because nobody signs in. The SDK would build a client in every turn."""


class _NoConnector(ConnectorFactory):  # type: ignore[misc]
    """Creates no client, because nothing is sent within a turn; see `connector`.

    The SDK would build one in every turn.
    """

    async def create(self, service_url: str, audience: str = "") -> object:
        return self


# ---- signing keys ---------------------------------------------------------------------------------------------------


class SigningKey:
    """A key in the form in which the SDK reads it.

    The SDK accepts a key without endorsements for every channel. Here such a key is accepted for none.
    """

    def __init__(self, key: Mapping[str, Any]) -> None:
        self.public_key = RSAAlgorithm.from_jwk(json.dumps(key))
        self.endorsements: Sequence[str] = key.get("endorsements") or ["none"]


class SigningKeys:
    """The keys with which Microsoft signs its tokens. `url` is that of an OpenID metadata document."""

    def __init__(self, url: str, http: JsonClient) -> None:
        self._url, self._http = url, http
        self._by_id: dict[str, SigningKey] = {}
        self._requested_at = -_KEYS_LIFETIME
        self._lock: asyncio.Lock | None = None

    async def get(self, key_id: str) -> SigningKey:
        """Return a key.

        The SDK calls this method. The keys are fetched again if this key is unknown or they are a day old.

        Raises PermissionError if Microsoft has no such key, SigningKeysUnavailable if the keys cannot be fetched.
        """
        if key_id not in self._by_id or time.monotonic() - self._requested_at > _KEYS_LIFETIME:
            try:
                await self.refresh()
            except SigningKeysUnavailable:
                if key_id not in self._by_id:
                    raise
        if key_id not in self._by_id:
            raise PermissionError("unknown key")
        return self._by_id[key_id]

    async def refresh(self) -> None:
        """Fetch the keys. All calls that wait for the same request share its result."""
        called_at = time.monotonic()
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if self._requested_at >= called_at:
                return
            await asyncio.sleep(max(0.0, self._requested_at + _MIN_KEYS_INTERVAL - time.monotonic()))
            self._requested_at = time.monotonic()
            try:
                async with asyncio.timeout(_KEYS_TIMEOUT):
                    self._by_id = await self._fetch()
            except (
                aiohttp.ClientError,
                OSError,
                TimeoutError,
                ValueError,
                LookupError,
                TypeError,
                jwt.PyJWTError,
            ) as error:
                raise SigningKeysUnavailable(f"{self._url} gave no keys: {type(error).__name__}") from None

    async def _fetch(self) -> dict[str, SigningKey]:
        metadata = await self._http.get_json(self._url)
        found = await self._http.get_json(metadata["jwks_uri"])
        return {key["kid"]: SigningKey(key) for key in found["keys"] if key.get("kty") == "RSA"}
