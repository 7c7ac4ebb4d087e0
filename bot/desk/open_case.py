"""How a case opens, whoever opens it: for what staff reported, or for what reached an officer by phone or e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bot.desk import related_cases
from bot.desk.form_values import details_in
from bot.desk.press_desk import PressDesk
from bot.domain import transitions
from bot.domain.case import Asker, Case, CaseKind, Details, Step, StepKind
from bot.knowledge.model import Knowledge
from bot.messages import Person
from bot.presentation import texts
from bot.queue import effects
from bot.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Reported:
    """What an officer, or whoever works at the command line, knows of an enquiry. `came` says how it reached them."""

    details: Details
    came: str = ""
    colleague: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Reported:
        """As it was filled in; what is not there is empty."""
        return cls(details_in(values), values.get("came", "").strip(), values.get("colleague", "").strip())

    @property
    def text(self) -> str:
        """How the history tells it."""
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
    """Create the case, link it, ping the press office and acknowledge.

    Without an asker nobody waits for word here; `by` is the officer who opened it, or None at the command line.
    """
    text = asker.text if asker else reported.text
    read = transitions.understood(kind, text, reported.details, press_desk.press.policy, tx.now)
    belongs = related_cases.circumstances(tx, kind, text, reported.details)
    known = reported.details
    if kind is CaseKind.MEDIA:
        known = transitions.taken_down(known, text, press_desk.press.policy, tx.now)
    case = tx.cases.create(kind, asker, known, **asdict(read), **asdict(belongs))
    status = related_cases.status_of(tx, case, press_desk, knowledge)
    found = related_cases.find(tx, case, press_desk)
    first = Step(tx.now, StepKind.OPENED, asker.person if asker else by, text, asker.event_id if asker else "")
    effects.commit(tx, transitions.opened(case, first, status, tx.now), press_desk.press)
    related_cases.announce(tx, case, found, press_desk, opened=True)
    return case
