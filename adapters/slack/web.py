"""Slack's Web API, as far as the desk calls it: one session, errors translated, no retries but the outbox's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.errors import SlackRefusal, translated
from adapters.slack.quiet import sdk_logger
from adapters.slack.settings import Settings
from bot.errors import TemporaryFailure

Json = dict[str, Any]

PATIENT = 8
"""Seconds for a call of the relay, which gives a delivery ten."""

PROMPT = 1.2
"""Seconds for a call on which an acknowledgement waits: there may be two of them, and Slack waits for three."""

_SKEW = timedelta(minutes=1)  # Slack's clock and ours need not agree
_GONE = frozenset({404, 410})  # of a response URL: it has expired, or was used up
_MANY_REQUESTS, _SERVER = 429, 500


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is. `url` is the workspace's address, with a slash at the end."""

    team: str
    user: str
    bot: str
    url: str


class SlackWeb:
    """Every method raises DeliveryFailure and nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: AsyncWebClient | None = None
        self.identity: Identity | None = None

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client. Needs a running loop."""
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=PATIENT)
            self._client = AsyncWebClient(
                token=self._settings.bot_token,
                base_url=self._settings.api_url,
                timeout=PATIENT,
                session=aiohttp.ClientSession(timeout=timeout),
                logger=sdk_logger(),
                retry_handlers=[],  # the outbox retries, in order and across restarts
            )
        return self._client

    async def close(self) -> None:
        """Let the connections go."""
        client, self._client = self._client, None
        if client is not None and client.session is not None:
            await client.session.close()

    async def introduce(self) -> Identity:
        """Who we are, asked once."""
        if self.identity is None:
            with translated():
                answer = await self.client.auth_test()
                self.identity = Identity(answer["team_id"], answer["user_id"], answer.get("bot_id", ""), answer["url"])
        return self.identity

    async def scopes(self) -> frozenset[str]:
        """What the token may do, as Slack says with every answer."""
        with translated():
            answer = await self.client.auth_test()
        return frozenset(scope.strip() for scope in answer.headers.get("X-OAuth-Scopes", "").split(",") if scope)

    async def open_socket(self) -> str:
        """The address of a new Socket Mode connection."""
        with translated():
            answer = await self.client.apps_connections_open(app_token=self._settings.app_token)
            return str(answer["url"])

    async def post(self, channel: str, blocks: list[Json], words: str, *, thread: str, metadata: Json) -> str:
        """A new message; its ts."""
        with translated():
            answer = await self.client.chat_postMessage(
                channel=channel,
                blocks=blocks,
                text=words,
                thread_ts=thread or None,
                metadata=metadata,
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(answer["ts"])

    async def change(self, channel: str, ts: str, blocks: list[Json], words: str) -> None:
        """A message in place."""
        with translated():
            await self.client.chat_update(channel=channel, ts=ts, blocks=blocks, text=words)

    async def remove(self, channel: str, ts: str) -> None:
        """A message of ours; no error where it is gone."""
        try:
            with translated():
                await self.client.chat_delete(channel=channel, ts=ts)
        except SlackRefusal as refusal:
            if refusal.code != "message_not_found":
                raise

    async def find(self, channel: str, thread: str, key: str, since: datetime) -> dict[int, str]:
        """Part -> ts of those parts of a message of ours that did arrive in a conversation."""
        oldest = str(int((since - _SKEW).timestamp()))
        recent: Json = {"channel": channel, "oldest": oldest, "limit": 200, "include_all_metadata": True}
        with translated():
            if thread:
                answer = await self.client.conversations_replies(ts=thread, **recent)
            else:
                answer = await self.client.conversations_history(**recent)
            return {
                int(payload["part"]): str(message["ts"])
                for message in answer["messages"]
                if (payload := message.get("metadata", {}).get("event_payload", {})).get("key") == key
            }

    async def whisper(self, channel: str, user: str, words: str, *, thread: str = "") -> None:
        """Something that one person alone sees."""
        with translated():
            await self.client.chat_postEphemeral(channel=channel, user=user, text=words, thread_ts=thread or None)

    async def respond(self, url: str, message: Json) -> bool:
        """Answer an interaction by its response URL; false when that has expired."""
        with translated():
            session = self.client.session
            hook = AsyncWebhookClient(url, PATIENT, session=session, logger=sdk_logger(), retry_handlers=[])
            answer = await hook.send_dict(message)
        if answer.status_code in _GONE:
            return False
        if answer.status_code == _MANY_REQUESTS or answer.status_code >= _SERVER:
            raise TemporaryFailure(f"Slack failed with status {answer.status_code}.")
        if answer.status_code >= 400:
            raise SlackRefusal(answer.body.strip() or str(answer.status_code), "Look it up at docs.slack.dev.")
        return True

    async def open_conversation(self, user: str) -> str:
        """The id of somebody's direct conversation with the app."""
        with translated():
            answer = await self.client.conversations_open(users=[user])
            return str(answer["channel"]["id"])

    async def react(self, channel: str, ts: str, name: str) -> None:
        """An emoji below a message; no error where it stands already or the message is gone."""
        try:
            with translated():
                await self.client.reactions_add(channel=channel, timestamp=ts, name=name)
        except SlackRefusal as refusal:
            if refusal.code not in {"already_reacted", "message_not_found"}:
                raise

    async def user(self, user: str) -> Json:
        """What Slack knows of somebody."""
        with translated():
            async with asyncio.timeout(PROMPT):
                answer = await self.client.users_info(user=user)
            person: Json = answer["user"]
            return person

    async def members(self, group: str) -> frozenset[str]:
        """Who is in a user group."""
        with translated():
            async with asyncio.timeout(PROMPT):
                answer = await self.client.usergroups_users_list(usergroup=group)
            return frozenset(answer["users"])

    async def open_view(self, trigger: str, view: Json) -> None:
        """A modal, in answer to something that was pressed within the last three seconds."""
        with translated():
            await self.client.views_open(trigger_id=trigger, view=view)

    async def publish(self, user: str, view: Json) -> None:
        """Somebody's App Home."""
        with translated():
            await self.client.views_publish(user_id=user, view=view)

    async def can_read(self, channel: str) -> None:
        """Nothing where the app is in that channel, else the failure that says why not."""
        with translated():
            await self.client.conversations_history(channel=channel, limit=1)
