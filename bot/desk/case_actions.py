"""The press office's side of the desk: buttons and forms of cases, and what is written below their cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from bot.desk import related_cases
from bot.desk.actions import asker_actions, global_actions, handover_actions, joining_actions, officer_actions
from bot.desk.actions.action import Act, Action, Errand, Errands, Who
from bot.desk.active_knowledge import Minds
from bot.desk.button_values import case_handle
from bot.desk.press_desk import Office
from bot.desk.questions import Questions
from bot.domain import transitions
from bot.domain.case import Case, ReplyKind
from bot.domain.transitions import Change, Refused
from bot.messages import Immediate, Person, Pressed, Said, Submitted
from bot.presentation import cards, texts
from bot.queue import effects
from bot.queue.payloads import MarkMessage
from bot.storage.engine import Store
from bot.storage.repositories import cases as case_rows
from bot.storage.repositories import events, postings
from bot.storage.transaction import Tx

ACTIONS: Mapping[str, Action] = {
    **officer_actions.ACTIONS,
    **asker_actions.ACTIONS,
    **handover_actions.ACTIONS,
    **joining_actions.ACTIONS,
}
"""Everything that can be done to a case: a button's action or a form's name -> what it is."""

ERRANDS: Mapping[str, Errand] = {**global_actions.ERRANDS, **joining_actions.ERRANDS}
"""What officers do that is not about a case there is; a button's action or a form's name -> what it is."""


def is_casework(name: str) -> bool:
    """Whether a button's action or a form's name is this room's."""
    return name.startswith("case.") or name in ERRANDS


