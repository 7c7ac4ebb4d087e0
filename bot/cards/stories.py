"""What is said of cases that belong together, and the forms of an incident."""

from __future__ import annotations

from bot.cards.around import Linked
from bot.cards.discreet import visible
from bot.cards.head import state_word
from bot.model import Case, CaseKind, CaseState, LinkKind


def linked(case: Case, other: Case, kind: LinkKind) -> Linked:
    """`other`, as the card of `case` names it."""
    seen = visible(other)
    free = all(each.state is not CaseState.CLOSED and each.kind is CaseKind.MEDIA for each in (case, other))
    joinable = kind is LinkKind.SAME and free
    return Linked(other.id, other.reference, seen.details.outlet, state_word(seen), kind, joinable=joinable)
