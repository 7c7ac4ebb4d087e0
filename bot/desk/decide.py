"""What to do about something that somebody said: pure, from the words, the match and what else is going on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.case import Case, CaseKind
from bot.matching.match import Match
from bot.messages import Said


@dataclass(frozen=True, slots=True)
class Context:
    """`open_case`: of this person in this conversation, not older than two hours. `press`: there is a press office."""

    open_case: Case | None = None
    press: bool = True


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
    """Say so. `topic` is a group outside the policy whose pointer helps, `nearest` what the desk does know."""

    topic: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Smalltalk:
    """Answer in kind."""

    topic: str


@dataclass(frozen=True, slots=True)
class ConfirmMedia:
    """Ask whether the media are involved; `answers` are entries for a policy question in the same message."""

    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaEnquiry:
    """Open a case, then give `answers` to a policy question in the same message."""

    outlet: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddToCase:
    """The message belongs to a case that the person has just opened; `answers` as above."""

    case_id: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoPressOffice:
    """A media enquiry where nobody can be told: the holding line, and honesty about it."""

    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing was said."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody spoke to the desk, and it is not sure."""


Decision = (
    Answer | Choose | Unknown | Smalltalk | ConfirmMedia | MediaEnquiry | AddToCase | NoPressOffice | Empty | Silence
)


def decide(said: Said, match: Match, context: Context) -> Decision:
    """What to do. An enquiry comes before everything; what belongs to an open case is never lost to an answer."""
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
