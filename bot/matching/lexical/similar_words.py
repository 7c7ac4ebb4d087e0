"""Words that differ by a slip or two, out of many thousand: nearly all are ruled out by their letters at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA


@dataclass(frozen=True)
class Neighbours:
    """Words in order of length: those of n letters are `words[starts[n]:starts[n + 1]]`.

    `letters` has a bit for each letter of a word. An edit changes two bits at most, so most words are too far away
    without a look at where their letters stand.
    """

    words: tuple[str, ...]
    letters: npt.NDArray[np.uint32]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Neighbours:
        """From words in any order; among equally near ones the order stays."""
        ordered = sorted(words, key=len)
        lengths = np.array([len(word) for word in ordered], dtype=np.intp)
        longest = int(lengths.max(initial=0))
        starts = np.searchsorted(lengths, np.arange(longest + 2)).tolist()
        return cls(tuple(ordered), np.array([_letters(word) for word in ordered], dtype=np.uint32), tuple(starts))

    def within(self, word: str, edits: int) -> list[tuple[str, int]]:
        """Words at most so many edits away, and how many; a swap of neighbours is one edit."""
        last = len(self.starts) - 1
        begin, end = (self.starts[min(max(length, 0), last)] for length in (len(word) - edits, len(word) + edits + 1))
        apart = np.bitwise_count(self.letters[begin:end] ^ np.uint32(_letters(word)))
        alike = [self.words[begin + place] for place in np.flatnonzero(apart <= 2 * edits).tolist()]
        counted = ((one, OSA.distance(word, one, score_cutoff=edits)) for one in alike)
        return [(one, distance) for one, distance in counted if distance <= edits]


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 31)
    return bits
