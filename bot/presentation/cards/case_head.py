"""What every card of a case has in common: its head, and the context in which it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.domain.case import Case, CaseKind, CaseState, LinkKind
from bot.messages import CaseHead
from bot.plaintext import display_name
from bot.presentation import texts


@dataclass(frozen=True, slots=True)
class Linked:
    """A case that belongs with the one shown. `outlet` and `state` as `visible` leaves them."""

    case_id: int
    reference: str
    outlet: str
    state: str
    kind: LinkKind
    joinable: bool = False
    """Whether the two may be made one as they are now."""


@dataclass(frozen=True, slots=True)
class CaseContext:
    """When and where a card is drawn, and what else is going on.

    `zone` is the organisation's. `incident` is the title of the one the case belongs to. `joined` are the references
    of the cases that were joined to it, `into` that of the one it was joined to.
    """

    now: datetime
    zone: tzinfo = UTC
    links: tuple[Linked, ...] = ()
    incident: str = ""
    joined: tuple[str, ...] = ()
    into: str = ""


def head(case: Case, context: CaseContext) -> CaseHead:
    """Reference, kind, state, age and deadline."""
    return CaseHead(case.reference, title(case), state_word(case), case.opened_at, deadline(case, context))


def title(case: Case) -> str:
    """The kind as words, the word that matters most first."""
    words = texts.MEDIA_ENQUIRY if case.kind is CaseKind.MEDIA else texts.QUESTION
    if case.restricted:
        words = f"{words} ({texts.RESTRICTED_TITLE})"
    return texts.urgent(words) if case.urgent and case.state is not CaseState.CLOSED else words


def state_word(case: Case) -> str:
    """The state as a word: states differ by word, not by colour."""
    if case.state is CaseState.CLOSED:
        return texts.closed_as(case.outcome.value if case.outcome else "")
    if case.state is CaseState.OPEN or case.owner is None:
        return texts.UNCLAIMED
    owner = display_name(case.owner)
    return texts.answered_by(owner) if case.answered_at else texts.claimed_by(owner)


def deadline(case: Case, context: CaseContext) -> str:
    """When the journalist needs the answer: as an instant where one was read, else in the words that were given."""
    if case.due_at is None:
        return case.details.deadline
    over = case.due_at <= context.now and case.responded_at is None and case.state is not CaseState.CLOSED
    return texts.deadline(local(case.due_at, context.zone), known=case.due_known, over=over)


def local(instant: datetime, zone: tzinfo) -> datetime:
    """As the organisation's wall clock shows it."""
    return instant.astimezone(zone)


def handle(case: Case) -> str:
    """What a button carries: the case, and the revision it was drawn from."""
    return f"{case.id}@{case.revision}"
