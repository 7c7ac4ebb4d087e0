"""Three sparse channels: words by stem, words with their pairs, and character n-grams inside words.

Each text is a row per channel: 1 + ln of the count, times the smoothed inverse document frequency, at unit length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.text import stem

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]
Row = tuple[Numbers, Floats]
"""Feature numbers, ascending, and values of one text in one channel."""
_NONE = np.zeros(0, dtype=np.int32)


def stems(word: str) -> Iterable[str]:
    """Channel `stem`."""
    return (stem(word),)


def characters(word: str) -> Iterable[str]:
    """Channel `char`: n-grams of 2 to 4 characters inside a word, its ends marked."""
    padded = f" {word} "
    return [padded[start : start + size] for size in (2, 3, 4) for start in range(len(padded) - size + 1)]


def pairs(words: Sequence[str]) -> Iterable[str]:
    """Channel `pair`: words and pairs of neighbours, the ends of the text marked."""
    return [*words, *(f"{left} {right}" for left, right in pairwise(["^", *words, "$"]))]


INSIDE: dict[str, Callable[[str], Iterable[str]]] = {"stem": stems, "char": characters}
"""The channels whose features lie inside words."""


def features(name: str, words: Sequence[str]) -> Iterable[str]:
    """The features of a text in a channel."""
    return chain.from_iterable(map(INSIDE[name], words)) if name in INSIDE else pairs(words)


@dataclass(frozen=True)
class Channel:
    """One channel's features with numbers and weights: the more texts have a feature, the lower is its number.

    The first `shared` features occur in more than one text.
    """

    name: str
    numbers: dict[str, int]
    idf: Floats
    shared: int
    seen: Mapping[str, int]
    starts: tuple[int, ...]
    inside: Numbers
    """The features of word k of those `seen` at `starts[k]:starts[k + 1]`: none has to be made again."""

    @classmethod
    def of(cls, name: str, texts: Sequence[Sequence[str]]) -> Channel:
        """Learn the features that occur in the texts, each given as words."""
        found: Counter[str] = Counter()
        for text in texts:
            found.update(set(features(name, text)))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        counts = np.array([count for _, count in ranked], dtype=np.float32)
        idf = np.log((1 + len(texts)) / (1 + counts)).astype(np.float32) + np.float32(1)
        numbers = {feature: number for number, (feature, _) in enumerate(ranked)}
        vocabulary = dict.fromkeys(word for text in texts for word in text) if name in INSIDE else {}
        listed = [[numbers[feature] for feature in INSIDE[name](word)] for word in vocabulary]
        starts = tuple(np.cumsum([0, *map(len, listed)]).tolist())
        return cls(
            name=name,
            numbers=numbers,
            idf=idf,
            shared=int((counts > 1).sum()),
            seen={word: place for place, word in enumerate(vocabulary)},
            starts=starts,
            inside=np.fromiter(chain(*listed), np.int32, starts[-1]),
        )

    def row(self, words: Sequence[str]) -> Row:
        """One text; what the channel has never seen is left out."""
        at, counts = _counted(self._occurring(words))
        values: Floats = (np.log(counts) + np.float32(1)) * self.idf.take(at)
        if len(at):
            values /= np.sqrt(values @ values)
        return at, values

    def rows(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """A matrix of shape (texts, features)."""
        return stack([self.row(text) for text in texts], len(self.numbers))

    def _occurring(self, words: Sequence[str]) -> Numbers:
        """The feature numbers of a text, each as often as it occurs."""
        if self.name not in INSIDE:
            return self._known(pairs(words))
        return np.concatenate([_NONE, *map(self._of_word, words)])

    def _of_word(self, word: str) -> Numbers:
        place = self.seen.get(word)
        if place is None:
            return self._known(INSIDE[self.name](word))
        return self.inside[self.starts[place] : self.starts[place + 1]]

    def _known(self, given: Iterable[str]) -> Numbers:
        return np.array([number for feature in given if (number := self.numbers.get(feature)) is not None], np.int32)


def _counted(numbers: Numbers) -> Row:
    """Each number once, ascending, and how often it occurs."""
    numbers.sort()
    is_last = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_last[:-1])
    counts = is_last.nonzero()[0]
    at = numbers[counts]
    counts[1:] -= counts[:-1].copy()
    counts[:1] += 1
    return at, counts.astype(np.float32)


def channels_of(texts: Sequence[Sequence[str]]) -> tuple[Channel, ...]:
    """The three channels, learned from texts as words."""
    return tuple(Channel.of(name, texts) for name in ("stem", "pair", "char"))


def stack(rows: Sequence[Row], width: int) -> sparse.csr_matrix:
    """Rows as a matrix of shape (rows, width)."""
    ends = np.cumsum([0, *(len(at) for at, _ in rows)])
    at = np.concatenate([np.zeros(0, dtype=np.int32), *(at for at, _ in rows)])
    values = np.concatenate([np.zeros(0, dtype=np.float32), *(values for _, values in rows)])
    return sparse.csr_matrix((values, at, ends), shape=(len(rows), width), dtype=np.float32)
