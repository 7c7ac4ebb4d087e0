"""Actions of officers: join and split cases, restrict a case, show a restricted one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import plaintext
from bot.desk.actions.action import Action, CaseAction, CaseActionContext, Who, parse_number
from bot.desk.apply_transition import case_context
from bot.domain import transitions
from bot.domain.case import Case
from bot.domain.transitions import Refusal, Refused, Transition
from bot.messages import SyncResponse
from bot.presentation import cards


def _restrict(context: CaseActionContext) -> Transition | Refused:
    return transitions.restrict(context.case, context.person, context.tx.now)


def _unrestrict(context: CaseActionContext) -> Transition | Refused:
    return transitions.unrestrict(context.case, context.person, context.tx.now)


def _show(context: CaseActionContext) -> SyncResponse:
    """Show the whole case to this officer only. The notice is not stored."""
    card_context = case_context(context.tx, context.case, context.press_desk.zone)
    whole = cards.case_in_full(context.case, context.tx.cases.steps(context.case.id), card_context)
    return SyncResponse(notice=plaintext.render(whole))


def _join(context: CaseActionContext) -> Transition | Refused:
    """Join with the case that `value` names or, if that was joined to another, with the one that continues."""
    tx, case = context.tx, context.case
    named = parse_number(context.value)
    other = None if named is None else _continuing(context, named)
    if named is None or other is None:
        return Refused(Refusal.NO_SUCH_CASE)
    link = tx.links.of_pair(case.id, named)
    newer = max(case.id, other.id)
    also = [found for each in tx.links.joined_to(newer) if (found := tx.cases.load(each.id))]
    return _combine(context, transitions.join(case, other, link, also, context.person, tx.now))


def _split(context: CaseActionContext) -> Transition | Refused:
    """Undo a join: of this case, if it was joined to another; otherwise of the case that `value` names."""
    tx, named = context.tx, parse_number(context.value)
    into, gone = context.case, None if named is None else tx.cases.load(named)
    if context.case.joined_into is not None:
        found = tx.cases.load(context.case.joined_into)
        if found is None:
            return Refused(Refusal.NO_SUCH_CASE)
        into, gone = found, context.case
    if gone is None:
        return Refused(Refusal.NO_SUCH_CASE)
    steps = tx.cases.steps(into.id)
    return _combine(context, transitions.split(into, gone, steps, context.person, context.status, tx.now))


def _continuing(context: CaseActionContext, case_id: int) -> Case | None:
    """Return the case with this id or, if it was joined to another, that one; None if there is none."""
    case = context.tx.cases.load(case_id)
    return case if case is None or case.joined_into is None else context.tx.cases.load(case.joined_into)


def _combine(context: CaseActionContext, result: tuple[Transition, ...] | Refused) -> Transition | Refused:
    """Return the transition of the case on whose card the button is, with the other transitions in `also`."""
    if isinstance(result, Refused):
        return result
    own = next(transition for transition in result if transition.case.id == context.case.id)
    return replace(own, also=tuple(transition for transition in result if transition is not own))


ACTIONS: Mapping[str, Action] = {
    "case.restrict": CaseAction(Who.OFFICER, _restrict),
    "case.unrestrict": CaseAction(Who.OFFICER, _unrestrict),
    "case.show": CaseAction(Who.OFFICER, _show),
    "case.join": CaseAction(Who.OFFICER, _join, changes_ownership=True),
    "case.split": CaseAction(Who.OFFICER, _split, changes_ownership=True),
}
