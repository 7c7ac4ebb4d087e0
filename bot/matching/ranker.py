"""The ranking: sparse similarities and a light classifier in one score per label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.matching.encoder.embedding_channel import Space, Vectors, flat
from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Channel, Floats, Row, stack
from bot.matching.lexical.index import Index
from bot.matching.lexical.nearest_examples import Compared, nearest_mean
from bot.matching.softmax import fit, log_softmax

_SHORTLIST = 20
_NEAREST_WEIGHT = {"stem": 1.0, "char": 0.5}
_PROMISING = 4
"""Examples of one label that are compared by their characters as well: those that are nearest by their words."""
_CLASSIFIER_ALONE = 0.4
"""Weight of the log-probability beside the similarities in the lexical tier; with an encoder it is 1."""
_LEXICAL, _CENTROID, _CENTROID_TUNED, _EXAMPLES = 0.3, 1.0, 6.0, 3.0
"""With an encoder: weights of the sparse similarities, and of the cosines with centroids and examples in its space."""
_WORDS, _MEANING = 0.2, 0.8
"""With an encoder: weights of the two classifiers' log-probabilities."""
_STRENGTH, _STRENGTH_MEANING = 30.0, 10.0
_ROUNDS = 25
_STRIKE = 4.0
"""How much nearer a label's counter-example than its own best example counts against it."""


@dataclass(frozen=True)
class Classifier:
    """Logistic regression over the features of all channels that more than one example has."""

    weights: tuple[Floats, ...]
    meaning: Floats | None = None
    """A second one over embeddings, of shape (2 · width, labels)."""

    def logs(self, rows: Sequence[Row], vector: Floats | None = None) -> Floats:
        """Log-probability of each label for one text: that of its words, or the weighted product of both."""
        scores = np.zeros(self.weights[0].shape[1], dtype=np.float32)
        for (at, values), weights in zip(rows, self.weights, strict=True):
            shared = int(at.searchsorted(len(weights)))
            scores += values[:shared] @ weights.take(at[:shared], axis=0)
        logs: Floats = log_softmax(scores[None])[0]
        if self.meaning is None or vector is None:
            return logs
        both = np.float32(_WORDS) * logs + np.float32(_MEANING) * log_softmax(vector.reshape(1, -1) @ self.meaning)[0]
        joined: Floats = log_softmax(both[None])[0]
        return joined


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
        return Ranked(self.labels[keep], self.near[keep], self.logs[keep] + shift, self.score[keep])


