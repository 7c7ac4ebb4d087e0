"""Everything that touches Microsoft's Bot Framework SDK, so that its successor replaces this file alone.

What goes in and out is the JSON of the Bot Framework's protocol. The SDK (4.17.1, its last) checks tokens, runs turns
and speaks to the connector; what it does badly is done otherwise here, and each place says why.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector import AsyncBfPipeline, BotFrameworkConnectorConfiguration
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import (
    AuthenticateRequestResult,
    AuthenticationConstants,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    ClaimsIdentity,
    ConnectorFactory,
    GovernmentConstants,
    JwtTokenExtractor,
    PasswordServiceClientCredentialFactory,
)
from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPSender as PipelineSender
from msrest.universal_http.async_abc import AsyncClientResponse

from adapters.teams import tokens
from adapters.teams.connection import Connection
from adapters.teams.failures import ConnectorFailure, KeysUnavailable
from adapters.teams.keys import SigningKeys
from adapters.teams.settings import TeamsSettings
from adapters.teams.tokens import Tokens

log = logging.getLogger(__name__)

Json = dict[str, Any]
Turn = Callable[[], Awaitable[Json | None]]

_CLIENTS = 16  # service URLs at a time; Teams has one for each region


@dataclass(frozen=True, slots=True)
class _Cloud:
    """Names of a cloud of Microsoft's."""

    issuer: str
    scope: str
    authority: str
    keys: str

    @classmethod
    def of(cls, settings: TeamsSettings) -> _Cloud:
        names = GovernmentConstants if ".us/" in settings.openid_metadata_url else AuthenticationConstants
        return cls(
            issuer=names.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
            scope=names.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
            authority=settings.login_url or names.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX + settings.tenant_id,
            keys=settings.openid_metadata_url or names.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
        )


