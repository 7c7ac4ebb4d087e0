"""Microsoft Teams: takes what the Bot Framework posts to /api/messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from typing import Literal

from aiohttp import web

from adapters.teams import cards, forms, invokes
from adapters.teams.botframework import BotFramework
from adapters.teams.connection import Connection
from adapters.teams.connector import Connector
from adapters.teams.failures import ConnectorFailure
from adapters.teams.incoming import Activity, Reader, is_report, read
from adapters.teams.keys import SigningKeys
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.pace import Pace
from adapters.teams.places import Places
from adapters.teams.roster import Roster
from adapters.teams.runs import Json
from adapters.teams.settings import PLATFORM, TeamsSettings
from adapters.teams.tokens import tokens
from bot.errors import DeliveryFailure, StoreUnavailable
from bot.messages import Caption, Incoming, Outgoing, SyncResponse, View
from bot.ports import AdapterState, Clock, Desk, Health
from bot.presentation import texts

log = logging.getLogger(__name__)

CHANNEL = "msteams"
PATH = "/api/messages"
PAGES: dict[str, tuple[Literal["home", "queue"], str]] = {
    texts.WHAT_I_ANSWER.lower(): ("home", ""),
    texts.QUEUE.lower(): ("queue", ""),
    texts.QUEUE_TYPED: ("queue", ""),
    f"{texts.QUEUE_TYPED} mine": ("queue", "mine"),
    f"{texts.QUEUE_TYPED} closed": ("queue", "closed"),
}
"""What is typed in the personal chat, in lower case (commands of the app's manifest among them) -> page and query."""


class TeamsAdapter:
    """The adapter. It hears what is posted to where it was mounted."""

    platform = PLATFORM

    def __init__(
        self,
        settings: TeamsSettings,
        state: AdapterState,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._settings = settings
        connection = Connection()
        keys = SigningKeys(settings.cloud.keys, connection)
        self._sdk = BotFramework(settings, keys)
        self._connector = Connector(connection, tokens(settings) if settings.authentication else None, keys)
        self._places = Places(state, clock)
        self._reader = Reader(settings)
        self._roster = Roster(settings, self._connector, clock)
        self.messenger = TeamsMessenger(self._connector, self._places, settings, clock, pace)
        self._desk: Desk | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def mount(self, application: web.Application) -> None:
        """Listen there at /api/messages. Not when built: an adapter is also built to look whether all is in order."""
        application.router.add_post(PATH, self._receive)

    async def start(self, desk: Desk) -> None:
        """Begin to take activities."""
        self._desk = desk

    async def stop(self) -> None:
        """Take no more, finish what is under way."""
        self._desk = None
        await self.idle()

    async def idle(self) -> None:
        """Until everybody was shown what they have asked for so far."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let go of the connections, when nothing is to be sent any more."""
        await self._connector.close()

    def health(self) -> Health:
        """Teams calls us; whether it does cannot be seen from here."""
        return Health(True) if self._desk else Health(ready=False, reason="not started")

    async def _receive(self, request: web.Request) -> web.Response:
        activity = await read(request)
        if activity.channel_id != CHANNEL or not self._settings.trusts(activity.service_url):
            raise web.HTTPForbidden(text="This does not come from Microsoft Teams.")
        routing = activity.routing()
        proof = await self._sdk.authorise(request.headers.get("Authorization", ""), routing)
        if not self._settings.serves(activity.tenant):
            raise web.HTTPForbidden(text="This desk does not serve your organisation.")
        answer = await self._sdk.run(proof, routing, lambda: self._turn(activity))
        return web.json_response(answer) if answer is not None else web.Response()

    async def _turn(self, activity: Activity) -> Json | None:
        await self._places.note(activity)
        match activity.type:
            case "message" | "messageUpdate" if activity.sender.aad_object_id:
                await self._message(activity)
            case "invoke" if activity.sender.aad_object_id:
                return await self._invoke(activity)
            case "installationUpdate" if activity.action.startswith("add"):
                await self._installed(activity)
            case "conversationUpdate" if self._is_new_here(activity):
                await self._installed(activity)
            case _:
                pass
        return None

    # ---- what somebody wrote ----------------------------------------------------------------------------------------

    async def _message(self, activity: Activity) -> None:
        came_back = forms.read(activity.value)
        if came_back is None and not await self._concerns_us(activity):
            return
        if not await self._roster.admits(activity):
            if activity.is_personal:
                self._tell(activity, SyncResponse(notice=texts.NOT_FOR_GUESTS))
            return
        if activity.is_personal:
            await self._meet(activity)
        if came_back is not None:
            self._tell(activity, await self._handle(self._event(activity, came_back)), came_back)
            return
        said = self._reader.said(activity)
        page = PAGES.get(said.text.lower()) if activity.is_personal else None
        event = self._reader.viewed(activity, *page) if page else said
        self._tell(activity, await self._handle(event))

    async def _concerns_us(self, activity: Activity) -> bool:
        """Teams passes on everything said in a team that consented; ours is what is below our own messages."""
        return self._reader.is_addressed(activity) or await self._places.is_ours(activity.conversation.id)

    def _event(self, activity: Activity, came_back: forms.Press | forms.Filled) -> Incoming:
        if isinstance(came_back, forms.Press):
            return self._reader.pressed(activity, came_back)
        return self._reader.submitted(activity, came_back)

    def _tell(
        self, activity: Activity, answer: SyncResponse, came_back: forms.Press | forms.Filled | None = None
    ) -> None:
        """What Teams cannot show in place goes to the personal chat, where nobody else sees it."""
        made: list[Json] = []
        if answer.notice:
            outgoing = Outgoing((Caption(answer.notice),), answer.notice)
            made += [cards.activity(card, outgoing) for card in cards.cards(outgoing)]
        if form := invokes.form_of(answer, came_back, activity.id):
            made.append({"attachments": [{"contentType": cards.CARD, "content": form.card}], "summary": form.title})
        if answer.view:
            made.append(_page(answer.view))
        if made:
            key = f"shown/{activity.conversation.id}:{activity.id}:{activity.timestamp}"
            self._spawn(_shown(self.messenger.post(self._reader.direct(activity), made, key)))

    # ---- what somebody pressed --------------------------------------------------------------------------------------

    async def _invoke(self, activity: Activity) -> Json:
        if not await self._roster.admits(activity):
            return invokes.refused(activity.name, texts.NOT_FOR_GUESTS)
        came_back = forms.read(activity.value, activity.reply_to_id)
        if activity.name == "composeExtension/fetchTask" and is_report(activity.value):
            return invokes.dialog(await self._handle(self._reader.shared(activity)), None, activity.id)
        if came_back is None:
            raise web.HTTPBadRequest(text="That is not a card of this desk.")
        match activity.name:
            case invokes.IN_PLACE:
                answer = await self._answered(activity, came_back)
                return invokes.in_place(answer, came_back, activity.id)
            case "task/fetch":
                return invokes.dialog(await self._answered(activity, came_back), came_back, activity.id)
            case "task/submit" | "composeExtension/submitAction":
                answer = await self._answered(activity, came_back)
                return invokes.closing(answer, came_back, activity.id)
            case _:
                raise web.HTTPNotImplemented

    async def _answered(self, activity: Activity, came_back: forms.Press | forms.Filled) -> SyncResponse:
        """What the desk answers. The page on which this was pressed, or a form opened, is drawn anew."""
        answer = await self._handle(self._event(activity, came_back))
        page = came_back.page
        if page and not (answer.view or answer.form or answer.problems):
            drawn = await self._handle(self._reader.viewed(activity, page.name, page.query))
            answer = replace(answer, view=drawn.view)
        if answer.view and page and page.message and activity.is_personal:
            # The answer to the invoke shows it at once, and until the chat is opened again.
            drawn_anew = _page(answer.view, answer.notice)
            self._spawn(_shown(self.messenger.redraw(self._reader.direct(activity), page.message, drawn_anew)))
        elif answer.view and activity.name != invokes.IN_PLACE:
            self._tell(activity, SyncResponse(view=answer.view))
        return answer

    # ---- where the desk was installed -------------------------------------------------------------------------------

    def _is_new_here(self, activity: Activity) -> bool:
        ours = {self._settings.bot_id, activity.recipient.id}
        return any(member.id in ours for member in activity.members_added or ())

    async def _installed(self, activity: Activity) -> None:
        data = activity.channel_data
        if activity.is_personal:
            if activity.sender.aad_object_id and await self._roster.admits(activity):
                await self._meet(activity)
        elif data and data.team and data.team.aad_group_id:
            chosen = data.settings.selected_channel if data.settings else None
            channel = chosen or data.channel
            await self._places.installed(data.team.aad_group_id, (channel and channel.id) or data.team.id)

    async def _meet(self, activity: Activity) -> None:
        aad = activity.sender.aad_object_id
        if not await self._places.is_met(aad):
            await self._handle(self._reader.joined(activity))
            await self._places.met(aad)

    async def _handle(self, event: Incoming) -> SyncResponse:
        if self._desk is None:
            raise StoreUnavailable("The desk has not started yet.")
        return await self._desk.handle(event)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _page(view: View, notice: str = "") -> Json:
    return cards.activity(cards.page(view, notice), Outgoing((), view.title))


async def _shown(showing: Awaitable[object]) -> None:
    try:
        await showing
    except (DeliveryFailure, ConnectorFailure, StoreUnavailable) as error:
        log.warning("Somebody could not be shown what they asked for: %s", error)
