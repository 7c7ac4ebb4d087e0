"""What is answered inside an interaction: a notice to one person, a form, a page, an answer shown to others."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import assert_never

from adapters.slack import home, modals, richtext
from adapters.slack.incoming import Body, Shares, Turned
from adapters.slack.places import Places
from adapters.slack.richtext import Json
from adapters.slack.web import SlackWeb
from bot.messages import Incoming, Joined, Pressed, Shared, Submitted, SyncResponse, View, Viewed
from bot.presentation import texts

Tell = Callable[[Incoming], Awaitable[SyncResponse]]
Told = Pressed | Shared | Joined | Viewed


class Shower:
    """Raises DeliveryFailure; nothing of it is kept, so nothing is lost."""

    def __init__(self, web: SlackWeb, places: Places) -> None:
        self._web, self._places = web, places
        self._turned_to: dict[str, str] = {}
        """Officer -> the part of the queue that their page shows. Lost with the process: it then shows what is open."""

    async def immediate(self, incoming: Told, immediate: SyncResponse, body: Body, tell: Tell) -> None:
        """Show what the desk answered."""
        match incoming:
            case Viewed():
                self._turned_to.pop(incoming.person.id, None)
                await self._page(incoming, tell)
            case Pressed() if immediate.view:
                await self.turn(incoming, immediate.view, tell)
                return
            case Pressed() | Shared() if immediate.form:
                await self._web.open_view(str(body.get("trigger_id")), modals.modal(immediate.form, incoming.at))
            case Pressed() | Shared():
                await self._notice(immediate.notice, body)
            case Joined():
                pass
            case _:
                assert_never(incoming)
        if isinstance(incoming, Pressed) and _in_home(body) and not immediate.form:
            await self._page(incoming, tell)

    async def turn(self, incoming: Pressed | Submitted, view: View, tell: Tell) -> None:
        """Their page shows this part of the queue from now on."""
        self._turned_to[incoming.person.id] = view.query
        await self._page(incoming, tell)

    async def filled_in(self, submitted: Submitted, immediate: SyncResponse, tell: Tell) -> None:
        """A form was taken that may have been opened on the page, which may read differently now."""
        if immediate.view:
            await self.turn(submitted, immediate.view, tell)
        elif submitted.person.id in self._turned_to and submitted.at == submitted.direct:
            await self._page(submitted, tell)

    async def other(self, reading: Turned | Shares | None, body: Body) -> None:
        """What the desk does not hear of."""
        match reading:
            case Turned(url=url) if url:
                await self._web.respond(url, _whisper(texts.NOT_FOR_GUESTS))
            case Turned():
                await self._web.whisper(reading.channel, reading.user, texts.NOT_FOR_GUESTS, thread=reading.thread)
            case Shares():
                await self._share(reading, body)
            case None:
                pass
            case _:
                assert_never(reading)

    async def _page(self, who: Viewed | Pressed | Submitted, tell: Tell) -> None:
        part = self._turned_to.get(who.person.id, "")
        queue = await tell(Viewed(who.person, "queue", who.direct, part))
        answers = await tell(Viewed(who.person, "home", who.direct))
        if queue.view:
            self._turned_to[who.person.id] = part
        views = [view for view in (queue.view, answers.view) if view]
        team = self._web.identity.team if self._web.identity else ""
        await self._web.publish(who.person.id, home.page(views, team))

    async def _notice(self, words: str, body: Body) -> None:
        if not words:
            return
        if url := str(body.get("response_url") or ""):
            thread = str((body.get("container") or {}).get("thread_ts") or "")
            if await self._web.respond(url, _whisper(words, thread)):
                return
        await self._web.open_view(str(body.get("trigger_id")), modals.notice(texts.HOME, words))

    async def _share(self, shares: Shares, body: Body) -> None:
        kept = await self._places.take(shares.command)
        url = str(body.get("response_url") or "")
        if kept is None:
            await self._notice(texts.TOO_OLD, body)
            return
        words = texts.shared_by(shares.name or shares.user)
        blocks: list[Json] = [
            *richtext.blocks([richtext.section(richtext.text(words))]),
            *json.loads(kept),
        ]
        message = {"response_type": "in_channel", "replace_original": False, "text": words, "blocks": blocks}
        await self._web.respond(url, message)


def _in_home(body: Body) -> bool:
    return bool((body.get("container") or {}).get("type") == "view")


def _whisper(words: str, thread: str = "") -> Json:
    message = {"response_type": "ephemeral", "replace_original": False, "text": words, "mrkdwn": False}
    return {**message, "thread_ts": thread} if thread else message
