"""How a case opens, for what staff reported or for what reached an officer by phone or e-mail; and its links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk, status_of
from bot.domain import deadlines, similarity, transitions
from bot.domain.case import MEDIUMS, Asker, Case, CaseKind, CaseState, Details, Link, LinkKind, Step, StepKind
from bot.domain.extraction import extract_details
from bot.domain.triage import is_delicate, triage
from bot.knowledge.model import Knowledge
from bot.messages import Person, Said
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.storage.transaction import Transaction

UNKNOWN_DETAILS = Details()
MOST_LINKS = 5
"""Links that an enquiry gets when it comes in. Of a story that everybody asks about, the newest lead to all others."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known of an enquiry when its case opens."""

    details: Details
    came: str = ""
    """How it reached the officer: by phone, by e-mail."""
    colleague: str = ""
    """The colleague whom it concerns."""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Reported:
        """Return it from the values of a form; what is not there is empty."""
        return cls(details_in(values), values.get("came", "").strip(), values.get("colleague", "").strip())

    @property
    def history_text(self) -> str:
        """How the history of the case begins."""
        known = self.details
        return texts.opened_step(self.came, self.colleague, known.about or known.questions)


def open_case(
    tx: Transaction,
    press_desk: PressDesk,
    knowledge: Knowledge,
    reported: Reported,
    *,
    kind: CaseKind = CaseKind.MEDIA,
    asker: Asker | None = None,
    by: Person | None = None,
) -> Case:
    """Create the case, link it with related ones, ping the press office and acknowledge.

    Without an asker nobody waits for word here. `by` is the officer who opened it, or None at the command line.
    """
    text = asker.text if asker else reported.history_text
    case = _create(tx, press_desk, kind, asker, reported.details, text)
    status = status_of(tx, case, press_desk, knowledge)
    links = link_related(tx, case, press_desk)
    first = Step(tx.now, StepKind.OPENED, asker.person if asker else by, text, asker.event_id if asker else "")
    apply_transition(tx, transitions.opened(case, first, status, tx.now), press_desk)
    announce_links(tx, case, links, press_desk, just_opened=True)
    return case


def open_case_for(
    tx: Transaction,
    press_desk: PressDesk,
    knowledge: Knowledge,
    said: Said,
    kind: CaseKind,
    details: Details = UNKNOWN_DETAILS,
) -> Case:
    """Open a case for what somebody said. In a channel they only read that they have been written to."""
    asker = transitions.asker_of(said, tx.now)
    case = open_case(tx, press_desk, knowledge, Reported(details), kind=kind, asker=asker)
    if said.at != said.direct:
        key = f"said:{said.at.platform}:{said.event_id}:direct"
        outbox.send(tx, said.at, cards.plain(texts.SEE_DIRECT_MESSAGE), key=key)
    return case


def _create(
    tx: Transaction, press_desk: PressDesk, kind: CaseKind, asker: Asker | None, details: Details, text: str
) -> Case:
    """Store the case with what its words say of it."""
    read = triage(kind, text, details, press_desk.policy, tx.now)
    is_media = kind is CaseKind.MEDIA
    incident = tx.incidents.current() if is_media else None
    words = "\n".join((text, details.about, details.questions, details.said))
    return tx.cases.create(
        kind,
        asker,
        extract_details(details, text, press_desk.policy, tx.now) if is_media else details,
        restricted=is_media and is_delicate(words),
        incident_id=incident.id if incident else None,
        due_at=read.due_at,
        due_known=read.due_known,
        urgent=read.urgent,
        foi=read.foi,
    )


# ---- what it belongs with -------------------------------------------------------------------------------------------


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


def details_in(values: Mapping[str, str]) -> Details:
    """Return the details among a form's values. What is missing, or said to be unknown, is empty."""
    filled = {field.name: values.get(field.name, "").strip() for field in fields(Details)}
    if deadlines.is_unknown(filled["deadline"]):
        filled["deadline"] = ""
    if filled["medium"] not in MEDIUMS:
        filled["medium"] = ""
    return Details(**filled)
