"""The handler of each kind of activity: messages, invokes, and changes of the places where the app is installed.

A method `on_…` handles the activity or invoke of that name in the Bot Framework's protocol.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, replace
from typing import Literal

from aiohttp import web

from adapters.teams import activities
from adapters.teams.activities import Activity
from adapters.teams.card_actions import CardAction, FormSubmission, read_card_action
from adapters.teams.cards import CONTENT_TYPE, to_cards, to_form_card, to_message, to_page_card
from adapters.teams.connector import ConnectorError
from adapters.teams.conversations import ConversationReferences
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.roster import Roster
from adapters.teams.settings import Json, TeamsSettings
from bot.errors import DeliveryFailure, StoreUnavailable
from bot.messages import Address, Caption, Incoming, Joined, Outgoing, SyncResponse, View
from bot.ports import Desk
from bot.presentation import texts

log = logging.getLogger(__name__)

COMMANDS: dict[str, tuple[Literal["home", "queue"], str]] = {
    texts.WHAT_I_ANSWER.lower(): ("home", ""),
    texts.QUEUE.lower(): ("queue", ""),
    texts.QUEUE_COMMAND: ("queue", ""),
    f"{texts.QUEUE_COMMAND} mine": ("queue", "mine"),
    f"{texts.QUEUE_COMMAND} closed": ("queue", "closed"),
}
"""Command that opens a page when it is typed in the personal chat, in lower case -> the page's name and query.

