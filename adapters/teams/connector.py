"""The client of Microsoft's connector, through which all messages to Teams are sent.

The "Bot Framework REST API reference" describes its API. Six operations are called here instead of through the SDK,
for four reasons: the SDK's client takes 16 ms to build, it uses a thread and a new connection for each message, it
requests its access token on the event loop, and it repeats some requests but not others.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import msal
import requests
from yarl import URL

from adapters.teams.settings import Json, TeamsSettings

_HTTP_TIMEOUT = 8.0  # seconds; the relay allows ten for a delivery
_TOKEN_TIMEOUT = 6.0  # seconds
_TOKEN_ERRORS = {
    7000222: "the secret has expired",
    7000215: "this is not the value of a secret of the app (it may be the secret's id)",
    700016: "there is no such app in that tenant",
    90002: "there is no such tenant",
}
"""Codes of "Microsoft Entra authentication & authorization error codes"."""


class ConnectorError(Exception):
    """Microsoft refused a request or did not answer it.

    `status` is the HTTP status, or 0 if there was no answer. `retry_after` is the value of that header, empty if there
    is none. The text also holds `code`, the connector's error code, and `reason`.
    """

    def __init__(self, status: int, code: str, reason: str = "", retry_after: str = "") -> None:
        super().__init__(" ".join(part for part in (str(status or ""), code, reason) if part))
        self.status, self.retry_after = status, retry_after


class SigningKeysUnavailable(Exception):
    """Microsoft's signing keys cannot be fetched, so no token can be checked."""


