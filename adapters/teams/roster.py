"""Who is a guest: only the roster of a conversation says so."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from adapters.teams.connector import Connector
from adapters.teams.failures import ConnectorFailure
from adapters.teams.incoming import Activity
from adapters.teams.settings import TeamsSettings
from bot.errors import StoreUnavailable
from bot.ports import Clock

_HOLDS = timedelta(days=1)
_REMEMBERED = 5000


class Roster:
    """Asks once a day about everybody."""

    def __init__(self, settings: TeamsSettings, connector: Connector, clock: Clock) -> None:
        self._settings, self._connector, self._clock = settings, connector, clock
        self._known: OrderedDict[str, tuple[bool, datetime]] = OrderedDict()

    async def admits(self, activity: Activity) -> bool:
        """Whether the desk may listen to whoever sent this. StoreUnavailable where that cannot be looked up."""
        if self._settings.guests:
            return True
        who = activity.sender.aad_object_id
        known, until = self._known.get(who, (False, self._clock.now()))
        if until <= self._clock.now():
            known = await self._look_up(activity)
            self._known[who] = known, self._clock.now() + _HOLDS
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    async def _look_up(self, activity: Activity) -> bool:
        try:
            about = await self._connector.member(activity.service_url, activity.conversation.id, activity.sender.id)
        except ConnectorFailure as failure:
            raise StoreUnavailable(f"Teams does not say who is a guest: {failure}") from failure
        role, tenant = str(about.get("userRole") or ""), str(about.get("tenantId") or activity.tenant)
        return role not in {"guest", "anonymous"} and self._settings.serves(tenant)
