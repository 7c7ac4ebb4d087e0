"""How a case opens: for what staff reported, or for what reached an officer by phone or e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk
from bot.desk.related_cases import announce_links, link_related, status_of
from bot.domain import deadlines, transitions
from bot.domain.case import MEDIUMS, Asker, Case, CaseKind, Details, Step, StepKind
from bot.domain.extraction import extract_details
from bot.domain.triage import is_delicate, triage
from bot.knowledge.model import Knowledge
from bot.messages import Person, Said
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.storage.transaction import Transaction

UNKNOWN_DETAILS = Details()


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
        return texts.came_by(self.came, self.colleague, known.about or known.questions)


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


def details_in(values: Mapping[str, str]) -> Details:
    """Return the details among a form's values. What is missing, or said to be unknown, is empty."""
    filled = {field.name: values.get(field.name, "").strip() for field in fields(Details)}
    if deadlines.is_unknown(filled["deadline"]):
        filled["deadline"] = ""
    if filled["medium"] not in MEDIUMS:
        filled["medium"] = ""
    return Details(**filled)
