"""What Slack sends -> what the desk is told, as far as it is the desk's business."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack import modals, places
from adapters.slack.people import Directory, Member
from adapters.slack.places import Command, Places
from adapters.slack.settings import PLATFORM, SHARE, SHORTCUT, Settings
from adapters.slack.text import mentions, without_mention, written
from adapters.slack.web import SlackWeb
from bot.messages import Address, Joined, Pressed, Said, Shared, Submitted, Viewed

Body = Mapping[str, Any]

_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of a message that somebody wrote; the others tell of joins, topics, pins and the like."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Somebody whom the desk does not answer, and where they can be told so."""

    user: str
    channel: str
    thread: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """A press on the adapter's own button: show the answer `command` to the others."""

    user: str
    name: str
    command: str


Reading = Said | Pressed | Submitted | Shared | Joined | Viewed | Shares | Turned | None


class Reader:
    """None is nothing for the desk. Raises DeliveryFailure while Slack does not say who somebody is."""

    def __init__(self, settings: Settings, web: SlackWeb, directory: Directory, known: Places) -> None:
        self._settings, self._web, self._directory, self._places = settings, web, directory, known

    async def read(self, body: Body) -> Reading:
        """Whatever Slack may send."""
        if not self._directory.allows(_team(body)):
            return _outside(body)
        match body:
            case {"type": "event_callback", "event": {"type": "message" | "app_mention"} as event}:
                return await self._message(_team(body), event)
            case {"type": "event_callback", "event": {"type": "app_home_opened", "user": str() as user} as event}:
                return await self._opened(_team(body), user, event)
            case {"type": "block_actions", "actions": [{"action_id": str()} as action, *_]}:
                return await self._press(body, action)
            case {"type": "view_submission", "view": {"callback_id": str()} as view}:
                return await self._submit(body, view)
            case {"type": "message_action", "callback_id": str() as name, "message": dict() as message}:
                if name != SHORTCUT:
                    return None
                return await self._share(body, message)
            case {"command": str(), "user_id": str() as user, "trigger_id": str() as trigger}:
                return await self._command(body, user, trigger)
            case _:
                return None

    # ---- messages ---------------------------------------------------------------------------------------------------

    async def _message(self, team: str, event: Body) -> Said | Turned | None:
        if event.get("subtype") == "message_changed":
            return await self._edit(team, event)
        user, channel, ts = (str(event.get(key) or "") for key in ("user", "channel", "ts"))
        if event.get("bot_id") or event.get("subtype", "") not in _WRITTEN or not (user and channel and ts):
            return None
        spot = await self._spot(event, user, channel, ts)
        if spot is None:
            return None
        at, addressed = spot
        member = await self._directory.member(user, str(event.get("user_team") or event.get("team") or team))
        if not member.welcome:
            mentioned = event["type"] == "app_mention" or at == places.direct(user)
            return Turned(user, channel, str(event.get("thread_ts") or "")) if mentioned else None
        await self._remember(event, at, user, addressed=addressed)
        text = written(without_mention(str(event.get("text") or ""), self._bot))
        return Said(
            event_id=f"{team}:{channel}:{ts}",
            person=member.person,
            text=text,
            at=at,
            direct=places.direct(user),
            addressed=addressed,
            files=len(event.get("files") or ()),
            link=self._link(event, channel, ts),
        )

    async def _edit(self, team: str, event: Body) -> Said | Turned | None:
        """An edit by its author; Slack also says so when a link in a message has got its preview."""
        message, before = event.get("message") or {}, event.get("previous_message") or {}
        edited = (message.get("edited") or {}).get("ts")
        if not edited or message.get("text") == before.get("text"):
            return None
        kept = {key: event[key] for key in ("type", "channel", "channel_type") if key in event}
        said = await self._message(team, {**message, **kept})
        if not isinstance(said, Said):
            return None
        return replace(said, event_id=f"{said.event_id}:{edited}", corrects=said.event_id)

    async def _spot(self, event: Body, user: str, channel: str, ts: str) -> tuple[Address, bool] | None:
        """Where an answer belongs and whether the desk is addressed; None where nobody spoke to it."""
        if event.get("channel_type") == "im" or channel.startswith("D"):
            return places.direct(user), True
        thread = str(event.get("thread_ts") or "")
        if event["type"] == "app_mention" or mentions(str(event.get("text") or ""), self._bot):
            return places.thread(channel, thread or ts), True
        if thread and thread != ts:
            addressed = await self._places.is_ours(channel, thread, user)
            return None if addressed is None else (places.thread(channel, thread), addressed)
        if channel in self._settings.listen_channels:
            return places.thread(channel, ts), False
        return None

    async def _remember(self, event: Body, at: Address, user: str, *, addressed: bool) -> None:
        if at == places.direct(user):
            await self._places.learn_conversation(user, str(event["channel"]))
        elif addressed:
            spot = places.read(at)
            await self._places.addressed_in(spot.channel, spot.thread, user)

    def _link(self, event: Body, channel: str, ts: str) -> str:
        """Of a message in a channel; one in a direct conversation opens for nobody else."""
        identity = self._web.identity
        if identity is None or event.get("channel_type") == "im" or channel.startswith("D"):
            return ""
        thread = event.get("thread_ts")
        query = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
        return f"{identity.url}archives/{channel}/p{ts.replace('.', '')}{query}"

    # ---- everything else --------------------------------------------------------------------------------------------

    async def _opened(self, team: str, user: str, event: Body) -> Joined | Viewed | None:
        member = await self._directory.member(user, team)
        if not member.welcome:
            return None
        if event.get("tab") == "home":
            return Viewed(member.person, "home", places.direct(user))
        return Joined(member.person, places.direct(user))

    async def _press(self, body: Body, action: Body) -> Pressed | Shares | Turned | None:
        user, container = str(body["user"]["id"]), body.get("container") or {}
        member = await self._member(body)
        channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
        if not member.welcome:
            return Turned(user, channel, url=str(body.get("response_url") or ""))
        name, value = str(action["action_id"]).rpartition("#")[0], str(action.get("value") or "")
        if name == SHARE:
            return Shares(user, member.person.name, value)
        source = ts or str(container.get("view_id") or "")
        event_id = f"{_team(body)}:press:{user}:{source}:{action['action_id']}:{action.get('action_ts', '')}"
        at = await self._around(body, user, channel, ts)
        return Pressed(event_id, member.person, name, value, at, places.direct(user))

    async def _around(self, body: Body, user: str, channel: str, ts: str) -> Address:
        """Where an answer to something pressed there belongs."""
        container = body.get("container") or {}
        if container.get("is_ephemeral"):
            id_ = str(body.get("trigger_id") or ts)
            await self._places.begin_command(id_, Command(str(body.get("response_url") or ""), channel))
            return places.command(user, id_)
        if not channel or channel.startswith("D"):
            return places.direct(user)
        return places.thread(channel, str(container.get("thread_ts") or ts))

    async def _submit(self, body: Body, view: Body) -> Submitted | None:
        member = await self._member(body)
        if not member.welcome:
            return None
        carried = json.loads(view.get("private_metadata") or "{}")
        direct = places.direct(member.person.id)
        event_id = f"{_team(body)}:view:{view.get('id', '')}:{view.get('hash', '')}"
        filled = modals.values((view.get("state") or {}).get("values") or {})
        at = Address(PLATFORM, str(carried.get("at") or direct.token))
        context = str(carried.get("context") or "")
        return Submitted(event_id, member.person, str(view["callback_id"]), context, filled, at, direct)

    async def _share(self, body: Body, message: Body) -> Shared | Turned | None:
        member = await self._member(body)
        if not member.welcome:
            channel = str((body.get("channel") or {}).get("id") or "")
            return Turned(member.person.id, channel, url=str(body.get("response_url") or ""))
        text = written(without_mention(str(message.get("text") or ""), self._bot))
        return Shared(member.person, text, places.direct(member.person.id))

    async def _command(self, body: Body, user: str, trigger: str) -> Said | Turned:
        channel, url = str(body.get("channel_id") or ""), str(body.get("response_url") or "")
        member = await self._directory.member(user, _team(body))
        if not member.welcome:
            return Turned(user, channel, url=url)
        await self._places.begin_command(trigger, Command(url, channel))
        at, text = places.command(user, trigger), written(str(body.get("text") or "").strip())
        return Said(f"{_team(body)}:command:{trigger}", member.person, text, at, places.direct(user))

    async def _member(self, body: Body) -> Member:
        user = body["user"]
        return await self._directory.member(str(user["id"]), str(user.get("team_id") or _team(body)))

    @property
    def _bot(self) -> str:
        return self._web.identity.user if self._web.identity else ""


def _outside(body: Body) -> Turned | None:
    """Whoever acts from a workspace that may not use the desk, where they spoke to it and can be told so."""
    match body:
        case {"type": "event_callback", "event": {"user": str() as user, "channel": str() as channel} as event}:
            written_ = event.get("subtype", "") in _WRITTEN and not event.get("bot_id")
            direct = event.get("type") == "message" and channel.startswith("D")
            if written_ and (direct or event.get("type") == "app_mention"):
                return Turned(user, channel, str(event.get("thread_ts") or ""))
        case {"response_url": str() as url} if url:
            return Turned("", "", url=url)
    return None


def _team(body: Body) -> str:
    """The workspace from which it comes."""
    team = body.get("team")
    return str(body.get("team_id") or (team.get("id") if isinstance(team, dict) else "") or "")
