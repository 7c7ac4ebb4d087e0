"""Every example of a knowledge base, matched by words while the matcher does not look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from bot.knowledge.model import Knowledge
from bot.matching.examples import Examples, Label
from bot.matching.ranker import Ranked
from bot.matching.reading import Reader
from bot.matching.softmax import log_softmax
from bot.matching.training_data import Lessons

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Held:
    """An example of the label `own`, and the label where it `landed` when it was left out.

    `lead` is by how much that one scored above `own`: 0 where it is `own`, infinite where `own` was not even on the
    shortlist. `sure` is the probability, from 0 to 1, of the label where it landed.
    """

    text: str
    own: Label
    landed: Label
    lead: float
    sure: float


def held_out(knowledge: Knowledge) -> Iterator[Held]:
    """Each example once, in the order of the knowledge base.

    An example's fold depends on its text alone, so that a change to one question does not shuffle the others.
    """
    examples, reader = Examples.of(knowledge), Reader.of(knowledge)
    lessons = Lessons.of(examples, reader)
    fold = np.array([crc32(text.encode()) % _FOLDS for text in examples.texts])
    rankings = dict(
        pair
        for out in range(_FOLDS)
        for pair in lessons.rankings(np.flatnonzero(fold != out), np.flatnonzero(fold == out))
    )
    for number, ranked in sorted(rankings.items()):
        own = int(examples.owner[number])
        landed = examples.labels[ranked.labels[0]]
        sure = float(np.exp(log_softmax(ranked.score[None])[0, 0]))
        yield Held(examples.texts[number], examples.labels[own], landed, _lead(ranked, own), sure)


def _lead(ranked: Ranked, own: int) -> float:
    own_score = ranked.score[ranked.labels == own]
    return float(ranked.score[0] - own_score[0]) if len(own_score) else np.inf
