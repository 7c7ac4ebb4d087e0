"""Actions on a message that an asker wrote after their enquiry: pass it on, or keep it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Action, AnswerAction, AnswerContext, parse_number
from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import status_of
from bot.domain import transitions
from bot.domain.case import CaseState
from bot.messages import Said, SyncResponse
from bot.presentation import cards, texts
from bot.queue import outbox
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


ACTIONS: Mapping[str, Action] = {
    "further.add": AnswerAction(_add, asker_only=True),
    "further.keep": AnswerAction(_keep, asker_only=True),
}
