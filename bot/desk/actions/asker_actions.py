"""What askers do to their case: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk import related_cases
from bot.desk.actions.action import Action, ActionContext, Who
from bot.desk.button_values import number
from bot.desk.form_values import details_in
from bot.domain import transitions
from bot.domain.case import StepKind
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Said, SyncResponse
from bot.presentation import cards, texts
from bot.storage.records import DedupeScope


def _withdraw(context: ActionContext) -> Change | Refused:
    return transitions.withdraw(context.case, context.by, context.tx.cases.steps(context.case.id), context.tx.now)


def _separate(context: ActionContext) -> Change | Refused:
    """The added message, counted as the case's history counts, becomes a case of its own; once."""
    steps = context.tx.cases.steps(context.case.id)
    place = number(context.rest)
    step = steps[place] if place is not None and place < len(steps) else None
    if step is None or step.kind is not StepKind.ADDED or step.by is None or step.by.key != context.by.key:
        return Refused(texts.NOT_YOURS)
    if not context.tx.events.claim_once(DedupeScope.SEPARATED, f"{context.case.id}:{place}"):
        return Refused(texts.ALREADY_PASSED_ON)
    said = Said(step.event_id, context.by, step.text, context.came.at, context.came.direct)
    new = context.questions.open(context.tx, said, context.case.kind, context.loaded)
    # The new one may have turned out to belong with this one, which shows it.
    case = context.tx.cases.load(context.case.id) or context.case
    return transitions.separate(case, step, context.by, new, context.tx.now)


def _details(context: ActionContext) -> Change | Refused | SyncResponse:
    known, now = details_in(context.values), context.tx.now
    if known.deadline != context.case.details.deadline and (
        problem := context.press_desk.deadline_problem(known.deadline, now)
    ):
        return SyncResponse(problems={"deadline": problem})
    return transitions.add_details(
        context.case, context.by, known, context.status, context.press_desk.press.policy, now
    )


def _details_form(context: ActionContext) -> Form:
    """Whoever asks does not read what officers, or others who ask, wrote of the enquiry."""
    return cards.details_form(context.case, prefilled=context.press_desk.is_officer(context.by) or _wrote_all(context))


def _wrote_all(context: ActionContext) -> bool:
    """Whether all that is known of the enquiry came from this one person."""
    told = (StepKind.OPENED, StepKind.DETAILS, StepKind.TOOK_IN)
    steps = (step for step in context.tx.cases.steps(context.case.id) if step.kind in told)
    return all(step.by is not None and step.by.key == context.by.key for step in steps)


def _belongs_now(context: ActionContext, change: Change) -> None:
    """What became known may show what the enquiry belongs with."""
    related_cases.announce(
        context.tx,
        change.case,
        related_cases.find(context.tx, change.case, context.press_desk),
        context.press_desk,
        opened=False,
    )


ACTIONS: Mapping[str, Action] = {
    "case.withdraw": Action(Who.ASKER, _withdraw, follows=True),
    "case.separate": Action(Who.ASKER, _separate),
    "case.details": Action(Who.BOTH, _details, _details_form, follows=True, then=_belongs_now),
}
