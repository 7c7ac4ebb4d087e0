"""Where users and conversations are reached in Teams, and who may use the desk from there."""

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from adapters.teams.activities import THREAD_SEPARATOR, Activity
from adapters.teams.connector import ConnectorClient
from adapters.teams.settings import Json, TeamsSettings
from bot.errors import PermanentFailure
from bot.messages import Address
from bot.ports import AdapterState, Clock

log = logging.getLogger(__name__)

TEAM_PREFIX = "team:"
"""Prefix of the token of a team: `teams:team:<group id>`. It means the channel chosen at the installation."""

INSTALL = "Install the app there: for people in Teams' admin centre under Setup policies, for a team in the team."

_ADDRESS_FORMS = (
    "It has teams:19:… for a channel or a thread, teams:team:<group id> for the team where the app was installed, and "
    "teams:<object id> for a person."
)
_DEFAULT_SERVICE_URL = "https://smba.trafficmanager.net/teams/"
"""Used until an activity names one: "Proactive messages", Microsoft Teams platform documentation."""

_SERVICE = "service"
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CACHED_VALUES = 5000  # without the cache, each activity would need a read and a write
_REFRESH_AFTER = timedelta(days=1)  # a value that is in use is stored again once a day, which extends its retention


# ---- what is stored -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UserReference:
    """Where a user is reached. It is stored as JSON under these names. A field is empty if it is unknown."""

    name: str = ""
    user: str = ""
    """The user's id in Teams."""
    tenant: str = ""
    service: str = ""
    """The service URL."""
    conversation: str = ""
    """The id of the user's personal chat."""


