"""Three sparse channels: stemmed words, words with their pairs, and character n-grams inside words.

Each text is a row per channel: 1 + ln of the count, times the smoothed inverse document frequency, at unit length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.matching.text import stem

Floats = npt.NDArray[np.float32]
Row = tuple[npt.NDArray[np.int32], Floats]
"""Feature numbers and values of one text in one channel."""


def stems(words: Sequence[str]) -> Iterable[str]:
    """Channel `stem`."""
    return map(stem, words)


def pairs(words: Sequence[str]) -> Iterable[str]:
    """Channel `pair`: words and pairs of neighbours, the ends of the text marked."""
    marked = ["^", *words, "$"]
    yield from words
    for left, right in pairwise(marked):
        yield f"{left} {right}"


def characters(words: Sequence[str]) -> Iterable[str]:
    """Channel `char`: n-grams of 2 to 4 characters inside each word, its ends marked."""
    for word in words:
        padded = f" {word} "
        for size in (2, 3, 4):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


FEATURES: dict[str, Callable[[Sequence[str]], Iterable[str]]] = {"stem": stems, "pair": pairs, "char": characters}


@dataclass(frozen=True)
class Channel:
    """One channel's features with numbers and weights. The first `shared` features occur in more than one text."""

    name: str
    numbers: dict[str, int]
    idf: Floats
    shared: int

    @classmethod
    def of(cls, name: str, texts: Sequence[Sequence[str]]) -> Channel:
        """Learn the features that occur in the texts, each given as words."""
        found: Counter[str] = Counter()
        for text in texts:
            found.update(set(FEATURES[name](text)))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        counts = np.array([count for _, count in ranked], dtype=np.float32)
        idf = np.log((1 + len(texts)) / (1 + counts)).astype(np.float32) + np.float32(1)
        return cls(name, {feature: number for number, (feature, _) in enumerate(ranked)}, idf, int((counts > 1).sum()))

    def row(self, words: Sequence[str]) -> Row:
        """One text; what the channel has never seen is left out."""
        known = (self.numbers.get(feature) for feature in FEATURES[self.name](words))
        counts = Counter(number for number in known if number is not None)
        at = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        values = (
            np.fromiter((1 + math.log(n) for n in counts.values()), dtype=np.float32, count=len(counts)) * self.idf[at]
        )
        length = float(np.sqrt(values @ values))
        return at, values / np.float32(length) if length else values

    def rows(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """A matrix of shape (texts, features)."""
        return stack([self.row(text) for text in texts], len(self.numbers))


def channels_of(texts: Sequence[Sequence[str]]) -> tuple[Channel, ...]:
    """The three channels, learned from texts as words."""
    return tuple(Channel.of(name, texts) for name in FEATURES)


def stack(rows: Sequence[Row], width: int) -> sparse.csr_matrix:
    """Rows as a matrix of shape (rows, width)."""
    ends = np.cumsum([0, *(len(at) for at, _ in rows)])
    at = np.concatenate([np.zeros(0, dtype=np.int32), *(at for at, _ in rows)])
    values = np.concatenate([np.zeros(0, dtype=np.float32), *(values for _, values in rows)])
    return sparse.csr_matrix((values, at, ends), shape=(len(rows), width), dtype=np.float32)
