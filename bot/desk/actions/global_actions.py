"""What officers do that is about no case yet: rows of the table of errands."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Errand, Errands
from bot.desk.open_case import Reported, open_case
from bot.messages import Form, Immediate
from bot.presentation import cards, texts
from bot.storage.repositories import events


def _form(errand: Errands) -> Form:
    return cards.open_form("")


def _open(errand: Errands) -> Immediate:
    """For what came by phone or e-mail: the press office is pinged as for any other enquiry."""
    tx, came = errand.tx, errand.came
    reported = Reported.read(errand.values)
    problems = {}
    if not reported.details.about and not reported.details.questions:
        problems["about"] = texts.NOTHING_WRITTEN
    if problem := errand.office.deadline_problem(reported.details.deadline, tx.now):
        problems["deadline"] = problem
    if problems:
        return Immediate(problems=problems)
    if not events.remember(tx, came.at.platform, came.event_id):
        return Immediate()
    case = open_case(tx, errand.office, errand.mind.knowledge, reported, by=came.person)
    return Immediate(notice=texts.case_opened(case.reference))


ERRANDS: Mapping[str, Errand] = {"press.open": Errand(_open, _form)}