class ConnectorClient:
    """Calls the operations of the connector. Each raises ConnectorError.

    Without `tokens`, requests carry no Authorization header. Nothing is sent to a URL that `is_trusted` refuses: the
    token is as good as the desk itself, and a stored address may be older than the configuration.
    """

    def __init__(self, http: JsonClient, tokens: AccessTokens | None, is_trusted: Callable[[str], bool]) -> None:
        self._http, self._tokens, self._is_trusted = http, tokens, is_trusted

    async def send_to_conversation(self, service_url: str, conversation: str, activity: Json) -> str:
        """Send a message. Return its id."""
        url = f"{_conversation_url(service_url, conversation)}/activities"
        return str((await self._call("POST", url, _message(activity))).get("id", ""))

    async def update_activity(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """Replace a message in place."""
        url = f"{_conversation_url(service_url, conversation)}/activities/{_quoted(message)}"
        await self._call("PUT", url, _message({**activity, "id": message}))

    async def delete_activity(self, service_url: str, conversation: str, message: str) -> None:
        """Delete a message of the desk."""
        await self._call("DELETE", f"{_conversation_url(service_url, conversation)}/activities/{_quoted(message)}")

    async def create_conversation(self, service_url: str, parameters: Json) -> tuple[str, str]:
        """Open a personal chat, or a thread in a channel.

        Return its id, and the id of its first message if it has one.
        """
        if "activity" in parameters:
            parameters = {**parameters, "activity": _message(parameters["activity"])}
        created = await self._call("POST", f"{service_url.rstrip('/')}/v3/conversations", parameters)
        return str(created.get("id", "")), str(created.get("activityId") or "")

    async def get_member(self, service_url: str, conversation: str, user: str) -> Json:
        """Return a member of a conversation: `userRole`, `tenantId` and more."""
        return await self._call("GET", f"{_conversation_url(service_url, conversation)}/members/{_quoted(user)}")

    async def get_paged_members(self, service_url: str, conversation: str) -> Json:
        """Return the first members of a conversation. Refused if the app is not in it."""
        return await self._call("GET", f"{_conversation_url(service_url, conversation)}/pagedmembers")

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()
        if self._tokens:
            self._tokens.close()

    async def _call(self, method: str, url: str, body: Json | None = None) -> Json:
        if not self._is_trusted(url):
            raise ConnectorError(0, "", f"{urlsplit(url).hostname} is not among teams.service_hosts")
        headers = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
        if self._tokens:
            headers["Authorization"] = f"Bearer {await self._tokens.get()}"
        data = json.dumps(body).encode() if body is not None else None
        try:
            answer = await self._http.request(method, url, headers, data)
        except ConnectorError as error:
            if self._tokens and error.status == HTTPStatus.UNAUTHORIZED:
                self._tokens.discard()
            raise
        return answer if isinstance(answer, dict) else {}


class JsonClient:
    """Sends HTTP requests whose answers are JSON, over connections that stay open. `timeout` is in seconds.

    It follows no redirects, because an access token must not reach another address.
    """

    def __init__(self, timeout: float = _HTTP_TIMEOUT) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def request(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> object:
        """Return the JSON of the answer, or None if it has no body. `url` is already quoted. Raises ConnectorError."""
        try:
            where = URL(url, encoded=True)
            async with self._open().request(method, where, headers=headers, data=data, allow_redirects=False) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ConnectorError(0, "", f"no answer: {type(error).__name__}") from None
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise ConnectorError(answer.status, _error_code(body), "", answer.headers.get("Retry-After", ""))
        try:
            return json.loads(body) if body else None
        except ValueError:  # a proxy answered in Microsoft's place
            raise ConnectorError(0, "", "an answer that is not JSON") from None

    async def get_json(self, url: str) -> Any:  # noqa: ANN401
        """Return a JSON document. Raises the errors of aiohttp, or ValueError."""
        async with self._open().get(url, allow_redirects=False, raise_for_status=True) as answer:
            return json.loads(await answer.read())

    async def close(self) -> None:
        """Close all connections. The next request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
        return self._session


def _message(activity: Json) -> Json:
    return {"type": "message", **activity}


def _conversation_url(service_url: str, conversation: str) -> str:
    return f"{service_url.rstrip('/')}/v3/conversations/{_quoted(conversation)}"


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _error_code(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""


# ---- access tokens --------------------------------------------------------------------------------------------------

AcquireToken = Callable[[], Mapping[str, Any]]
"""A call of MSAL that returns MSAL's result. MSAL caches a token as long as it is valid."""


class AccessTokens:
    """Access tokens of the app for the connector, acquired with MSAL.

    MSAL blocks, so it runs in a thread of its own. On the event loop or in the default executor, a slow token endpoint
    would delay every platform.
    """

    def __init__(self, settings: TeamsSettings) -> None:
        self._settings = settings
        self._acquire: AcquireToken | None = None
        self._thread = ThreadPoolExecutor(1, "teams-token")
        self.problem = ""
        """Why there was no token when one was last asked for, for example an expired secret; empty if there was one."""

    async def get(self) -> str:
        """Return a valid token. Raises ConnectorError."""
        try:
            token = await self._get()
        except ConnectorError as error:
            self.problem = str(error)
            raise
        self.problem = ""
        return token

    async def _get(self) -> str:
        try:
            async with asyncio.timeout(_TOKEN_TIMEOUT):
                result = await asyncio.get_running_loop().run_in_executor(self._thread, self._fetch)
        except TimeoutError:
            raise ConnectorError(401, "", "no token in time") from None
        except Exception as error:  # noqa: BLE001  MSAL and requests raise many types, and their text may quote the secret
            raise ConnectorError(401, "", f"no token: {type(error).__name__}") from None
        if "access_token" not in result:
            raise ConnectorError(401, "", _refusal(result))
        return str(result["access_token"])

    def discard(self) -> None:
        """Forget the current token, because the connector refused it."""
        self._acquire = None

    def close(self) -> None:
        """Stop the thread without waiting for a request under way."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _fetch(self) -> Mapping[str, Any]:
        self._acquire = self._acquire or _sign_in(self._settings)
        return self._acquire()


def _sign_in(settings: TeamsSettings) -> AcquireToken:
    """Return the call that acquires tokens: for a managed identity, or for a single-tenant app with a secret.

    Blocks.
    """
    cloud = settings.cloud
    if settings.app_type == "UserAssignedMSI":
        identity = msal.UserAssignedManagedIdentity(client_id=settings.app_id)
        managed = msal.ManagedIdentityClient(identity, http_client=_SessionWithTimeout())
        return lambda: managed.acquire_token_for_client(resource=cloud.resource)
    client = msal.ConfidentialClientApplication(
        settings.app_id,
        client_credential=settings.password,
        authority=cloud.authority,
        http_client=_SessionWithTimeout(),
    )
    return lambda: client.acquire_token_for_client([f"{cloud.resource}/.default"])


def _refusal(result: Mapping[str, Any]) -> str:
    codes = [code for code in result.get("error_codes") or () if code in _TOKEN_ERRORS]
    reasons = "".join(f" (AADSTS{code}: {_TOKEN_ERRORS[code]})" for code in codes)
    return f"no token: {result.get('error', 'no reason given')}{reasons}"


class _SessionWithTimeout(requests.Session):
    """A session with a timeout. It keeps no connection open, because tokens are requested once an hour."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Connection"] = "close"

    def request(self, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401
        return super().request(*args, **{"timeout": _TOKEN_TIMEOUT, **options})
