"""Conversion of Slack's payloads to `messages.Incoming`.

`PayloadReader` has one method for each listener. https://docs.slack.dev/reference/events and …/interaction-payloads
describe the payloads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack.conversations import (
    Conversations,
    ResponseUrl,
    command_address,
    direct_address,
    parse_address,
    thread_address,
)
from adapters.slack.people import Directory, Member
from adapters.slack.settings import PLATFORM, SlackSettings
from adapters.slack.to_slack.views import form_values
from adapters.slack.web_api import SlackWebApi
from bot.errors import DeliveryFailure
from bot.messages import Address, Joined, Person, Pressed, Said, Shared, Submitted, Viewed
from bot.presentation import texts

Body = Mapping[str, Any]
"""A payload as Bolt parsed it, or a part of one."""

_BY_A_PERSON = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of messages that a person wrote. The other subtypes report joins, topics, pins and the like."""

_ENTITY = re.compile(r"<([^<>]*)>")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # Slack escapes these three only; & must be decoded last


class RejectedUser(Exception):
    """A person who may not use the desk has addressed it. The attributes say where to tell them.

    `Listeners.on_error` acknowledges the payload and lets the person be told `notice`.
    """

    def __init__(
        self, user: str, channel: str, thread: str = "", response_url: str = "", notice: str = texts.NOT_FOR_GUESTS
    ) -> None:
        super().__init__(user)
        self.user, self.channel, self.thread, self.response_url = user, channel, thread, response_url
        self.notice = notice


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """A press on the share button."""

    user: str
    name: str
    answer: str
    """The id under which `Conversations` stored the answer."""


