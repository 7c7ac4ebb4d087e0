"""The decision what to do with a message: pure, from its words, the match, and the person's open case."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.case import Case, CaseKind
from bot.matching.match import Match
from bot.messages import Said


@dataclass(frozen=True, slots=True)
class Context:
    """What else the decision depends on."""

    open_case: Case | None = None
    """The person's case to which this message may belong: the last one to which they wrote here, within two hours."""
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
    """Add the message to the open case, then answer the policy question in it."""

    case_id: int
    answers: tuple[str, ...]
    """As in `ConfirmMedia`."""


@dataclass(frozen=True, slots=True)
class NoPressOffice:
    """Answer a media enquiry without a press office: give the holding line, and say that nothing is passed on."""

    answers: tuple[str, ...]
    """As in `ConfirmMedia`."""


@dataclass(frozen=True, slots=True)
class Empty:
    """Reply that the message has no words."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Write nothing, because the desk was not addressed and is not sure what is meant."""


Decision = (
    Answer | Choose | Unknown | Smalltalk | ConfirmMedia | MediaEnquiry | AddToCase | NoPressOffice | Empty | Silence
)


def decide(said: Said, match: Match, context: Context) -> Decision:
    """Return what to do. A message that belongs to the open case is added to it; any other is decided by its match."""
    is_empty = not said.text.strip()
    if not said.addressed and (is_empty or match.outcome not in {"answer", "media"}):
        return Silence()
    case = context.open_case
    if case is not None and (said.files if is_empty else _belongs(case, match)):
        return AddToCase(case.id, () if is_empty or match.outcome == "choose" else _ids(match))
    return Empty() if is_empty else _by_match(match, context)


def _belongs(case: Case, match: Match) -> bool:
    """Return whether the message belongs to the open case.

    - Small talk never does: thanks are no news for the press office.
    - Everything else belongs to a media case, because it may be about the enquiry.
    - Only what the desk cannot answer belongs to a question case. A media enquiry has to become a case with a ping.
    """
    if match.outcome == "smalltalk":
        return False
    return case.kind is CaseKind.MEDIA or match.outcome in {"choose", "unknown"}


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
