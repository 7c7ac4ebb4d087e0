"""The desk: the object that adapters call, and how it distributes events."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from bot.desk.actions.action import ActionContext, AnswerAction, CaseAction, PressOfficeAction, StaffAction
from bot.desk.actions.table import ACTIONS
from bot.desk.open_case import RelatedCaseFinder
from bot.desk.pages import page
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Questions
from bot.desk.run_action import load_answer, may_press, run_answer_action, run_case_action, run_press_office_action
from bot.desk.thread_messages import handle_thread_message, is_stray_reply
from bot.matching.active_knowledge import ActiveKnowledge
from bot.messages import Incoming, Joined, Pressed, Said, Shared, Submitted, SyncResponse, Viewed
from bot.presentation import texts
from bot.storage.engine import Store


class PolicyDesk:
    """Implements `ports.Desk`."""

    def __init__(
        self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk, wake: Callable[[], None]
    ) -> None:
        """`wake` tells the relay that something was committed."""
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk
        self._related = RelatedCaseFinder(store, press_desk)
        self._questions = Questions(store, active_knowledge, press_desk, self._related)
        self._wake = wake

    async def handle(self, incoming: Incoming) -> SyncResponse:
        """See `ports.Desk`."""
        response = await self._handle(incoming)
        self._wake()
        return response

    async def _handle(self, incoming: Incoming) -> SyncResponse:
        match incoming:
            case Said():
                return await self._said(incoming)
            case Pressed():
                return await self._run(incoming, incoming.action, incoming.value)
            case Submitted():
                return await self._run(incoming, incoming.form, incoming.context)
            case Shared():
                return await self._questions.shared(incoming)
            case Joined():
                return await self._questions.joined(incoming)
            case Viewed():
                knowledge = self._active_knowledge.current.knowledge
                return await self._store.read(lambda tx: page(tx, self._press_desk, knowledge, incoming))
            case _:
                assert_never(incoming)

    async def _said(self, said: Said) -> SyncResponse:
        """Handle a message: one below the card of a case belongs to the case, any other is a question or an enquiry."""
        if said.at == said.direct:
            return await self._questions.said(said)
        case_id = await self._store.run(lambda tx: tx.postings.by_thread(said.at))
        if case_id is None and not is_stray_reply(said, self._press_desk):
            return await self._questions.said(said)
        await self._store.run(lambda tx: handle_thread_message(tx, said, case_id, self._press_desk))
        return SyncResponse()

    async def _run(self, incoming: Pressed | Submitted, name: str, value: str) -> SyncResponse:
        """Run the action of this name (see `actions.table`). `value` is what the button or the form carries."""
        action, loaded, press_desk = ACTIONS.get(name), self._active_knowledge.current, self._press_desk
        if action is not None and action.compares_enquiries:
            await self._related.read_recent()
        match action:
            case CaseAction():
                return await self._store.run(
                    lambda tx: run_case_action(tx, action, incoming, value, loaded, press_desk)
                )
            case PressOfficeAction():
                return await self._store.run(
                    lambda tx: run_press_office_action(action, ActionContext(tx, incoming, value, loaded, press_desk))
                )
            case StaffAction():
                return await self._store.run(
                    lambda tx: action.do(ActionContext(tx, incoming, value, loaded, press_desk))
                )
            case AnswerAction() if isinstance(incoming, Pressed):
                return await self._run_on_answer(action, incoming)
            case _:
                return SyncResponse(notice=texts.TOO_OLD)

    async def _run_on_answer(self, action: AnswerAction, pressed: Pressed) -> SyncResponse:
        """Run an action on an answer. If it needs a match, match the question again before the transaction."""
        loaded, match = self._active_knowledge.current, None
        if action.needs_match:
            asked = await self._store.read(lambda tx: load_answer(tx, pressed.value))
            if asked is not None and may_press(action, pressed, asked):
                loaded, match = await self._active_knowledge.match(asked.question)
        return await self._store.run(lambda tx: run_answer_action(tx, action, pressed, match, loaded, self._press_desk))