class PayloadReader:
    """Reads payloads, and looks up who sent them.

    A method returns None if the payload does not concern the desk. It raises RejectedUser if the person may not use the
    desk. A message is read without asking Slack; if it is not known who wrote it, it is not `identified`. Anything else
    waits for the look-up for a moment, and is rejected if Slack does not say who the person is.
    """

    def __init__(
        self, settings: SlackSettings, api: SlackWebApi, directory: Directory, conversations: Conversations
    ) -> None:
        self._settings, self._api, self._directory, self._conversations = settings, api, directory, conversations

    def is_from_allowed_workspace(self, body: Body) -> bool:
        """Return whether the payload comes from a workspace that may use the desk."""
        return self._directory.allows(_team_id(body))

    # ---- events -----------------------------------------------------------------------------------------------------

    async def message(self, body: Body) -> Said | None:
        """Return a new message. For a mention in a channel Slack sends both events, `message` and `app_mention`."""
        return await self._said(_team_id(body), body["event"])

    async def message_changed(self, body: Body) -> Said | None:
        """Return an edit by the author.

        Slack sends the same event for the preview of a link, for which this returns None.
        """
        event: Body = body["event"]
        message, before = event.get("message") or {}, event.get("previous_message") or {}
        edited_at = (message.get("edited") or {}).get("ts")
        if not edited_at or message.get("text") == before.get("text"):
            return None
        channel = {key: event[key] for key in ("type", "channel", "channel_type") if key in event}
        try:
            said = await self._said(_team_id(body), {**message, **channel})
        except RejectedUser:
            return None  # they were told when they sent the message
        return replace(said, event_id=f"{said.event_id}:{edited_at}", corrects=said.event_id) if said else None

    async def app_home_opened(self, body: Body) -> Joined | Viewed | None:
        """Return that a person opened App Home (Viewed) or the desk's messages tab (Joined)."""
        event, team = body["event"], _team_id(body)
        user = event.get("user")
        if not isinstance(user, str):
            return None
        try:
            member = await self._directory.member(user, team)
        except DeliveryFailure:
            return None  # they will open it again
        if not member.allowed:
            return None
        if event.get("tab") == "home":
            return Viewed(member.person, "home", direct_address(user))
        return Joined(member.person, direct_address(user))

    async def _said(self, team: str, event: Body) -> Said | None:
        """Return the message of this event, or None if it is not for the desk."""
        user, channel, ts = (str(event.get(key) or "") for key in ("user", "channel", "ts"))
        if event.get("bot_id") or event.get("subtype", "") not in _BY_A_PERSON or not (user and channel and ts):
            return None
        place = await self._answer_address(event, user, channel, ts)
        if place is None:
            return None
        at, addressed = place
        member = self._directory.known(user)
        if member is not None and not member.allowed:
            if event["type"] == "app_mention" or at == direct_address(user):
                raise RejectedUser(user, channel, str(event.get("thread_ts") or ""))
            return None
        await self._remember_conversation(event, at, user, addressed=addressed)
        return Said(
            event_id=f"{team}:{channel}:{ts}",
            person=member.person if member else Person(PLATFORM, user),
            text=to_plain_text(without_mention(str(event.get("text") or ""), self._bot_user)),
            at=at,
            direct=direct_address(user),
            addressed=addressed,
            files=len(event.get("files") or ()),
            link=self._permalink(event, channel, ts),
            identified=member is not None,
        )

    async def _answer_address(self, event: Body, user: str, channel: str, ts: str) -> tuple[Address, bool] | None:
        """Return where the answer goes, and whether the message addresses the desk; None if the desk ignores it."""
        if event.get("channel_type") == "im" or channel.startswith("D"):
            return direct_address(user), True
        thread = str(event.get("thread_ts") or "")
        if event["type"] == "app_mention" or mentions(str(event.get("text") or ""), self._bot_user):
            return thread_address(channel, thread or ts), True
        if thread and thread != ts:
            addressed = await self._conversations.is_addressed_in(channel, thread, user)
            return None if addressed is None else (thread_address(channel, thread), addressed)
        if channel in self._settings.listen_channels:
            return thread_address(channel, ts), False
        return None

    async def _remember_conversation(self, event: Body, at: Address, user: str, *, addressed: bool) -> None:
        if at == direct_address(user):
            await self._conversations.remember_direct(user, str(event["channel"]))
        elif addressed:
            thread = parse_address(at)
            await self._conversations.remember_mention(thread.channel, thread.thread, user)

    def _permalink(self, event: Body, channel: str, ts: str) -> str:
        """Return the URL of a message in a channel; empty for a direct message, which nobody else can open."""
        identity = self._api.identity
        if identity is None or event.get("channel_type") == "im" or channel.startswith("D"):
            return ""
        thread = event.get("thread_ts")
        query = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
        return f"{identity.url}archives/{channel}/p{ts.replace('.', '')}{query}"

    # ---- actions, views, shortcuts and commands ---------------------------------------------------------------------

    async def button_press(self, body: Body) -> Pressed:
        """Return a press on a button of the desk, in a message or in App Home."""
        action, container = body["actions"][0], body.get("container") or {}
        channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
        member = await self._allowed_member(body, channel)
        user = member.person.id
        name, value = str(action["action_id"]).rpartition("#")[0], str(action.get("value") or "")
        source = ts or str(container.get("view_id") or "")
        event_id = f"{_team_id(body)}:press:{user}:{source}:{action['action_id']}:{action.get('action_ts', '')}"
        at = await self._press_address(body, user, channel, ts)
        return Pressed(event_id, member.person, name, value, at, direct_address(user))

    async def share_press(self, body: Body) -> ShareRequest:
        """Return a press on the adapter's own button SHARE."""
        channel = str((body.get("container") or {}).get("channel_id") or "")
        person = (await self._allowed_member(body, channel)).person
        return ShareRequest(person.id, person.name, str(body["actions"][0].get("value") or ""))

    async def view_submission(self, body: Body) -> Submitted | None:
        """Return a submitted modal that `views.form_modal` made."""
        view = body["view"]
        member = await self._member(body)
        if not member.allowed:
            return None
        metadata = json.loads(view.get("private_metadata") or "{}")
        direct = direct_address(member.person.id)
        return Submitted(
            event_id=f"{_team_id(body)}:view:{view.get('id', '')}:{view.get('hash', '')}",
            person=member.person,
            form=str(view["callback_id"]),
            context=str(metadata.get("context") or ""),
            values=form_values((view.get("state") or {}).get("values") or {}),
            at=Address(PLATFORM, str(metadata.get("at") or direct.token)),
            direct=direct,
        )

    async def message_shortcut(self, body: Body) -> Shared:
        """Return the use of the shortcut that sends a message to the press office."""
        member = await self._allowed_member(body, str((body.get("channel") or {}).get("id") or ""))
        text = to_plain_text(without_mention(str(body["message"].get("text") or ""), self._bot_user))
        direct = direct_address(member.person.id)
        return Shared(member.person, text, direct)

    async def slash_command(self, body: Body) -> Said:
        """Return the slash command as a message. The answer goes to its response URL, so only this person sees it."""
        user, trigger = str(body["user_id"]), str(body["trigger_id"])
        response = ResponseUrl(str(body.get("response_url") or ""), str(body.get("channel_id") or ""))
        member = self._directory.known(user)
        if member is not None and not member.allowed:
            raise RejectedUser(user, response.channel, response_url=response.url)
        await self._conversations.remember_response_url(trigger, response)
        at, text = command_address(user, trigger), to_plain_text(str(body.get("text") or "").strip())
        person = member.person if member else Person(PLATFORM, user)
        event_id, direct = f"{_team_id(body)}:command:{trigger}", direct_address(user)
        return Said(event_id, person, text, at, direct, identified=member is not None)

    async def _press_address(self, body: Body, user: str, channel: str, ts: str) -> Address:
        """Return the address for the answer to a press on a button of the message `ts`."""
        container = body.get("container") or {}
        if container.get("is_ephemeral"):
            id_ = str(body.get("trigger_id") or ts)
            response = ResponseUrl(str(body.get("response_url") or ""), channel)
            await self._conversations.remember_response_url(id_, response)
            return command_address(user, id_)
        if not channel or channel.startswith("D"):
            return direct_address(user)
        return thread_address(channel, str(container.get("thread_ts") or ts))

    async def _allowed_member(self, body: Body, channel: str) -> Member:
        url = str(body.get("response_url") or "")
        try:
            member = await self._member(body)
        except DeliveryFailure:
            user = str(body["user"]["id"])
            raise RejectedUser(user, channel, response_url=url, notice=texts.PRESS_AGAIN) from None
        if not member.allowed:
            raise RejectedUser(member.person.id, channel, response_url=url)
        return member

    async def _member(self, body: Body) -> Member:
        user = body["user"]
        return await self._directory.member(str(user["id"]), str(user.get("team_id") or _team_id(body)))

    @property
    def _bot_user(self) -> str:
        return self._api.identity.user if self._api.identity else ""


