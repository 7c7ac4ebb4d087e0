"""HTTP to Microsoft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from adapters.teams.failures import ConnectorFailure

_ANSWER_WITHIN = 8.0  # seconds; the relay gives a delivery ten


class Connection:
    """Keeps connections open, and waits `within` seconds for an answer.

    No redirects: a token goes where it was meant to go, or nowhere.
    """

    def __init__(self, within: float = _ANSWER_WITHIN) -> None:
        self._within = within
        self._session: aiohttp.ClientSession | None = None

    async def request(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> object:
        """The JSON of the answer, None where it has no body. `url` is quoted already. Raises ConnectorFailure."""
        try:
            where = URL(url, encoded=True)
            async with self._open().request(method, where, headers=headers, data=data, allow_redirects=False) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ConnectorFailure(0, "", f"no answer: {type(error).__name__}") from None
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise ConnectorFailure(answer.status, _code(body), "", answer.headers.get("Retry-After", ""))
        try:
            return json.loads(body) if body else None
        except ValueError:  # something stands between us and Microsoft
            raise ConnectorFailure(0, "", "an answer that is not JSON") from None

    async def json(self, url: str) -> Any:  # noqa: ANN401
        """A document. Raises what aiohttp raises, or ValueError."""
        async with self._open().get(url, allow_redirects=False, raise_for_status=True) as answer:
            return json.loads(await answer.read())

    async def close(self) -> None:
        """Let go."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._within))
        return self._session


def _code(body: bytes) -> str:
    """The connector's own word for what is wrong."""
    try:
        return str(json.loads(body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""
