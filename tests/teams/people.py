"""What Teams posts when people do something."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse, ClientSession

from tests.teams.microsoft import APP, GUID, TENANT, Microsoft

PRESS = "19:press@thread.tacv2"
YARD = "19:yard@thread.tacv2"
THREAD = f"{YARD};messageid=5"
GROUP = GUID.format(77)

COFFEE = "may I bring coffee into the reading room?"
REPORTER = "a reporter from the Guardian just rang me about my tweet"


@dataclass(frozen=True)
class Who:
    """Somebody; `number` makes their ids."""

    name: str
    number: int

    @property
    def aad(self) -> str:
        return GUID.format(self.number)

    @property
    def id(self) -> str:
        return f"29:{self.number}"

    @property
    def chat(self) -> str:
        return f"a:{self.id}"


SAM, ANNA, BEN, GUEST = Who("Sam Staff", 1), Who("Anna Officer", 2), Who("Ben Officer", 3), Who("Gil Guest", 4)


@dataclass
class Client:
    """Teams, as the desk's endpoint sees it."""

    session: ClientSession
    endpoint: str
    microsoft: Microsoft
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def post(self, activity: Any, token: str | None = None, **request: Any) -> tuple[int, Any]:
        """Status, and the body where it is JSON."""
        proof = self.microsoft.token() if token is None else token
        headers = {"Authorization": f"Bearer {proof}"} if proof else {}
        async with self.session.post(self.endpoint, json=activity, headers=headers, **request) as response:
            return response.status, await _body(response)

    def activity(self, who: Who, conversation: str = "", **more: Any) -> dict[str, Any]:
        """What all kinds have in common."""
        personal = not conversation
        kind = "personal" if personal else "channel" if "tacv2" in conversation else "groupChat"
        return {
            "type": "message",
            "id": f"event-{next(self.numbers)}",
            "timestamp": "2026-11-23T10:00:00.000Z",
            "channelId": "msteams",
            "serviceUrl": self.microsoft.url,
            "from": {"id": who.id, "name": who.name, "aadObjectId": who.aad},
            "recipient": {"id": f"28:{APP}", "name": "faqbot"},
            "conversation": {"id": conversation or who.chat, "conversationType": kind, "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            **more,
        }

    def message(self, who: Who, text: str, conversation: str = "", *, mention: bool = False, **more: Any) -> Any:
        """A message, escaped and framed as Teams does it."""
        escaped = html.escape(text, quote=False)
        entities = []
        if mention:
            escaped = f"<at>faqbot</at>&nbsp;{escaped}"
            bot = {"id": f"28:{APP}", "name": "faqbot"}
            entities = [{"type": "mention", "text": "<at>faqbot</at>", "mentioned": bot}]
        as_html = [{"contentType": "text/html", "content": f"<p>{escaped}</p>"}]
        said = {"text": escaped, "textFormat": "plain", "attachments": as_html, "entities": entities}
        return self.activity(who, conversation, **{**said, **more})

    async def says(self, who: Who, text: str, conversation: str = "", **more: Any) -> int:
        """The status that Teams is answered with."""
        status, _ = await self.post(self.message(who, text, conversation, **more))
        return status

    async def presses(
        self, who: Who, action: dict[str, Any], conversation: str = "", message: str = ""
    ) -> tuple[int, Any]:
        """A button of a card, the way its kind is pressed."""
        if action["type"] == "Action.Execute":
            value = {"action": {**action, "fallback": None}, "trigger": "manual"}
            return await self.invokes(who, "adaptiveCard/action", value, conversation, message)
        return await self.invokes(who, "task/fetch", {"data": action["data"]}, conversation, message)

    async def fills(
        self, who: Who, answer: Any, values: dict[str, str], conversation: str = "", name: str = "task/submit"
    ) -> tuple[int, Any]:
        """The dialog that an invoke was answered with."""
        return await self.invokes(who, name, {"data": filled(answer, values)}, conversation)

    async def invokes(
        self, who: Who, name: str, value: Any, conversation: str = "", message: str = ""
    ) -> tuple[int, Any]:
        more = {"replyToId": message} if message else {}
        return await self.post(self.activity(who, conversation, type="invoke", name=name, value=value, **more))

    async def installs(self, who: Who, conversation: str = "", **more: Any) -> int:
        """In somebody's personal chat, or in a team."""
        return (await self.post(self.activity(who, conversation, type="installationUpdate", action="add", **more)))[0]

    async def installs_in_team(self, who: Who, channel: str = PRESS) -> int:
        team = {"id": PRESS, "aadGroupId": GROUP, "name": "Press"}
        data = {"tenant": {"id": TENANT}, "team": team, "settings": {"selectedChannel": {"id": channel}}}
        return await self.installs(who, channel, channelData=data)


def filled(answer: Any, values: dict[str, str]) -> dict[str, Any]:
    """What Teams sends of a form when its button is pressed."""
    card = answer["task"]["value"]["card"]["content"] if "task" in answer else answer["value"]
    inputs = {element["id"]: element["value"] for element in card["body"] if element["type"].startswith("Input.")}
    given = {f"field.{name}": value for name, value in values.items()}
    assert given.keys() <= inputs.keys()
    return {**inputs, **given, **card["body"][-1]["actions"][0]["data"]}


def buttons(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Actions by their label."""
    rows = [element for element in card["body"] if element["type"] == "ActionSet"]
    return {action["title"]: action for row in rows for action in row["actions"]}


async def _body(response: ClientResponse) -> Any:
    return await response.json() if response.content_type == "application/json" else await response.text()
