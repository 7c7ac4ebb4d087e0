"""Actions on a message that an asker wrote after their enquiry: pass it on, or keep it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import (
    Action,
    AnswerAction,
    AnswerContext,
    CaseAction,
    CaseActionContext,
    Who,
    parse_number,
)
from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import status_of
from bot.domain import transitions
from bot.domain.case import CaseState, StepKind
from bot.domain.transitions import Refusal, Refused, Transition
from bot.messages import Form, Said, SyncResponse
from bot.plaintext import display_name
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.queue.outbox import Send
from bot.storage.records import DedupeScope


def _add(context: AnswerContext) -> SyncResponse:
    """Add the message to the case. It is passed on once, whichever of its buttons is pressed."""
    asked, pressed, tx = context.asked, context.pressed, context.tx
    case_id = parse_number(context.value)
    case = tx.cases.load(case_id) if case_id is not None else None
    if case is not None and case.joined_into is not None:
        case = tx.cases.load(case.joined_into)
    if case is None or not any(asker.person.key == pressed.person.key for asker in case.askers):
        return SyncResponse(notice=texts.NOT_YOURS)
    if case.state is CaseState.CLOSED:
        return SyncResponse(notice=texts.no_longer_open(case.reference))
    if not tx.events.claim_once(DedupeScope.PASSED_ON, str(asked.id)):
        return SyncResponse(notice=texts.ALREADY_PASSED_ON)
    said = Said(
        asked.event_id or pressed.event_id,
        pressed.person,
        asked.question,
        pressed.at,
        pressed.direct,
        files=asked.files,
        link=asked.link,
    )
    status = status_of(tx, case, context.press_desk, context.loaded.knowledge)
    steps, policy = tx.cases.steps(case.id), context.press_desk.policy
    apply_transition(tx, transitions.add(case, said, steps, status, policy, tx.now), context.press_desk)
    return SyncResponse()


def _keep(context: AnswerContext) -> SyncResponse:
    """Send nothing. The message is then answered like any other without an answer."""
    asked, tx = context.asked, context.tx
    if tx.events.seen(DedupeScope.PASSED_ON, str(asked.id)):
        return SyncResponse(notice=texts.ALREADY_PASSED_ON)
    if context.is_first_time():
        known = context.loaded.knowledge.entry  # perhaps of a later revision, in which some are gone
        nearest = [known[entry_id] for entry_id in asked.entries if entry_id in known]
        card = cards.unknown("", nearest, answered=asked.id, press=context.press_desk.exists)
        outbox.send(tx, context.pressed.at, card, key=f"kept:{asked.id}")
    return SyncResponse(notice=texts.NOT_SENT)


def _answer_form(context: CaseActionContext) -> Form | Refused:
    case = context.case
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED_FOR_ASKER, case)
    replies = (step for step in reversed(context.tx.cases.steps(case.id)) if step.kind is StepKind.REPLIED)
    officer = next((step.by for step in replies if step.by), None)
    return cards.answer_form(case, display_name(officer)) if officer else Refused(Refusal.NOTHING_WRITTEN, case)


def _answer_officer(context: CaseActionContext) -> Transition | Refused | SyncResponse:
    """Add what the asker wrote into the form as the answer to an officer."""
    text, incoming, case, tx = context.values.get("text", "").strip(), context.incoming, context.case, context.tx
    if not text:
        return SyncResponse(problems={"text": texts.NOTHING_WRITTEN})
    if case.state is CaseState.CLOSED:
        return Refused(Refusal.ALREADY_CLOSED_FOR_ASKER, case)
    said = Said(incoming.event_id, context.person, text, incoming.direct, incoming.direct)
    steps, policy = tx.cases.steps(case.id), context.press_desk.policy
    return transitions.add(case, said, steps, context.status, policy, tx.now, from_form=True)


def _undo(context: CaseActionContext) -> Transition | Refused | SyncResponse:
    """Take back an added message. `value` is the index of its step in the history."""
    tx, case = context.tx, context.case
    number, steps = _number(context), tx.cases.steps(case.id)
    if tx.events.seen(DedupeScope.SEPARATED, f"{case.id}:{number}"):
        return Refused(Refusal.PASSED_ON_ALREADY, case)
    mailed = context.press_desk.mail is not None and any(step.kind in _MAILS for step in steps[number + 1 :])
    policy = context.press_desk.policy
    result = transitions.take_back(case, number, context.person, steps, policy, tx.now, mailed=mailed)
    if isinstance(result, Refused) and result.refusal is Refusal.ASK_TO_REMOVE:
        if context.is_first_time():
            card, key = cards.may_ask_to_remove(case, number), f"undo:{case.id}:{number}:{context.incoming.event_id}"
            outbox.send_to_asker(tx, case.id, Send(context.incoming.direct, card), key=key)
        return SyncResponse()
    return result


def _ask_to_remove(context: CaseActionContext) -> Transition | Refused:
    steps = context.tx.cases.steps(context.case.id)
    return transitions.ask_to_remove(context.case, _number(context), context.person, steps, context.tx.now)


def _remove(context: CaseActionContext) -> Transition | Refused:
    steps, policy = context.tx.cases.steps(context.case.id), context.press_desk.policy
    return transitions.remove(context.case, _number(context), context.person, steps, policy, context.tx.now)


def _number(context: CaseActionContext) -> int:
    """Return the index of a step that the button names; -1 if it names none."""
    number = parse_number(context.value)
    return -1 if number is None else number


_MAILS = frozenset({StepKind.MAILED, StepKind.FALLBACK})
"""Steps with which the press office gets an e-mail of the case."""

ACTIONS: Mapping[str, Action] = {
    "further.add": AnswerAction(_add, asker_only=True),
    "further.keep": AnswerAction(_keep, asker_only=True),
    "case.answer": CaseAction(Who.ASKER, _answer_officer, _answer_form, follows_join=True),
    "case.undo": CaseAction(Who.ASKER, _undo),
    "case.ask_removal": CaseAction(Who.ASKER, _ask_to_remove),
    "case.remove": CaseAction(Who.OFFICER, _remove),
}
