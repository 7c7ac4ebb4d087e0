"""Conversations: the addresses in Slack, and what the adapter stores about each.

The token of an address has one of these forms:

| token | conversation |
|---|---|
| `U…` | a person's direct conversation with the desk; its channel id (D…) is looked up |
| `C…` | a channel |
| `C…/ts` | a thread in that channel |
| `command/U…/id` | the answer to a slash command or to a press on a private message: only that person sees it |
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.slack.settings import PLATFORM
from adapters.slack.web_api import SlackWebApi
from bot.errors import PermanentFailure
from bot.messages import Address
from bot.ports import AdapterState, Clock

_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")
_USER = re.compile(r"[UW][A-Z0-9]+")
_TS = re.compile(r"\d+\.\d+")

_RESPONSE_URL_LIFETIME = timedelta(minutes=30)  # https://docs.slack.dev/interactivity/handling-user-interaction
_WRITE_AGAIN = timedelta(days=1)  # the store deletes a key that is not written again: see AdapterState.remember
_COMMAND, _SHARE, _SHARED = "command/", "share/", "shared/"  # prefixes of keys in the store


@dataclass(frozen=True, slots=True)
class Destination:
    """A parsed address. Either `user` or `channel` is set."""

    user: str = ""
    channel: str = ""
    thread: str = ""
    """The ts of the thread's first message. Only with `channel`."""
    command: str = ""
    """The id under which the response URL is stored. Only with `user`."""


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """A URL of Slack's for the answer to a slash command or to a press."""

    url: str
    channel: str
    """The id of the channel in which the command or the press was given."""


def direct_address(user: str) -> Address:
    """Return the address of a person's direct conversation with the desk."""
    return Address(PLATFORM, user)


def thread_address(channel: str, ts: str) -> Address:
    """Return the address of the thread below the message `ts`."""
    return Address(PLATFORM, f"{channel}/{ts}")


def command_address(user: str, id_: str) -> Address:
    """Return the address at which only this person sees the answer. `id_` is that of the stored response URL."""
    return Address(PLATFORM, f"{_COMMAND}{user}/{id_}")


def parse_address(address: Address) -> Destination:
    """Return the destination that an address names. Raises PermanentFailure if its token has no valid form."""
    match address.token.split("/"):
        case ["command", user, id_] if _USER.fullmatch(user):
            return Destination(user=user, command=id_)
        case [user] if _USER.fullmatch(user):
            return Destination(user=user)
        case [channel] if _CHANNEL.fullmatch(channel):
            return Destination(channel=channel)
        case [channel, ts] if _CHANNEL.fullmatch(channel) and _TS.fullmatch(ts):
            return Destination(channel=channel, thread=ts)
        case _:
            fix = "Name channels as slack:C… and people as slack:U…, by their ids."
            raise PermanentFailure(f"Slack has no place {address.token!r}.", fix)


class Conversations:
    """What the adapter stores about conversations, in the AdapterState. All replicas share it."""

    def __init__(self, state: AdapterState, clock: Clock, api: SlackWebApi) -> None:
        self._state, self._clock, self._api = state, clock, api
        self._direct: dict[str, tuple[str, datetime]] = {}  # user -> channel id, and when it was last stored

    # ---- direct conversations ---------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Forget whose direct conversations are known; they stand in the AdapterState."""
        self._direct.clear()

    async def direct_channel(self, user: str) -> str:
        """Return the channel id (D…) of a person's direct conversation. Slack is asked only if it is not stored."""
        if user not in self._direct:
            stored = await self._state.get(f"direct/{user}")
            await self.remember_direct(user, stored or await self._api.open_conversation(user))
        return self._direct[user][0]

    async def remember_direct(self, user: str, channel: str) -> None:
        """Store the channel id of a person's direct conversation. Cheap to call for every message."""
        now = self._clock.now()
        known, stored_at = self._direct.get(user, ("", now))
        if known != channel or now - stored_at > _WRITE_AGAIN:
            await self._state.remember(f"direct/{user}", channel)
            self._direct[user] = (channel, now)

    # ---- threads ----------------------------------------------------------------------------------------------------

    async def remember_mention(self, channel: str, ts: str, user: str) -> None:
        """Store that a person mentioned the desk in this thread. Their next messages there need no mention."""
        await self._state.remember(f"thread/{channel}/{ts}/{user}")

    async def remember_own_thread(self, channel: str, ts: str) -> None:
        """Store that the desk started this thread. Every message in it addresses the desk."""
        await self._state.remember(f"thread/{channel}/{ts}")

    async def is_addressed_in(self, channel: str, ts: str, user: str) -> bool | None:
        """Return whether a person's message in this thread addresses the desk.

        None means that the desk has no part in the thread.
        """
        thread = f"thread/{channel}/{ts}"
        stored = {key for key, _ in await self._state.items(thread)}
        if not stored:
            return None
        if thread in stored:
            await self._state.remember(thread)
        return not stored.isdisjoint({thread, f"{thread}/{user}"})

    # ---- response URLs ----------------------------------------------------------------------------------------------

    async def remember_response_url(self, id_: str, response: ResponseUrl) -> None:
        """Store a response URL, and delete the expired ones with their answers."""
        now = self._clock.now()
        for prefix in (_COMMAND, _SHARE, _SHARED):
            for key, value in await self._state.items(prefix):
                if now - datetime.fromisoformat(json.loads(value)["at"]) > _RESPONSE_URL_LIFETIME:
                    await self._state.delete(key)
        value = json.dumps({"at": now.isoformat(), "url": response.url, "channel": response.channel})
        await self._state.remember(f"{_COMMAND}{id_}", value)

    async def response_url(self, id_: str) -> ResponseUrl | None:
        """Return the stored response URL, or None if it has expired."""
        value = await self._state.get(f"{_COMMAND}{id_}")
        if value is None:
            return None
        stored = json.loads(value)
        return ResponseUrl(stored["url"], stored["channel"])

    async def store_answer(self, id_: str, blocks: str) -> None:
        """Store the blocks of a private answer, as JSON, for as long as its share button works."""
        value = json.dumps({"at": self._clock.now().isoformat(), "blocks": blocks})
        await self._state.remember(f"{_SHARE}{id_}", value)

    async def claim_answer(self, id_: str) -> str | None:
        """Return the stored blocks to the first caller, and None to the others or if the answer has expired."""
        value = await self._state.get(f"{_SHARE}{id_}")
        if value is None:
            return None
        first = await self._state.add(f"{_SHARED}{id_}", json.dumps({"at": self._clock.now().isoformat()}))
        return str(json.loads(value)["blocks"]) if first else None
