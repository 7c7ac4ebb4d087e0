"""The ranking: how well each label fits a text, by its words and, with an encoder, by its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Channel, Floats, Row, stack
from bot.matching.lexical.index import Index
from bot.matching.lexical.nearest_examples import Compared, nearest_mean
from bot.matching.softmax import fit, log_softmax

SHORTLIST = 20
_NEAREST_WEIGHT = {"stem": 1.0, "char": 0.5}
_PROMISING = 4
"""Examples of one label that are compared by their characters as well: those that are nearest by their words."""
_CLASSIFIER = 0.4
"""Weight of the log-probability beside the similarities of words."""
_WORDS, _MEANING = 2.0, 20.0
"""Weights of what the words say, and of the cosine with a label's centroid in the encoder's space."""
_STRENGTH, _ROUNDS = 30.0, 25
_STRIKE = 8.0
"""How much nearer a label's counter-example than its own best example counts against it."""


@dataclass(frozen=True)
class Ranked:
    """The shortlist for one text, best first: the labels, and how well each fits, on a scale of its own."""

    labels: Whole
    score: Floats


@dataclass(frozen=True)
class Ranker:
    """Everything that ranks, fitted to the examples."""

    indexes: tuple[Index, ...]
    classifier: tuple[Floats, ...]
    """Weights of a logistic regression over the features of each channel that more than one example has."""
    nots_owner: Whole
    entries: int
    """Labels 0 to `entries` - 1 are entries: one of them is on every shortlist."""
    centroids: Floats | None = None
    """Of each label in the encoder's space, where there is an encoder."""

    @classmethod
    def of(
        cls,
        examples: Examples,
        channels: Sequence[Channel],
        rows: Sequence[Sequence[Row]],
        nots: Sequence[Sequence[Row]],
        vectors: Floats | None = None,
    ) -> Ranker:
        """`rows` and `nots` hold, per channel, a row for each example and each counter-example."""
        return cls(
            tuple(Index.of(channel, examples, *both) for channel, *both in zip(channels, rows, nots, strict=True)),
            _train(examples, channels, rows),
            examples.nots_owner,
            examples.entries,
            _centroids(examples, vectors) if vectors is not None and len(examples.labels) else None,
        )

    def rank(self, rows: Sequence[Row], vector: Floats | None = None) -> Ranked:
        """Rank the labels for one text, given as a row per channel and, where there is an encoder, as a vector."""
        logs = self._logs(rows)
        near = sum(
            (index.centroids(row) / index.lengths for index, row in zip(self.indexes, rows, strict=True)),
            np.zeros_like(logs),
        )
        meant = np.zeros_like(logs)
        if self.centroids is not None and vector is not None:
            meant = np.float32(_MEANING) * (self.centroids @ vector)
        words = np.float32(_WORDS) * (near + np.float32(_CLASSIFIER) * logs)
        short = self._shortlist(words + meant)
        score = (words + meant)[short] + np.float32(_WORDS) * self._nearest(rows, short)
        order = np.argsort(-score, kind="stable")
        return Ranked(short[order], score[order])

    def _logs(self, rows: Sequence[Row]) -> Floats:
        """The log-probability of each label by the classifier."""
        scores = np.zeros(self.classifier[0].shape[1], dtype=np.float32)
        for (at, values), weights in zip(rows, self.classifier, strict=True):
            shared = int(at.searchsorted(len(weights)))
            scores += values[:shared] @ weights.take(at[:shared], axis=0)
        logs: Floats = log_softmax(scores[None])[0]
        return logs

    def _shortlist(self, first: Floats) -> Whole:
        short = np.argsort(-first, kind="stable")[:SHORTLIST]
        if self.entries and not (short < self.entries).any():
            short[-1] = np.argmax(first[: self.entries])
        return short

    def _nearest(self, rows: Sequence[Row], short: Whole) -> Floats:
        """How near the nearest examples of each label on the shortlist are, less what its counter-examples take off."""
        compared = Compared.of(self.indexes[0].starts, short)
        near = np.zeros(len(short), dtype=np.float32)
        struck = near
        for index, features in zip(self.indexes, rows, strict=True):
            weight = _NEAREST_WEIGHT.get(index.channel.name)
            if weight:
                table = compared.table(index.examples.products(index.dense(features), compared.rows))
                near = near + np.float32(weight) * nearest_mean(table)
                struck = self._struck(rows[0], short, table.max(axis=1)) if index is self.indexes[0] else struck
                compared = compared.promising(table, _PROMISING)
        return near - struck

    def _struck(self, row: Row, short: Whole, closest: Floats) -> Floats:
        """How much it counts that a label's nearest counter-example is nearer than the `closest` of its examples."""
        count = len(self.nots_owner)
        if not count:
            return np.zeros(len(short), dtype=np.float32)
        index = self.indexes[0]
        against = np.full(len(index.lengths), -np.inf, dtype=np.float32)
        np.maximum.at(against, self.nots_owner, index.nots.products(index.dense(row), np.arange(count)))
        return np.float32(_STRIKE) * np.maximum(against[short] - np.maximum(closest, 0), 0)


def _train(examples: Examples, channels: Sequence[Channel], rows: Sequence[Sequence[Row]]) -> tuple[Floats, ...]:
    parts = [
        stack(of_channel, len(channel.numbers))[:, : channel.shared]
        for channel, of_channel in zip(channels, rows, strict=True)
    ]
    return tuple(fit(parts, examples.owner, len(examples.labels), _STRENGTH, _ROUNDS))


def _centroids(examples: Examples, vectors: Floats) -> Floats:
    """The mean direction of each label's examples, shape (labels, width), each of unit length."""
    sums: Floats = np.add.reduceat(vectors, examples.starts[:-1], axis=0)
    unit: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-6))
    return unit
