"""A desk as it serves, in Slack and in Teams at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from adapters.slack.adapter import SlackAdapter
from bot.app import Application
from bot.config import from_mapping
from tests.desk import KNOWLEDGE, PHONE
from tests.slack.server import APP_TOKEN, BOT_TOKEN, LoopbackSlack
from tests.slack.workspace import Workspace, ready
from tests.teams.microsoft import APP, SECRET, TENANT, Microsoft
from tests.teams.people import PRESS, SAM, Client

SECRETS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "MICROSOFT_APP_PASSWORD": SECRET}


@dataclass
class Both:
    """Slack and Microsoft, people in each of them, and one desk between."""

    slack: LoopbackSlack
    microsoft: Microsoft
    in_slack: Workspace
    in_teams: Client

    async def insists(self, text: str) -> None:
        """Teams sends again what was not taken."""
        message = self.in_teams.message(SAM, text)
        while (await self.in_teams.post(message))[0] != 200:
            pass

    def in_press_channel(self) -> list[str]:
        there = self.microsoft.conversations
        return [text for name in there if name.startswith(f"{PRESS};") for text in self.microsoft.texts(name)]


@asynccontextmanager
async def serving(microsoft: Microsoft, folder: Path) -> AsyncIterator[Both]:
    """`microsoft` has been started, and `requests` believes in its certificate."""
    async with AsyncExitStack() as stack:
        slack = LoopbackSlack()
        await slack.start()
        stack.push_async_callback(slack.stop)
        office = {"channels": ["slack:C0PRESS", f"teams:{PRESS}"], "officers": ["slack:U0ANNA"], "phone": PHONE}
        teams = {
            "app_id": APP,
            "tenant_id": TENANT,
            "openid_metadata_url": microsoft.openid_url,
            "login_url": microsoft.login_url,
            "service_hosts": ["127.0.0.1"],
        }
        settings = {
            "database": f"sqlite:///{folder}/desk.db",
            "knowledge": str(KNOWLEDGE),
            "server": {"port": 0},
            "matching": {"encoder": "off", "cache": str(folder / "cache")},
            "slack": {"api_url": slack.api_url},
            "teams": teams,
            "press_office": office,
        }
        application = Application(from_mapping(settings, SECRETS))
        await application.start()
        stack.push_async_callback(application.stop)
        session = await stack.enter_async_context(ClientSession())
        (adapter,) = (each for each in application.adapters if isinstance(each, SlackAdapter))
        await ready(adapter)
        in_slack = Workspace(slack, adapter, session, "socket")
        yield Both(slack, microsoft, in_slack, Client(session, f"{application.url}/api/messages", microsoft))
