"""The examples of the few labels on a shortlist, side by side in a table: how near the nearest of each label are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.matching.examples import Whole
from bot.matching.lexical.channels import Floats

Marks = npt.NDArray[np.bool_]
_NEAREST = 3


@dataclass(frozen=True)
class Compared:
    """Which examples are compared, in a table with a line for each label of the shortlist.

    Row `grid[i, j]` of an index is example j of label i where `there[i, j]`; the other cells are empty.
    """

    grid: Whole
    there: Marks

    @classmethod
    def of(cls, starts: Whole, short: Whole) -> Compared:
        """All of them; those of label k have the rows `starts[k]:starts[k + 1]`."""
        first, last = starts[short, None], starts[short + 1, None]
        grid = first + np.arange(max(int((last - first).max(initial=0)), 1))
        return cls(grid, grid < last)

    @property
    def rows(self) -> Whole:
        """The examples, line by line."""
        return self.grid[self.there]

    def promising(self, table: Floats, most: int) -> Compared:
        """Those with the highest values in a table, at most so many of each label."""
        if table.shape[1] <= most:
            return self
        highest = np.argpartition(table, -most, axis=1)[:, -most:]
        lines = np.arange(len(table))[:, None]
        return Compared(self.grid[lines, highest], self.there[lines, highest])

    def table(self, cosines: Floats) -> Floats:
        """What was found for each of `rows`, and -inf in empty cells."""
        table = np.full(self.there.shape, -np.inf, dtype=np.float32)
        table[self.there] = cosines
        return table


def nearest_mean(table: Floats) -> Floats:
    """Mean of the few highest cosines of each line; 0 where there is none."""
    highest = np.partition(table, -_NEAREST, axis=1)[:, -_NEAREST:] if table.shape[1] > _NEAREST else table
    there = highest > -np.inf
    mean: Floats = np.where(there, highest, 0).sum(axis=1) / np.maximum(there.sum(axis=1, dtype=np.float32), 1)
    return mean
