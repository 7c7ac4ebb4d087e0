"""What an enquiry belongs with: others on the same story, and the incident of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.desk.press_desk import PressDesk
from bot.domain import similarity, transitions
from bot.domain.case import Case, CaseKind, CaseState, Details, Link, LinkKind
from bot.domain.transitions import DeskStatus
from bot.knowledge.model import Knowledge
from bot.queue import effects
from bot.storage.transaction import Transaction

MOST = 5
"""Links that an enquiry gets when it comes in: of a story that everybody asks about, the newest lead to all others."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a case that opens now belongs to, and whether its words are for officers only."""

    restricted: bool
    incident_id: int | None


def circumstances(tx: Transaction, kind: CaseKind, text: str, details: Details) -> Circumstances:
    """Of an enquiry that says `text` and of which `details` are known."""
    if kind is not CaseKind.MEDIA:
        return Circumstances(restricted=False, incident_id=None)
    lasting = tx.incidents.current()
    delicate = transitions.is_delicate("\n".join((text, details.about, details.questions, details.said)))
    return Circumstances(restricted=delicate, incident_id=lasting.id if lasting else None)


def status_of(tx: Transaction, case: Case, press_desk: PressDesk, knowledge: Knowledge) -> DeskStatus:
    """What holds for the case now; while its incident lasts, with its holding line, and its lead called at any hour."""
    status = press_desk.status(knowledge, tx.now)
    incident = tx.incidents.load(case.incident_id) if case.incident_id is not None else None
    if incident is None or incident.ended_at is not None:
        return status
    called = tuple(dict.fromkeys((incident.lead, *status.on_call)))
    return replace(status, holding_line=incident.holding_line, on_call=called, on_call_at_once=True)


def find(tx: Transaction, case: Case, press_desk: PressDesk) -> list[Link]:
    """Link the case with what belongs to it; the links that were not there before."""
    if case.kind is not CaseKind.MEDIA:
        return []
    recent = tx.links.recent(case.opened_at - press_desk.same_story_within, but=case.id)
    known = tx.links.among([each.id for each in recent])
    found = similarity.related(similarity.enquiry(case), [similarity.enquiry(each) for each in recent], known)
    made = [Link(min(case.id, other), max(case.id, other), kind, tx.now) for other, kind in _nearest(found)]
    return [link for link in made if tx.links.put(link)]


def announce(tx: Transaction, case: Case, found: Sequence[Link], press_desk: PressDesk, *, opened: bool) -> None:
    """On the cards of the others that go on, that another belongs with them; and on its own, unless it just opened."""
    for link in found:
        other = tx.cases.load(link.other(case.id))
        if other is not None and other.state is not CaseState.CLOSED:
            effects.commit(tx, transitions.linked(other, case, link.kind, tx.now), press_desk.press)
    if opened:
        return
    for link in found:
        mine, other = tx.cases.load(case.id), tx.cases.load(link.other(case.id), for_update=False)
        if mine is not None and other is not None:
            effects.commit(tx, transitions.linked(mine, other, link.kind, tx.now), press_desk.press)


def _nearest(found: dict[int, LinkKind]) -> list[tuple[int, LinkKind]]:
    """The same enquiry before the same story, the newest first."""
    order = sorted(found, key=lambda other: (found[other] is LinkKind.SAME, other), reverse=True)
    return [(other, found[other]) for other in sorted(order[:MOST])]
