"""Slack's Web API: one method for each call that the desk makes, over one HTTP session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.errors import FIXES, TOKEN_CODES, SlackRefusal, translated_errors
from adapters.slack.settings import SlackSettings
from adapters.slack.to_slack.rich_text import escape_mrkdwn
from bot.errors import TemporaryFailure

Json = dict[str, Any]

CALL_TIMEOUT = 8
"""Seconds for one call. The relay gives a whole delivery ten."""

LOOKUP_TIMEOUT = 1.2
"""Seconds for a call that delays an acknowledgement. Slack waits three seconds, and there may be two such calls."""

log = logging.getLogger(__name__)

_CLOCK_SKEW = timedelta(minutes=1)  # by which Slack's clock may differ from ours
_EXPIRED = frozenset({404, 410})  # HTTP status of a response URL that has expired or was used too often
_TOO_MANY_REQUESTS, _SERVER_ERROR = 429, 500


@dataclass(frozen=True, slots=True)
class Identity:
    """The app to which the bot token belongs."""

    team: str
    """The id of the workspace."""
    user: str
    """The id of the bot user."""
    bot: str
    """The id of the bot."""
    url: str
    """Address of the workspace, with a slash at the end."""


class SlackWebApi:
    """Calls Slack. Each method raises DeliveryFailure and no other error. None repeats a call: the outbox does that."""

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._client: AsyncWebClient | None = None
        self.identity: Identity | None = None
        """None until `identify` has succeeded."""
        self.token_problem = ""
        """Why Slack refuses the bot token, for example because it was revoked; empty if the last call was accepted."""

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client. It is created inside a running event loop."""
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
            self._client = AsyncWebClient(
                token=self._settings.bot_token,
                base_url=self._settings.api_url,
                timeout=CALL_TIMEOUT,
                session=aiohttp.ClientSession(timeout=timeout),
                logger=sdk_logger(),
                retry_handlers=[],  # the outbox retries, in order and across restarts
            )
        return self._client

    async def close(self) -> None:
        """Close the HTTP session."""
        client, self._client = self._client, None
        if client is not None and client.session is not None:
            await client.session.close()

    @contextmanager
    def _call(self) -> Iterator[None]:
        """Translate the errors of a call with the bot token, and note whether Slack refuses the token."""
        try:
            with translated_errors():
                yield
        except SlackRefusal as refusal:
            self.token_problem = str(refusal) if refusal.code in TOKEN_CODES else ""
            raise
        self.token_problem = ""

    # ---- the app ----------------------------------------------------------------------------------------------------

    async def identify(self) -> Identity:
        """Return the identity of the app. Slack is asked until it has answered once."""
        if self.identity is None:
            with self._call():
                answer = await self.client.auth_test()
                self.identity = Identity(answer["team_id"], answer["user_id"], answer.get("bot_id", ""), answer["url"])
        return self.identity

    async def scopes(self) -> frozenset[str]:
        """Return the scopes of the bot token. Slack names them in a header of every answer."""
        with self._call():
            answer = await self.client.auth_test()
        return frozenset(scope.strip() for scope in answer.headers.get("X-OAuth-Scopes", "").split(",") if scope)

    async def open_socket(self) -> str:
        """Return the WebSocket URL for a new Socket Mode connection."""
        with translated_errors():  # the app token's, which says nothing of the bot token
            answer = await self.client.apps_connections_open(app_token=self._settings.app_token)
            return str(answer["url"])

    # ---- messages ---------------------------------------------------------------------------------------------------

    async def post_message(self, channel: str, blocks: list[Json], text: str, *, thread: str, metadata: Json) -> str:
        """Post a message, in a thread if `thread` is its ts. Return the message's ts."""
        with self._call():
            answer = await self.client.chat_postMessage(
                channel=channel,
                blocks=blocks,
                text=text,
                thread_ts=thread or None,
                metadata=metadata,
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(answer["ts"])

    async def update_message(self, channel: str, ts: str, blocks: list[Json], text: str) -> None:
        """Replace the content of a message of ours."""
        with self._call():
            await self.client.chat_update(channel=channel, ts=ts, blocks=blocks, text=text)

    async def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message of ours. No error if it is gone."""
        try:
            with self._call():
                await self.client.chat_delete(channel=channel, ts=ts)
        except SlackRefusal as refusal:
            if refusal.code != "message_not_found":
                raise

    async def find_parts(self, channel: str, thread: str, key: str, since: datetime) -> dict[int, str]:
        """Return part number -> ts, of the parts of a delivery that were posted in this channel or thread since then.

        `key` is the delivery's, as `post_message` put it into the metadata.
        """
        oldest = str(int((since - _CLOCK_SKEW).timestamp()))
        recent: Json = {"channel": channel, "oldest": oldest, "limit": 200, "include_all_metadata": True}
        with self._call():
            if thread:
                answer = await self.client.conversations_replies(ts=thread, **recent)
            else:
                answer = await self.client.conversations_history(**recent)
            return {
                int(payload["part"]): str(message["ts"])
                for message in answer["messages"]
                if (payload := message.get("metadata", {}).get("event_payload", {})).get("key") == key
            }

    async def post_ephemeral(self, channel: str, user: str, text: str, *, thread: str = "") -> None:
        """Post a message that only one person sees. `text` is plain text."""
        words = escape_mrkdwn(text)
        with self._call():
            await self.client.chat_postEphemeral(channel=channel, user=user, text=words, thread_ts=thread or None)

    async def respond(self, url: str, message: Json) -> bool:
        """Send a message to a response URL. Return False if the URL has expired, or is not one of Slack's."""
        if not self._settings.is_response_url(url):
            log.warning("A response URL that is not Slack's is not used.")
            return False
        with self._call():
            session = self.client.session
            webhook = AsyncWebhookClient(url, CALL_TIMEOUT, session=session, logger=sdk_logger(), retry_handlers=[])
            answer = await webhook.send_dict(message)
        if answer.status_code in _EXPIRED:
            return False
        if answer.status_code == _TOO_MANY_REQUESTS or answer.status_code >= _SERVER_ERROR:
            raise TemporaryFailure(f"Slack failed with status {answer.status_code}.")
        if answer.status_code >= 400:
            raise SlackRefusal(answer.body.strip() or str(answer.status_code), "Look it up at docs.slack.dev.")
        return True

    async def add_reaction(self, channel: str, ts: str, name: str) -> None:
        """Add an emoji to a message. No error if it is there already or the message is gone."""
        try:
            with self._call():
                await self.client.reactions_add(channel=channel, timestamp=ts, name=name)
        except SlackRefusal as refusal:
            if refusal.code not in {"already_reacted", "message_not_found"}:
                raise

    # ---- views ------------------------------------------------------------------------------------------------------

    async def open_view(self, trigger_id: str, view: Json) -> None:
        """Open a modal. A trigger id is valid for three seconds after the interaction."""
        with self._call():
            await self.client.views_open(trigger_id=trigger_id, view=view)

    async def publish_home(self, user: str, view: Json) -> None:
        """Publish a person's App Home."""
        with self._call():
            await self.client.views_publish(user_id=user, view=view)

    # ---- people and channels ----------------------------------------------------------------------------------------

    async def user_profile(self, user: str) -> Json:
        """Return the `user` object of users.info."""
        with self._call():
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                answer = await self.client.users_info(user=user)
            profile: Json = answer["user"]
            return profile

    async def group_members(self, group: str) -> frozenset[str]:
        """Return the user ids of a user group's members."""
        with self._call():
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                answer = await self.client.usergroups_users_list(usergroup=group)
            return frozenset(answer["users"])

    async def open_conversation(self, user: str) -> str:
        """Return the channel id (D…) of a person's direct conversation with the app."""
        with self._call():
            answer = await self.client.conversations_open(users=[user])
            return str(answer["channel"]["id"])

    async def check_channel(self, channel: str) -> None:
        """Raise a DeliveryFailure with the reason if the app is not in this channel, or if it is archived."""
        try:
            with self._call():
                found = (await self.client.conversations_info(channel=channel))["channel"]
        except SlackRefusal as refusal:
            if refusal.code != "missing_scope":
                raise
            with self._call():  # an app that was installed before the scope was asked for
                await self.client.conversations_history(channel=channel, limit=1)
            return
        for code, is_so in (("is_archived", found.get("is_archived")), ("not_in_channel", not found.get("is_member"))):
            if is_so:
                raise SlackRefusal(code, FIXES[code])


# ---- the SDK's log --------------------------------------------------------------------------------------------------


class _RemoveContent(logging.Filter):
    """Reduces a log record to the function and the type of the error."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "something"
        record.msg, record.args = "Slack's SDK tells of %s in %s", (kind, record.funcName)
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def sdk_logger() -> logging.Logger:
    """Return the logger for every object of the SDK. It logs errors only, whatever the root logger's level is.

    The SDK's own log lines quote messages, tokens and the secret tickets in WebSocket URLs.
    """
    logger = logging.getLogger("adapters.slack.sdk")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_RemoveContent())
    return logger
