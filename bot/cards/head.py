"""What every card of a case has in common."""

from __future__ import annotations

from bot import wording
from bot.cards.text import name
from bot.messages import CaseHead
from bot.model import Case, CaseKind, CaseState


def head(case: Case) -> CaseHead:
    """Reference, kind, state, age and deadline."""
    return CaseHead(case.reference, title(case), state_word(case), case.opened_at, case.details.deadline)


def title(case: Case) -> str:
    """The kind as words."""
    return wording.MEDIA_ENQUIRY if case.kind is CaseKind.MEDIA else wording.QUESTION


def state_word(case: Case) -> str:
    """The state as a word: states differ by word, not by colour."""
    if case.state is CaseState.CLOSED:
        return wording.closed_as(case.outcome.value if case.outcome else "")
    if case.state is CaseState.OPEN or case.owner is None:
        return wording.UNCLAIMED
    owner = name(case.owner)
    return wording.answered_by(owner) if case.answered_at else wording.claimed_by(owner)


def handle(case: Case) -> str:
    """What a button carries: the case, and the revision it was drawn from."""
    return f"{case.id}@{case.revision}"
