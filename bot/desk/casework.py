"""The press office's side of the desk: buttons and forms of cases, and what is written below their cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from bot import cards, cases, effects, wording
from bot.cases import Change, Refused
from bot.desk.handles import case_handle, number
from bot.desk.mind import Minds
from bot.desk.office import Office
from bot.desk.questions import Questions
from bot.effects import MarkMessage
from bot.messages import Form, Immediate, Person, Pressed, Said, Submitted
from bot.model import Case, Details, Outcome, StepKind
from bot.store import cases as case_rows
from bot.store import events, postings
from bot.store.engine import Store
from bot.store.events import Once
from bot.store.tx import Tx

FORMS: Mapping[str, Callable[[Case], Form]] = {
    "case.reply": cards.reply_form,
    "case.note": cards.note_form,
    "case.close": cards.close_form,
    "case.details": cards.details_form,
}
TURNS = frozenset({"case.claim", "case.unclaim", "case.reopen", "case.false_alarm", "case.close"})
"""Officers' actions that change whose turn it is: from a card drawn before the last such change they do nothing.

An asker's Withdraw is not among them, since what askers have is never drawn again."""

OF_ASKERS = frozenset({"case.withdraw", "case.separate"})
OF_BOTH = frozenset({"case.details"})


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

    async def pressed(self, pressed: Pressed) -> Immediate:
        """A button of a case."""
        return await self._store.run(lambda tx: self._press(tx, pressed))

    async def submitted(self, submitted: Submitted) -> Immediate:
        """A form of a case."""
        return await self._store.run(lambda tx: self._submit(tx, submitted))

    async def said(self, said: Said, case_id: int) -> Immediate:
        """A message below a card: it stays inside, unless it starts with `reply:`."""
        return await self._store.run(lambda tx: self._say(tx, said, case_id))

    # ---- buttons ----------------------------------------------------------------------------------------------------

    def _press(self, tx: Tx, pressed: Pressed) -> Immediate:
        case, revision, rest = _find(tx, pressed.value)
        if case is None:
            return Immediate(notice=wording.NO_SUCH_CASE)
        if refused := self._may_not(pressed.action, pressed.person, case):
            return Immediate(notice=refused)
        if pressed.action in FORMS:
            return self._open_form(pressed, case, revision)
        change = self._transition(tx, pressed, case, rest)
        if isinstance(change, Change) and pressed.action in TURNS and cases.is_stale(case, revision):
            change = Refused(wording.STALE)
        return self._finish(tx, change, pressed.at.platform, pressed.event_id)

    def _open_form(self, pressed: Pressed, case: Case, revision: int) -> Immediate:
        if pressed.action in {"case.reply", "case.close"} and (refused := cases.not_for(case, pressed.person)):
            return Immediate(notice=refused.reason)
        if pressed.action in TURNS and cases.is_stale(case, revision):
            return Immediate(notice=wording.STALE)
        return Immediate(form=FORMS[pressed.action](case))

    def _transition(self, tx: Tx, pressed: Pressed, case: Case, rest: str) -> Change | Refused:
        by, now = pressed.person, tx.now
        terms = self._office.terms(self._minds.current.knowledge, now)
        match pressed.action:
            case "case.claim":
                return cases.claim(case, by, now)
            case "case.unclaim":
                return cases.unclaim(case, by, terms, now)
            case "case.reopen":
                return cases.reopen(case, by, terms, now)
            case "case.false_alarm":
                return cases.close(case, by, Outcome.FALSE_ALARM, now)
            case "case.withdraw":
                return cases.withdraw(case, by, case_rows.steps(tx, case.id), now)
            case "case.separate":
                return self._separate(tx, pressed, case, rest)
            case _:
                return Refused(wording.TOO_OLD)

    def _separate(self, tx: Tx, pressed: Pressed, case: Case, rest: str) -> Change | Refused:
        """The added message, counted as the case's history counts, becomes a case of its own; once."""
        steps = case_rows.steps(tx, case.id)
        place = number(rest)
        step = steps[place] if place is not None and place < len(steps) else None
        if step is None or step.kind is not StepKind.ADDED or step.by is None or step.by.key != pressed.person.key:
            return Refused(wording.NOT_YOURS)
        if not events.remember(tx, Once.SEPARATED, f"{case.id}:{place}"):
            return Refused(wording.ALREADY_PASSED_ON)
        said = Said(step.event_id, pressed.person, step.text, pressed.at, pressed.direct)
        new = self._questions.open(tx, said, case.kind, self._minds.current)
        return cases.separate(case, step, pressed.person, new, tx.now)

    # ---- forms ------------------------------------------------------------------------------------------------------

    def _submit(self, tx: Tx, submitted: Submitted) -> Immediate:
        case, revision, _ = _find(tx, submitted.context)
        if case is None:
            return Immediate(notice=wording.NO_SUCH_CASE)
        if refused := self._may_not(submitted.form, submitted.person, case):
            return Immediate(notice=refused)
        values = submitted.values
        if submitted.form in {"case.reply", "case.note"} and not values.get("text", "").strip():
            return Immediate(problems={"text": wording.NOTHING_WRITTEN})
        change = self._filled_in(tx, submitted, case)
        if isinstance(change, Change) and submitted.form in TURNS and cases.is_stale(case, revision):
            change = Refused(wording.STALE)
        return self._finish(tx, change, submitted.at.platform, submitted.event_id)

    def _filled_in(self, tx: Tx, submitted: Submitted, case: Case) -> Change | Refused:
        by, values, now = submitted.person, submitted.values, tx.now
        match submitted.form:
            case "case.reply":
                return cases.reply(case, by, values.get("text", ""), now)
            case "case.note":
                return cases.note(case, by, values.get("text", ""), now)
            case "case.close":
                outcome = next((each for each in cards.CLOSING if each.value == values.get("outcome")), None)
                if outcome is None:
                    return Refused(wording.TOO_OLD)
                return cases.close(case, by, outcome, now, inside=values.get("note", ""))
            case "case.details":
                known = {name: values.get(name, "").strip() for name in wording.DETAILS_LABELS}
                return cases.add_details(case, by, Details(**known), now)
            case _:
                return Refused(wording.TOO_OLD)

    # ---- below a card -----------------------------------------------------------------------------------------------

    def _say(self, tx: Tx, said: Said, case_id: int) -> Immediate:
        case = case_rows.load(tx, case_id)
        if case is None or not events.remember(tx, said.at.platform, said.event_id):
            return Immediate()
        text = said.text.strip()
        if text[: len(wording.REPLY_PREFIX)].lower() == wording.REPLY_PREFIX:
            self._reply_below(tx, said, case, text[len(wording.REPLY_PREFIX) :].strip())
        elif isinstance(change := cases.note(case, said.person, text, tx.now, from_thread=True), Change):
            effects.commit(tx, change, self._office.press)
        return Immediate()

    def _reply_below(self, tx: Tx, said: Said, case: Case, text: str) -> None:
        change: Change | Refused = Refused(wording.NOT_AN_OFFICER)
        if self._office.is_officer(said.person):
            change = cases.reply(case, said.person, text, tx.now, from_thread=True, files=said.files)
        match change:
            case Change():
                mark = MarkMessage(said.at, said.event_id, "delivered")
                effects.commit(tx, change, self._office.press, answers=mark)
            case Refused():
                key = f"said:{said.at.platform}:{said.event_id}:refused"
                effects.send(tx, said.at, cards.in_thread(change.reason), key=key)
            case _:
                assert_never(change)

    # ---- the common part --------------------------------------------------------------------------------------------

    def _may_not(self, action: str, person: Person, case: Case) -> str:
        """Why this person may not do this, or nothing."""
        if action in OF_ASKERS:
            return ""  # the transition itself looks whose it is
        if self._office.is_officer(person):
            return ""
        if action in OF_BOTH:
            asks = any(asker.person.key == person.key for asker in case.askers)
            return "" if asks else wording.NOT_YOURS
        return wording.NOT_AN_OFFICER

    def _finish(self, tx: Tx, change: Change | Refused, platform: str, event_id: str) -> Immediate:
        if isinstance(change, Refused):
            return Immediate(notice=change.reason)
        if events.remember(tx, platform, event_id):
            effects.commit(tx, change, self._office.press)
        return Immediate(notice=change.notice)


def _find(tx: Tx, handle: str) -> tuple[Case | None, int, str]:
    """`7@3:rest` as (case 7, locked for a change; revision 3; rest)."""
    read = case_handle(handle)
    if read is None:
        return None, 0, ""
    case_id, revision, rest = read
    return case_rows.load(tx, case_id), revision, rest
