"""What a case belongs with: other enquiries on the same story, and the incident that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk
from bot.domain import similarity, transitions
from bot.domain.case import Case, CaseKind, CaseState, Link, LinkKind
from bot.domain.transitions import DeskStatus
from bot.knowledge.model import Knowledge
from bot.storage.transaction import Transaction

MOST_LINKS = 5
"""Links that an enquiry gets when it comes in. Of a story that everybody asks about, the newest lead to all others."""


def status_of(tx: Transaction, case: Case, press_desk: PressDesk, knowledge: Knowledge) -> DeskStatus:
    """Return what holds for the case now. An open incident has its own holding line, and a lead who is called too."""
    status = press_desk.status(knowledge, tx.now)
    incident = tx.incidents.load(case.incident_id) if case.incident_id is not None else None
    if incident is None or incident.ended_at is not None:
        return status
    called = tuple(dict.fromkeys((incident.lead, *status.on_call)))
    return replace(status, holding_line=incident.holding_line, on_call=called, on_call_at_once=True)


def link_related(tx: Transaction, case: Case, press_desk: PressDesk) -> list[Link]:
    """Link the case with what belongs to it. Return the links that are new."""
    if case.kind is not CaseKind.MEDIA:
        return []
    recent = tx.links.recent_enquiries(case.opened_at - press_desk.same_story_within, but=case.id)
    known = tx.links.linked_ids([each.id for each in recent])
    found = similarity.related(similarity.enquiry(case), [similarity.enquiry(each) for each in recent], known)
    links = [Link(min(case.id, other), max(case.id, other), kind, tx.now) for other, kind in _nearest(found)]
    return [link for link in links if tx.links.put(link)]


def announce_links(
    tx: Transaction, case: Case, links: Sequence[Link], press_desk: PressDesk, *, just_opened: bool
) -> None:
    """Tell on the cards of the others that this case belongs with them; and on its own, unless it just opened."""
    for link in links:
        other = tx.cases.load(link.other(case.id))
        if other is not None and other.state is not CaseState.CLOSED:
            apply_transition(tx, transitions.linked(other, case, link.kind, tx.now), press_desk)
    if just_opened:
        return
    for link in links:
        mine, other = tx.cases.load(case.id), tx.cases.load(link.other(case.id), for_update=False)
        if mine is not None and other is not None:
            apply_transition(tx, transitions.linked(mine, other, link.kind, tx.now), press_desk)


def _nearest(found: dict[int, LinkKind]) -> list[tuple[int, LinkKind]]:
    """The same enquiry before the same story, the newest first."""
    order = sorted(found, key=lambda other: (found[other] is LinkKind.SAME, other), reverse=True)
    return [(other, found[other]) for other in sorted(order[:MOST_LINKS])]
