"""The examples of the few labels on a shortlist, side by side in a table: how near the nearest of each label are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.matching.examples import Whole
from bot.matching.index import spans
from bot.matching.lexical import Floats

_NEAREST = 3


@dataclass(frozen=True)
class Compared:
    """Which examples are compared: number i, in row `rows[i]` of an index, has cell `cells[i]` of a flattened table.

    The table has a line for each label of the shortlist, and a column for each example of the largest label.
    """

    rows: Whole
    cells: Whole
    shape: tuple[int, int]

    @classmethod
    def of(cls, starts: Whole, short: Whole, without: int = -1) -> Compared:
        """All but the row `without`; those of label k have the rows `starts[k]:starts[k + 1]`."""
        first = starts[short]
        sizes = starts[short + 1] - first
        width = int(sizes.max(initial=1))
        lines = np.arange(len(short)) * width
        every = cls(spans(first, first + sizes), spans(lines, lines + sizes), (len(short), width))
        return every if without < 0 else every._some(every.rows != without)

    def promising(self, table: Floats, most: int) -> Compared:
        """Those with the highest values in a table, at most so many of each label."""
        if self.shape[1] <= most:
            return self
        chosen = np.zeros(self.shape, dtype=np.bool_)
        np.put_along_axis(chosen, np.argpartition(table, -most, axis=1)[:, -most:], values=True, axis=1)
        return self._some(chosen.ravel()[self.cells])

    def table(self, cosines: Floats) -> Floats:
        """What was found for each of them, and -inf in cells without an example."""
        flat = np.full(self.shape[0] * self.shape[1], -np.inf, dtype=np.float32)
        flat[self.cells] = cosines
        return flat.reshape(self.shape)

    def _some(self, which: npt.NDArray[np.bool_]) -> Compared:
        return Compared(self.rows[which], self.cells[which], self.shape)


def nearest_mean(table: Floats) -> Floats:
    """Mean of the few highest cosines of each line; 0 where there is none."""
    highest = np.partition(table, -_NEAREST, axis=1)[:, -_NEAREST:] if table.shape[1] > _NEAREST else table
    there = highest > -np.inf
    mean: Floats = np.where(there, highest, 0).sum(axis=1) / np.maximum(there.sum(axis=1, dtype=np.float32), 1)
    return mean
