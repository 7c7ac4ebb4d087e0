"""What officers do about joined cases, incidents and secrets: rows of the tables of actions and errands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import plaintext
from bot.desk.actions.action import Act, Action, Errand, Errands, Who
from bot.desk.button_values import number
from bot.domain import transitions
from bot.domain.case import Case, Incident
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Immediate, Outgoing
from bot.presentation import cards, texts
from bot.queue import effects
from bot.storage.repositories import cases as case_rows
from bot.storage.repositories import events, incidents, links

# ---- secrets --------------------------------------------------------------------------------------------------------


def _restrict(act: Act) -> Change | Refused:
    return transitions.restrict(act.case, act.by, act.tx.now)


def _unrestrict(act: Act) -> Change | Refused:
    return transitions.unrestrict(act.case, act.by, act.tx.now)


def _show(act: Act) -> Immediate:
    """To that officer alone, and kept nowhere."""
    around = effects.around(act.tx, act.case, act.office.press.zone)
    whole = cards.whole(act.case, case_rows.steps(act.tx, act.case.id), around)
    return Immediate(notice=plaintext.render(whole))


# ---- joining --------------------------------------------------------------------------------------------------------


def _join(act: Act) -> Change | Refused:
    """With the case that `rest` names, or the one that goes on for it."""
    named = number(act.rest)
    other = None if named is None else _going_on(act, named)
    if named is None or other is None:
        return Refused(texts.NO_SUCH_CASE)
    link = links.of_pair(act.tx, act.case.id, named)
    newer = max(act.case.id, other.id)
    also = [case for each in links.joined_to(act.tx, newer) if (case := case_rows.load(act.tx, each.id))]
    return _all_in_one(act, transitions.join(act.case, other, link, also, act.by, act.tx.now))


def _split(act: Act) -> Change | Refused:
    """What `rest` names from the case; or the case, where that was joined to another."""
    named = number(act.rest)
    into, gone = act.case, None if named is None else case_rows.load(act.tx, named)
    if act.case.joined_into is not None:
        found = case_rows.load(act.tx, act.case.joined_into)
        if found is None:
            return Refused(texts.NO_SUCH_CASE)
        into, gone = found, act.case
    if gone is None:
        return Refused(texts.NO_SUCH_CASE)
    steps = case_rows.steps(act.tx, into.id)
    return _all_in_one(act, transitions.split(into, gone, steps, act.by, act.terms, act.tx.now))


def _going_on(act: Act, case_id: int) -> Case | None:
    """The case with this id, or the one that goes on for it."""
    case = case_rows.load(act.tx, case_id)
    return case if case is None or case.joined_into is None else case_rows.load(act.tx, case.joined_into)


def _all_in_one(act: Act, changes: tuple[Change, ...] | Refused) -> Change | Refused:
    """The change of the case on whose card it was pressed, with those of the others."""
    if isinstance(changes, Refused):
        return changes
    own = next(change for change in changes if change.case.id == act.case.id)
    return replace(own, also=tuple(change for change in changes if change is not own))


# ---- incidents ------------------------------------------------------------------------------------------------------


def _incident_form(errands: Errands) -> Form:
    return cards.incident_form(errands.mind.knowledge.media.holding_line if errands.mind.knowledge.media else "")


def _declare(errands: Errands) -> Immediate:
    tx, values, by = errands.tx, errands.values, errands.came.person
    title, line, lead = (values.get(name, "").strip() for name in ("title", "holding_line", "lead"))
    empty = {name: texts.NOTHING_WRITTEN for name, value in (("title", title), ("holding_line", line)) if not value}
    if empty:
        return Immediate(problems=empty)
    if lead and not errands.office.is_listed(lead):
        return Immediate(problems={"lead": texts.NOT_AN_OFFICER_TO_LEAD})
    if lasting := incidents.current(tx):
        return Immediate(notice=texts.incident_lasts(lasting.title))
    if events.remember(tx, errands.came.at.platform, errands.came.event_id):
        begun = incidents.start(tx, by, title=title, holding_line=line, lead=lead or by.key)
        if begun is not None:
            _tell_all(errands, cards.incident_on(begun, by), f"incident:{begun.id}:on")
    return Immediate()


def _end(errands: Errands) -> Immediate:
    tx, by = errands.tx, errands.came.person
    named = number(errands.rest)
    ended: Incident | None = None
    if named is not None and events.remember(tx, errands.came.at.platform, errands.came.event_id):
        ended = incidents.end(tx, named)
    if ended is None:
        return Immediate(notice=texts.NO_INCIDENT)
    _tell_all(errands, cards.incident_off(ended, by), f"incident:{ended.id}:off")
    return Immediate()


def _tell_all(errands: Errands, said: Outgoing, key: str) -> None:
    for channel in errands.office.press.channels:
        effects.send(errands.tx, channel, said, key=f"{key}:{channel}")


ACTIONS: Mapping[str, Action] = {
    "case.restrict": Action(Who.OFFICER, _restrict),
    "case.unrestrict": Action(Who.OFFICER, _unrestrict),
    "case.show": Action(Who.OFFICER, _show),
    "case.join": Action(Who.OFFICER, _join, turns=True),
    "case.split": Action(Who.OFFICER, _split, turns=True),
}

ERRANDS: Mapping[str, Errand] = {
    "press.incident": Errand(_declare, _incident_form),
    "press.incident_end": Errand(_end),
}
