"""Where people and conversations are reached just now. Durable: Microsoft says it once, and may say otherwise later."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace

from adapters.teams.incoming import THREAD, Activity
from bot.ports import AdapterState

ANYWHERE = "https://smba.trafficmanager.net/teams/"
"""Where Teams is reached before it has said anything: "Proactive messages", Microsoft Teams platform documentation."""

_SERVICE = "service"
_REMEMBERED = 5000  # values, so that a message does not cost a read and a write each time


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

    def __init__(self, state: AdapterState) -> None:
        self._state = state
        self._recent: OrderedDict[str, str] = OrderedDict()

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
        await self._put(f"thread/{thread}", "ours")

    async def is_ours(self, thread: str) -> bool:
        """Whether it does."""
        return await self._get(f"thread/{thread}") != ""

    async def is_met(self, aad: str) -> bool:
        """Whether the desk was told of them."""
        return await self._get(f"met/{aad}") != ""

    async def met(self, aad: str) -> None:
        """It has been now."""
        await self._put(f"met/{aad}", "met")

    async def _keep(self, aad: str, known: Known) -> None:
        await self._put(f"person/{aad}", json.dumps(asdict(known), ensure_ascii=False))

    async def _get(self, key: str) -> str:
        value = self._recent.get(key)
        if value is None:
            value = await self._state.get(key) or ""
            if value:
                self._remember(key, value)
        return value

    async def _put(self, key: str, value: str) -> None:
        if self._recent.get(key) != value:
            await self._state.put(key, value)
            self._remember(key, value)

    def _remember(self, key: str, value: str) -> None:
        self._recent[key] = value
        self._recent.move_to_end(key)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
