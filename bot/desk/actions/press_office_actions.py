"""Actions of officers that are about no existing case: open one, declare and end an incident, show the queue."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions.action import Action, ActionContext, PressOfficeAction, StaffAction, parse_number
from bot.desk.open_case import Reported, open_case
from bot.desk.pages import queue_page
from bot.domain.case import Incident
from bot.messages import Form, Outgoing, Submitted, SyncResponse
from bot.presentation import cards, texts
from bot.queue import outbox

# ---- opening a case -------------------------------------------------------------------------------------------------


def _open_form(context: ActionContext) -> Form:
    return cards.open_form("")


def _open(context: ActionContext) -> SyncResponse:
    """Open a case for an enquiry that came by phone or e-mail. The press office is pinged as for any other one."""
    reported, problems = Reported.from_values(context.values), {}
    if not reported.details.about and not reported.details.questions:
        problems["about"] = texts.NOTHING_WRITTEN
    if problem := context.press_desk.deadline_problem(reported.details.deadline, context.tx.now):
        problems["deadline"] = problem
    if problems:
        return SyncResponse(problems=problems)
    if not context.is_first_time():
        return SyncResponse()
    case = open_case(context.tx, context.press_desk, context.loaded.knowledge, reported, by=context.person)
    return SyncResponse(notice=texts.case_opened(case.reference))


# ---- incidents ------------------------------------------------------------------------------------------------------


def _incident_form(context: ActionContext) -> Form:
    """Return the form. Its holding line is filled in with the usual one, to be changed for the incident."""
    media = context.loaded.knowledge.media
    return cards.incident_form(media.holding_line if media else "")


def _declare_incident(context: ActionContext) -> SyncResponse:
    tx, values, by = context.tx, context.values, context.person
    title, line, lead = (values.get(name, "").strip() for name in ("title", "holding_line", "lead"))
    empty = {name: texts.NOTHING_WRITTEN for name, value in (("title", title), ("holding_line", line)) if not value}
    if empty:
        return SyncResponse(problems=empty)
    if lead and not context.press_desk.is_listed(lead):
        return SyncResponse(problems={"lead": texts.LEAD_NOT_AN_OFFICER})
    if current := tx.incidents.current():
        return SyncResponse(notice=texts.incident_lasts(current.title))
    if context.is_first_time():
        started = tx.incidents.start(by, title=title, holding_line=line, lead=lead or by.key)
        if started is not None:
            _send_to_channels(context, cards.incident_on(started, by), f"incident:{started.id}:on")
    return SyncResponse()


def _end_incident(context: ActionContext) -> SyncResponse:
    named = parse_number(context.value)
    ended: Incident | None = None
    if named is not None and context.is_first_time():
        ended = context.tx.incidents.end(named)
    if ended is None:
        return SyncResponse(notice=texts.NO_INCIDENT)
    _send_to_channels(context, cards.incident_off(ended, context.person), f"incident:{ended.id}:off")
    return SyncResponse()


def _send_to_channels(context: ActionContext, message: Outgoing, key: str) -> None:
    for channel in context.press_desk.channels:
        outbox.send(context.tx, channel, message, key=f"{key}:{channel}")


# ---- the queue ------------------------------------------------------------------------------------------------------


def _show_queue(context: ActionContext) -> SyncResponse:
    return queue_page(context.tx, context.press_desk, context.person, context.value)


def _search_queue(context: ActionContext) -> SyncResponse:
    """Return the form of the search or, when it is submitted, the cases that were found."""
    if not isinstance(context.incoming, Submitted):
        if not context.press_desk.is_officer(context.person):
            return SyncResponse(notice=texts.NOT_AN_OFFICER)
        return SyncResponse(form=cards.search_form())
    words = context.values.get("words", "").strip()
    if not words:
        return SyncResponse(problems={"words": texts.NOTHING_WRITTEN})
    return queue_page(context.tx, context.press_desk, context.person, words)


ACTIONS: Mapping[str, Action] = {
    "press.open": PressOfficeAction(_open, _open_form, compares_enquiries=True),
    "press.incident": PressOfficeAction(_declare_incident, _incident_form),
    "press.incident_end": PressOfficeAction(_end_incident),
    "queue.show": StaffAction(_show_queue),
    "queue.search": StaffAction(_search_queue),
}
