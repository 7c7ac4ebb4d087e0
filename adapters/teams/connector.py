"""Microsoft's connector: what is written in Teams ("Bot Framework REST API reference").

Six requests, made here: the SDK's client takes 16 ms to build, a thread and a new connection for every message, asks
for its token on the event loop, and repeats some requests and not others.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from adapters.teams.connection import Connection
from adapters.teams.failures import ConnectorFailure, KeysUnavailable
from adapters.teams.keys import SigningKeys
from adapters.teams.runs import Json
from adapters.teams.tokens import Tokens


class Connector:
    """Without `tokens` it does not say who it is. Every call raises ConnectorFailure."""

    def __init__(self, connection: Connection, tokens: Tokens | None, keys: SigningKeys) -> None:
        self._connection, self._tokens, self._keys = connection, tokens, keys

    async def send(self, service_url: str, conversation: str, activity: Json) -> str:
        """A new message; its id."""
        url = f"{_conversation(service_url, conversation)}/activities"
        return str((await self._call("POST", url, _message(activity))).get("id", ""))

    async def update(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """A message in place."""
        url = f"{_conversation(service_url, conversation)}/activities/{_quoted(message)}"
        await self._call("PUT", url, _message({**activity, "id": message}))

    async def delete(self, service_url: str, conversation: str, message: str) -> None:
        """Take a message back."""
        await self._call("DELETE", f"{_conversation(service_url, conversation)}/activities/{_quoted(message)}")

    async def create(self, service_url: str, parameters: Json) -> tuple[str, str]:
        """A new conversation, or thread: its id, and that of the message it was begun with, if any."""
        if "activity" in parameters:
            parameters = {**parameters, "activity": _message(parameters["activity"])}
        created = await self._call("POST", f"{service_url.rstrip('/')}/v3/conversations", parameters)
        return str(created.get("id", "")), str(created.get("activityId") or "")

    async def member(self, service_url: str, conversation: str, user: str) -> Json:
        """What the roster says of somebody: `userRole`, `tenantId` and more."""
        return await self._call("GET", f"{_conversation(service_url, conversation)}/members/{_quoted(user)}")

    async def members(self, service_url: str, conversation: str) -> Json:
        """Some of those who are in a conversation; refused where the app is not in it itself."""
        return await self._call("GET", f"{_conversation(service_url, conversation)}/pagedmembers")

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

    async def _call(self, method: str, url: str, body: Json | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
        if self._tokens:
            headers["Authorization"] = f"Bearer {await self._tokens.get()}"
        data = json.dumps(body).encode() if body is not None else None
        try:
            answer = await self._connection.request(method, url, headers, data)
        except ConnectorFailure as failure:
            if self._tokens and failure.status == HTTPStatus.UNAUTHORIZED:
                self._tokens.forget()
            raise
        return answer if isinstance(answer, dict) else {}


def _message(activity: Json) -> Json:
    return {"type": "message", **activity}


def _conversation(service_url: str, conversation: str) -> str:
    return f"{service_url.rstrip('/')}/v3/conversations/{_quoted(conversation)}"


def _quoted(part: str) -> str:
    return quote(part, safe="")