@dataclass(frozen=True)
class Ranker:
    """Everything that ranks, fitted to the examples."""

    indexes: tuple[Index, ...]
    classifier: Classifier
    nots_owner: Whole
    entries: int
    """Labels 0 to `entries` - 1 are entries: one of them is on every shortlist."""
    space: Space | None = None

    @classmethod
    def of(
        cls,
        examples: Examples,
        channels: Sequence[Channel],
        rows: Sequence[Sequence[Row]],
        nots: Sequence[Sequence[Row]],
        vectors: tuple[Vectors, Vectors] | None = None,
        is_tuned: bool = False,
    ) -> Ranker:
        """`rows` and `nots` hold per channel a row for each example and each counter-example; `vectors` are of both.

        `is_tuned` says whether those come from an encoder that has been fitted to the examples.
        """
        indexes = tuple(
            Index.of(*channel) for channel in zip(channels, [examples] * len(channels), rows, nots, strict=True)
        )
        return cls(
            indexes,
            train(examples, channels, rows, np.arange(len(examples.owner)), vectors and vectors[0]),
            examples.nots_owner,
            examples.entries,
            Space.of(examples, *vectors, is_tuned) if vectors and len(examples.labels) else None,
        )

    def unseen(
        self, examples: Examples, classifier: Classifier, vectors: tuple[Vectors, Vectors] | None = None
    ) -> Ranker:
        """For cross-validation: with a classifier and vectors that have not seen some of the examples."""
        space = Space.of(examples, *vectors, self.space.is_tuned) if vectors and self.space else None
        return replace(self, classifier=classifier, space=space)

    def rank(
        self,
        rows: Sequence[Row],
        own: tuple[int, int] | None = None,
        vector: Floats | None = None,
    ) -> Ranked:
        """Rank the labels for one text, given as a row per channel and, where there is an encoder, as a vector.

        For cross-validation, `own` is (number, label) of the example that the text is, which is then left out.
        """
        space = self.space if vector is not None else None
        logs = self.classifier.logs(rows, vector)
        weight = np.float32(_CLASSIFIER_ALONE if space is None else 1)
        near = sum(
            (_centroid_cosines(*pair, own) for pair in zip(self.indexes, rows, strict=True)), np.zeros_like(logs)
        )
        if space is not None and vector is not None:
            share = np.float32(_CENTROID_TUNED if space.is_tuned else _CENTROID)
            near = np.float32(_LEXICAL) * near + share * space.centroids(vector, own)
        short = self._shortlist(near + weight * logs)
        tables = self._tables(rows, short, own, vector)
        near = near[short] + sum(np.float32(share) * nearest_mean(table) for share, table in tables)
        near -= self._struck(rows, short, tables[-1 if space else 0][1].max(axis=1), vector)
        score = near + weight * logs[short]
        order = np.argsort(-score, kind="stable")
        return Ranked(short[order], near[order], logs[short][order], score[order])

    def _shortlist(self, first: Floats) -> Whole:
        short = np.argsort(-first, kind="stable")[:_SHORTLIST]
        if self.entries and not (short < self.entries).any():
            short[-1] = np.argmax(first[: self.entries])
        return short

    def _tables(
        self, rows: Sequence[Row], short: Whole, own: tuple[int, int] | None, vector: Floats | None
    ) -> list[tuple[float, Floats]]:
        """Cosines with the examples of the labels on the shortlist, a weight and a table for each way to compare."""
        first = self.indexes[0]
        compared = every = Compared.of(first.starts, short, first.place[own[0]] if own else -1)
        tables = []
        for index, features in zip(self.indexes, rows, strict=True):
            weight = _NEAREST_WEIGHT.get(index.channel.name)
            if weight:
                table = compared.table(index.examples.products(index.dense(features), compared.rows))
                tables.append((weight, table))
                compared = compared.promising(table, _PROMISING)
        if self.space is None or vector is None:
            return tables
        meant = every.table(self.space.products(vector, every.rows))
        return [*((_LEXICAL * weight, table) for weight, table in tables), (_EXAMPLES, meant)]

    def _struck(self, rows: Sequence[Row], short: Whole, closest: Floats, vector: Floats | None) -> Floats:
        """How much it counts that a label's nearest counter-example is nearer than the `closest` of its examples."""
        count = len(self.nots_owner)
        if not count:
            return np.zeros(len(short), dtype=np.float32)
        index, space = self.indexes[0], self.space
        if space is not None and vector is not None:
            against = space.nots @ vector[0]
        else:
            against = index.nots.products(index.dense(rows[0]), np.arange(count))
        against_label = np.full(len(index.lengths), -np.inf, dtype=np.float32)
        np.maximum.at(against_label, self.nots_owner, against)
        return np.float32(_STRIKE) * np.maximum(against_label[short] - np.maximum(closest, 0), 0)


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


def train(
    examples: Examples,
    channels: Sequence[Channel],
    rows: Sequence[Sequence[Row]],
    some: Whole,
    vectors: Vectors | None = None,
) -> Classifier:
    """Fit the classifier to some of the examples."""
    parts = [
        stack([of_channel[i] for i in some], len(channel.numbers))[:, : channel.shared]
        for channel, of_channel in zip(channels, rows, strict=True)
    ]
    owner, labels = examples.owner[some], len(examples.labels)
    weights = fit(parts, owner, labels, _STRENGTH, _ROUNDS)
    if vectors is None:
        return Classifier(tuple(weights))
    (meaning,) = fit([flat(vectors, some)], owner, labels, _STRENGTH_MEANING, _ROUNDS)
    return Classifier(tuple(weights), meaning)
