"""Who may use the desk from Teams."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from datetime import datetime, timedelta

from adapters.teams.connector import ConnectorClient, ConnectorError
from adapters.teams.conversations import ConversationReferences
from adapters.teams.settings import TeamsSettings
from bot.errors import StoreUnavailable
from bot.ports import AdapterState, Clock

log = logging.getLogger(__name__)

LOOK_UP_TIMEOUT = 1.0
"""Seconds to wait for what Teams says of a user while a request waits for its answer."""
PATIENT_TIMEOUT = 3.0
"""Seconds to wait for it when no request waits."""

_ROLE_LIFETIME = timedelta(days=1)
_CACHED_ROLES = 5000


class Roster:
    """Decides who may use the desk.

    Only the roster of a conversation says who is a guest; it is asked once a day per user. What it said last is stored,
    and is used while it cannot be read.
    """

    def __init__(
        self,
        settings: TeamsSettings,
        connector: ConnectorClient,
        conversations: ConversationReferences,
        state: AdapterState,
        clock: Clock,
    ) -> None:
        self._settings, self._connector, self._conversations = settings, connector, conversations
        self._state, self._clock = state, clock
        self._roles: OrderedDict[str, tuple[bool, datetime]] = OrderedDict()
        """Entra object id -> whether the user may use the desk, and until when that is cached."""
        self._look_ups: dict[str, asyncio.Task[bool]] = {}
        """Entra object id -> the look-up under way."""

    def forget(self) -> None:
        """Forget who was asked about."""
        self._roles.clear()

    def known(self, aad: str) -> bool | None:
        """Return whether a user may use the desk, if Teams said so recently; otherwise None."""
        if self._settings.guests:
            return True
        admitted, until = self._roles.get(aad, (False, self._clock.now()))
        return admitted if until > self._clock.now() else None

    async def admits(self, aad: str, conversation: str, within: float = LOOK_UP_TIMEOUT) -> bool | None:
        """Return whether a user may use the desk; None if Teams does not say, and never did. Raises nothing.

        `conversation` is one that they are in. After `within` seconds the look-up goes on, and the next one finds its
        result.
        """
        if (known := self.known(aad)) is not None:
            return known
        try:
            async with asyncio.timeout(within):
                admitted = await asyncio.shield(self._look_up_once(aad, conversation))
        except (ConnectorError, StoreUnavailable, TimeoutError) as error:
            log.warning("Teams does not say who is a guest: %s", str(error) or "no answer in time")
            return await self._last_known(aad)
        await self._store(aad, admitted=admitted)
        return admitted

    def _look_up_once(self, aad: str, conversation: str) -> asyncio.Task[bool]:
        """Return the look-up of this user that is under way, or begin one."""
        if aad not in self._look_ups:
            task = self._look_ups[aad] = asyncio.create_task(self._is_member(aad, conversation))
            task.add_done_callback(lambda done: self._ended(aad, done))
        return self._look_ups[aad]

    def _ended(self, aad: str, look_up: asyncio.Task[bool]) -> None:
        self._look_ups.pop(aad, None)
        if look_up.cancelled() or look_up.exception():
            return
        self._roles[aad] = look_up.result(), self._clock.now() + _ROLE_LIFETIME
        if len(self._roles) > _CACHED_ROLES:
            self._roles.popitem(last=False)

    async def _is_member(self, aad: str, conversation: str) -> bool:
        user = await self._conversations.user(aad)
        service_url = user.service or await self._conversations.service_url(conversation)
        member = await self._connector.get_member(service_url, conversation, user.user)
        role, tenant = str(member.get("userRole") or ""), str(member.get("tenantId") or user.tenant)
        return role not in {"guest", "anonymous"} and self._settings.is_allowed_tenant(tenant)

    async def _store(self, aad: str, *, admitted: bool) -> None:
        with suppress(StoreUnavailable):
            await self._state.remember(f"role/{aad}", "member" if admitted else "guest")

    async def _last_known(self, aad: str) -> bool | None:
        try:
            role = await self._state.get(f"role/{aad}")
        except StoreUnavailable:
            return None
        return None if role is None else role == "member"
