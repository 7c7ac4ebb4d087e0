"""Handing over and waiting: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Act, Action, Who
from bot.domain import deadlines, transitions
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Immediate, Person
from bot.presentation import cards, texts
from bot.storage.repositories import known_officers


def _take(act: Act) -> Change | Refused:
    return transitions.take(act.case, act.by, act.tx.now)


def _decline(act: Act) -> Change | Refused:
    return transitions.decline(act.case, act.by, act.tx.now)


def _to_whom(act: Act) -> Form | Refused:
    refused = transitions.not_owned_by(act.case, act.by)
    others = [(each.key, cards.name(each)) for each in _others(act)]
    return refused or (cards.hand_over_form(act.case, others) if others else Refused(texts.NO_OTHER_OFFICER))


def _hand_over(act: Act) -> Change | Refused | Immediate:
    to = next((each for each in _others(act) if each.key == act.values.get("to")), None)
    if to is None:
        return Immediate(problems={"to": texts.CHOOSE_AN_OFFICER})
    return transitions.hand_over(act.case, act.by, to, act.tx.now)


def _others(act: Act) -> list[Person]:
    """Officers beside whoever hands over, by the names under which they worked here, if they did."""
    known = {each.key: each for each in known_officers.known(act.tx)}
    listed = {each.key: each for each in act.office.officers}
    return [each for key, each in (listed | known).items() if key != act.by.key]


def _for_what(act: Act) -> Form | Refused:
    return transitions.not_owned_by(act.case, act.by) or cards.wait_form(act.case)


def _wait(act: Act) -> Change | Refused | Immediate:
    until = deadlines.read(act.values.get("until", ""), act.office.press.pace.hours, act.tx.now)
    if until is None or until <= act.tx.now:
        return Immediate(problems={"until": texts.NOT_A_TIME})
    return transitions.wait(act.case, act.by, act.values.get("for", ""), until, act.terms, act.tx.now)


ACTIONS: Mapping[str, Action] = {
    "case.take": Action(Who.OFFICER, _take, turns=True),
    "case.decline": Action(Who.OFFICER, _decline, turns=True),
    "case.hand_over": Action(Who.OFFICER, _hand_over, _to_whom, turns=True),
    "case.wait": Action(Who.OFFICER, _wait, _for_what, turns=True),
}
