"""The press office's side of the desk: buttons and forms of cases, and what is written below their cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from bot.desk import related_cases
from bot.desk.actions import asker_actions, global_actions, handover_actions, joining_actions, officer_actions
from bot.desk.actions.action import Action, ActionContext, GlobalAction, GlobalContext, Who
from bot.desk.active_knowledge import ActiveKnowledge
from bot.desk.button_values import case_handle
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Questions
from bot.domain import transitions
from bot.domain.case import Case, ReplyKind
from bot.domain.transitions import Change, Refused
from bot.messages import Person, Pressed, Said, Submitted, SyncResponse
from bot.presentation import cards, texts
from bot.queue import effects
from bot.queue.payloads import MarkMessage
from bot.storage.engine import Store
from bot.storage.transaction import Transaction

ACTIONS: Mapping[str, Action] = {
    **officer_actions.ACTIONS,
    **asker_actions.ACTIONS,
    **handover_actions.ACTIONS,
    **joining_actions.ACTIONS,
}
"""Everything that can be done to a case: a button's action or a form's name -> what it is."""

GLOBAL_ACTIONS: Mapping[str, GlobalAction] = {**global_actions.GLOBAL_ACTIONS, **joining_actions.GLOBAL_ACTIONS}
"""What officers do that is not about a case there is; a button's action or a form's name -> what it is."""


def is_casework(name: str) -> bool:
    """Whether a button's action or a form's name is this room's."""
    return name.startswith("case.") or name in GLOBAL_ACTIONS


