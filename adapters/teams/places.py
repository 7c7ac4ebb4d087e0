"""Where people and conversations are reached just now. Durable: Microsoft says it once, and may say otherwise later.

What is of a person, or of a thread, is kept no longer than it is of use; the places of teams are kept for good.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from adapters.teams.incoming import THREAD, Activity
from bot.ports import AdapterState, Clock

ANYWHERE = "https://smba.trafficmanager.net/teams/"
"""Where Teams is reached before it has said anything: "Proactive messages", Microsoft Teams platform documentation."""

_SERVICE = "service"
_REMEMBERED = 5000  # values, so that a message does not cost a read and a write each time
_FRESH = timedelta(days=1)  # what was of use since need not be remembered anew


@dataclass(frozen=True, slots=True)
class Known:
    """A person. `conversation` is their personal chat, empty while there is none; `user` their id in Teams."""

    name: str = ""
    user: str = ""
    tenant: str = ""
    service: str = ""
    conversation: str = ""


class Places:
    """Raises what the AdapterState raises."""

    def __init__(self, state: AdapterState, clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._recent: OrderedDict[str, tuple[str, datetime | None]] = OrderedDict()
        """Key -> value, and when it was last remembered; None of what was only read."""

    async def note(self, activity: Activity) -> None:
        """What an activity that was let in tells of the places it came from."""
        service = activity.service_url
        await self._put(_SERVICE, service)
        if not activity.is_personal:
            await self._put(f"place/{activity.place}", service)
        if not (aad := activity.sender.aad_object_id):
            return
        known = await self.person(aad)
        sender = activity.sender
        seen = replace(known, name=sender.name, user=sender.id, tenant=activity.tenant, service=service)
        if activity.is_personal:
            seen = replace(seen, conversation=activity.conversation.id)
        await self._keep(aad, seen)

    async def person(self, aad: str) -> Known:
        """Somebody, by their id in the directory; an empty record of whom Teams has said nothing yet."""
        value = await self._get(f"person/{aad}")
        return Known(**json.loads(value)) if value else Known()

    async def opened(self, aad: str, conversation: str) -> None:
        """Their personal chat; empty when it is no more."""
        await self._keep(aad, replace(await self.person(aad), conversation=conversation))

    async def service(self, conversation: str = "") -> str:
        """The service URL of a conversation, or where Teams was last heard from."""
        place = conversation.partition(THREAD)[0]
        return await self._get(f"place/{place}") or await self._get(_SERVICE) or ANYWHERE

    async def heard(self) -> bool:
        """Whether Teams ever posted anything that was let in."""
        return await self._get(_SERVICE) != ""

    async def installed(self, team: str, channel: str) -> None:
        """The app is in this team, by its id in the directory, and may write in this channel."""
        await self._put(f"team/{team}", channel)

    async def channel(self, team: str) -> str:
        """The channel in which the app was installed in that team; empty where it was not."""
        return await self._get(f"team/{team}")

    async def began(self, thread: str) -> None:
        """A message of ours stands at the head of this thread."""
        await self._remember(f"thread/{thread}", "ours")

    async def is_ours(self, thread: str) -> bool:
        """Whether it does. Whoever asks has seen that the thread is of use."""
        key = f"thread/{thread}"
        ours = await self._get(key)
        if ours:
            await self._remember(key, ours)
        return ours != ""

    async def is_met(self, aad: str) -> bool:
        """Whether the desk was told of them."""
        key = f"met/{aad}"
        met = await self._get(key)
        if met:
            await self._remember(key, met)
        return met != ""

    async def met(self, aad: str) -> None:
        """It has been now."""
        await self._remember(f"met/{aad}", "met")

    async def _keep(self, aad: str, known: Known) -> None:
        await self._remember(f"person/{aad}", json.dumps(asdict(known), ensure_ascii=False))

    async def _get(self, key: str) -> str:
        if key in self._recent:
            return self._recent[key][0]
        value = await self._state.get(key) or ""
        if value:
            self._keep_at_hand(key, value, None)
        return value

    async def _put(self, key: str, value: str) -> None:
        if key not in self._recent or self._recent[key][0] != value:
            await self._state.put(key, value)
            self._keep_at_hand(key, value, None)

    async def _remember(self, key: str, value: str) -> None:
        known, at = self._recent.get(key, ("", None))
        now = self._clock.now()
        if known != value or at is None or now - at >= _FRESH:
            await self._state.remember(key, value)
            self._keep_at_hand(key, value, now)

    def _keep_at_hand(self, key: str, value: str, at: datetime | None) -> None:
        self._recent[key] = value, at
        self._recent.move_to_end(key)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
