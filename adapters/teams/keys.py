"""The keys with which Microsoft signs what it sends."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from adapters.teams.connection import Connection
from adapters.teams.failures import KeysUnavailable

_WITHIN = 5.0
_LAST = 24 * 3600.0
_AT_MOST_EVERY = 2.0


class SigningKey:
    """A key, as the SDK reads it. There one without endorsements endorses every channel; this one endorses none."""

    def __init__(self, key: Mapping[str, Any]) -> None:
        self.public_key = RSAAlgorithm.from_jwk(json.dumps(key))
        self.endorsements: Sequence[str] = key.get("endorsements") or ["none"]


class SigningKeys:
    """All there are at `url`, an OpenID metadata document."""

    def __init__(self, url: str, connection: Connection) -> None:
        self._url, self._connection = url, connection
        self._by_id: dict[str, SigningKey] = {}
        self._asked_at = -_LAST
        self._lock: asyncio.Lock | None = None

    async def get(self, key_id: str) -> SigningKey:
        """The key of that id, fetched anew where there is none or they are a day old.

        PermissionError where Microsoft has no such key, KeysUnavailable where that cannot be said.
        """
        if key_id not in self._by_id or time.monotonic() - self._asked_at > _LAST:
            try:
                await self.renew()
            except KeysUnavailable:
                if key_id not in self._by_id:
                    raise
        if key_id not in self._by_id:
            raise PermissionError("unknown key")
        return self._by_id[key_id]

    async def renew(self) -> None:
        """Fetch them. All who ask at once share one fetch, so that made-up key ids cost Microsoft next to nothing."""
        called_at = time.monotonic()
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if self._asked_at >= called_at:
                return
            await asyncio.sleep(max(0.0, self._asked_at + _AT_MOST_EVERY - time.monotonic()))
            self._asked_at = time.monotonic()
            try:
                async with asyncio.timeout(_WITHIN):
                    self._by_id = await self._fetch()
            except (
                aiohttp.ClientError,
                OSError,
                TimeoutError,
                ValueError,
                LookupError,
                TypeError,
                PyJWTError,
            ) as error:
                raise KeysUnavailable(f"{self._url} gave no keys: {type(error).__name__}") from None

    async def _fetch(self) -> dict[str, SigningKey]:
        about = await self._connection.json(self._url)
        found = await self._connection.json(about["jwks_uri"])
        return {key["kid"]: SigningKey(key) for key in found["keys"] if key.get("kty") == "RSA"}
