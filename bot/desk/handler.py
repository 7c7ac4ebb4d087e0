"""The desk: the object that adapters call, and how it distributes events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from bot.desk.actions.action import ActionContext, AnswerAction, CaseAction, PressOfficeAction, StaffAction
from bot.desk.actions.table import ACTIONS
from bot.desk.open_case import RelatedCaseFinder
from bot.desk.pages import page
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Questions
from bot.desk.received_messages import ReceivedMessages
from bot.desk.run_action import run_answer_action, run_case_action, run_press_office_action
from bot.matching.active_knowledge import ActiveKnowledge
from bot.messages import Incoming, Joined, Pressed, Said, Shared, Submitted, SyncResponse, Viewed
from bot.ports import People, StartTask, plain_task
from bot.presentation import texts
from bot.queue.inbox import Inbox
from bot.storage.engine import Store


class PolicyDesk:
    """Implements `ports.Desk`."""

    def __init__(
        self,
        store: Store,
        active_knowledge: ActiveKnowledge,
        press_desk: PressDesk,
        people: Mapping[str, People],
        wake: Callable[[], None],
        owner: str,
        start_task: StartTask = plain_task,
    ) -> None:
        """`people` says, by platform, who somebody is. `wake` tells the relay that something was committed.

        `owner` names this process in its leases. `start_task` starts the loop that decides what waits.
        """
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk
        self._related = RelatedCaseFinder(store, press_desk)
        self._questions = Questions(store, active_knowledge, press_desk, self._related)
        self._received = ReceivedMessages(
            store, self._questions, press_desk, people, wake, lambda: active_knowledge.is_ready
        )
        self._inbox = Inbox(store, self._received, owner, start_task)
        self._wake = wake

    async def start(self) -> None:
        """Begin to decide the messages that wait. What was taken in before waits no longer."""
        await self._inbox.start()

    async def stop(self) -> None:
        """Decide those that were begun, and no more."""
        await self._inbox.stop()

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
        """Take a message in. Its answer is sent through the outbox."""
        owner = self._inbox.owner if self._inbox.takes_at_once else ""
        row = await self._store.run(lambda tx: self._received.take_in(tx, said, owner))
        if row is not None and row.claims:
            self._inbox.begin(row)
        elif row is not None:
            self._inbox.wake()
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
                return await self._store.run(lambda tx: run_answer_action(tx, action, incoming, loaded, press_desk))
            case _:
                return SyncResponse(notice=texts.TOO_OLD)
