"""People in a Slack on loopback, and the adapter between them and a desk."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aiohttp import ClientSession

from adapters.http import HttpServer
from adapters.slack.adapter import SlackAdapter
from adapters.slack.settings import SlackSettings
from adapters.slack.transports import REDELIVERY_SECONDS
from bot.ports import AdapterState, Clock, Desk
from tests.contract.adapters import RecordingDesk
from tests.slack.server import APP_TOKEN, BOT_TOKEN, DESK, SECRET, TEAM, Json, LoopbackSlack, Posted
from tests.waiting import until

Mode = Literal["socket", "http"]


def escaped(text: str) -> str:
    """As Slack writes what somebody typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass
class Workspace:
    """Every `…says`, `press`, … delivers one event, and returns what it was acknowledged with, or None."""

    slack: LoopbackSlack
    adapter: SlackAdapter
    session: ClientSession
    mode: Mode
    url: str = ""
    patience: float = 3
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def deliver(self, kind: str, payload: Json) -> Json | None:
        if self.mode == "http":
            return await self.slack.by_http(self.session, self.url, kind, payload)
        return await self.slack.by_socket(kind, payload, self.patience)

    async def event(self, event: Json, team: str = TEAM) -> Json | None:
        callback = {"type": "event_callback", "team_id": team, "event_id": f"Ev{next(self._numbers)}", "event": event}
        return await self.deliver("events_api", callback)

    def message(self, user: str, text: str, channel: str = "", ts: str = "", **more: Any) -> Json:
        """An event; in their direct conversation where no channel is given."""
        channel = channel or self.slack.direct(user)
        kind = "im" if channel.startswith("D") else "channel"
        event = {"type": "message", "user": user, "text": text, "channel": channel, "channel_type": kind}
        return {**event, "ts": ts or self.slack.ts(), "team": TEAM, **more}

    async def says(self, user: str, text: str, channel: str = "", ts: str = "", **more: Any) -> Json | None:
        return await self.event(self.message(user, text, channel, ts, **more))

    async def mentions(self, user: str, text: str, channel: str, ts: str = "", **more: Any) -> None:
        """As Slack tells it: once as a mention, once as a message."""
        event = self.message(user, f"<@{DESK}> {text}", channel, ts, **more)
        await asyncio.gather(self.event({**event, "type": "app_mention"}), self.event(event))

    async def edits(self, user: str, before: str, after: str, channel: str, ts: str) -> Json | None:
        message = {"type": "message", "user": user, "text": after, "ts": ts, "team": TEAM}
        changed = {"type": "message", "subtype": "message_changed", "channel": channel, "ts": self.slack.ts()}
        changed["channel_type"] = "im" if channel.startswith("D") else "channel"
        edited = {**message, "edited": {"user": user, "ts": self.slack.ts()}}
        return await self.event({**changed, "message": edited, "previous_message": {**message, "text": before}})

    async def press(self, user: str, on: Posted, label: str, button: Mapping[str, Any] | None = None) -> Json | None:
        container = {"type": "message", "channel_id": on.channel, "message_ts": on.ts, "is_ephemeral": bool(on.whom)}
        if on.thread:
            container["thread_ts"] = on.thread
        action = {**(button or on.buttons[label]), "type": "button", "action_ts": self.slack.ts()}
        return await self.interact("block_actions", user, on.channel, container=container, actions=[action])

    async def submit(self, user: str, view: Json, **values: str) -> Json | None:
        filled: dict[str, Json] = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            name, element = block["block_id"], block["element"]
            if element["type"] == "static_select":
                chosen = values.get(name) or (element.get("initial_option") or {}).get("value")
                filled[name] = {"value": {"type": "static_select", "selected_option": {"value": chosen}}}
            else:
                text = values.get(name, element.get("initial_value"))
                filled[name] = {"value": {"type": "plain_text_input", "value": text}}
        sent = {**view, "state": {"values": filled}}
        return await self.interact("view_submission", user, "", view=sent)

    async def shortcut(self, user: str, text: str, channel: str = "C0STAFF") -> Json | None:
        message = {"type": "message", "text": text, "ts": self.slack.ts(), "user": "U0PRIYA"}
        return await self.interact("message_action", user, channel, callback_id="send_to_press_office", message=message)

    async def interact(self, kind: str, user: str, channel: str, **more: Any) -> Json | None:
        payload: Json = {"type": kind, "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, **more}
        payload["trigger_id"] = f"1.2.{next(self._numbers)}"
        if channel:
            payload["channel"] = {"id": channel}
            payload["response_url"] = self.slack.response_url(channel, user)
        return await self.deliver("interactive", payload)

    async def command(self, user: str, text: str, channel: str = "C0STAFF") -> Json | None:
        payload = {"command": "/policy", "text": text, "user_id": user, "team_id": TEAM, "channel_id": channel}
        url = self.slack.response_url(channel, user)
        return await self.deliver(
            "slash_commands", {**payload, "response_url": url, "trigger_id": f"1.2.{next(self._numbers)}"}
        )

    async def opens(self, user: str, tab: str) -> Json | None:
        return await self.event(
            {"type": "app_home_opened", "user": user, "tab": tab, "channel": self.slack.direct(user)}
        )


SETTINGS = SlackSettings(
    bot_token=BOT_TOKEN,
    app_token=APP_TOKEN,
    signing_secret=SECRET,
    listen_channels=frozenset({"C0OPEN"}),
    press_channels=frozenset({"C0PRESS"}),
)


@asynccontextmanager
async def connected(
    slack: LoopbackSlack,
    desk: Desk,
    state: AdapterState,
    clock: Clock,
    mode: Mode,
    redelivery_seconds: float = REDELIVERY_SECONDS,
    **settings: Any,
) -> AsyncIterator[Workspace]:
    """A started adapter. `settings` are those of the adapter that differ."""
    adapter = build(slack, state, clock, mode, redelivery_seconds, **settings)
    if isinstance(desk, RecordingDesk):
        desk.people = adapter
    async with running(slack, adapter, desk, mode) as workspace:
        yield workspace


def build(
    slack: LoopbackSlack,
    state: AdapterState,
    clock: Clock,
    mode: Mode,
    redelivery_seconds: float = REDELIVERY_SECONDS,
    **settings: Any,
) -> SlackAdapter:
    return SlackAdapter(
        replace(SETTINGS, api_url=slack.api_url, mode=mode, **settings), state, clock, redelivery_seconds
    )


@asynccontextmanager
async def running(slack: LoopbackSlack, adapter: SlackAdapter, desk: Desk, mode: Mode) -> AsyncIterator[Workspace]:
    server = HttpServer("127.0.0.1", 0)
    adapter.mount(server.application)
    await server.start()
    async with ClientSession() as session:
        await adapter.start(desk)
        try:
            await ready(adapter)
            yield Workspace(slack, adapter, session, mode, f"{server.url}/slack/events")
        finally:
            await server.stop()
            await adapter.stop()
            await adapter.close()


async def ready(adapter: SlackAdapter) -> None:
    await until(lambda: adapter.health().ready)
