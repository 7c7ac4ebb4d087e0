"""Where to write: tokens of addresses, and what Slack wants to know for each.

`U…` is a person's direct conversation with the desk (whatever its id of D… is), `C…` a channel, `C…/ts` a thread in it,
`command/U…/id` what answers a slash command or a press on such an answer: seen by that person alone, for half an hour.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.slack.settings import PLATFORM
from adapters.slack.web import SlackWeb
from bot.errors import PermanentFailure
from bot.messages import Address
from bot.ports import AdapterState, Clock

_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")
_USER = re.compile(r"[UW][A-Z0-9]+")
_TS = re.compile(r"\d+\.\d+")
_RESPONSES = timedelta(minutes=30)  # how long Slack takes answers at a response URL
_NOTED = timedelta(days=1)  # after which it is noted again that a conversation is in use
_COMMAND, _SHARE, _SHARED = "command/", "share/", "shared/"


@dataclass(frozen=True, slots=True)
class Place:
    """A token, read. One of `user` and `channel` is set; `thread` and `command` may be."""

    user: str = ""
    channel: str = ""
    thread: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """Where the answer to a slash command goes."""

    url: str
    channel: str


def direct(user: str) -> Address:
    """Somebody's own conversation with the desk."""
    return Address(PLATFORM, user)


def thread(channel: str, ts: str) -> Address:
    """Below a message in a channel."""
    return Address(PLATFORM, f"{channel}/{ts}")


def command(user: str, id_: str) -> Address:
    """The answer to a slash command."""
    return Address(PLATFORM, f"{_COMMAND}{user}/{id_}")


def read(address: Address) -> Place:
    """PermanentFailure where Slack has no such place."""
    match address.token.split("/"):
        case ["command", user, id_] if _USER.fullmatch(user):
            return Place(user=user, command=id_)
        case [user] if _USER.fullmatch(user):
            return Place(user=user)
        case [channel] if _CHANNEL.fullmatch(channel):
            return Place(channel=channel)
        case [channel, ts] if _CHANNEL.fullmatch(channel) and _TS.fullmatch(ts):
            return Place(channel=channel, thread=ts)
        case _:
            fix = "Name channels as slack:C… and people as slack:U…, by their ids."
            raise PermanentFailure(f"Slack has no place {address.token!r}.", fix)


class Places:
    """What the adapter remembers of places, durable and known to all replicas."""

    def __init__(self, state: AdapterState, clock: Clock, web: SlackWeb) -> None:
        self._state, self._clock, self._web = state, clock, web
        self._conversations: dict[str, tuple[str, datetime]] = {}

    async def conversation(self, user: str) -> str:
        """The id of somebody's direct conversation; asked of Slack once."""
        if user not in self._conversations:
            known = await self._state.get(f"direct/{user}")
            await self.learn_conversation(user, known or await self._web.open_conversation(user))
        return self._conversations[user][0]

    async def learn_conversation(self, user: str, channel: str) -> None:
        """A message came from there."""
        now = self._clock.now()
        known, noted = self._conversations.get(user, ("", now))
        if known != channel or now - noted > _NOTED:
            await self._state.remember(f"direct/{user}", channel)
            self._conversations[user] = (channel, now)

    async def addressed_in(self, channel: str, ts: str, user: str) -> None:
        """Somebody spoke to the desk in this thread: what they say there next needs no mention."""
        await self._state.remember(f"thread/{channel}/{ts}/{user}")

    async def wrote_in(self, channel: str, ts: str) -> None:
        """The desk began this thread: whatever is said there is its business."""
        await self._state.remember(f"thread/{channel}/{ts}")

    async def is_ours(self, channel: str, ts: str, user: str) -> bool | None:
        """Whether words of this person in this thread address the desk; None where the thread is none of its own."""
        thread_ = f"thread/{channel}/{ts}"
        known = {key for key, _ in await self._state.items(thread_)}
        if not known:
            return None
        if thread_ in known:
            await self._state.remember(thread_)
        return not known.isdisjoint({thread_, f"{thread_}/{user}"})

    # ---- slash commands ---------------------------------------------------------------------------------------------

    async def begin_command(self, id_: str, at: Command) -> None:
        """Remember where to answer, and forget what is too old to be answered."""
        now = self._clock.now()
        for prefix in (_COMMAND, _SHARE, _SHARED):
            for key, value in await self._state.items(prefix):
                if now - datetime.fromisoformat(json.loads(value)["at"]) > _RESPONSES:
                    await self._state.delete(key)
        known = {"at": now.isoformat(), "url": at.url, "channel": at.channel}
        await self._state.remember(f"{_COMMAND}{id_}", json.dumps(known))

    async def command(self, id_: str) -> Command | None:
        """Where to answer, unless it is too late."""
        value = await self._state.get(f"{_COMMAND}{id_}")
        if value is None:
            return None
        known = json.loads(value)
        return Command(known["url"], known["channel"])

    async def offer(self, id_: str, blocks: str) -> None:
        """Keep what may be shared in the channel, while the button for it works."""
        await self._state.remember(
            f"{_SHARE}{id_}", json.dumps({"at": self._clock.now().isoformat(), "blocks": blocks})
        )

    async def take(self, id_: str) -> str | None:
        """What may be shared, once: None where it was shared already, or is too old."""
        value = await self._state.get(f"{_SHARE}{id_}")
        if value is None:
            return None
        first = await self._state.add(f"{_SHARED}{id_}", json.dumps({"at": self._clock.now().isoformat()}))
        return str(json.loads(value)["blocks"]) if first else None
