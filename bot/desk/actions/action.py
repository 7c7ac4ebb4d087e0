"""The types of the table of actions: kinds of actions, what their functions are given, and values of buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.desk.press_desk import PressDesk
from bot.domain.case import Case
from bot.domain.transitions import DeskStatus, Refused, Transition
from bot.matching.active_knowledge import LoadedKnowledge
from bot.messages import Form, Person, Pressed, Submitted, SyncResponse
from bot.storage.records import Answered
from bot.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What the function of an action is given: a pressed button or a submitted form, inside its transaction."""

    tx: Transaction
    incoming: Pressed | Submitted
    value: str
    """The value of the button, or the context of the form, that the desk gave it."""
    loaded: LoadedKnowledge
    press_desk: PressDesk

    @property
    def person(self) -> Person:
        """The person who pressed or submitted."""
        return self.incoming.person

    @property
    def values(self) -> Mapping[str, str]:
        """The fields of the form; empty for a press."""
        return self.incoming.values if isinstance(self.incoming, Submitted) else {}

    def is_first_time(self) -> bool:
        """Record the event; return False if it was handled before."""
        return self.tx.events.claim_once(self.incoming.at.platform, self.incoming.event_id)


@dataclass(frozen=True, slots=True)
class CaseActionContext(ActionContext):
    """What the function of an action on a case is given. `value` is the rest of the value, without the case."""

    case: Case
    """Locked until the transaction ends."""
    status: DeskStatus


@dataclass(frozen=True, slots=True)
class AnswerContext(ActionContext):
    """What the function of an action on an answer is given. `value` is the rest of the value, without the answer."""

    pressed: Pressed
    asked: Answered
    """The question and the answer below which the button stands."""


class Who(Enum):
    """Who may run an action on a case."""

    OFFICER = auto()
    ASKER = auto()
    BOTH = auto()


@dataclass(frozen=True, slots=True)
class CaseAction:
    """An action on a case."""

    who: Who
    do: Callable[[CaseActionContext], Transition | Refused | SyncResponse]
    """Runs when the button is pressed or, if there is a form, when the form is submitted.

    If it returns a SyncResponse, nothing is changed; the response shows something or names a field to correct.
    """
    form: Callable[[CaseActionContext], Form | Refused] | None = None
    """Opens when the button is pressed."""
    changes_ownership: bool = False
    """True if it changes state or owner. It is refused from a card that was drawn before the last such change.

    Must be False for actions of askers, because their cards are not updated.
    """
    follows_join: bool = False
    """True if the action on a joined case is run on the case that continues."""
    then: Callable[[CaseActionContext, Transition], None] | None = None
    """Runs after the transition was applied, in the same transaction, once for each event."""
    confirm: Callable[[CaseActionContext, Transition], str] | None = None
    """Returns the notice for the person who ran the action."""
    compares_enquiries: bool = False
    """True if `do` or `then` looks for related cases; see `RelatedCaseFinder.read_recent`."""


@dataclass(frozen=True, slots=True)
class PressOfficeAction:
    """An action of officers that is about no existing case."""

    do: Callable[[ActionContext], SyncResponse]
    """As in `CaseAction`. If it changes something, it has to call `ActionContext.is_first_time` itself."""
    form: Callable[[ActionContext], Form] | None = None
    """Opens when the button is pressed."""
    compares_enquiries: bool = False
    """True if `do` looks for related cases; see `RelatedCaseFinder.read_recent`."""


@dataclass(frozen=True, slots=True)
class AnswerAction:
    """A button below an answer."""

    do: Callable[[AnswerContext], SyncResponse]
    asker_only: bool = False
    """True if in a channel, too, only the person who asked may press it."""
    author_only: bool = False
    """As `asker_only`, but anybody may press it in a direct conversation where it is not stored who asked."""
    compares_enquiries: bool = False
    """True if `do` looks for related cases; see `RelatedCaseFinder.read_recent`."""


@dataclass(frozen=True, slots=True)
class StaffAction:
    """An action that anybody may run, such as to show a page or to report an enquiry."""

    do: Callable[[ActionContext], SyncResponse]
    """Checks itself who may see more, and calls `ActionContext.is_first_time` if it changes something."""
    compares_enquiries: bool = False
    """True if `do` looks for related cases; see `RelatedCaseFinder.read_recent`."""


Action = CaseAction | PressOfficeAction | AnswerAction | StaffAction


# ---- values of buttons and forms, which the sender can have forged --------------------------------------------------

_MOST_DIGITS = 15  # each number of 15 digits is kept exactly by JSON (a double) and by a BIGINT column


@dataclass(frozen=True, slots=True)
class CaseValue:
    """The value of a button on a case."""

    case_id: int
    revision: int
    """The revision of the case when the button was drawn."""
    rest: str
    """What else the button carries; its meaning depends on the action."""


def parse_number(text: str) -> int | None:
    """Return a whole number of at most 15 digits without a sign, or None if the text is anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def parse_case_value(value: str) -> CaseValue | None:
    """Return `7@3:rest` as case 7, drawn at revision 3, with `rest`; None if the value has another form."""
    drawn, _, rest = value.partition(":")
    id_text, _, revision_text = drawn.partition("@")
    case_id, revision = parse_number(id_text), parse_number(revision_text)
    return None if case_id is None or revision is None else CaseValue(case_id, revision, rest)
