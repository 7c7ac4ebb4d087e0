"""One sparse channel over all examples: how near a text is to each label, and to the examples of a few labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Channel, Floats, Numbers, Row, stack

_MOST = 100
"""Examples of one label that are compared one by one; more of them cost time and change nothing that was measured."""
_FREQUENT = 16
"""A feature that more than one label in so many has is quicker to look up label by label."""
_NOTHING: Row = (np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.float32))


@dataclass(frozen=True)
class Block:
    """Rows of examples, kept as plain arrays: row i has the values `starts[i]:starts[i + 1]`."""

    values: Floats
    at: Numbers
    starts: Whole

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Block:
        """From rows of any channel. A row without a feature gets one of value 0, so that no row is empty."""
        matrix = stack([row if len(row[0]) else _NOTHING for row in rows], 0x7FFFFFFF)
        return cls(matrix.data, matrix.indices, matrix.indptr.astype(np.intp))

    def products(self, query: Floats, rows: Whole) -> Floats:
        """Scalar products of a dense query with some of the rows."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        first, last = self.starts[rows], self.starts[rows + 1]
        among = spans(first, last)
        lengths = last - first
        products: Floats = np.add.reduceat(
            self.values[among] * query.take(self.at[among]), np.cumsum(lengths) - lengths
        )
        return products


@dataclass(frozen=True)
class Index:
    """A channel, the examples in it, and per label the sum of its rows.

    The sums have shape (features, labels): `frequent` are those of the first features, which many labels have in
    common, `rare` those of the others, CSR as plain arrays; `lengths` are the norms of their columns. `examples` holds
    at most `_MOST` rows of each label, those of label k at `starts[k]:starts[k + 1]`.
    """

    channel: Channel
    frequent: Floats
    rare: tuple[Floats, Numbers, Whole]
    lengths: Floats
    examples: Block
    starts: Whole
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
        many = int((np.diff(sums.indptr) > labels / _FREQUENT).sum())
        rare = sums[many:]
        kept, starts = _kept_examples(examples.starts)
        return cls(
            channel=channel,
            frequent=sums[:many].toarray(),
            rare=(rare.data, rare.indices, rare.indptr.astype(np.intp)),
            lengths=np.maximum(lengths, np.float32(1e-6)),
            examples=Block.of([rows[i] for i in kept]),
            starts=starts,
            nots=Block.of(nots),
        )

    def centroids(self, row: Row) -> Floats:
        """Scalar products with each label's sum, not yet divided by its length."""
        at, values = row
        many = len(self.frequent)
        cut = int(at.searchsorted(many))
        products: Floats = values[:cut] @ self.frequent.take(at[:cut], axis=0)
        if cut < len(at):
            data, columns, starts = self.rare
            first, last = starts[at[cut:] - many], starts[at[cut:] - many + 1]
            among = spans(first, last)
            weights = data[among] * np.repeat(values[cut:], last - first)
            products += np.bincount(columns[among], weights, len(products))
        return products

    def dense(self, row: Row) -> Floats:
        """A row as a vector over all features."""
        query = np.zeros(len(self.channel.numbers), dtype=np.float32)
        query[row[0]] = row[1]
        return query


def spans(first: Whole, last: Whole) -> Whole:
    """The numbers from each `first` to its `last` (exclusive), one after the other."""
    lengths = last - first
    ends = np.cumsum(lengths)
    shift = np.repeat(first - ends + lengths, lengths)
    shift += np.arange(len(shift))
    return shift


def _kept_examples(starts: Whole) -> tuple[Whole, Whole]:
    """Which examples are compared one by one: all of a small label, evenly spaced ones of a large one.

    Given where labels start: the numbers of those kept, and where their labels start.
    """
    spread = [np.linspace(a, b - 1, min(_MOST, b - a)).round().astype(np.intp) for a, b in pairwise(starts)]
    kept = np.concatenate([np.zeros(0, dtype=np.intp), *spread])
    return kept, np.cumsum([0, *map(len, spread)])