class Casework:
    """Officers and askers act on cases; who may is decided here, whatever a card showed."""

    def __init__(
        self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk, questions: Questions
    ) -> None:
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk
        self._questions = questions

    async def case_below(self, said: Said) -> int | None:
        """The case in whose thread something was said, if it was."""
        if said.at == said.direct:
            return None
        return await self._store.run(lambda tx: tx.postings.by_thread(said.at))

    def is_stray(self, said: Said) -> bool:
        """Whether it is meant for the asker of a case, in a press channel's thread of which no case is known.

        Such a thread hangs below a card that was posted twice, because nobody could note that it was posted once.
        """
        there = (each for each in self._press_desk.press.channels if each.platform == said.at.platform)
        return (
            _prefix(said.text) != ""
            and said.at != said.direct
            and any(said.at.token.startswith(channel.token) for channel in there)
        )

    async def pressed(self, pressed: Pressed) -> SyncResponse:
        """A button of a case, or of an errand."""
        run = self._global_action if pressed.action in GLOBAL_ACTIONS else self._act
        return await self._store.run(lambda tx: run(tx, pressed, pressed.action, pressed.value))

    async def submitted(self, submitted: Submitted) -> SyncResponse:
        """A form of a case, or of an errand."""
        run = self._global_action if submitted.form in GLOBAL_ACTIONS else self._act
        return await self._store.run(lambda tx: run(tx, submitted, submitted.form, submitted.context))

    async def said(self, said: Said, case_id: int | None) -> SyncResponse:
        """A message below a card: it stays inside, unless it starts with `reply:`. With no case it goes nowhere."""
        return await self._store.run(lambda tx: self._say(tx, said, case_id))

    # ---- buttons and forms ------------------------------------------------------------------------------------------

    def _act(self, tx: Transaction, came: Pressed | Submitted, name: str, handle: str) -> SyncResponse:
        action = ACTIONS.get(name)
        if action is None:
            return SyncResponse(notice=texts.TOO_OLD)
        case, revision, rest = _find(tx, handle)
        if case is None:
            return SyncResponse(notice=texts.NO_SUCH_CASE)
        if refused := self._may_not(action.who, came.person, case):
            return SyncResponse(notice=refused)
        if action.follows and case.joined_into is not None:
            case = tx.cases.load(case.joined_into) or case
        loaded = self._active_knowledge.current
        status = related_cases.status_of(tx, case, self._press_desk, loaded.knowledge)
        values = came.values if isinstance(came, Submitted) else {}
        context = ActionContext(tx, case, came, rest, values, status, loaded, self._press_desk, self._questions)
        if action.form and isinstance(came, Pressed):
            return _opened(action, context, revision)
        return self._do(action, context, revision)

    def _do(self, action: Action, context: ActionContext, revision: int) -> SyncResponse:
        change = action.do(context)
        if isinstance(change, SyncResponse):
            return change
        if isinstance(change, Refused):
            return SyncResponse(notice=change.reason)
        if action.turns and transitions.is_stale(context.case, revision):
            return SyncResponse(notice=texts.STALE)
        if context.tx.events.claim_once(context.came.at.platform, context.came.event_id):
            effects.commit(context.tx, change, self._press_desk.press)
            if action.then:
                action.then(context, change)
        return SyncResponse(notice=change.notice)

    def _global_action(self, tx: Transaction, came: Pressed | Submitted, name: str, handle: str) -> SyncResponse:
        if not self._press_desk.is_officer(came.person):
            return SyncResponse(notice=texts.NOT_AN_OFFICER)
        context = GLOBAL_ACTIONS[name]
        values = came.values if isinstance(came, Submitted) else {}
        global_actions = GlobalContext(tx, came, handle, values, self._active_knowledge.current, self._press_desk)
        if context.form and isinstance(came, Pressed):
            return SyncResponse(form=context.form(global_actions))
        return context.do(global_actions)

    def _may_not(self, who: Who, person: Person, case: Case) -> str:
        """Why this person may not do this, or nothing."""
        asks = any(asker.person.key == person.key for asker in case.askers)
        if who is Who.ASKER or (who is Who.BOTH and not self._press_desk.is_officer(person)):
            return "" if asks else texts.NOT_YOURS
        return "" if self._press_desk.is_officer(person) else texts.NOT_AN_OFFICER

    # ---- below a card -----------------------------------------------------------------------------------------------

    def _say(self, tx: Transaction, said: Said, case_id: int | None) -> SyncResponse:
        case = tx.cases.load(case_id) if case_id is not None else None
        if case is None and self.is_stray(said):
            _refuse(tx, said, texts.WHICH_CASE)
        if case is None or not tx.events.claim_once(said.at.platform, said.event_id):
            return SyncResponse()
        text = said.text.strip()
        if prefix := _prefix(text):
            self._reply_below(tx, said, case, text[len(prefix) :].strip(), ReplyKind(texts.REPLY_PREFIXES[prefix]))
        elif isinstance(change := transitions.note(case, said.person, text, tx.now, from_thread=True), Change):
            effects.commit(tx, change, self._press_desk.press)
        return SyncResponse()

    def _reply_below(self, tx: Transaction, said: Said, case: Case, text: str, kind: ReplyKind) -> None:
        change: Change | Refused = Refused(texts.NOT_AN_OFFICER)
        if self._press_desk.is_officer(said.person):
            change = transitions.reply(case, said.person, text, tx.now, kind, from_thread=True, files=said.files)
        match change:
            case Change():
                mark = MarkMessage(said.at, said.event_id, "delivered")
                effects.commit(tx, change, self._press_desk.press, answers=mark)
            case Refused():
                _refuse(tx, said, change.reason)
            case _:
                assert_never(change)


def _prefix(text: str) -> str:
    """With what it begins where it is for the asker, or nothing."""
    begins = text.strip().lower()
    return next((prefix for prefix in texts.REPLY_PREFIXES if begins.startswith(prefix)), "")


def _refuse(tx: Transaction, said: Said, reason: str) -> None:
    effects.send(tx, said.at, cards.in_thread(reason), key=f"said:{said.at.platform}:{said.event_id}:refused")


def _opened(action: Action, context: ActionContext, revision: int) -> SyncResponse:
    """The form, or why it does not open."""
    assert action.form is not None  # noqa: S101  for the type checker
    form = action.form(context)
    if isinstance(form, Refused):
        return SyncResponse(notice=form.reason)
    if action.turns and transitions.is_stale(context.case, revision):
        return SyncResponse(notice=texts.STALE)
    return SyncResponse(form=form)


def _find(tx: Transaction, handle: str) -> tuple[Case | None, int, str]:
    """`7@3:rest` as (case 7, locked for a change; revision 3; rest)."""
    read = case_handle(handle)
    if read is None:
        return None, 0, ""
    case_id, revision, rest = read
    return tx.cases.load(case_id), revision, rest
