"""Actions of officers: hand a case over, take it, decline it, wait for facts."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Action, CaseAction, CaseActionContext, Who
from bot.domain import deadlines, transitions
from bot.domain.transitions import Refusal, Refused, Transition
from bot.messages import Form, Person, SyncResponse
from bot.plaintext import display_name, moment
from bot.presentation import cards, texts


def _take(context: CaseActionContext) -> Transition | Refused:
    return transitions.take(context.case, context.person, context.tx.now)


def _decline(context: CaseActionContext) -> Transition | Refused:
    return transitions.decline(context.case, context.person, context.tx.now)


def _hand_over_form(context: CaseActionContext) -> Form | Refused:
    if refused := transitions.check_is_owner(context.case, context.person):
        return refused
    others = [(each.key, display_name(each)) for each in _other_officers(context)]
    return cards.hand_over_form(context.case, others) if others else Refused(Refusal.NO_OTHER_OFFICER, context.case)


def _hand_over(context: CaseActionContext) -> Transition | Refused | SyncResponse:
    to = next((each for each in _other_officers(context) if each.key == context.values.get("to")), None)
    if to is None:
        return SyncResponse(problems={"to": texts.CHOOSE_AN_OFFICER})
    return transitions.hand_over(context.case, context.person, to, context.tx.now)


def _other_officers(context: CaseActionContext) -> list[Person]:
    """Return the other officers. Those who have worked on a case have the name under which they last did."""
    known = {each.key: each for each in context.tx.officers.known()}
    listed = {each.key: each for each in context.press_desk.officers}
    return [each for key, each in (listed | known).items() if key != context.person.key]


def _wait_form(context: CaseActionContext) -> Form | Refused:
    return transitions.check_is_owner(context.case, context.person) or cards.wait_form(context.case)


def _wait(context: CaseActionContext) -> Transition | Refused | SyncResponse:
    press_desk, now = context.press_desk, context.tx.now
    until = deadlines.read(context.values.get("until", ""), press_desk.policy.hours, now)
    if until is None or until <= now:
        return SyncResponse(problems={"until": texts.NOT_A_TIME})
    facts = context.values.get("for", "").strip()
    history_text = texts.waiting_step(facts, moment(until.astimezone(press_desk.zone)))
    return transitions.wait(context.case, context.person, facts, until, history_text, now)


ACTIONS: Mapping[str, Action] = {
    "case.take": CaseAction(Who.OFFICER, _take, changes_ownership=True),
    "case.decline": CaseAction(Who.OFFICER, _decline, changes_ownership=True),
    "case.hand_over": CaseAction(Who.OFFICER, _hand_over, _hand_over_form, changes_ownership=True),
    "case.wait": CaseAction(Who.OFFICER, _wait, _wait_form, changes_ownership=True),
}
