"""The encoder's channel: how near a text is to each label and its examples in the space of sentence embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Floats
from bot.matching.lexical.index import kept_examples

Vectors = Floats
"""Shape (texts, 2, width): means over a text's tokens in the last layer and the one before, each of unit length."""


@dataclass(frozen=True)
class Space:
    """Examples in the space of the last layer; the layer before serves the classifier alone.

    `examples`, `starts` and `place` are as in `Index`; `sums` has shape (labels, width), `lengths` are its rows' norms.
    """

    examples: Floats
    starts: Whole
    place: Whole
    sums: Floats
    lengths: Floats
    nots: Floats
    is_tuned: bool = False

    @classmethod
    def of(cls, examples: Examples, vectors: Vectors, nots: Vectors, is_tuned: bool = False) -> Space:
        """From the vectors of the examples and of the texts that a label must not take."""
        last = vectors[:, 0]
        kept, starts, place = kept_examples(examples.starts)
        sums = np.add.reduceat(last, examples.starts[:-1], axis=0)
        lengths = np.maximum(np.linalg.norm(sums, axis=1), np.float32(1e-6))
        return cls(last[kept], starts, place, sums, lengths, nots[:, 0], is_tuned)

    def centroids(self, vector: Floats, own: tuple[int, int] | None) -> Floats:
        """Cosine with each label's centroid, without the text itself where it is an example (number, label)."""
        products, lengths = self.sums @ vector[0], self.lengths
        if own:
            label = own[1]
            rest = self.sums[label] - vector[0]
            products[label] = rest @ vector[0]
            lengths = lengths.copy()
            lengths[label] = max(float(np.linalg.norm(rest)), 1e-6)
        cosines: Floats = products / lengths
        return cosines

    def products(self, vector: Floats, rows: Whole) -> Floats:
        """Cosines with some of the examples."""
        cosines: Floats = self.examples[rows] @ vector[0]
        return cosines


def flat(vectors: Vectors, some: Sequence[int] | Whole) -> Floats:
    """Some of the vectors as rows for a classifier: both layers side by side."""
    return vectors[some].reshape(len(some), 2 * vectors.shape[2])
