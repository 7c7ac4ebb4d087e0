"""One sparse channel over all examples: how near a text is to each label, and to the examples of a few labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.matching.examples import Examples, Whole
from bot.matching.lexical import Channel, Floats, Row, stack

_MOST = 100
"""Examples of one label that are compared one by one; more of them cost time and change nothing that was measured."""


@dataclass(frozen=True)
class Block:
    """Rows of examples, kept as plain arrays: row i has the values `starts[i]:starts[i + 1]`."""

    values: Floats
    at: npt.NDArray[np.int32]
    starts: Whole

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Block:
        """From rows of any channel."""
        matrix = stack(rows, 0x7FFFFFFF)
        return cls(matrix.data, matrix.indices, matrix.indptr.astype(np.intp))

    def products(self, query: Floats, first: int, last: int) -> Floats:
        """Scalar products of a dense query with rows `first` to `last` (exclusive)."""
        begin, end = self.starts[first], self.starts[last]
        sums = np.cumsum(self.values[begin:end] * query[self.at[begin:end]], dtype=np.float64)
        edges = np.concatenate([[0.0], sums])[self.starts[first : last + 1] - begin]
        products: Floats = np.diff(edges).astype(np.float32)
        return products


@dataclass(frozen=True)
class Index:
    """A channel, the examples in it, and per label the sum of its rows.

    `sums` has shape (features, labels), CSR as plain arrays; `lengths` are the norms of its columns. `examples` holds
    at most `_MOST` rows of each label, those of label k at `starts[k]:starts[k + 1]`; `place[i]` is the row of
    example i, or -1.
    """

    channel: Channel
    sums: tuple[Floats, npt.NDArray[np.int32], Whole]
    lengths: Floats
    examples: Block
    starts: Whole
    place: Whole
    nots: Block

    @classmethod
    def of(cls, channel: Channel, examples: Examples, rows: Sequence[Row], nots: Sequence[Row]) -> Index:
        """`rows` are those of the examples, `nots` those of the texts that a label must not take."""
        labels = len(examples.labels)
        owners = sparse.csr_matrix(
            (np.ones(len(rows), np.float32), (examples.owner, np.arange(len(rows)))), shape=(labels, len(rows))
        )
        by_label = owners @ stack(rows, len(channel.numbers))
        lengths = np.sqrt(np.asarray(by_label.multiply(by_label).sum(axis=1), dtype=np.float32)).ravel()
        sums = by_label.T.tocsr()
        kept, starts, place = kept_examples(examples.starts)
        return cls(
            channel=channel,
            sums=(sums.data, sums.indices, sums.indptr.astype(np.intp)),
            lengths=np.maximum(lengths, np.float32(1e-6)),
            examples=Block.of([rows[i] for i in kept]),
            starts=starts,
            place=place,
            nots=Block.of(nots),
        )

    def centroids(self, row: Row) -> Floats:
        """Scalar products with each label's sum, not yet divided by its length."""
        at, values = row
        data, columns, starts = self.sums
        spans = [slice(starts[i], starts[i + 1]) for i in at]
        if not spans:
            return np.zeros(len(self.lengths), dtype=np.float32)
        weights = np.concatenate([data[span] * value for span, value in zip(spans, values, strict=True)])
        labels = np.concatenate([columns[span] for span in spans])
        return np.bincount(labels, weights, len(self.lengths)).astype(np.float32)

    def dense(self, row: Row) -> Floats:
        """A row as a vector over all features."""
        query = np.zeros(len(self.channel.numbers), dtype=np.float32)
        query[row[0]] = row[1]
        return query


def kept_examples(starts: Whole) -> tuple[Whole, Whole, Whole]:
    """Which examples are compared one by one: all of a small label, evenly spaced ones of a large one.

    Given where labels start: the numbers of those kept, where their labels start, and the place of each example or -1.
    """
    spread = [np.linspace(a, b - 1, min(_MOST, b - a)).round().astype(np.intp) for a, b in pairwise(starts)]
    kept = np.concatenate([np.zeros(0, dtype=np.intp), *spread])
    place = np.full(starts[-1], -1, dtype=np.intp)
    place[kept] = np.arange(len(kept))
    return kept, np.cumsum([0, *map(len, spread)]), place
