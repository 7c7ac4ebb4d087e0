"""What a person sees as the direct result of an action: a notice, a form, the page in App Home, or a shared answer."""

from __future__ import annotations

import json

from adapters.slack.conversations import Conversations, parse_address
from adapters.slack.from_slack import Body, RejectedUser, ShareRequest
from adapters.slack.to_slack import rich_text
from adapters.slack.to_slack.rich_text import Json
from adapters.slack.to_slack.views import form_modal, home_view, notice_modal
from adapters.slack.web_api import SlackWebApi
from bot.messages import Pressed, Said, Shared, Submitted, SyncResponse, Viewed
from bot.ports import Desk
from bot.presentation import texts


class ResponseRenderer:
    """Shows the desk's response after the payload was acknowledged.

    Every method raises DeliveryFailure if Slack refuses. Nothing is stored, so nothing is tried again.
    """

    def __init__(self, api: SlackWebApi, conversations: Conversations) -> None:
        self._api, self._conversations = api, conversations
        self._queue_queries: dict[str, str] = {}
        """Officer -> the query of the queue that their App Home shows. A restart resets all to the open cases."""

    def forget(self) -> None:
        """Forget what officers looked for in the queue."""
        self._queue_queries.clear()

    async def show_response(self, incoming: Pressed | Shared, response: SyncResponse, body: Body, desk: Desk) -> None:
        """Show the desk's response to a press or a shortcut."""
        if isinstance(incoming, Pressed) and response.view:
            self._queue_queries[incoming.person.id] = response.view.query
            await self._publish_home(incoming, desk)
            return
        if response.form:
            await self._api.open_view(str(body.get("trigger_id")), form_modal(response.form, incoming.at))
            return
        await self._show_notice(response.notice, body)
        if isinstance(incoming, Pressed) and _is_in_home(body):
            await self._publish_home(incoming, desk)

    async def open_home(self, viewed: Viewed, desk: Desk) -> None:
        """Publish App Home for a person who opened it. An officer's queue shows the open cases again."""
        self._queue_queries.pop(viewed.person.id, None)
        await self._publish_home(viewed, desk)

    async def refresh_home(self, submitted: Submitted, response: SyncResponse, desk: Desk) -> None:
        """Publish App Home again after a form that may have been opened from it."""
        if response.view:
            self._queue_queries[submitted.person.id] = response.view.query
            await self._publish_home(submitted, desk)
        elif submitted.person.id in self._queue_queries and submitted.at == submitted.direct:
            await self._publish_home(submitted, desk)

    async def reject(self, rejected: RejectedUser) -> None:
        """Tell a person why they may not use the desk. Nobody else sees it."""
        notice = rejected.notice
        if rejected.response_url:
            await self._api.respond(rejected.response_url, _ephemeral(notice))
        else:
            await self._api.post_ephemeral(rejected.channel, rejected.user, notice, thread=rejected.thread)

    async def turn_away(self, said: Said) -> None:
        """Tell the sender of a message that they may not use the desk. Nobody else sees it."""
        place = parse_address(said.at)
        url = await self._conversations.response_url(place.command) if place.command else None
        if url is not None:
            await self.reject(RejectedUser(place.user, url.channel, response_url=url.url))
            return
        channel = place.channel or await self._conversations.direct_channel(said.person.id)
        thread = "" if said.event_id.endswith(f":{place.thread}") else place.thread  # the message itself
        await self.reject(RejectedUser(said.person.id, channel, thread))

    async def share_answer(self, request: ShareRequest, body: Body) -> None:
        """Post a private answer to the channel in which it was given. It can be shared once."""
        stored = await self._conversations.claim_answer(request.answer)
        if stored is None:
            await self._show_notice(texts.TOO_OLD, body)
            return
        intro = texts.shared_by(request.name or request.user)
        blocks: list[Json] = [
            *rich_text.rich_text_blocks([rich_text.section(rich_text.text(intro))]),
            *json.loads(stored),
        ]
        summary = rich_text.escape_mrkdwn(intro)
        message = {"response_type": "in_channel", "text": summary, "replace_original": False, "blocks": blocks}
        await self._api.respond(str(body.get("response_url") or ""), message)

    async def _publish_home(self, incoming: Viewed | Pressed | Submitted, desk: Desk) -> None:
        """Publish App Home: for an officer the queue first, then for everybody the page for staff."""
        person, direct = incoming.person, incoming.direct
        query = self._queue_queries.get(person.id, "")
        queue = await desk.handle(Viewed(person, "queue", direct, query))
        home = await desk.handle(Viewed(person, "home", direct))
        if queue.view:
            self._queue_queries[person.id] = query
        pages = [page for page in (queue.view, home.view) if page]
        team = self._api.identity.team if self._api.identity else ""
        await self._api.publish_home(person.id, home_view(pages, team))

    async def _show_notice(self, notice: str, body: Body) -> None:
        """Show a notice to the person alone.

        It goes to the response URL or, if there is none or it has expired, into a modal.
        """
        if not notice:
            return
        if url := str(body.get("response_url") or ""):
            thread = str((body.get("container") or {}).get("thread_ts") or "")
            if await self._api.respond(url, _ephemeral(notice, thread)):
                return
        await self._api.open_view(str(body.get("trigger_id")), notice_modal(texts.HOME, notice))


def _is_in_home(body: Body) -> bool:
    return bool((body.get("container") or {}).get("type") == "view")


def _ephemeral(text: str, thread: str = "") -> Json:
    """Return a message for a response URL that only the person sees.

    A mention or a link in `text` would come alive without the escape, also where Slack is told that it is no mrkdwn.
    """
    words = rich_text.escape_mrkdwn(text)
    message = {"response_type": "ephemeral", "replace_original": False, "text": words, "mrkdwn": False}
    return {**message, "thread_ts": thread} if thread else message
