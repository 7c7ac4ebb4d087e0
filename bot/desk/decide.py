"""The decision what to do with a message: pure, from its words, the match, and the person's open cases.

Nothing that a person writes reaches the press office unless they report an enquiry with it, or were told before that it
will. So a message is added to an open case only if it is plainly about the case. Anything else is answered as if there
were no case; if it may be about one after all, a button offers to add it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.belonging import UNRELATED, Relation
from bot.domain.case import Case, CaseKind
from bot.matching.match import Match
from bot.messages import Said


@dataclass(frozen=True, slots=True)
class Context:
    """What else the decision depends on."""

    open_cases: tuple[Case, ...] = ()
    """The person's cases to which this message may belong, newest first: they asked in this conversation."""
    relations: Mapping[int, Relation] = field(default_factory=dict)
    """Id of an open case -> what the words of the message tell of it."""
    newest: int | None = None
    """The open case that the newest message of the desk in this conversation is about; None if it is about none."""
    officer: str = ""
    """The officer who wrote that message, if it passes a reply on."""
    press: bool = True
    """True if a press office is configured."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Give the answers of these entries, in this order."""

    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """Ask which of these entries is meant."""

    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Say that there is no answer."""

    topic: str
    """The out-of-scope group whose text says where to ask instead; empty if none matches."""
    nearest: tuple[str, ...]
    """The entries to offer instead."""
    gave_up: bool = False
    """True if the message could not be matched, so that it may even be about the media."""


@dataclass(frozen=True, slots=True)
class Smalltalk:
    """Answer small talk."""

    topic: str
    """The group with the text."""


@dataclass(frozen=True, slots=True)
class ConfirmMedia:
    """Ask whether the media are involved, then answer the policy question in the same message."""

    answers: tuple[str, ...]
    """Entries that answer the policy question; empty if the message asks none."""


@dataclass(frozen=True, slots=True)
class MediaEnquiry:
    """Open a case, then answer the policy question in the same message."""

    outlet: str
    """The outlet that the message names; empty if none."""
    answers: tuple[str, ...]
    """As in `ConfirmMedia`."""


@dataclass(frozen=True, slots=True)
class AddToCase:
    """Add the message to an open case, then answer the policy question in it."""

    case_id: int
    answers: tuple[str, ...]
    """As in `ConfirmMedia`."""
    unsure: bool = False
    """True if it reports an enquiry that may be another one: officers are mentioned anew, and the asker can say so."""


@dataclass(frozen=True, slots=True)
class AskToSend:
    """Ask whether the message is the answer to an officer, who wrote last."""

    case_id: int
    officer: str
    nearest: tuple[str, ...]
    """The entries to offer if it is not."""


@dataclass(frozen=True, slots=True)
class NoPressOffice:
    """Answer a media enquiry without a press office: give the holding line, and say that nothing is passed on."""

    answers: tuple[str, ...]
    """As in `ConfirmMedia`."""


@dataclass(frozen=True, slots=True)
class Empty:
    """Reply that the message has no words, or nothing but attachments."""

    files: int = 0
    """Number of attachments."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Write nothing, because the desk was not addressed and is not sure what is meant."""


Answered = Answer | Choose | Unknown | Smalltalk | ConfirmMedia
"""What answers the message and passes nothing on."""

Decision = Answered | MediaEnquiry | AddToCase | AskToSend | NoPressOffice | Empty | Silence


def decide(said: Said, match: Match, context: Context) -> Decision:
    """Return what to do. A message that belongs to an open case is added to it; any other is decided by its match."""
    is_empty = not said.text.strip()
    if not said.addressed and (is_empty or match.outcome not in {"answer", "media"}):
        return Silence()
    if is_empty:
        return Empty(said.files)
    return _for_open_case(match, context) or _by_match(match, context)


def offered_case(match: Match, context: Context, decision: Decision) -> Case | None:
    """Return the case to which a button below the answer offers to add the message; None if none is offered.

    That is the newest if the message is unclear. What has an answer is about something else, unless its words tell of
    a case.
    """
    if not isinstance(decision, Answered):
        return None
    telling = _telling(context)
    return telling if telling or _has_answer(match) else next(iter(context.open_cases), None)


def _for_open_case(match: Match, context: Context) -> AddToCase | AskToSend | None:
    """Return what to do if the message belongs to an open case, or may be an answer to an officer; None otherwise."""
    if not context.open_cases or match.outcome == "smalltalk":
        return None
    named = next((case for case in context.open_cases if _relation(context, case).named), None)
    if named is not None:
        return AddToCase(named.id, () if match.outcome == "choose" else _ids(match))
    if match.outcome == "media":
        return _enquiry_again(match, context)
    if _has_answer(match):
        return None
    telling = _telling(context)
    if telling is not None:
        return AddToCase(telling.id, ())
    if context.newest is not None and context.officer and match.outcome != "confirm_media":
        nearest = match.entries if match.outcome == "choose" else match.nearest
        return AskToSend(context.newest, context.officer, tuple(candidate.id for candidate in nearest))
    return None


def _enquiry_again(match: Match, context: Context) -> AddToCase | None:
    """Return to which case a reported enquiry belongs; None if outlet, journalist or matter differ from all of them."""
    possible = [
        case for case in context.open_cases if case.kind is CaseKind.MEDIA and not _relation(context, case).other
    ]
    for case in possible:
        if _relation(context, case).same or _tells(context, case):
            return AddToCase(case.id, _ids(match))
    return AddToCase(possible[0].id, _ids(match), unsure=True) if possible else None


def _has_answer(match: Match) -> bool:
    """Return whether the message is about something else than an enquiry: a policy, another topic, a danger."""
    is_answered = match.outcome in {"answer", "smalltalk"} or (match.outcome == "unknown" and match.topic != "")
    return is_answered or match.danger != ""


def _telling(context: Context) -> Case | None:
    """Return the newest open case of whose enquiry every clause of the message tells something; None if of none."""
    return next((case for case in context.open_cases if _tells(context, case)), None)


def _tells(context: Context, case: Case) -> bool:
    """Return whether every clause of the message tells something of this enquiry."""
    found = _relation(context, case)
    return found.plain or (found.continues and context.newest == case.id)


def _relation(context: Context, case: Case) -> Relation:
    return context.relations.get(case.id, UNRELATED)


def _by_match(match: Match, context: Context) -> Decision:
    match match.outcome:
        case "answer":
            return Answer(_ids(match))
        case "choose":
            return Choose(_ids(match))
        case "smalltalk":
            return Smalltalk(match.topic)
        case "media":
            return MediaEnquiry(match.outlet, _ids(match)) if context.press else NoPressOffice(_ids(match))
        case "confirm_media":
            if context.press:
                return ConfirmMedia(_ids(match))
            return Answer(_ids(match)) if match.entries else _unknown(match)
        case "unknown":
            return _unknown(match)


def _unknown(match: Match) -> Unknown:
    return Unknown(match.topic, tuple(candidate.id for candidate in match.nearest), match.gave_up)


def _ids(match: Match) -> tuple[str, ...]:
    return tuple(candidate.id for candidate in match.entries)
