"""What officers do that is about no case yet: rows of the table of errands."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import GlobalAction, GlobalContext
from bot.desk.open_case import Reported, open_case
from bot.messages import Form, SyncResponse
from bot.presentation import cards, texts


def _form(context: GlobalContext) -> Form:
    return cards.open_form("")


def _open(context: GlobalContext) -> SyncResponse:
    """For what came by phone or e-mail: the press office is pinged as for any other enquiry."""
    tx, came = context.tx, context.came
    reported = Reported.read(context.values)
    problems = {}
    if not reported.details.about and not reported.details.questions:
        problems["about"] = texts.NOTHING_WRITTEN
    if problem := context.press_desk.deadline_problem(reported.details.deadline, tx.now):
        problems["deadline"] = problem
    if problems:
        return SyncResponse(problems=problems)
    if not tx.events.claim_once(came.at.platform, came.event_id):
        return SyncResponse()
    case = open_case(tx, context.press_desk, context.loaded.knowledge, reported, by=came.person)
    return SyncResponse(notice=texts.case_opened(case.reference))


GLOBAL_ACTIONS: Mapping[str, GlobalAction] = {"press.open": GlobalAction(_open, _form)}
