"""What the table of actions is made of: what a button or a form does, who may, and what its function is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.desk.press_desk import PressDesk
from bot.domain.case import Case
from bot.domain.transitions import DeskStatus, Refused, Transition
from bot.matching.active_knowledge import LoadedKnowledge
from bot.matching.match import Match
from bot.messages import Form, Person, Pressed, Submitted, SyncResponse
from bot.storage.records import Answered
from bot.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ActionContext:
    """A press, or a form that came back, inside its transaction."""

    tx: Transaction
    incoming: Pressed | Submitted
    value: str
    """What the button or the form carries."""
    loaded: LoadedKnowledge
    press_desk: PressDesk

    @property
    def person(self) -> Person:
        """Whoever did it."""
        return self.incoming.person

    @property
    def values(self) -> Mapping[str, str]:
        """What was filled in; empty for a press."""
        return self.incoming.values if isinstance(self.incoming, Submitted) else {}

    def is_first_time(self) -> bool:
        """Record the event; return False if it was handled before."""
        return self.tx.events.claim_once(self.incoming.at.platform, self.incoming.event_id)


@dataclass(frozen=True, slots=True)
class CaseActionContext(ActionContext):
    """The same on a case, which is locked for a change. `value` is what follows the case in the button's value."""

    case: Case
    status: DeskStatus


@dataclass(frozen=True, slots=True)
class AnswerContext(ActionContext):
    """A press below an answer. `value` is what follows the answer in the button's value."""

    pressed: Pressed
    asked: Answered
    match: Match | None = None
    """What the question means to the matcher, for an action that needs it."""


class Who(Enum):
    """Who may do something to a case."""

    OFFICER = auto()
    ASKER = auto()
    BOTH = auto()


@dataclass(frozen=True, slots=True)
class CaseAction:
    """An action on a case."""

    who: Who
    do: Callable[[CaseActionContext], Transition | Refused | SyncResponse]
    """Runs on the press, or when the form comes back. A SyncResponse changes nothing: it names a field to correct."""
    form: Callable[[CaseActionContext], Form | Refused] | None = None
    """Opens when the button is pressed."""
    changes_ownership: bool = False
    """It changes state or owner: from a card that was drawn before the last such change it does nothing.

    Cards of askers are not drawn again, so no action of theirs is of this kind.
    """
    follows_join: bool = False
    """On a case that was joined to another it is done to the one that goes on."""
    then: Callable[[CaseActionContext, Transition], None] | None = None
    """What is written besides the case, in its transaction, once for each event."""
    confirm: Callable[[CaseActionContext, Transition], str] | None = None
    """What whoever did it reads when it is done."""


@dataclass(frozen=True, slots=True)
class OfficerAction:
    """What an officer does that is not about an existing case. `do` records the event when it changes something."""

    do: Callable[[ActionContext], SyncResponse]
    form: Callable[[ActionContext], Form] | None = None


@dataclass(frozen=True, slots=True)
class AnswerAction:
    """A button below an answer. `asker_only`: in a channel too, only whoever asked may press it."""

    do: Callable[[AnswerContext], SyncResponse]
    asker_only: bool = False
    needs_match: bool = False


@dataclass(frozen=True, slots=True)
class StaffAction:
    """What anybody may do: look at a page, report an enquiry. `do` checks more where it has to."""

    do: Callable[[ActionContext], SyncResponse]


Action = CaseAction | OfficerAction | AnswerAction | StaffAction


# ---- what buttons and forms carry, which may be forged --------------------------------------------------------------

_DIGITS = 15  # of the greatest number that every database and every platform's JSON keeps exactly


@dataclass(frozen=True, slots=True)
class CaseValue:
    """A case, the revision at which the button was drawn, and what the button carries beyond them."""

    case_id: int
    revision: int
    rest: str


def number(text: str) -> int | None:
    """Return a whole number that is not negative, as the desk writes it; else None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def case_in(value: str) -> CaseValue | None:
    """Read `7@3:rest`: case 7, drawn at revision 3. None if it is something else."""
    drawn, _, rest = value.partition(":")
    case_id, _, revision = drawn.partition("@")
    found = number(case_id), number(revision)
    return None if found[0] is None or found[1] is None else CaseValue(found[0], found[1], rest)
