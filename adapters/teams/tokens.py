"""Our token for Microsoft's connector, by MSAL: it keeps a token as long as that is good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msal
import requests

from adapters.teams.failures import ConnectorFailure
from adapters.teams.settings import TeamsSettings

_WITHIN = 6.0
_SAID = {
    7000222: "the secret has expired",
    7000215: "this is not the value of a secret of the app (it may be the secret's id)",
    700016: "there is no such app in that tenant",
    90002: "there is no such tenant",
}
"""Codes of a refusal: "Microsoft Entra authentication & authorization error codes"."""

Ask = Callable[[], Mapping[str, Any]]


def password(app_id: str, secret: str, authority: str, resource: str) -> Callable[[], Ask]:
    """A single-tenant app with a secret. `authority` ends in the tenant."""

    def sign_in() -> Ask:
        client = msal.ConfidentialClientApplication(
            app_id, client_credential=secret, authority=authority, http_client=_Impatient()
        )
        return lambda: client.acquire_token_for_client([f"{resource}/.default"])

    return sign_in


def managed_identity(client_id: str, resource: str) -> Callable[[], Ask]:
    """An app that runs in Azure and has no secret."""

    def sign_in() -> Ask:
        identity = msal.UserAssignedManagedIdentity(client_id=client_id)
        client = msal.ManagedIdentityClient(identity, http_client=_Impatient())
        return lambda: client.acquire_token_for_client(resource=resource)

    return sign_in


def tokens(settings: TeamsSettings) -> Tokens:
    """As the app is registered."""
    cloud = settings.cloud
    if settings.app_type == "UserAssignedMSI":
        return Tokens(managed_identity(settings.app_id, cloud.resource))
    return Tokens(password(settings.app_id, settings.password, cloud.login, cloud.resource))


class Tokens:
    """In a thread of its own: what waits in the common ones, or on the event loop, holds up every platform."""

    def __init__(self, sign_in: Callable[[], Ask]) -> None:
        self._sign_in = sign_in
        self._ask: Ask | None = None
        self._thread = ThreadPoolExecutor(1, "teams-token")

    async def get(self) -> str:
        """A token. Raises ConnectorFailure."""
        try:
            async with asyncio.timeout(_WITHIN):
                answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._fetch)
        except TimeoutError:
            raise ConnectorFailure(401, "", "no token in time") from None
        except Exception as error:  # noqa: BLE001  MSAL and requests raise what they like, and it may quote the secret
            raise ConnectorFailure(401, "", f"no token: {type(error).__name__}") from None
        if "access_token" not in answer:
            raise ConnectorFailure(401, "", _refusal(answer))
        return str(answer["access_token"])

    def forget(self) -> None:
        """Microsoft does not take it any more."""
        self._ask = None

    def close(self) -> None:
        """Ask no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _fetch(self) -> Mapping[str, Any]:
        self._ask = self._ask or self._sign_in()
        return self._ask()


def _refusal(answer: Mapping[str, Any]) -> str:
    codes = [code for code in answer.get("error_codes") or () if code in _SAID]
    why = "".join(f" (AADSTS{code}: {_SAID[code]})" for code in codes)
    return f"no token: {answer.get('error', 'no reason given')}{why}"


class _Impatient(requests.Session):
    """Gives up, where `requests` would wait for ever; and keeps no connection for a request an hour."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Connection"] = "close"

    def request(self, *args: Any, **more: Any) -> requests.Response:  # noqa: ANN401
        return super().request(*args, **{"timeout": _WITHIN, **more})
