"""From Slack's request to its acknowledgement: read, let the desk commit, acknowledge, then show what was asked for."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Coroutine
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import modals
from adapters.slack.incoming import Body, Reader, Reading, Shares, Turned
from adapters.slack.quiet import sdk_logger
from adapters.slack.showing import Shower
from adapters.slack.web import SlackWeb
from bot.errors import DeliveryFailure, StoreUnavailable
from bot.messages import Incoming, Said, Submitted, SyncResponse
from bot.ports import Desk

log = logging.getLogger(__name__)

TAKEN = BoltResponse(status=200, body="")
AGAIN = BoltResponse(status=503, body="")
"""Not acknowledged: Slack sends an event again."""


class Receiver:
    """Bolt parses and checks; what follows is decided here, so that nothing falls through without an answer."""

    def __init__(self, web: SlackWeb, reader: Reader, shower: Shower) -> None:
        self._web, self._reader, self._shower = web, reader, shower
        self._desk: Desk | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._app: AsyncApp | None = None

    def begin(self, desk: Desk) -> None:
        """Requests may come."""
        self._desk = desk

    async def finish(self) -> None:
        """What was acknowledged is shown."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Slack's answer to one request, whose signature was verified, or that came by Socket Mode."""
        if self._desk is None or self._web.identity is None:
            return AGAIN
        if self._app is None:
            self._app = self._bolt(self._web.identity.team, self._web.identity.user, self._web.identity.bot)
        return await self._app.async_dispatch(request)

    def _bolt(self, team: str, user: str, bot: str) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id=team, bot_user_id=user, bot_id=bot)

        app = AsyncApp(
            name="policydesk",
            logger=sdk_logger(),
            client=AsyncWebClient(logger=sdk_logger()),
            authorize=authorize,
            process_before_response=True,  # commit first, then acknowledge
            request_verification_enabled=False,  # done on the bytes as they came, before anything is parsed
            ignoring_self_events_enabled=False,  # other bots' messages are ignored as well
        )
        app.use(self._take)
        return app

    async def _take(self, body: dict[str, Any]) -> BoltResponse:
        try:
            return await self._handle(body)
        except (StoreUnavailable, DeliveryFailure) as error:
            log.warning("An event of Slack's is not acknowledged: %s", error)
        except Exception as error:  # noqa: BLE001 - whatever it is, Slack sends the event again and the log gets a place
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename}:{place.lineno}"
            log.error("An event of Slack's failed: %s at %s", type(error).__name__, where)  # noqa: TRY400
        return AGAIN

    async def _handle(self, body: Body) -> BoltResponse:
        reading = await self._reader.read(body)
        if reading is None or isinstance(reading, Turned | Shares):
            self._later(self._shower.other(reading, body))
            return TAKEN
        immediate = await self._tell(reading)
        if isinstance(reading, Said):
            return TAKEN
        if isinstance(reading, Submitted):
            if not immediate.problems:
                self._later(self._shower.filled_in(reading, immediate, self._tell))
            return _answered(immediate, body)
        self._later(self._shower.immediate(reading, immediate, body, self._tell))
        return TAKEN

    async def _tell(self, incoming: Incoming) -> SyncResponse:
        if self._desk is None:
            raise StoreUnavailable("The desk has not started yet.")
        return await self._desk.handle(incoming)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        """After the acknowledgement: nothing is lost when it fails, and Slack is not kept waiting."""
        task = asyncio.create_task(_attempt(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _attempt(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - and no text of it in the log, it may quote somebody
        log.warning("Something could not be shown in Slack: %s", type(error).__name__)


def _answered(immediate: SyncResponse, body: Body) -> BoltResponse:
    """To a form: what to mend in it, what to read in its place, or that it may close."""
    if immediate.problems:
        return _json({"response_action": "errors", "errors": dict(immediate.problems)})
    if immediate.notice:
        title = str(((body.get("view") or {}).get("title") or {}).get("text") or "")
        return _json({"response_action": "update", "view": modals.notice(title, immediate.notice)})
    return TAKEN


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})


__all__ = ["AGAIN", "Reading", "Receiver"]
