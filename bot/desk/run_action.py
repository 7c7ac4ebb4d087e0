"""Running an action of the table: load its case or answer, check who may run it, run it, apply the result."""

from __future__ import annotations

from typing import assert_never

from bot.desk.actions.action import (
    ActionContext,
    AnswerAction,
    AnswerContext,
    CaseAction,
    CaseActionContext,
    PressOfficeAction,
    Who,
    parse_case_value,
    parse_number,
)
from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk, status_of
from bot.domain import transitions
from bot.domain.case import Case
from bot.domain.transitions import Refusal, Refused, Transition
from bot.matching.active_knowledge import LoadedKnowledge
from bot.messages import Form, Person, Pressed, Submitted, SyncResponse
from bot.presentation import texts
from bot.presentation.refusal_mapping import refusal_text
from bot.storage.records import Answered
from bot.storage.transaction import Transaction

# ---- actions on a case ----------------------------------------------------------------------------------------------


def run_case_action(
    tx: Transaction,
    action: CaseAction,
    incoming: Pressed | Submitted,
    value: str,
    loaded: LoadedKnowledge,
    press_desk: PressDesk,
) -> SyncResponse:
    """Run an action on the case that `value` names (see `parse_case_value`)."""
    drawn = parse_case_value(value)
    case = tx.cases.load(drawn.case_id) if drawn else None
    if drawn is None or case is None:
        return _refuse(Refused(Refusal.NO_SUCH_CASE))
    if refusal := _check_may(action.who, incoming.person, case, press_desk):
        return _refuse(Refused(refusal, case))
    if action.follows_join and case.joined_into is not None:
        case = tx.cases.load(case.joined_into) or case
    status = status_of(tx, case, press_desk, loaded.knowledge)
    context = CaseActionContext(tx, incoming, drawn.rest, loaded, press_desk, case, status)
    if action.form and isinstance(incoming, Pressed):
        return _open_form(action, action.form(context), context, drawn.revision)
    return _apply_result(action, action.do(context), context, drawn.revision)


def _check_may(who: Who, person: Person, case: Case, press_desk: PressDesk) -> Refusal | None:
    """Return why this person may not run the action, or None if they may.

    It is not enough that the card did not show them the button, because a value can be forged.
    """
    is_officer = press_desk.is_officer(person)
    is_asker = any(asker.person.key == person.key for asker in case.askers)
    match who:
        case Who.OFFICER:
            return None if is_officer else Refusal.NOT_AN_OFFICER
        case Who.ASKER:
            return None if is_asker else Refusal.ASKER_ONLY
        case Who.BOTH:
            return None if is_officer or is_asker else Refusal.ASKER_ONLY
        case _:
            assert_never(who)


def _open_form(action: CaseAction, form: Form | Refused, context: CaseActionContext, revision: int) -> SyncResponse:
    """Return the form, or why it does not open."""
    if isinstance(form, Refused):
        return _refuse(form)
    if action.changes_ownership and transitions.is_stale(context.case, revision):
        return _refuse(Refused(Refusal.STALE_BUTTON, context.case))
    return SyncResponse(form=form)


def _apply_result(
    action: CaseAction, result: Transition | Refused | SyncResponse, context: CaseActionContext, revision: int
) -> SyncResponse:
    """Apply the result of an action, once for each event, and return the response for the person who ran it."""
    if isinstance(result, SyncResponse):
        return result
    if isinstance(result, Refused):
        return _refuse(result)
    if action.changes_ownership and transitions.is_stale(context.case, revision):
        return _refuse(Refused(Refusal.STALE_BUTTON, context.case))
    if context.is_first_time():
        apply_transition(context.tx, result, context.press_desk)
        if action.then:
            action.then(context, result)
    return SyncResponse(notice=action.confirm(context, result) if action.confirm else "")


def _refuse(refused: Refused) -> SyncResponse:
    return SyncResponse(notice=refusal_text(refused))


# ---- actions of officers on no case ---------------------------------------------------------------------------------


def run_press_office_action(action: PressOfficeAction, context: ActionContext) -> SyncResponse:
    """Run an action of officers, or open its form. Anybody else is refused."""
    if not context.press_desk.is_officer(context.person):
        return _refuse(Refused(Refusal.NOT_AN_OFFICER))
    if action.form and isinstance(context.incoming, Pressed):
        return SyncResponse(form=action.form(context))
    return action.do(context)


# ---- actions on an answer -------------------------------------------------------------------------------------------


def run_answer_action(
    tx: Transaction,
    action: AnswerAction,
    pressed: Pressed,
    loaded: LoadedKnowledge,
    press_desk: PressDesk,
) -> SyncResponse:
    """Run an action on the answer that the button's value names: `12:rest` is answer 12."""
    asked = _load_answer(tx, pressed.value)
    if asked is None:
        return SyncResponse(notice=texts.TOO_OLD)
    if not _may_press(action, pressed, asked):
        return SyncResponse(notice=texts.ONLY_THE_AUTHOR if action.author_only else texts.NOT_YOURS)
    rest = pressed.value.partition(":")[2]
    return action.do(AnswerContext(tx, pressed, rest, loaded, press_desk, pressed, asked))


def _load_answer(tx: Transaction, value: str) -> Answered | None:
    """Return the answer that a button's value names, or None if there is none (any more)."""
    answer_id = parse_number(value.partition(":")[0])
    return None if answer_id is None else tx.answers.load(answer_id)


def _may_press(action: AnswerAction, pressed: Pressed, asked: Answered) -> bool:
    """Return whether this person may press the button.

    Besides the asker, anybody may in a channel, or if the asker was not stored; but not for an `asker_only` action.
    """
    if asked.asker == pressed.person.key:
        return True
    if action.asker_only:
        return False
    if action.author_only:
        return not asked.asker and pressed.at == pressed.direct
    return not asked.asker or pressed.at != pressed.direct