class ConversationReferences:
    """Service URLs, personal chats, installations and the desk's own threads, stored in the AdapterState.

    Teams names them once, in an activity, and may change them later. The data of a user or a thread expires when it is
    not used; the channels of teams do not expire. `aad` is a user's Entra object id. The methods raise the errors of
    the AdapterState.
    """

    def __init__(self, state: AdapterState, clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._cache: OrderedDict[str, tuple[str, datetime | None]] = OrderedDict()
        """Key -> value, and when it was last stored with `remember`; None if it was only read, or stored with `put`."""

    def forget(self) -> None:
        """Forget what was read; it stands in the AdapterState."""
        self._cache.clear()

    async def update_from(self, activity: Activity) -> None:
        """Store where the conversation and the sender of an accepted activity are reached."""
        service = activity.service_url
        await self._put(_SERVICE, service)
        if not activity.is_personal:
            await self._put(f"place/{activity.conversation_without_thread}", service)
        if not (aad := activity.sender.aad_object_id):
            return
        sender, known = activity.sender, await self.user(aad)
        seen = replace(known, name=sender.name, user=sender.id, tenant=activity.tenant, service=service)
        if activity.is_personal:
            seen = replace(seen, conversation=activity.conversation.id)
        await self._remember_user(aad, seen)

    async def user(self, aad: str) -> UserReference:
        """Return a user. All fields are empty if Teams has not sent an activity of theirs yet."""
        value = await self._get(f"person/{aad}")
        return UserReference(**json.loads(value)) if value else UserReference()

    async def set_personal_chat(self, aad: str, conversation: str) -> None:
        """Store the id of a user's personal chat; empty if it no longer exists."""
        await self._remember_user(aad, replace(await self.user(aad), conversation=conversation))

    async def service_url(self, conversation: str = "") -> str:
        """Return the service URL of a conversation. If that is unknown, return the one of the last activity."""
        channel = conversation.partition(THREAD_SEPARATOR)[0]
        return await self._get(f"place/{channel}") or await self._get(_SERVICE) or _DEFAULT_SERVICE_URL

    async def has_received_activity(self) -> bool:
        """Return whether an activity was ever accepted."""
        return await self._get(_SERVICE) != ""

    async def set_team_channel(self, group_id: str, channel: str) -> None:
        """Store the channel that was chosen when the app was installed in a team."""
        await self._put(f"team/{group_id}", channel)

    async def team_channel(self, group_id: str) -> str:
        """Return the channel that was chosen at the installation; empty if the app is not in that team."""
        return await self._get(f"team/{group_id}")

    async def add_own_thread(self, thread: str) -> None:
        """Store that the desk started this thread."""
        await self._remember(f"thread/{thread}", "ours")

    async def is_own_thread(self, thread: str) -> bool:
        """Return whether the desk started this thread. Extends the retention of that knowledge."""
        return await self._is_remembered(f"thread/{thread}")

    async def set_joined(self, aad: str) -> None:
        """Store that the desk was told about this user."""
        await self._remember(f"met/{aad}", "met")

    async def has_joined(self, aad: str) -> bool:
        """Return whether the desk was told about this user. Extends the retention of that knowledge."""
        return await self._is_remembered(f"met/{aad}")

    async def _remember_user(self, aad: str, user: UserReference) -> None:
        await self._remember(f"person/{aad}", json.dumps(asdict(user), ensure_ascii=False))

    async def _is_remembered(self, key: str) -> bool:
        value = await self._get(key)
        if value:
            await self._remember(key, value)
        return value != ""

    async def _get(self, key: str) -> str:
        if key in self._cache:
            return self._cache[key][0]
        value = await self._state.get(key) or ""
        if value:
            self._cache_value(key, value, None)
        return value

    async def _put(self, key: str, value: str) -> None:
        if key not in self._cache or self._cache[key][0] != value:
            await self._state.put(key, value)
            self._cache_value(key, value, None)

    async def _remember(self, key: str, value: str) -> None:
        known, at = self._cache.get(key, ("", None))
        now = self._clock.now()
        if known != value or at is None or now - at >= _REFRESH_AFTER:
            await self._state.remember(key, value)
            self._cache_value(key, value, now)

    def _cache_value(self, key: str, value: str, at: datetime | None) -> None:
        self._cache[key] = value, at
        self._cache.move_to_end(key)
        if len(self._cache) > _CACHED_VALUES:
            self._cache.popitem(last=False)


# ---- where to send --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages are sent."""

    service_url: str
    conversation: str
    """Receives the messages, if `channel` is empty."""
    channel: str = ""
    """If this is set, the first message opens a thread in this channel, and the others go into that thread."""


class TargetResolver:
    """Finds the conversation of an Address, and opens a personal chat if there is none yet."""

    def __init__(
        self, settings: TeamsSettings, connector: ConnectorClient, conversations: ConversationReferences
    ) -> None:
        self._settings, self._connector, self._conversations = settings, connector, conversations

    async def resolve(self, to: Address) -> Target:
        """Return where to send. Raises PermanentFailure, ConnectorError, and the errors of the AdapterState."""
        token = to.token
        if token.startswith(TEAM_PREFIX):
            channel = await self._conversations.team_channel(token.removeprefix(TEAM_PREFIX))
            if not channel:
                raise PermanentFailure(f"The app was not installed in {to}.", INSTALL)
            return Target(await self._service_url(channel), "", channel)
        if token.startswith("19:"):
            service_url = await self._service_url(token)
            is_channel = THREAD_SEPARATOR not in token and token.endswith(("@thread.tacv2", "@thread.skype"))
            return Target(service_url, "", token) if is_channel else Target(service_url, token)
        return await self._personal_chat(token)

    async def _personal_chat(self, aad: str) -> Target:
        known = await self._conversations.user(aad)
        is_trusted = self._settings.is_trusted_service_url(known.service)
        service_url = known.service if is_trusted else await self._service_url()
        if known.conversation:
            return Target(service_url, known.conversation)
        if not (known.user or is_object_id(aad)):
            raise PermanentFailure(f"Teams has no conversation {aad!r}.", _ADDRESS_FORMS)
        tenant = known.tenant or self._settings.tenant_id
        parameters: Json = {
            "isGroup": False,
            "bot": {"id": self._settings.bot_id},
            "members": [{"id": known.user or aad}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        conversation, _ = await self._connector.create_conversation(service_url, parameters)
        await self._conversations.set_personal_chat(aad, conversation)
        return Target(service_url, conversation)

    async def _service_url(self, conversation: str = "") -> str:
        service_url = await self._conversations.service_url(conversation)
        if not self._settings.is_trusted_service_url(service_url):
            raise PermanentFailure("Teams has not said yet where this conversation is reached.", INSTALL)
        return service_url


def is_object_id(token: str) -> bool:
    """Return whether an Address's token is a user's Entra object id, and not a conversation."""
    return _OBJECT_ID.fullmatch(token) is not None
