"""Opening a case.

Staff report an enquiry in a message or a form. Officers open a case for one that came by phone or e-mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk, status_of
from bot.desk.related_cases import RelatedCases, announce_links, link_related
from bot.domain import deadlines, transitions
from bot.domain.case import MEDIUMS, Asker, Case, CaseKind, Details, Step, StepKind
from bot.domain.extraction import extract_details
from bot.domain.triage import is_delicate, triage
from bot.knowledge.model import Knowledge
from bot.messages import Person, Said
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.storage.transaction import Transaction

NO_DETAILS = Details()


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known of an enquiry when its case opens."""

    details: Details
    came: str = ""
    """How it reached the officer: by phone, by e-mail."""
    colleague: str = ""
    """The colleague whom it concerns."""

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Reported:
        """Return the report in the values of a form or a command line. A missing value is empty."""
        return cls(details_from_values(values), values.get("came", "").strip(), values.get("colleague", "").strip())

    @property
    def history_text(self) -> str:
        """Return the text of the first step of the case, if no asker wrote a message."""
        return texts.opened_step(self.came, self.colleague, self.details.about or self.details.questions)


def open_case(
    tx: Transaction,
    press_desk: PressDesk,
    knowledge: Knowledge,
    reported: Reported,
    *,
    kind: CaseKind = CaseKind.MEDIA,
    asker: Asker | None = None,
    by: Person | None = None,
    related: RelatedCases | None = None,
) -> Case:
    """Create the case, link it with related ones, ping the press office and acknowledge it to the asker.

    If an officer opens it for somebody else, `asker` is None and nobody is written to. `by` is that officer, or None
    for the command line. `related` are the cases that were found before the transaction.
    """
    text = asker.text if asker else reported.history_text
    case = _create(tx, press_desk, kind, asker, reported.details, text)
    status = status_of(tx, case, press_desk, knowledge)
    links = link_related(tx, case, press_desk, related)
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
    details: Details = NO_DETAILS,
    related: RelatedCases | None = None,
) -> Case:
    """Open a case for a message, see `open_case`.

    If the message stands in a channel, the reply there only points to the direct conversation.
    """
    asker = transitions.asker_of(said, tx.now)
    case = open_case(tx, press_desk, knowledge, Reported(details), kind=kind, asker=asker, related=related)
    if said.at != said.direct:
        key = f"said:{said.at.platform}:{said.event_id}:direct"
        outbox.send(tx, said.at, cards.markdown_message(texts.SEE_DIRECT_MESSAGE), key=key)
    return case


def _create(
    tx: Transaction, press_desk: PressDesk, kind: CaseKind, asker: Asker | None, details: Details, text: str
) -> Case:
    """Store the case with the result of its triage and with the details that its text names."""
    result = triage(kind, text, details, press_desk.policy, tx.now)
    is_media = kind is CaseKind.MEDIA
    incident = tx.incidents.current() if is_media else None
    words = "\n".join((text, details.about, details.questions, details.said))
    return tx.cases.create(
        kind,
        asker,
        extract_details(details, text, press_desk.policy, tx.now) if is_media else details,
        restricted=is_media and is_delicate(words),
        incident_id=incident.id if incident else None,
        due_at=result.due_at,
        due_known=result.due_known,
        urgent=result.urgent,
        foi=result.foi,
    )


def details_from_values(values: Mapping[str, str]) -> Details:
    """Return the details among the values of a form. A value that is missing or says "unknown" is empty."""
    filled = {field.name: values.get(field.name, "").strip() for field in fields(Details)}
    if deadlines.is_unknown(filled["deadline"]):
        filled["deadline"] = ""
    if filled["medium"] not in MEDIUMS:
        filled["medium"] = ""
    return Details(**filled)
