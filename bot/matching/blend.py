"""The ranking: sparse similarities and a light classifier in one score per label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.matching.examples import Examples, Whole
from bot.matching.index import Index
from bot.matching.lexical import Channel, Floats, Row, stack
from bot.matching.softmax import fit, log_softmax

_SHORTLIST = 20
_NEAREST = 3
_NEAREST_WEIGHT = {"stem": 1.0, "char": 0.5}
_CLASSIFIER_WEIGHT = 0.4
_STRENGTH = 30.0
_ROUNDS = 40
_STRIKE = 4.0
"""How much nearer a label's counter-example than its own best example counts against it."""


@dataclass(frozen=True)
class Classifier:
    """Logistic regression over the features of all channels that more than one example has."""

    weights: tuple[Floats, ...]

    def logs(self, rows: Sequence[Row]) -> Floats:
        """Log-probability of each label for one text."""
        scores = np.zeros(self.weights[0].shape[1], dtype=np.float32)
        for (at, values), weights in zip(rows, self.weights, strict=True):
            shared = at < len(weights)
            scores += values[shared] @ weights[at[shared]]
        logs: Floats = log_softmax(scores[None])[0]
        return logs


@dataclass(frozen=True)
class Ranked:
    """The shortlist for one text, best first: labels, their similarity and log-probability, and both as one score."""

    labels: Whole
    near: Floats
    logs: Floats
    score: Floats

    def without(self, drop: npt.NDArray[np.bool_]) -> Ranked:
        """The ranking if some labels of the shortlist did not exist; their probability goes to the rest."""
        gone = min(float(np.exp(self.logs[drop]).sum()), 1 - 1e-6)
        shift = np.float32(-np.log1p(-gone))
        keep = ~drop
        return Ranked(
            self.labels[keep], self.near[keep], self.logs[keep] + shift, self.score[keep] + _CLASSIFIER_WEIGHT * shift
        )


@dataclass(frozen=True)
class Ranker:
    """Everything that ranks, fitted to the examples."""

    indexes: tuple[Index, ...]
    classifier: Classifier
    nots_owner: Whole
    entries: int
    """Labels 0 to `entries` - 1 are entries: one of them is on every shortlist."""

    @classmethod
    def of(
        cls,
        examples: Examples,
        channels: Sequence[Channel],
        rows: Sequence[Sequence[Row]],
        nots: Sequence[Sequence[Row]],
    ) -> Ranker:
        """`rows` and `nots` hold per channel a row for each example and each counter-example."""
        indexes = tuple(
            Index.of(*channel) for channel in zip(channels, [examples] * len(channels), rows, nots, strict=True)
        )
        return cls(
            indexes,
            train(examples, channels, rows, np.arange(len(examples.owner))),
            examples.nots_owner,
            examples.entries,
        )

    def rank(
        self, rows: Sequence[Row], own: tuple[int, int] | None = None, classifier: Classifier | None = None
    ) -> Ranked:
        """Rank the labels for one text, given as a row per channel.

        For cross-validation, `own` is (number, label) of the example that the text is, which is then left out, and
        `classifier` one that has not seen it.
        """
        logs = (classifier or self.classifier).logs(rows)
        near = np.zeros_like(logs)
        for index, row in zip(self.indexes, rows, strict=True):
            near += _centroid_cosines(index, row, own)
        first = near + _CLASSIFIER_WEIGHT * logs
        short = np.argsort(-first, kind="stable")[:_SHORTLIST]
        if self.entries and not (short < self.entries).any():
            short[-1] = np.argmax(first[: self.entries])
        near = near[short]
        for index, row in zip(self.indexes, rows, strict=True):
            weight = _NEAREST_WEIGHT.get(index.channel.name)
            if weight:
                query = index.dense(row)
                near += weight * np.array(
                    [self._nearest(index, query, label, own) for label in short], dtype=np.float32
                )
        near -= self._struck(rows, short, own)
        score = near + _CLASSIFIER_WEIGHT * logs[short]
        order = np.argsort(-score, kind="stable")
        return Ranked(short[order], near[order], logs[short][order], score[order])

    def _nearest(self, index: Index, query: Floats, label: int, own: tuple[int, int] | None) -> float:
        cosines = index.examples.products(query, index.starts[label], index.starts[label + 1])
        if own and label == own[1] and index.place[own[0]] >= 0:
            cosines = np.delete(cosines, index.place[own[0]] - index.starts[label])
        return float(np.sort(cosines)[-_NEAREST:].mean()) if len(cosines) else 0.0

    def _struck(self, rows: Sequence[Row], short: Whole, own: tuple[int, int] | None) -> Floats:
        """How far each label's nearest counter-example is nearer than its own nearest example."""
        marks = np.zeros(len(short), dtype=np.float32)
        if not len(self.nots_owner):
            return marks
        index, row = self.indexes[0], rows[0]
        query = index.dense(row)
        against = index.nots.products(query, 0, len(self.nots_owner))
        for place, label in enumerate(short):
            mine = against[self.nots_owner == label]
            if len(mine):
                own_best = index.examples.products(query, index.starts[label], index.starts[label + 1])
                marks[place] = max(0.0, float(mine.max() - own_best.max()))
        return np.float32(_STRIKE) * marks


def _centroid_cosines(index: Index, row: Row, own: tuple[int, int] | None) -> Floats:
    """Cosine with each label's centroid; the text's own row is taken out of its label's."""
    products = index.centroids(row)
    lengths = index.lengths
    if own:
        label = own[1]
        self_product = float(row[1] @ row[1])
        rest = max(float(lengths[label]) ** 2 - 2 * float(products[label]) + self_product, 1e-6)
        products[label] -= self_product
        lengths = lengths.copy()
        lengths[label] = np.sqrt(rest)
    return products / lengths


def train(examples: Examples, channels: Sequence[Channel], rows: Sequence[Sequence[Row]], some: Whole) -> Classifier:
    """Fit the classifier to some of the examples."""
    parts = [
        stack([of_channel[i] for i in some], len(channel.numbers))[:, : channel.shared]
        for channel, of_channel in zip(channels, rows, strict=True)
    ]
    weights = fit(sparse.hstack(parts).tocsr(), examples.owner[some], len(examples.labels), _STRENGTH, _ROUNDS)
    cuts = np.cumsum([channel.shared for channel in channels])[:-1]
    return Classifier(tuple(np.split(weights, cuts)))
