"""Opening a case and linking it with related ones.

Staff report an enquiry in a message or a form. Officers open a case for one that came by phone or e-mail.

To compare enquiries takes time that grows with what people write. So a message is compared before its transaction, in
which others would wait; inside, the links are stored, and what opened meanwhile is compared too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk, status_of
from bot.domain import deadlines, similarity, transitions
from bot.domain.case import MEDIUMS, Asker, Case, CaseKind, CaseState, Details, Link, LinkKind, Step, StepKind
from bot.domain.extraction import extract_details, prefilled
from bot.domain.triage import is_delicate, triage
from bot.knowledge.model import Knowledge
from bot.messages import Person, Said
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.storage.engine import Store
from bot.storage.transaction import Transaction

NO_DETAILS = Details()
MOST_LINKS = 5
"""The most links that a new enquiry gets. In a large story the newest cases are linked, and these lead to the older."""


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
        pointer = outbox.Send(said.at, cards.markdown_message(texts.SEE_DIRECT_MESSAGE))
        outbox.send_to_asker(tx, case.id, pointer, key=key)
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
        due_words=result.due_words,
        urgent=result.urgent,
        foi=result.foi,
    )


# ---- links ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RelatedCases:
    """The cases that belong with an enquiry which has no case yet."""

    kinds: Mapping[int, LinkKind]
    """Id of a case -> how it is linked."""
    newest: int
    """The greatest id of a case that was compared; 0 if none was."""


class RelatedCaseFinder:
    """Compares enquiries outside the write transaction and the event loop, one enquiry at a time."""

    def __init__(self, store: Store, press_desk: PressDesk) -> None:
        self._store = store
        self._press_desk = press_desk
        self._comparing = asyncio.Lock()

    async def find(self, text: str, outlet: str) -> RelatedCases:
        """Return the recent cases that belong with a message. `outlet` is the one that the matcher found.

        The dates of the message are looked up as well. They stay cached, so the transaction need not look them up.
        """
        now, recent, links = await self._store.read(lambda tx: (tx.now, *_recent(tx, self._press_desk)))

        def compare() -> Mapping[int, LinkKind]:
            details = prefilled(text, outlet, self._press_desk.policy, now)
            return similarity.related(similarity.enquiry_of(details, text), recent, links)

        async with self._comparing:
            kinds = await asyncio.to_thread(compare)
        return RelatedCases(kinds, max((each.id for each in recent), default=0))

    async def read_recent(self) -> None:
        """Read the words of the recent cases into memory, so that they need not be read inside a transaction."""
        recent, _ = await self._store.read(lambda tx: _recent(tx, self._press_desk))
        async with self._comparing:
            await asyncio.to_thread(similarity.read_subjects, recent)


def _recent(tx: Transaction, press_desk: PressDesk) -> tuple[list[similarity.Enquiry], Mapping[int, set[int]]]:
    """Return the recent enquiries, and the links between them."""
    recent = tx.links.recent_enquiries(tx.now - press_desk.same_story_within)
    return [similarity.enquiry(each) for each in recent], tx.links.linked_ids([each.id for each in recent])


def link_related(tx: Transaction, case: Case, press_desk: PressDesk, known: RelatedCases | None = None) -> list[Link]:
    """Store links between the case and related ones, and return those that did not exist before.

    `known` were found before the transaction. Then only cases that opened since are compared here.
    """
    if case.kind is not CaseKind.MEDIA:
        return []
    since, after = case.opened_at - press_desk.same_story_within, known.newest if known else 0
    recent = [each for each in tx.links.recent_enquiries(since, after=after) if each.id != case.id]
    existing = tx.links.linked_ids([each.id for each in recent])
    found = similarity.related(similarity.enquiry(case), [similarity.enquiry(each) for each in recent], existing)
    chosen = _select_links({**(known.kinds if known else {}), **found})
    # Those that were found before may have been purged since.
    there = {each.id for each in tx.links.cases([other for other, _ in chosen])} if known else set(found)
    links = [Link(min(case.id, other), max(case.id, other), kind, tx.now) for other, kind in chosen if other in there]
    return [link for link in links if tx.links.put(link)]


def announce_links(
    tx: Transaction, case: Case, links: Sequence[Link], press_desk: PressDesk, *, just_opened: bool
) -> None:
    """Record the links on the cards of the other cases, and on the card of this one.

    The card of a case that just opened shows its links already.
    """
    for link in links:
        other = tx.cases.load(link.other(case.id))
        if other is not None and other.state is not CaseState.CLOSED:
            apply_transition(tx, transitions.linked(other, case, link.kind, tx.now), press_desk)
    if just_opened:
        return
    for link in links:
        current, other = tx.cases.load(case.id), tx.cases.load(link.other(case.id), for_update=False)
        if current is not None and other is not None:
            apply_transition(tx, transitions.linked(current, other, link.kind, tx.now), press_desk)


def _select_links(related: dict[int, LinkKind]) -> list[tuple[int, LinkKind]]:
    """Return the most important links, by id: those to the same enquiry before others, newer cases before older."""
    by_importance = sorted(related, key=lambda other: (related[other] is LinkKind.SAME, other), reverse=True)
    return [(other, related[other]) for other in sorted(by_importance[:MOST_LINKS])]


# ---- forms ----------------------------------------------------------------------------------------------------------


def details_from_values(values: Mapping[str, str]) -> Details:
    """Return the details among the values of a form. A value that is missing or says "unknown" is empty."""
    filled = {field.name: values.get(field.name, "").strip() for field in fields(Details)}
    if deadlines.is_unknown(filled["deadline"]):
        filled["deadline"] = ""
    if filled["medium"] not in MEDIUMS:
        filled["medium"] = ""
    return Details(**filled)
