"""Actions of askers on their case, and the form that reports an enquiry."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Action, ActionContext, CaseAction, CaseActionContext, StaffAction, Who, parse_number
from bot.desk.open_case import announce_links, details_from_values, link_related, open_case_for
from bot.domain import transitions
from bot.domain.case import CaseKind, StepKind
from bot.domain.transitions import Refusal, Refused, Transition
from bot.messages import Form, Said, SyncResponse
from bot.presentation import cards, texts
from bot.storage.records import DedupeScope


def _withdraw(context: CaseActionContext) -> Transition | Refused:
    steps = context.tx.cases.steps(context.case.id)
    return transitions.withdraw(context.case, context.person, steps, context.tx.now)


def _separate(context: CaseActionContext) -> Transition | Refused:
    """Make an added message a separate case, once for each message. `value` is the index of its step in the history."""
    tx, case, person = context.tx, context.case, context.person
    steps = tx.cases.steps(case.id)
    index = parse_number(context.value)
    step = steps[index] if index is not None and index < len(steps) else None
    if step is None or step.kind is not StepKind.ADDED or step.by is None or step.by.key != person.key:
        return Refused(Refusal.ASKER_ONLY, case)
    if not tx.events.claim_once(DedupeScope.SEPARATED, f"{case.id}:{index}"):
        return Refused(Refusal.PASSED_ON_ALREADY, case)
    incoming = context.incoming
    said = Said(step.event_id, person, step.text, incoming.at, incoming.direct)
    new = open_case_for(tx, context.press_desk, context.loaded.knowledge, said, case.kind)
    # Loaded again, because the new case may have been linked with this one, which changes it.
    return transitions.separate(tx.cases.load(case.id) or case, step, person, new, tx.now)


def _add_details(context: CaseActionContext) -> Transition | Refused | SyncResponse:
    details, case, now = details_from_values(context.values), context.case, context.tx.now
    problem = context.press_desk.deadline_problem(details.deadline, now)
    if details.deadline != case.details.deadline and problem:
        return SyncResponse(problems={"deadline": problem})
    history_text = cards.details_step(case.details, transitions.merged_details(case, details))
    policy, person = context.press_desk.policy, context.person
    steps = context.tx.cases.steps(case.id)
    keep = not context.press_desk.is_officer(person) and transitions.are_checked(case, steps)
    return transitions.add_details(case, person, details, history_text, context.status, policy, now, keep=keep)


def _details_form(context: CaseActionContext) -> Form:
    """Return the form. It is prefilled, except for an asker if officers or other askers wrote some of the details."""
    may_read = context.press_desk.is_officer(context.person) or _wrote_all(context)
    return cards.details_form(context.case, prefilled=may_read)


def _wrote_all(context: CaseActionContext) -> bool:
    """Return whether all details of the enquiry came from this person."""
    with_details = (StepKind.OPENED, StepKind.DETAILS, StepKind.TOOK_IN)
    steps = (step for step in context.tx.cases.steps(context.case.id) if step.kind in with_details)
    return all(step.by is not None and step.by.key == context.person.key for step in steps)


def _link_again(context: CaseActionContext, transition: Transition) -> None:
    """Look for related cases again, because the new details may show some."""
    links = link_related(context.tx, transition.case, context.press_desk)
    announce_links(context.tx, transition.case, links, context.press_desk, just_opened=False)


def _details_taken(context: CaseActionContext, transition: Transition) -> str:
    return cards.details_received(transition.case, context.press_desk.zone)


def _open_report(context: ActionContext) -> SyncResponse:
    """Open the form that reports an enquiry."""
    if not context.press_desk.exists:
        return SyncResponse(notice=texts.NO_PRESS_OFFICE)
    return SyncResponse(form=cards.report_form(""))


def _report(context: ActionContext) -> SyncResponse:
    """Open a case for an enquiry that was reported with the form. The asker is written to directly."""
    text = context.values.get("message", "").strip()
    if not text:
        return SyncResponse(problems={"message": texts.NOTHING_WRITTEN})
    if not context.press_desk.exists:
        return SyncResponse(notice=texts.NO_PRESS_OFFICE)
    details, incoming = details_from_values(context.values), context.incoming
    if problem := context.press_desk.deadline_problem(details.deadline, context.tx.now):
        return SyncResponse(problems={"deadline": problem})
    if context.is_first_time():
        said = Said(incoming.event_id, context.person, text, incoming.direct, incoming.direct)
        open_case_for(context.tx, context.press_desk, context.loaded.knowledge, said, CaseKind.MEDIA, details)
    return SyncResponse()


ACTIONS: Mapping[str, Action] = {
    "case.withdraw": CaseAction(Who.ASKER, _withdraw, follows_join=True),
    "case.separate": CaseAction(Who.ASKER, _separate, compares_enquiries=True),
    "case.details": CaseAction(
        Who.BOTH,
        _add_details,
        _details_form,
        follows_join=True,
        then=_link_again,
        confirm=_details_taken,
        compares_enquiries=True,
    ),
    "report.open": StaffAction(_open_report),
    "report": StaffAction(_report, compares_enquiries=True),
}
