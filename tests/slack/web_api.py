"""Slack's Web API and its response URLs on loopback: what was told, refused as Slack refuses, failing on demand."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack import limits

Json = dict[str, Any]

TEAM, DESK, BOT = "T0HOME", "U0DESK", "B0DESK"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-loopback", "xapp-loopback", "loopback-secret"
SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,groups:history,groups:read,"
    "im:history,im:write,reactions:write,usergroups:read,users:read"
)


@dataclass(frozen=True)
class Failure:
    """What one call meets: `taken` all the same or not; it `hangs` so many seconds; it `drops`, so is reset."""

    error: str = ""
    status: int = 200
    retry_after: int = 0
    taken: bool = False
    hangs: float = 0
    drops: bool = False


@dataclass
class Posted:
    """A message. `whom` sees it alone, where it is set."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    thread: str = ""
    metadata: Json = field(default_factory=dict)
    user: str = DESK
    whom: str = ""
    versions: int = 1
    at: float = field(default_factory=time.perf_counter, compare=False)
    """When it was taken."""

    @property
    def words(self) -> str:
        return limits.read(self.blocks) if self.blocks else self.text

    @property
    def buttons(self) -> dict[str, Json]:
        """Label -> element."""
        return {
            element["text"]["text"]: element
            for block in self.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        }


class Refused(Exception):
    """Slack's word for what is wrong."""


