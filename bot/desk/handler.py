"""The desk: what every adapter calls, and nothing a platform could not have sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from bot.desk.active_knowledge import ActiveKnowledge
from bot.desk.answer_buttons import Presses
from bot.desk.case_actions import Casework, is_casework
from bot.desk.pages import Views
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Questions
from bot.messages import Incoming, Joined, Pressed, Said, Shared, Submitted, SyncResponse, Viewed
from bot.storage.engine import Store


class PolicyDesk:
    """Implements `ports.Desk`. `wake` tells the relay that something was committed."""

    def __init__(
        self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk, wake: Callable[[], None]
    ) -> None:
        self._questions = Questions(store, active_knowledge, press_desk)
        self._presses = Presses(store, active_knowledge, press_desk, self._questions)
        self._casework = Casework(store, active_knowledge, press_desk, self._questions)
        self._views = Views(store, active_knowledge, press_desk)
        self._wake = wake

    async def handle(self, incoming: Incoming) -> SyncResponse:
        """See `ports.Desk`."""
        response = await self._handle(incoming)
        self._wake()
        return response

    async def _handle(self, incoming: Incoming) -> SyncResponse:
        match incoming:
            case Said():
                case_id = await self._casework.case_below(incoming)
                if case_id is not None or self._casework.is_stray(incoming):
                    return await self._casework.said(incoming, case_id)
                return await self._questions.said(incoming)
            case Pressed():
                return await self._side_of(incoming.action).pressed(incoming)
            case Submitted(form="queue.search"):
                return await self._views.searched(incoming)
            case Submitted(form="report"):
                return await self._questions.reported(incoming)
            case Submitted():
                return await self._casework.submitted(incoming)
            case Shared():
                return await self._questions.shared(incoming)
            case Joined():
                return await self._questions.joined(incoming)
            case Viewed():
                return await self._views.viewed(incoming)
            case _:
                assert_never(incoming)

    def _side_of(self, action: str) -> Views | Casework | Presses:
        if action.startswith("queue."):
            return self._views
        return self._casework if is_casework(action) else self._presses
