"""A desk as it serves, in Slack, in Teams and in the console: the whole application, real SDKs, loopback servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession

from adapters.slack.adapter import SlackAdapter
from adapters.web import WebConsole
from bot.app.application import Application
from bot.config import from_mapping
from tests.desk import KNOWLEDGE, PHONE
from tests.slack.server import APP_TOKEN, BOT_TOKEN, LoopbackSlack
from tests.slack.server import Posted as InSlack
from tests.slack.workspace import Workspace, ready
from tests.teams.microsoft import APP, SECRET, TENANT, Microsoft
from tests.teams.microsoft import Posted as InTeams
from tests.teams.people import PRESS, SAM, Client, Who, buttons
from tests.waiting import until
from tests.web_client import WebClient

T = TypeVar("T")
SLACK_PRESS, TEAMS_PRESS = "slack:C0PRESS", f"teams:{PRESS}"
BOTH = (SLACK_PRESS, TEAMS_PRESS)
OFFICERS = ("slack:U0ANNA",)
SECRETS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "MICROSOFT_APP_PASSWORD": SECRET}


@dataclass
class Both:
    """Slack and Microsoft, people in each of them, and one desk between."""

    slack: LoopbackSlack
    microsoft: Microsoft
    in_slack: Workspace
    in_teams: Client
    console: WebClient

    async def insists(self, text: str) -> None:
        """Teams sends again what was not taken."""
        message = self.in_teams.message(SAM, text)
        while (await self.in_teams.post(message))[0] != 200:
            pass

    def in_press_channel(self) -> list[str]:
        there = self.microsoft.conversations
        return [text for name in there if name.startswith(f"{PRESS};") for text in self.microsoft.texts(name)]

    # ---- what people see, once they see it --------------------------------------------------------------------------

    async def slack_card(self, words: str) -> InSlack:
        """The newest message of the press channel itself that reads so."""
        return await _found(lambda: [one for one in self.slack.in_("C0PRESS", "") if words in one.words])

    async def slack_reads(self, user: str, words: str) -> InSlack:
        """Their newest direct message that reads so."""
        direct = self.slack.direct(user)
        return await _found(lambda: [one for one in self.slack.in_(direct) if words in one.words])

    async def teams_thread(self) -> str:
        """The one thread of the press channel."""
        there = self.microsoft.conversations
        return await _found(lambda: [name for name in there if name.startswith(f"{PRESS};")])

    async def teams_card(self, words: str) -> InTeams:
        """The card of that thread, once it reads so."""
        thread = await self.teams_thread()
        seen = self.microsoft
        await _found(lambda: [text for text in seen.texts(thread)[:1] if words in text])
        return seen.conversations[thread][0]

    async def teams_reads(self, who: Who, words: str) -> str:
        """Their newest message in their personal chat that reads so."""
        return await _found(lambda: [text for text in self.microsoft.texts(who.chat) if words in text])

    async def teams_presses(self, who: Who, card: InTeams, label: str) -> Any:
        """What pressing it in the thread is answered with."""
        thread = await self.teams_thread()
        status, answer = await self.in_teams.presses(who, buttons(card.card)[label], thread)
        assert status == 200
        return answer


def sections(
    slack: LoopbackSlack,
    microsoft: Microsoft,
    channels: Sequence[str] = BOTH,
    officers: Sequence[str] = ("slack:U0ANNA",),
) -> dict[str, Any]:
    """Of a configuration: the two platforms, and a press office that is in `channels`."""
    teams = {
        "app_id": APP,
        "tenant_id": TENANT,
        "openid_metadata_url": microsoft.openid_url,
        "login_url": microsoft.login_url,
        "service_hosts": ["127.0.0.1"],
    }
    office = {"channels": list(channels), "officers": list(officers), "phone": PHONE}
    return {"slack": {"api_url": slack.api_url}, "teams": teams, "press_office": office}


@asynccontextmanager
async def serving(microsoft: Microsoft, folder: Path, **office: Sequence[str]) -> AsyncIterator[Both]:
    """`microsoft` has been started, and `requests` believes in its certificate. `office` is as for `sections`."""
    async with AsyncExitStack() as stack:
        slack = LoopbackSlack()
        await slack.start()
        stack.push_async_callback(slack.stop)
        settings = {
            "database": f"sqlite:///{folder}/desk.db",
            "knowledge": str(KNOWLEDGE),
            "server": {"port": 0},
            "console": {"port": 0},
            "matching": {"encoder": "off", "cache": str(folder / "cache")},
            **sections(slack, microsoft, **office),
        }
        application = Application(from_mapping(settings, SECRETS))
        await application.start()
        stack.push_async_callback(application.stop)
        await application.learn()
        session = await stack.enter_async_context(ClientSession())
        (adapter,) = (each for each in application.adapters if isinstance(each, SlackAdapter))
        await ready(adapter)
        in_slack = Workspace(slack, adapter, session, "socket")
        in_teams = Client(session, f"{application.url}/api/messages", microsoft)
        (web,) = (each for each in application.adapters if isinstance(each, WebConsole))
        yield Both(slack, microsoft, in_slack, in_teams, await WebClient.open(session, web.url))


async def _found(look: Callable[[], list[T]]) -> T:
    """The last of what there is, once there is any."""
    return (await until(look))[-1]
