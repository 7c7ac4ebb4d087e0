"""What to do about a message: pure, from its words, the match, and the person's open case."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.case import Case, CaseKind
from bot.matching.match import Match
from bot.messages import Said


@dataclass(frozen=True, slots=True)
class Context:
    """What else the decision depends on."""

    open_case: Case | None = None
    """The person's case in this conversation to which they last wrote within two hours."""
    press: bool = True
    """There is a press office."""


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
    """Say that there is no answer. `topic` is an out-of-scope group with a pointer, `nearest` the nearest entries."""

    topic: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Smalltalk:
    """Answer small talk with the text of this group."""

    topic: str


@dataclass(frozen=True, slots=True)
class ConfirmMedia:
    """Ask whether the media are involved. `answers` are entries for a policy question in the same message."""

    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaEnquiry:
    """Open a case, then give `answers` to a policy question in the same message."""

    outlet: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddToCase:
    """Add the message to the open case, then give `answers`."""

    case_id: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoPressOffice:
    """Answer a media enquiry where there is no press office: the holding line, and that nothing is passed on."""

    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Say that the message has no words."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Say nothing: nobody addressed the desk, and it is not sure."""


Decision = (
    Answer | Choose | Unknown | Smalltalk | ConfirmMedia | MediaEnquiry | AddToCase | NoPressOffice | Empty | Silence
)


def decide(said: Said, match: Match, context: Context) -> Decision:
    """Return what to do. An enquiry comes first; what belongs to an open case is added to it, whatever else it is."""
    wordless = not said.text.strip()
    if not said.addressed and (wordless or match.outcome not in {"answer", "media"}):
        return Silence()
    case = context.open_case
    if case is not None and (said.files if wordless else _belongs(case, match)):
        return AddToCase(case.id, () if wordless or match.outcome == "choose" else _ids(match))
    return Empty() if wordless else _on_its_own(match, context)


def _belongs(case: Case, match: Match) -> bool:
    # Thanks are not news for the press office. A question case must not swallow what may be an enquiry, which would
    # then have no ping, nor what the desk can answer itself; a media case takes whatever comes next, since it may be
    # about it.
    if match.outcome == "smalltalk":
        return False
    return case.kind is CaseKind.MEDIA or match.outcome in {"choose", "unknown"}


def _on_its_own(match: Match, context: Context) -> Decision:
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
    return Unknown(match.topic, tuple(candidate.id for candidate in match.nearest))


def _ids(match: Match) -> tuple[str, ...]:
    return tuple(candidate.id for candidate in match.entries)
