"""What officers do about joined cases, incidents and secrets: rows of the tables of actions and errands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import plaintext
from bot.desk.actions.action import Action, ActionContext, GlobalAction, GlobalContext, Who
from bot.desk.button_values import number
from bot.domain import transitions
from bot.domain.case import Case, Incident
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Outgoing, SyncResponse
from bot.presentation import cards, texts
from bot.queue import effects

# ---- secrets --------------------------------------------------------------------------------------------------------


def _restrict(context: ActionContext) -> Change | Refused:
    return transitions.restrict(context.case, context.by, context.tx.now)


def _unrestrict(context: ActionContext) -> Change | Refused:
    return transitions.unrestrict(context.case, context.by, context.tx.now)


def _show(context: ActionContext) -> SyncResponse:
    """To that officer alone, and kept nowhere."""
    case_context = effects.case_context(context.tx, context.case, context.press_desk.press.zone)
    whole = cards.whole(context.case, context.tx.cases.steps(context.case.id), case_context)
    return SyncResponse(notice=plaintext.render(whole))


# ---- joining --------------------------------------------------------------------------------------------------------


def _join(context: ActionContext) -> Change | Refused:
    """With the case that `rest` names, or the one that goes on for it."""
    named = number(context.rest)
    other = None if named is None else _going_on(context, named)
    if named is None or other is None:
        return Refused(texts.NO_SUCH_CASE)
    link = context.tx.links.of_pair(context.case.id, named)
    newer = max(context.case.id, other.id)
    also = [case for each in context.tx.links.joined_to(newer) if (case := context.tx.cases.load(each.id))]
    return _all_in_one(context, transitions.join(context.case, other, link, also, context.by, context.tx.now))


def _split(context: ActionContext) -> Change | Refused:
    """What `rest` names from the case; or the case, where that was joined to another."""
    named = number(context.rest)
    into, gone = context.case, None if named is None else context.tx.cases.load(named)
    if context.case.joined_into is not None:
        found = context.tx.cases.load(context.case.joined_into)
        if found is None:
            return Refused(texts.NO_SUCH_CASE)
        into, gone = found, context.case
    if gone is None:
        return Refused(texts.NO_SUCH_CASE)
    steps = context.tx.cases.steps(into.id)
    return _all_in_one(context, transitions.split(into, gone, steps, context.by, context.status, context.tx.now))


def _going_on(context: ActionContext, case_id: int) -> Case | None:
    """The case with this id, or the one that goes on for it."""
    case = context.tx.cases.load(case_id)
    return case if case is None or case.joined_into is None else context.tx.cases.load(case.joined_into)


def _all_in_one(context: ActionContext, changes: tuple[Change, ...] | Refused) -> Change | Refused:
    """The change of the case on whose card it was pressed, with those of the others."""
    if isinstance(changes, Refused):
        return changes
    own = next(change for change in changes if change.case.id == context.case.id)
    return replace(own, also=tuple(change for change in changes if change is not own))


# ---- incidents ------------------------------------------------------------------------------------------------------


def _incident_form(context: GlobalContext) -> Form:
    return cards.incident_form(context.loaded.knowledge.media.holding_line if context.loaded.knowledge.media else "")


def _declare(context: GlobalContext) -> SyncResponse:
    tx, values, by = context.tx, context.values, context.came.person
    title, line, lead = (values.get(name, "").strip() for name in ("title", "holding_line", "lead"))
    empty = {name: texts.NOTHING_WRITTEN for name, value in (("title", title), ("holding_line", line)) if not value}
    if empty:
        return SyncResponse(problems=empty)
    if lead and not context.press_desk.is_listed(lead):
        return SyncResponse(problems={"lead": texts.NOT_AN_OFFICER_TO_LEAD})
    if lasting := tx.incidents.current():
        return SyncResponse(notice=texts.incident_lasts(lasting.title))
    if tx.events.claim_once(context.came.at.platform, context.came.event_id):
        begun = tx.incidents.start(by, title=title, holding_line=line, lead=lead or by.key)
        if begun is not None:
            _tell_all(context, cards.incident_on(begun, by), f"incident:{begun.id}:on")
    return SyncResponse()


def _end(context: GlobalContext) -> SyncResponse:
    tx, by = context.tx, context.came.person
    named = number(context.rest)
    ended: Incident | None = None
    if named is not None and tx.events.claim_once(context.came.at.platform, context.came.event_id):
        ended = tx.incidents.end(named)
    if ended is None:
        return SyncResponse(notice=texts.NO_INCIDENT)
    _tell_all(context, cards.incident_off(ended, by), f"incident:{ended.id}:off")
    return SyncResponse()


def _tell_all(context: GlobalContext, said: Outgoing, key: str) -> None:
    for channel in context.press_desk.press.channels:
        effects.send(context.tx, channel, said, key=f"{key}:{channel}")


ACTIONS: Mapping[str, Action] = {
    "case.restrict": Action(Who.OFFICER, _restrict),
    "case.unrestrict": Action(Who.OFFICER, _unrestrict),
    "case.show": Action(Who.OFFICER, _show),
    "case.join": Action(Who.OFFICER, _join, turns=True),
    "case.split": Action(Who.OFFICER, _split, turns=True),
}

GLOBAL_ACTIONS: Mapping[str, GlobalAction] = {
    "press.incident": GlobalAction(_declare, _incident_form),
    "press.incident_end": GlobalAction(_end),
}