class BotFramework(CloudAdapter):  # type: ignore[misc]  # the SDK publishes no types
    """Turns, inwards; the connector, outwards. Belongs to one event loop from its first use on."""

    def __init__(self, settings: TeamsSettings) -> None:
        cloud = _Cloud.of(settings)
        self._connection = Connection()
        self._tokens = _tokens(settings, cloud) if settings.authentication else None
        self._keys = SigningKeys(cloud.keys, self._connection)
        self._connectors = _Connectors(self._connection, self._tokens)
        super().__init__(_Authentication(settings, cloud, self._keys, self._connectors))

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

    # ---- the connector. Every call raises ConnectorFailure. ----------------------------------------------------------

    async def send(self, service_url: str, conversation: str, activity: Json) -> str:
        """A new message; its id."""
        client = await self._connectors.create(service_url)
        sent = await client.conversations.send_to_conversation(conversation, _outgoing(activity))
        return str(sent.id)

    async def update(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """A message in place."""
        client = await self._connectors.create(service_url)
        await client.conversations.update_activity(conversation, message, _outgoing({**activity, "id": message}))

    async def delete(self, service_url: str, conversation: str, message: str) -> None:
        """Take a message back."""
        client = await self._connectors.create(service_url)
        await client.conversations.delete_activity(conversation, message)

    async def create(self, service_url: str, parameters: Json) -> tuple[str, str]:
        """A new conversation, or thread: its id, and that of the message it was begun with, if any."""
        client = await self._connectors.create(service_url)
        created = await client.conversations.create_conversation(parameters)
        return str(created.id), str(created.activity_id or "")

    async def member(self, service_url: str, conversation: str, user: str) -> Json:
        """What the roster says of somebody beyond their name: `userRole`, `tenantId` and more."""
        client = await self._connectors.create(service_url)
        found = await client.conversations.get_conversation_member(conversation, user)
        return dict(found.additional_properties)

    async def check(self) -> Mapping[str, str]:
        """What works with Microsoft: subject -> why not, empty where it does."""
        checks: dict[str, Callable[[], Awaitable[object]]] = {"signing keys": self._keys.renew}
        if self._tokens:
            checks["access token"] = self._tokens.get
        found = {}
        for subject, look in checks.items():
            try:
                await look()
                found[subject] = ""
            except (ConnectorFailure, KeysUnavailable) as error:
                found[subject] = str(error)
        return found

    async def close(self) -> None:
        """Let go of every connection."""
        await self._connection.close()
        if self._tokens:
            self._tokens.close()


def _activity(activity: Mapping[str, Any]) -> Activity:
    """As much of it as the SDK looks at."""
    return Activity(
        type=activity["type"], id=activity["id"], channel_id=activity["channelId"], service_url=activity["serviceUrl"]
    )


def _outgoing(activity: Json) -> Json:
    return {"type": "message", **activity}


def _tokens(settings: TeamsSettings, cloud: _Cloud) -> Tokens:
    # The SDK asks for a token in every turn, on the event loop.
    if settings.app_type == "UserAssignedMSI":
        return Tokens(tokens.managed_identity(settings.app_id, cloud.scope))
    return Tokens(tokens.password(settings.app_id, settings.password, cloud.authority, cloud.scope))


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's checks of a token from the channel, and of no other."""

    def __init__(self, settings: TeamsSettings, cloud: _Cloud, keys: SigningKeys, connectors: _Connectors) -> None:
        self._issuer, self._connectors = cloud.issuer, connectors
        self._header = (lambda header: header) if settings.authentication else (lambda _: None)
        # The SDK looks keys up in this cache of its class; its own entries block the loop, with no time limit, and
        # raise IndexError for a key that was issued since yesterday.
        JwtTokenExtractor.metadataCache[cloud.keys] = keys
        self._sdk = BotFrameworkAuthenticationFactory.create(
            to_channel_from_bot_login_url=cloud.authority,
            to_channel_from_bot_oauth_scope=cloud.scope,
            to_bot_from_channel_token_issuer=cloud.issuer,
            to_bot_from_channel_open_id_metadata_url=cloud.keys,
            credential_factory=PasswordServiceClientCredentialFactory(
                settings.app_id if settings.authentication else None
            ),
        )

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        header = self._header(auth_header)
        if header is not None:
            self._refuse_other_issuers(header)
        result = await self._sdk.authenticate_request(activity, header)
        result.connector_factory = self._connectors
        return result

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


class _Connectors(ConnectorFactory):  # type: ignore[misc]
    """One client for each service URL: the SDK builds one in every turn, which takes longer than all the rest."""

    def __init__(self, connection: Connection, tokens: Tokens | None) -> None:
        self._connection, self._tokens = connection, tokens
        self._clients: OrderedDict[str, ConnectorClient] = OrderedDict()

    async def create(self, service_url: str, audience: str = "") -> ConnectorClient:
        client = self._clients.pop(service_url, None) or self._build(service_url)
        self._clients[service_url] = client
        if len(self._clients) > _CLIENTS:
            self._clients.popitem(last=False)
        return client

    def _build(self, service_url: str) -> ConnectorClient:
        # No credentials: the SDK would put them into two pipelines, of which the second takes them away from the first.
        sender = _Sender(self._connection, self._tokens)
        config = BotFrameworkConnectorConfiguration("", service_url, pipeline_type=AsyncBfPipeline, sender=sender)
        return ConnectorClient(None, custom_configuration=config)


class _Sender(PipelineSender):  # type: ignore[type-arg]
    """Signs and sends. The SDK takes a thread and a new connection for each message, and repeats what it should not."""

    def __init__(self, connection: Connection, tokens: Tokens | None) -> None:
        self._connection, self._tokens = connection, tokens

    async def __aexit__(self, *exc_details: object) -> None:
        """The connections stay open for the next."""

    async def send(self, request: Request, **config: Any) -> Response:  # type: ignore[type-arg]  # noqa: ANN401
        asked = request.http_request
        signed = (
            {**asked.headers, "Authorization": f"Bearer {await self._tokens.get()}"} if self._tokens else asked.headers
        )
        try:
            answer = await self._connection.request(asked.method, asked.url, signed, asked.data)
        except ConnectorFailure as failure:
            if self._tokens and failure.status == web.HTTPUnauthorized.status_code:
                self._tokens.forget()
            raise
        return Response(request, _Answer(asked, *answer))


class _Answer(AsyncClientResponse):
    """A response that was read whole."""

    def __init__(self, request: Any, status: int, content_type: str, body: bytes) -> None:  # noqa: ANN401
        super().__init__(request, body)
        self.status_code, self.headers, self._body = status, {"content-type": content_type}, body

    def body(self) -> bytes:
        return self._body
