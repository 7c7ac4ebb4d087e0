"""Parts of the examples that are held out in turn, so that a matcher can be asked what it has not learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Row, stack

FOLDS = 3
ENOUGH_HELD = 3000
"""Held-out questions that are enough to calibrate by."""
_SAME = 0.8
"""The cosine of the words of two examples of a label from which they are nearly the same question."""


@dataclass(frozen=True)
class Fold:
    """`learn` and `held` are numbers of examples; of the labels `left_out` none is learned, and all are held."""

    learn: Whole
    held: Whole
    left_out: frozenset[int]


def folds_used(examples: Examples, rows: Sequence[Row]) -> list[Fold]:
    """As many of the folds as it takes to hold enough out: where one is large, the others would tell the same."""
    found = folds(examples, rows)
    held = np.cumsum([len(fold.held) for fold in found])
    return found[: int(np.searchsorted(held, ENOUGH_HELD)) + 1]


def folds(examples: Examples, rows: Sequence[Row]) -> list[Fold]:
    """Three folds. `rows` are the examples in a sparse channel.

    Examples that are nearly the same share a fold. Each fold also leaves out a third of the groups of out-of-scope
    questions whole: they show what a question looks like that nobody has thought of. An example's fold depends on its
    own text and those nearly the same, so that a change to one question does not shuffle the others.
    """
    turn = _turns(examples, rows)
    groups = sorted(
        (number for number, label in enumerate(examples.labels) if label.kind == "out_of_scope"),
        key=lambda number: crc32(examples.labels[number].id.encode()),
    )
    found = []
    for fold in range(FOLDS):
        left_out = frozenset(groups[fold::FOLDS])
        out = (turn == fold) | np.isin(examples.owner, sorted(left_out))
        found.append(Fold(np.flatnonzero(~out), np.flatnonzero(out), left_out))
    return found


def _turns(examples: Examples, rows: Sequence[Row]) -> Whole:
    """The fold of each example."""
    turn = np.zeros(len(examples.texts), dtype=np.intp)
    matrix = stack(rows, 1 + max((int(at.max(initial=0)) for at, _ in rows), default=0))
    for first, last in pairwise(examples.starts):
        block = matrix[first:last]
        alike = (block @ block.T > _SAME) if last > first else sparse.csr_matrix((0, 0))
        _, cluster = connected_components(alike, directed=False)
        names: dict[int, str] = {}
        for place, number in enumerate(cluster):
            names[number] = min(names.get(number, examples.texts[first + place]), examples.texts[first + place])
        turn[first:last] = [crc32(names[number].encode()) % FOLDS for number in cluster]
    return turn
