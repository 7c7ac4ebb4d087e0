"""Handing over and waiting: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Action, ActionContext, Who
from bot.domain import deadlines, transitions
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Person, SyncResponse
from bot.presentation import cards, texts


def _take(context: ActionContext) -> Change | Refused:
    return transitions.take(context.case, context.by, context.tx.now)


def _decline(context: ActionContext) -> Change | Refused:
    return transitions.decline(context.case, context.by, context.tx.now)


def _to_whom(context: ActionContext) -> Form | Refused:
    refused = transitions.not_owned_by(context.case, context.by)
    others = [(each.key, cards.name(each)) for each in _others(context)]
    return refused or (cards.hand_over_form(context.case, others) if others else Refused(texts.NO_OTHER_OFFICER))


def _hand_over(context: ActionContext) -> Change | Refused | SyncResponse:
    to = next((each for each in _others(context) if each.key == context.values.get("to")), None)
    if to is None:
        return SyncResponse(problems={"to": texts.CHOOSE_AN_OFFICER})
    return transitions.hand_over(context.case, context.by, to, context.tx.now)


def _others(context: ActionContext) -> list[Person]:
    """Officers beside whoever hands over, by the names under which they worked here, if they did."""
    known = {each.key: each for each in context.tx.officers.known()}
    listed = {each.key: each for each in context.press_desk.officers}
    return [each for key, each in (listed | known).items() if key != context.by.key]


def _for_what(context: ActionContext) -> Form | Refused:
    return transitions.not_owned_by(context.case, context.by) or cards.wait_form(context.case)


def _wait(context: ActionContext) -> Change | Refused | SyncResponse:
    until = deadlines.read(context.values.get("until", ""), context.press_desk.press.policy.hours, context.tx.now)
    if until is None or until <= context.tx.now:
        return SyncResponse(problems={"until": texts.NOT_A_TIME})
    return transitions.wait(
        context.case, context.by, context.values.get("for", ""), until, context.status, context.tx.now
    )


ACTIONS: Mapping[str, Action] = {
    "case.take": Action(Who.OFFICER, _take, turns=True),
    "case.decline": Action(Who.OFFICER, _decline, turns=True),
    "case.hand_over": Action(Who.OFFICER, _hand_over, _to_whom, turns=True),
    "case.wait": Action(Who.OFFICER, _wait, _for_what, turns=True),
}