def rejected_outsider(body: Body) -> RejectedUser | None:
    """Return who addressed the desk from a workspace that may not use it; None if nobody addressed the desk."""
    match body:
        case {"type": "event_callback", "event": {"user": str() as user, "channel": str() as channel} as event}:
            by_person = str(event.get("subtype") or "") in _BY_A_PERSON and not event.get("bot_id")
            direct = event.get("type") == "message" and channel.startswith("D")
            if by_person and (direct or event.get("type") == "app_mention"):
                return RejectedUser(user, channel, str(event.get("thread_ts") or ""))
        case {"response_url": str() as url} if url:
            return RejectedUser("", "", response_url=url)
    return None


def _team_id(body: Body) -> str:
    """Return the id of the workspace from which the payload comes; empty if it names none."""
    team = body.get("team")
    return str(body.get("team_id") or (team.get("id") if isinstance(team, dict) else "") or "")


# ---- mrkdwn ---------------------------------------------------------------------------------------------------------


def to_plain_text(mrkdwn: str) -> str:
    """Return the text as the person typed it: mentions and links as words, and nothing escaped."""
    text = _ENTITY.sub(lambda entity: _entity_text(entity[1]), mrkdwn)
    for escaped, character in _ESCAPED:
        text = text.replace(escaped, character)
    return text


def without_mention(mrkdwn: str, user: str) -> str:
    """Return the mrkdwn text without mentions of this user."""
    return re.sub(rf"<@{re.escape(user)}(\|[^<>]*)?>", "", mrkdwn).strip()


def mentions(mrkdwn: str, user: str) -> bool:
    """Return whether the mrkdwn text mentions this user."""
    return f"<@{user}>" in mrkdwn or f"<@{user}|" in mrkdwn


def _entity_text(entity: str) -> str:
    target, _, label = entity.partition("|")
    match target[:1]:
        case "@" | "#":
            return f"{target[0]}{label or target[1:]}".replace("@@", "@").replace("##", "#")
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            address = target.removeprefix("mailto:")
            return address if label in {"", address, target} else f"{label} ({address})"
