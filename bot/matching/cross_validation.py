"""Every example of a knowledge base, matched by words while the matcher does not look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from bot.knowledge.model import Knowledge
from bot.matching.examples import Examples, Label
from bot.matching.ranker import Ranked, Ranker, train
from bot.matching.reading import Reader

_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Held:
    """An example of the label `own`, and the label where it `landed` when it was left out.

    `lead` is by how much that one scored above `own`: 0 where it is `own`, infinite where `own` was not even on the
    shortlist. `sure` is the classifier's probability, from 0 to 1, of the label where it landed.
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
    texts = [reader.read(text).rows for text in examples.texts]
    nots = [reader.read(text).rows for text in examples.nots]
    rows, against = ([[one[place] for one in read] for place in range(len(reader.channels))] for read in (texts, nots))
    ranker = Ranker.of(examples, reader.channels, rows, against)
    fold = np.array([crc32(text.encode()) % _FOLDS for text in examples.texts])
    learned = (train(examples, reader.channels, rows, np.flatnonzero(fold != held)) for held in range(_FOLDS))
    unseen = [ranker.unseen(examples, classifier) for classifier in learned]
    for number, text in enumerate(examples.texts):
        own = int(examples.owner[number])
        ranked = unseen[fold[number]].rank(texts[number], (number, own))
        landed = examples.labels[ranked.labels[0]]
        yield Held(text, examples.labels[own], landed, _lead(ranked, own), float(np.exp(ranked.logs[0])))


def _lead(ranked: Ranked, own: int) -> float:
    own_score = ranked.score[ranked.labels == own]
    return float(ranked.score[0] - own_score[0]) if len(own_score) else np.inf
