"""What the desk's tables of actions are made of: who may do what to a case, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.desk.active_knowledge import LoadedKnowledge
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Questions
from bot.domain.case import Case
from bot.domain.transitions import Change, DeskStatus, Refused
from bot.messages import Form, Person, Pressed, Submitted, SyncResponse
from bot.storage.transaction import Transaction


class Who(Enum):
    """To whom an action belongs."""

    OFFICER = auto()
    ASKER = auto()
    BOTH = auto()


@dataclass(frozen=True, slots=True)
class ActionContext:
    """One press, or one form that came back, on a case that is locked for a change.

    `rest` is what the button or the form carries beyond the case; `values` are empty for a press.
    """

    tx: Transaction
    case: Case
    came: Pressed | Submitted
    rest: str
    values: Mapping[str, str]
    status: DeskStatus
    loaded: LoadedKnowledge
    press_desk: PressDesk
    questions: Questions

    @property
    def by(self) -> Person:
        """Whoever does it."""
        return self.came.person


@dataclass(frozen=True, slots=True)
class Action:
    """A row: `form` opens when the button is pressed, `do` happens when it was sent, or at once where there is none.

    `turns`: it changes whose turn it is, so that from a card drawn before the last such change it does nothing. What an
    asker has is never drawn again, so nothing of theirs does. `do` commits nothing, or sees to it that it does so once;
    an Immediate from it is the answer and changes nothing (a field to mend, say). `then` is what the change writes
    besides the case (a statement, another case), in its transaction, once for each event. `follows`: on a case that was
    joined to another it is done to the one that goes on.
    """

    who: Who
    do: Callable[[ActionContext], Change | Refused | SyncResponse]
    form: Callable[[ActionContext], Form | Refused] | None = None
    turns: bool = False
    follows: bool = False
    then: Callable[[ActionContext, Change], None] | None = None


@dataclass(frozen=True, slots=True)
class GlobalAction:
    """What an officer does that is not about a case there is: open one, declare an incident.

    `do` remembers the event itself, after it has looked at what was filled in.
    """

    do: Callable[[GlobalContext], SyncResponse]
    form: Callable[[GlobalContext], Form] | None = None


@dataclass(frozen=True, slots=True)
class GlobalContext:
    """One press, or one form that came back, of an errand. `rest` is the button's value or the form's context."""

    tx: Transaction
    came: Pressed | Submitted
    rest: str
    values: Mapping[str, str]
    loaded: LoadedKnowledge
    press_desk: PressDesk