It includes the commands of the app's manifest.
"""


class ActivityHandler:
    """Handles activities that were authenticated. `desk` is None unless the adapter is started."""

    def __init__(
        self,
        settings: TeamsSettings,
        conversations: ConversationReferences,
        roster: Roster,
        messenger: TeamsMessenger,
    ) -> None:
        self.desk: Desk | None = None
        self._bot_id = settings.bot_id
        self._conversations, self._roster, self._messenger = conversations, roster, messenger
        self._tasks: set[asyncio.Task[None]] = set()

    async def on_turn(self, activity: Activity) -> Json | None:
        """Handle an activity. Return the response if it is an invoke, else None."""
        await self._conversations.update_from(activity)
        match activity.type:
            case "message" | "messageUpdate" if activity.sender.aad_object_id:
                await self.on_message(activity)
            case "invoke" if activity.sender.aad_object_id:
                return await self.on_invoke(activity)
            case "installationUpdate":
                await self.on_installation_update(activity)
            case "conversationUpdate":
                await self.on_conversation_update(activity)
            case _:
                pass
        return None

    async def idle(self) -> None:
        """Wait until all answers that are sent in the background have been sent."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- message ----------------------------------------------------------------------------------------------------

    async def on_message(self, activity: Activity) -> None:
        """Handle a message, an edited message, or a press in an older client, which sends it as a message."""
        action = read_card_action(activity.value)
        if action is None and not await self._is_for_desk(activity):
            return
        said = activities.to_said(activity, self._bot_id)
        page = COMMANDS.get(said.text.lower()) if activity.is_personal else None
        admitted = self._roster.known(activity.sender.aad_object_id)
        if admitted is None and (action is not None or page):
            admitted = await self._admits(activity)
        if admitted is False or (admitted is None and (action is not None or page)):
            if activity.is_personal:
                notice = texts.PRESS_AGAIN if admitted is None else texts.NOT_FOR_GUESTS
                self._answer_in_chat(activity, SyncResponse(notice=notice))
            return
        if activity.is_personal and admitted:
            await self.ensure_joined(activities.to_joined(activity))
        if action is not None:
            answer = await self._handle(activities.to_action(activity, action))
            self._answer_in_chat(activity, answer, action)
            return
        event = activities.to_viewed(activity, *page) if page else replace(said, identified=bool(admitted))
        self._answer_in_chat(activity, await self._handle(event))

    async def _admits(self, activity: Activity) -> bool | None:
        return await self._roster.admits(activity.sender.aad_object_id, activity.conversation.id)

    async def turn_away(self, to: Address, key: str) -> None:
        """Tell somebody in their personal chat that they may not use the desk."""
        notice = Outgoing((Caption(texts.NOT_FOR_GUESTS),), texts.NOT_FOR_GUESTS)
        messages = [to_message(card, notice) for card in to_cards(notice)]
        await _logging_failures(self._messenger.send_activities(to, messages, f"shown/{key}"))

    async def _is_for_desk(self, activity: Activity) -> bool:
        """Return whether a message addresses the desk, or is in a thread that the desk started.

        In a team that consented, Teams sends every message.
        """
        if activities.is_addressed(activity, self._bot_id):
            return True
        return await self._conversations.is_own_thread(activity.conversation.id)

    def _answer_in_chat(self, activity: Activity, answer: SyncResponse, action: CardAction | None = None) -> None:
        """Send an answer to the sender's personal chat, where nobody else sees it, in the background.

        `action` is what somebody did on a card, if the answer is for that.
        """
        messages: list[Json] = []
        if answer.notice:
            notice = Outgoing((Caption(answer.notice),), answer.notice)
            messages += [to_message(card, notice) for card in to_cards(notice)]
        if form := _form_of(answer, action, activity.id):
            messages.append({"attachments": [form.attachment], "summary": form.title})
        if answer.view:
            messages.append(_page_message(answer.view))
        if messages:
            key = f"shown/{activity.conversation.id}:{activity.id}:{activity.timestamp}"
            self._spawn(self._messenger.send_activities(activities.to_direct(activity), messages, key))

    # ---- invoke -----------------------------------------------------------------------------------------------------

    async def on_invoke(self, activity: Activity) -> Json:
        """Handle an action on a card, in a dialog or in the message extension, and return the response."""
        if not (admitted := await self._admits(activity)):
            return _refusal(activity.name, texts.PRESS_AGAIN if admitted is None else texts.NOT_FOR_GUESTS)
        if activity.name == "composeExtension/fetchTask" and activities.is_report_command(activity.value):
            return await self.on_compose_extension_fetch_task(activity)
        action = read_card_action(activity.value, activity.reply_to_id)
        if action is None:
            raise web.HTTPBadRequest(text="That is not a card of this desk.")
        match activity.name:
            case "adaptiveCard/action":
                return await self.on_adaptive_card_action(activity, action)
            case "task/fetch":
                return await self.on_task_fetch(activity, action)
            case "task/submit" | "composeExtension/submitAction":
                return await self.on_task_submit(activity, action)
            case _:
                raise web.HTTPNotImplemented

    async def on_adaptive_card_action(self, activity: Activity, action: CardAction) -> Json:
        """Return the response to an Action.Execute. Only the person who pressed it sees the response.

        A form or a page is shown in place of the card, anything else as a short text.
        """
        answer = await self._handle_action(activity, action)
        if form := _form_of(answer, action, activity.id):
            return {"statusCode": 200, "type": CONTENT_TYPE, "value": form.card}
        if answer.view:
            return {"statusCode": 200, "type": CONTENT_TYPE, "value": to_page_card(answer.view, answer.notice)}
        return _adaptive_card_text(answer.notice or texts.DONE)

    async def on_task_fetch(self, activity: Activity, action: CardAction) -> Json:
        """Return the response to a button that opens a dialog."""
        return _task_response(await self._handle_action(activity, action), action, activity.id)

    async def on_task_submit(self, activity: Activity, action: CardAction) -> Json:
        """Return the response to a form in a dialog.

        The dialog closes unless there is a notice, a problem or another form.
        """
        answer = await self._handle_action(activity, action)
        if answer.notice or answer.problems or answer.form:
            return _task_response(answer, action, activity.id)
        return {}

    async def on_compose_extension_fetch_task(self, activity: Activity) -> Json:
        """Return the response to the message extension's command: a dialog with the form that reports an enquiry."""
        return _task_response(await self._handle(activities.to_shared(activity)), None, activity.id)

    async def _handle_action(self, activity: Activity, action: CardAction) -> SyncResponse:
        """Return the desk's response to an action. If it was done on a page, the page is drawn again."""
        answer = await self._handle(activities.to_action(activity, action))
        page = action.page
        if page and not (answer.view or answer.form or answer.problems):
            drawn = await self._handle(activities.to_viewed(activity, page.name, page.query))
            answer = replace(answer, view=drawn.view)
        if answer.view and page and page.message and activity.is_personal:
            # The response to the invoke shows the page at once, but only until the chat is opened again.
            message = _page_message(answer.view, answer.notice)
            self._spawn(self._messenger.update_activity(activities.to_direct(activity), page.message, message))
        elif answer.view and activity.name != "adaptiveCard/action":
            self._answer_in_chat(activity, SyncResponse(view=answer.view))
        return answer

    # ---- installationUpdate, conversationUpdate ---------------------------------------------------------------------

    async def on_installation_update(self, activity: Activity) -> None:
        """Handle the installation of the app. Its removal is ignored."""
        if activity.action.startswith("add"):
            await self._on_installed(activity)

    async def on_conversation_update(self, activity: Activity) -> None:
        """Handle the addition of the bot to a conversation. Other changes are ignored."""
        if any(member.id in {self._bot_id, activity.recipient.id} for member in activity.members_added or ()):
            await self._on_installed(activity)

    async def _on_installed(self, activity: Activity) -> None:
        data = activity.channel_data
        if activity.is_personal:
            if activity.sender.aad_object_id and await self._admits(activity):
                await self.ensure_joined(activities.to_joined(activity))
        elif data and data.team and data.team.aad_group_id:
            channel = (data.settings.selected_channel if data.settings else None) or data.channel
            channel_id = (channel and channel.id) or data.team.id
            await self._conversations.set_team_channel(data.team.aad_group_id, channel_id)

    async def ensure_joined(self, joined: Joined) -> None:
        """Tell the desk about a user once. Raises StoreUnavailable."""
        aad = joined.person.id
        if not await self._conversations.has_joined(aad):
            await self._handle(joined)
            await self._conversations.set_joined(aad)

    async def _handle(self, event: Incoming) -> SyncResponse:
        if self.desk is None:
            raise StoreUnavailable("The desk has not started yet.")
        return await self.desk.handle(event)

    def _spawn(self, sending: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(_logging_failures(sending))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logging_failures(sending: Awaitable[object]) -> None:
    try:
        await sending
    except (DeliveryFailure, ConnectorError, StoreUnavailable) as error:
        log.warning("Somebody could not be shown what they asked for: %s", error)


# ---- responses ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _FormCard:
    """A form as a card, with its title."""

    title: str
    card: Json

    @property
    def attachment(self) -> Json:
        return {"contentType": CONTENT_TYPE, "content": self.card}


def _form_of(answer: SyncResponse, action: CardAction | None, activity_id: str) -> _FormCard | None:
    """Return the form to open, or the form that was sent and stays open with its problems."""
    if answer.form:
        card = to_form_card(answer.form, activity_id, page=action.page if action else None)
        return _FormCard(answer.form.title, card)
    if answer.problems and isinstance(action, FormSubmission):
        card = to_form_card(action.form, action.id, answer.problems, action.values, action.page)
        return _FormCard(action.form.title, card)
    return None


def _page_message(view: View, notice: str = "") -> Json:
    return to_message(to_page_card(view, notice), Outgoing((), view.title))


def _task_response(answer: SyncResponse, action: CardAction | None, activity_id: str) -> Json:
    """Return the response that shows a form or a text in a dialog."""
    if form := _form_of(answer, action, activity_id):
        value = {"title": form.title, "height": "medium", "width": "medium", "card": form.attachment}
        return {"task": {"type": "continue", "value": value}}
    return _task_text(answer.notice or texts.DONE)


def _refusal(invoke_name: str, text: str) -> Json:
    return _adaptive_card_text(text) if invoke_name == "adaptiveCard/action" else _task_text(text)


def _adaptive_card_text(text: str) -> Json:
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def _task_text(text: str) -> Json:
    return {"task": {"type": "message", "value": text}}
