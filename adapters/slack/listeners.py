"""The Bolt app: one listener for each event, action, view, shortcut and command that Slack sends."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import slack_bolt
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.from_slack import Body, PayloadReader, RejectedUser, rejected_outsider
from adapters.slack.responses import ResponseRenderer
from adapters.slack.settings import SHARE, SHORTCUT
from adapters.slack.to_slack.views import notice_modal
from adapters.slack.web_api import SlackWebApi, sdk_logger
from bot.errors import DeliveryFailure, StoreUnavailable
from bot.messages import Viewed
from bot.ports import Desk

log = logging.getLogger(__name__)

_ANY = re.compile("")
_BOLT = str(Path(slack_bolt.__file__).parent)
T = TypeVar("T")


class Listeners:
    """The listeners. Each one reads a payload, lets the desk commit it, and then acknowledges it.

    - Bolt sends the acknowledgement when the listener has returned, because of `process_before_response`. It
      acknowledges an event by itself; every other listener calls `ack`.
    - If a listener raises an error, `on_error` decides. A payload that could not be committed is not acknowledged, so
      Slack sends the event again.
    - The desk's response is shown in the background, because the acknowledgement must not wait for another call.
    """

    def __init__(self, api: SlackWebApi, reader: PayloadReader, renderer: ResponseRenderer) -> None:
        self._api, self._reader, self._renderer = api, reader, renderer
        self._started_desk: Desk | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._app = self._build_app()

    def _build_app(self) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            identity = await self._api.identify()
            return AuthorizeResult(
                enterprise_id=None, team_id=identity.team, bot_user_id=identity.user, bot_id=identity.bot
            )

        app = AsyncApp(
            name="policydesk",
            logger=sdk_logger(),
            client=AsyncWebClient(logger=sdk_logger()),
            authorize=authorize,
            process_before_response=True,  # commit first, then acknowledge
            raise_error_for_unhandled_request=True,  # on_error acknowledges what no listener takes
            request_verification_enabled=False,  # HttpRequests verifies the raw bytes, before anything is parsed
            ignoring_self_events_enabled=False,  # PayloadReader ignores the messages of every bot
            attaching_function_token_enabled=False,  # neither of these two is used
            attaching_conversation_kwargs_enabled=False,
        )
        app.use(self.check_workspace)
        # The first listener that matches takes the payload.
        app.event({"type": "message", "subtype": "message_changed"})(self.message_changed)
        app.event("message")(self.message)
        app.event("app_mention")(self.message)
        app.event("app_home_opened")(self.app_home_opened)
        app.block_action(re.compile(rf"^{re.escape(SHARE)}#"))(self.share_button)
        app.block_action(_ANY)(self.button)
        app.view(_ANY)(self.view_submission)
        app.message_shortcut(SHORTCUT)(self.message_shortcut)
        app.command(_ANY)(self.slash_command)
        app.error(self.on_error)
        return app

    def start(self, desk: Desk) -> None:
        """Begin to accept requests."""
        self._started_desk = desk

    async def finish(self) -> None:
        """Wait until all background tasks are done."""
        await asyncio.gather(*self._background, return_exceptions=True)

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Return the response to one request. Its sender must have been authenticated before."""
        if self._started_desk is None or self._api.identity is None:
            return _not_acknowledged()
        try:
            return await self._app.async_dispatch(request)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # From Bolt, when it looks for the listener. What a listener raises goes to `on_error`.
            return _malformed(error)

    # ---- middleware and errors --------------------------------------------------------------------------------------

    async def check_workspace(self, body: Body, next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        """Stop a payload from a workspace that may not use the desk.

        This is global middleware: it runs before every listener.
        """
        if self._reader.is_from_allowed_workspace(body):
            await next_()
            return None
        if rejected := rejected_outsider(body):
            self._run_in_background(self._renderer.reject(rejected))
        return _acknowledged()

    async def on_error(self, error: Exception) -> BoltResponse:
        """Return the response to a payload whose listener or middleware raised an error."""
        match error:
            case RejectedUser():
                self._run_in_background(self._renderer.reject(error))
                return _acknowledged()
            case BoltUnhandledRequestError():
                return _acknowledged()  # no listener takes it; Slack would send it again and again
            case StoreUnavailable() | DeliveryFailure():
                log.warning("A request from Slack is not acknowledged: %s", error)
            case MalformedPayload():
                return _malformed(error.__cause__ or error)
            case _ if _is_bolts(error):
                return _malformed(error)
            case _:
                log.error("A request from Slack failed: %s", _described(error))
        return _not_acknowledged()

    # ---- events -----------------------------------------------------------------------------------------------------

    async def message(self, body: Body) -> None:
        """Handle `message` and `app_mention`: a question, an enquiry, or a message in a thread of the desk."""
        said = await _read(self._reader.message(body))
        if said is not None:
            await self._desk.handle(said)

    async def message_changed(self, body: Body) -> None:
        """Handle `message` with the subtype `message_changed`: the author edited the message."""
        said = await _read(self._reader.message_changed(body))
        if said is not None:
            await self._desk.handle(said)

    async def app_home_opened(self, body: Body) -> None:
        """Handle `app_home_opened`: a person opened App Home, or the conversation with the desk."""
        opened = await _read(self._reader.app_home_opened(body))
        if opened is None:
            return
        await self._desk.handle(opened)
        if isinstance(opened, Viewed):
            self._run_in_background(self._renderer.open_home(opened, self._desk))

    # ---- interactive payloads and commands --------------------------------------------------------------------------

    async def button(self, ack: AsyncAck, body: Body) -> None:
        """Handle `block_actions`: a press on a button of the desk."""
        pressed = await _read(self._reader.button_press(body))
        response = await self._desk.handle(pressed)
        self._run_in_background(self._renderer.show_response(pressed, response, body, self._desk))
        await ack()

    async def share_button(self, ack: AsyncAck, body: Body) -> None:
        """Handle `block_actions`: a press on the button that shows a private answer to the channel."""
        request = await _read(self._reader.share_press(body))
        self._run_in_background(self._renderer.share_answer(request, body))
        await ack()

    async def view_submission(self, ack: AsyncAck, body: Body) -> None:
        """Handle `view_submission`: a form was sent. It stays open with problems, shows a notice, or closes."""
        submitted = await _read(self._reader.view_submission(body))
        if submitted is None:
            await ack()
            return
        response = await self._desk.handle(submitted)
        if response.problems:
            await ack(response_action="errors", errors=dict(response.problems))
            return
        self._run_in_background(self._renderer.refresh_home(submitted, response, self._desk))
        if response.notice:
            title = str((body["view"].get("title") or {}).get("text") or "")
            await ack(response_action="update", view=notice_modal(title, response.notice))
        else:
            await ack()

    async def message_shortcut(self, ack: AsyncAck, body: Body) -> None:
        """Handle `message_action`: the shortcut that sends a message to the press office. The response is a form."""
        shared = await _read(self._reader.message_shortcut(body))
        response = await self._desk.handle(shared)
        self._run_in_background(self._renderer.show_response(shared, response, body, self._desk))
        await ack()

    async def slash_command(self, ack: AsyncAck, body: Body) -> None:
        """Handle the slash command, whatever its name is: a question whose answer only this person sees."""
        said = await _read(self._reader.slash_command(body))
        await self._desk.handle(said)
        await ack()

    # -----------------------------------------------------------------------------------------------------------------

    @property
    def _desk(self) -> Desk:
        if self._started_desk is None:
            raise StoreUnavailable("The desk has not started yet.")
        return self._started_desk

    def _run_in_background(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` without waiting for it. A failure is logged. It is not repeated after a restart."""
        task = asyncio.create_task(_log_failure(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _log_failure(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - its type alone, because its text may quote a person
        log.warning("A response could not be shown in Slack: %s", type(error).__name__)


class MalformedPayload(Exception):
    """A payload that is not as Slack documents it. Its cause is the error that reading it raised."""


async def _read(reading: Coroutine[Any, Any, T]) -> T:
    """Return what was read. Raises MalformedPayload if something is missing in the payload or has another type."""
    try:
        return await reading
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise MalformedPayload from error


def _described(error: BaseException) -> str:
    """Return the error's type and place, without its text, which may quote a person."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno}"


def _is_bolts(error: BaseException) -> bool:
    """Return whether Bolt itself stumbled over the payload, in its middleware or when it looked for the listener."""
    if not isinstance(error, AttributeError | LookupError | TypeError | ValueError):
        return False
    return all(frame.filename.startswith(_BOLT) for frame in traceback.extract_tb(error.__traceback__))


def _malformed(error: BaseException) -> BoltResponse:
    log.warning("A request from Slack is malformed: %s", _described(error))
    return BoltResponse(status=400, body="")


def _acknowledged() -> BoltResponse:
    return BoltResponse(status=200, body="")


def _not_acknowledged() -> BoltResponse:
    """Return a response that reports a failure.

    Slack then sends an event again. A person who pressed, submitted or typed a command sees an error.
    """
    return BoltResponse(status=503, body="")