class Casework:
    """Officers and askers act on cases; who may is decided here, whatever a card showed."""

    def __init__(self, store: Store, minds: Minds, office: Office, questions: Questions) -> None:
        self._store = store
        self._minds = minds
        self._office = office
        self._questions = questions

    async def case_below(self, said: Said) -> int | None:
        """The case in whose thread something was said, if it was."""
        if said.at == said.direct:
            return None
        return await self._store.run(lambda tx: postings.by_thread(tx, said.at))

    def is_stray(self, said: Said) -> bool:
        """Whether it is meant for the asker of a case, in a press channel's thread of which no case is known.

        Such a thread hangs below a card that was posted twice, because nobody could note that it was posted once.
        """
        there = (each for each in self._office.press.channels if each.platform == said.at.platform)
        return (
            _prefix(said.text) != ""
            and said.at != said.direct
            and any(said.at.token.startswith(channel.token) for channel in there)
        )

    async def pressed(self, pressed: Pressed) -> Immediate:
        """A button of a case, or of an errand."""
        run = self._errand if pressed.action in ERRANDS else self._act
        return await self._store.run(lambda tx: run(tx, pressed, pressed.action, pressed.value))

    async def submitted(self, submitted: Submitted) -> Immediate:
        """A form of a case, or of an errand."""
        run = self._errand if submitted.form in ERRANDS else self._act
        return await self._store.run(lambda tx: run(tx, submitted, submitted.form, submitted.context))

    async def said(self, said: Said, case_id: int | None) -> Immediate:
        """A message below a card: it stays inside, unless it starts with `reply:`. With no case it goes nowhere."""
        return await self._store.run(lambda tx: self._say(tx, said, case_id))

    # ---- buttons and forms ------------------------------------------------------------------------------------------

    def _act(self, tx: Tx, came: Pressed | Submitted, name: str, handle: str) -> Immediate:
        action = ACTIONS.get(name)
        if action is None:
            return Immediate(notice=texts.TOO_OLD)
        case, revision, rest = _find(tx, handle)
        if case is None:
            return Immediate(notice=texts.NO_SUCH_CASE)
        if refused := self._may_not(action.who, came.person, case):
            return Immediate(notice=refused)
        if action.follows and case.joined_into is not None:
            case = case_rows.load(tx, case.joined_into) or case
        mind = self._minds.current
        terms = related_cases.terms_of(tx, case, self._office, mind.knowledge)
        values = came.values if isinstance(came, Submitted) else {}
        act = Act(tx, case, came, rest, values, terms, mind, self._office, self._questions)
        if action.form and isinstance(came, Pressed):
            return _opened(action, act, revision)
        return self._do(action, act, revision)

    def _do(self, action: Action, act: Act, revision: int) -> Immediate:
        change = action.do(act)
        if isinstance(change, Immediate):
            return change
        if isinstance(change, Refused):
            return Immediate(notice=change.reason)
        if action.turns and transitions.is_stale(act.case, revision):
            return Immediate(notice=texts.STALE)
        if events.remember(act.tx, act.came.at.platform, act.came.event_id):
            effects.commit(act.tx, change, self._office.press)
            if action.then:
                action.then(act, change)
        return Immediate(notice=change.notice)

    def _errand(self, tx: Tx, came: Pressed | Submitted, name: str, handle: str) -> Immediate:
        if not self._office.is_officer(came.person):
            return Immediate(notice=texts.NOT_AN_OFFICER)
        errand = ERRANDS[name]
        values = came.values if isinstance(came, Submitted) else {}
        global_actions = Errands(tx, came, handle, values, self._minds.current, self._office, self._questions)
        if errand.form and isinstance(came, Pressed):
            return Immediate(form=errand.form(global_actions))
        return errand.do(global_actions)

    def _may_not(self, who: Who, person: Person, case: Case) -> str:
        """Why this person may not do this, or nothing."""
        asks = any(asker.person.key == person.key for asker in case.askers)
        if who is Who.ASKER or (who is Who.BOTH and not self._office.is_officer(person)):
            return "" if asks else texts.NOT_YOURS
        return "" if self._office.is_officer(person) else texts.NOT_AN_OFFICER

    # ---- below a card -----------------------------------------------------------------------------------------------

    def _say(self, tx: Tx, said: Said, case_id: int | None) -> Immediate:
        case = case_rows.load(tx, case_id) if case_id is not None else None
        if case is None and self.is_stray(said):
            _refuse(tx, said, texts.WHICH_CASE)
        if case is None or not events.remember(tx, said.at.platform, said.event_id):
            return Immediate()
        text = said.text.strip()
        if prefix := _prefix(text):
            self._reply_below(tx, said, case, text[len(prefix) :].strip(), ReplyKind(texts.REPLY_PREFIXES[prefix]))
        elif isinstance(change := transitions.note(case, said.person, text, tx.now, from_thread=True), Change):
            effects.commit(tx, change, self._office.press)
        return Immediate()

    def _reply_below(self, tx: Tx, said: Said, case: Case, text: str, kind: ReplyKind) -> None:
        change: Change | Refused = Refused(texts.NOT_AN_OFFICER)
        if self._office.is_officer(said.person):
            change = transitions.reply(case, said.person, text, tx.now, kind, from_thread=True, files=said.files)
        match change:
            case Change():
                mark = MarkMessage(said.at, said.event_id, "delivered")
                effects.commit(tx, change, self._office.press, answers=mark)
            case Refused():
                _refuse(tx, said, change.reason)
            case _:
                assert_never(change)


def _prefix(text: str) -> str:
    """With what it begins where it is for the asker, or nothing."""
    begins = text.strip().lower()
    return next((prefix for prefix in texts.REPLY_PREFIXES if begins.startswith(prefix)), "")


def _refuse(tx: Tx, said: Said, reason: str) -> None:
    effects.send(tx, said.at, cards.in_thread(reason), key=f"said:{said.at.platform}:{said.event_id}:refused")


def _opened(action: Action, act: Act, revision: int) -> Immediate:
    """The form, or why it does not open."""
    assert action.form is not None  # noqa: S101  for the type checker
    form = action.form(act)
    if isinstance(form, Refused):
        return Immediate(notice=form.reason)
    if action.turns and transitions.is_stale(act.case, revision):
        return Immediate(notice=texts.STALE)
    return Immediate(form=form)


def _find(tx: Tx, handle: str) -> tuple[Case | None, int, str]:
    """`7@3:rest` as (case 7, locked for a change; revision 3; rest)."""
    read = case_handle(handle)
    if read is None:
        return None, 0, ""
    case_id, revision, rest = read
    return case_rows.load(tx, case_id), revision, rest