class WebApi:
    def __init__(self) -> None:
        self.users: dict[str, Json] = {}
        self.groups: dict[str, list[str]] = {}
        self.channels: dict[str, str] = {"C0PRESS": "", "C0STAFF": "", "C0OPEN": ""}
        """Id -> what writing there is refused with."""
        self.posted: list[Posted] = []
        self.reactions: list[tuple[str, str, str]] = []
        self.opened: list[Json] = []
        self.published: dict[str, Json] = {}
        self.calls: list[tuple[str, Json]] = []
        self.failures: dict[str, deque[Failure]] = defaultdict(deque)
        self.down = False
        self.scopes = SCOPES
        self.app_token_works = True
        self.expired: set[str] = set()
        self.changed = asyncio.Condition()
        self._numbers = itertools.count(1)
        self.url = ""
        for user, name in {"U0SAM": "Sam Staff", "U0PRIYA": "Priya Lecturer", "U0ANNA": "Anna", "U0BEN": "Ben"}.items():
            self.add_user(user, name)

    def add_user(self, user: str, name: str, **more: Any) -> None:
        self.users[user] = {"id": user, "team_id": TEAM, "name": name, "profile": {"real_name": name}, **more}

    def ts(self) -> str:
        return f"1795600000.{next(self._numbers):06}"

    def in_(self, channel: str, thread: str | None = None) -> list[Posted]:
        """What everybody, or the one person there, reads in a conversation; in a thread of it where that is given."""
        return [one for one in self.posted if one.channel == channel and (thread is None or one.thread == thread)]

    def direct(self, user: str) -> str:
        return f"D{user[1:]}"

    async def until(self, true: Any, seconds: float = 20) -> None:
        """Wait until something holds of what Slack was told."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(true)

    # ---- the Web API ------------------------------------------------------------------------------------------------

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _given(request)
        self.calls.append((method, given))
        failure = self.failures[method].popleft() if self.failures[method] else Failure()
        if self.down:
            failure = Failure(status=503)
        if failure.taken or failure == Failure() or failure == Failure(hangs=failure.hangs):
            answer = self._answer(method, given, request)
        else:
            answer = {"ok": False, "error": failure.error}
        async with self.changed:
            self.changed.notify_all()
        await asyncio.sleep(failure.hangs)
        if failure.drops:
            assert request.transport is not None
            request.transport.abort()
        headers = {"Retry-After": str(failure.retry_after)} if failure.retry_after else {}
        if failure.status >= 500:
            return web.Response(status=failure.status, text="<html>bad gateway</html>", content_type="text/html")
        headers["X-OAuth-Scopes"] = self.scopes
        return web.json_response(answer, status=failure.status, headers=headers)

    def _answer(self, method: str, given: Json, request: web.Request) -> Json:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or given.get("token")
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return {"ok": False, "error": "invalid_auth"}
        try:
            handler = getattr(self, "_" + method.replace(".", "_").lower())
            return {"ok": True, **handler(given)}
        except Refused as refused:
            return {"ok": False, "error": str(refused)}

    def _auth_test(self, _: Json) -> Json:
        return {"team_id": TEAM, "user_id": DESK, "bot_id": BOT, "url": "https://home.slack.example/"}

    def _apps_connections_open(self, _: Json) -> Json:
        if not self.app_token_works:
            raise Refused("invalid_auth")
        return {"url": f"{self.url.replace('http', 'ws')}/link?ticket=secret"}

    def _users_info(self, given: Json) -> Json:
        if given["user"] not in self.users:
            raise Refused("user_not_found")
        return {"user": self.users[given["user"]]}

    def _usergroups_users_list(self, given: Json) -> Json:
        if given["usergroup"] not in self.groups:
            raise Refused("no_such_subteam")
        return {"users": self.groups[given["usergroup"]]}

    def _conversations_open(self, given: Json) -> Json:
        user = given["users"]
        if user not in self.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self.direct(user)}}

    def _conversations_info(self, given: Json) -> Json:
        state = self.channels.get(given["channel"], "channel_not_found")
        if "channels:read" not in self.scopes:
            raise Refused("missing_scope")
        if state == "channel_not_found":
            raise Refused(state)
        flags = {"is_archived": state == "is_archived", "is_member": state != "not_in_channel"}
        return {"channel": {"id": given["channel"], **flags}}

    def _conversations_history(self, given: Json) -> Json:
        self._check_channel(given["channel"])
        return {"messages": self._since(given, "")[::-1]}

    def _conversations_replies(self, given: Json) -> Json:
        return {"messages": self._since(given, given["ts"])}

    def _since(self, given: Json, thread: str) -> list[Json]:
        oldest = float(given.get("oldest", 0))
        return [_shown(one) for one in self.in_(given["channel"], thread) if float(one.ts) > oldest]

    def _chat_postmessage(self, given: Json) -> Json:
        self._check_channel(given["channel"])
        thread = given.get("thread_ts") or ""
        posted = Posted(given["channel"], self.ts(), given["text"], _checked(given), thread, given.get("metadata", {}))
        self.posted.append(posted)
        return {"ts": posted.ts, "channel": posted.channel}

    def _chat_postephemeral(self, given: Json) -> Json:
        self._check_channel(given["channel"])
        thread = given.get("thread_ts") or ""
        posted = Posted(given["channel"], self.ts(), given["text"], _checked(given), thread, whom=given["user"])
        self.posted.append(posted)
        return {"message_ts": posted.ts}

    def _chat_update(self, given: Json) -> Json:
        posted = self._message(given)
        posted.text, posted.blocks, posted.versions = given["text"], _checked(given), posted.versions + 1
        return {"ts": posted.ts}

    def _chat_delete(self, given: Json) -> Json:
        self.posted.remove(self._message(given))
        return {}

    def _reactions_add(self, given: Json) -> Json:
        reaction = (given["channel"], given["timestamp"], given["name"])
        if reaction in self.reactions:
            raise Refused("already_reacted")
        self.reactions.append(reaction)
        return {}

    def _views_open(self, given: Json) -> Json:
        view = {**_view(given), "id": f"V{next(self._numbers)}", "hash": "h1"}
        self.opened.append(view)
        return {"view": view}

    def _views_publish(self, given: Json) -> Json:
        self.published[given["user_id"]] = _view(given)
        return {}

    def _message(self, given: Json) -> Posted:
        found = [one for one in self.posted if (one.channel, one.ts) == (given["channel"], given["ts"])]
        if not found:
            raise Refused("message_not_found")
        return found[0]

    def _check_channel(self, channel: str) -> None:
        known = channel in self.channels or (channel.startswith("D") and f"U{channel[1:]}" in self.users)
        if refused := self.channels.get(channel, "" if known else "channel_not_found"):
            raise Refused(refused)

    # ---- response URLs ----------------------------------------------------------------------------------------------

    def response_url(self, channel: str, user: str) -> str:
        return f"{self.url}/respond/{channel}/{user}/{next(self._numbers)}"

    async def respond(self, request: web.Request) -> web.Response:
        url, given = f"{self.url}{request.path}", await request.json()
        self.calls.append(("respond", given))
        if url in self.expired:
            return web.Response(status=404, text="expired_url")
        if found := limits.wrong(given.get("blocks", [])):
            return web.Response(status=400, text=f"invalid_blocks {found}")
        whom = request.match_info["user"] if given["response_type"] == "ephemeral" else ""
        blocks, thread = given.get("blocks", []), given.get("thread_ts", "")
        posted = Posted(request.match_info["channel"], self.ts(), given["text"], blocks, thread, whom=whom)
        self.posted.append(posted)
        async with self.changed:
            self.changed.notify_all()
        return web.Response(text="ok")


async def _given(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    given: Json = {**request.query, **await request.post()}
    for name in ("blocks", "view", "metadata"):
        if name in given:
            given[name] = json.loads(given[name])
    return given


def _checked(given: Json) -> list[Json]:
    if len(given["text"]) > 40_000:
        raise Refused("msg_too_long")
    blocks: list[Json] = given.get("blocks") or []
    if found := limits.wrong(list(blocks)):
        raise Refused(f"invalid_blocks {found}")
    return blocks


def _view(given: Json) -> Json:
    view: Json = given["view"] if isinstance(given["view"], dict) else json.loads(given["view"])
    if found := limits.wrong_view(view):
        raise Refused(f"invalid_arguments {found}")
    return view


def _shown(posted: Posted) -> Json:
    return {"ts": posted.ts, "text": posted.text, "metadata": posted.metadata}
