"""What askers do to their case: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk import related_cases
from bot.desk.actions.action import Act, Action, Who
from bot.desk.button_values import number
from bot.desk.form_values import details_in
from bot.domain import transitions
from bot.domain.case import StepKind
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Immediate, Said
from bot.presentation import cards, texts
from bot.storage.repositories import cases as case_rows
from bot.storage.repositories import events
from bot.storage.repositories.events import Once


def _withdraw(act: Act) -> Change | Refused:
    return transitions.withdraw(act.case, act.by, case_rows.steps(act.tx, act.case.id), act.tx.now)


def _separate(act: Act) -> Change | Refused:
    """The added message, counted as the case's history counts, becomes a case of its own; once."""
    steps = case_rows.steps(act.tx, act.case.id)
    place = number(act.rest)
    step = steps[place] if place is not None and place < len(steps) else None
    if step is None or step.kind is not StepKind.ADDED or step.by is None or step.by.key != act.by.key:
        return Refused(texts.NOT_YOURS)
    if not events.remember(act.tx, Once.SEPARATED, f"{act.case.id}:{place}"):
        return Refused(texts.ALREADY_PASSED_ON)
    said = Said(step.event_id, act.by, step.text, act.came.at, act.came.direct)
    new = act.questions.open(act.tx, said, act.case.kind, act.mind)
    # The new one may have turned out to belong with this one, which shows it.
    case = case_rows.load(act.tx, act.case.id) or act.case
    return transitions.separate(case, step, act.by, new, act.tx.now)


def _details(act: Act) -> Change | Refused | Immediate:
    known, now = details_in(act.values), act.tx.now
    if known.deadline != act.case.details.deadline and (problem := act.office.deadline_problem(known.deadline, now)):
        return Immediate(problems={"deadline": problem})
    return transitions.add_details(act.case, act.by, known, act.terms, act.office.press.pace, now)


def _details_form(act: Act) -> Form:
    """Whoever asks does not read what officers, or others who ask, wrote of the enquiry."""
    return cards.details_form(act.case, prefilled=act.office.is_officer(act.by) or _wrote_all(act))


def _wrote_all(act: Act) -> bool:
    """Whether all that is known of the enquiry came from this one person."""
    told = (StepKind.OPENED, StepKind.DETAILS, StepKind.TOOK_IN)
    steps = (step for step in case_rows.steps(act.tx, act.case.id) if step.kind in told)
    return all(step.by is not None and step.by.key == act.by.key for step in steps)


def _belongs_now(act: Act, change: Change) -> None:
    """What became known may show what the enquiry belongs with."""
    related_cases.announce(
        act.tx, change.case, related_cases.find(act.tx, change.case, act.office), act.office, opened=False
    )


ACTIONS: Mapping[str, Action] = {
    "case.withdraw": Action(Who.ASKER, _withdraw, follows=True),
    "case.separate": Action(Who.ASKER, _separate),
    "case.details": Action(Who.BOTH, _details, _details_form, follows=True, then=_belongs_now),
}
