"""What a card says of a case that does not stand in the case itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.domain.case import LinkKind


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
