"""What the matcher says about a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["answer", "choose", "unknown", "media", "confirm_media", "smalltalk"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry with its score, from 0 to 1: how sure the matcher is that the entry is what the message asks."""

    id: str
    title: str
    score: float
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How one label (an entry, or a group of small talk or out-of-scope questions) did, channel by channel."""

    kind: str
    id: str
    channels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a match came out as it did. `repaired`: words as typed -> as read. `threshold`: the score that answers."""

    why: str
    repaired: Mapping[str, str] = field(default_factory=dict)
    weighed: tuple[Weighed, ...] = ()
    threshold: float = 0.0
    read: str = ""
    """The part of the message that decided."""


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one message.

    `entries`: those answered, in order; for `choose` the candidates, best first; with `media` and `confirm_media` the
    answers to a policy question in the same message; else empty. `best` is the nearest entry of the whole message,
    whatever the outcome; None where the knowledge base has no entry. `topic` names the group of small talk
    or out-of-scope questions whose answer is the reply. `nearest` are up to three entries to offer where there is no
    answer.

    If the matcher `gave_up`, the outcome is `unknown` and nothing else is known: the message may be anything.
    """

    outcome: Outcome
    entries: tuple[Candidate, ...] = ()
    best: Candidate | None = None
    topic: str = ""
    nearest: tuple[Candidate, ...] = ()
    danger: str = ""
    """The out-of-scope group on danger that some part of the message belongs to: its answer goes before everything."""
    media_score: float = 0.0
    outlet: str = ""
    explanation: Explanation = Explanation("")
    gave_up: bool = False
    """Whether the matcher took too long over the message, ended, or has a defect: then it would do so again."""


GAVE_UP = Match("unknown", explanation=Explanation("the matcher gave up"), gave_up=True)
"""The match of a message that the matcher cannot match."""
