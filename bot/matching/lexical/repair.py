"""Typing errors: what the knowledge base does not know becomes what it most probably says there, if that is near.

A noisy channel (Kernighan, Church and Gale 1990): every way to read a text costs its slips and the improbability of its
words in the order in which the examples have them; the cheapest way counts. Spaces are slips like letters.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.matching.lexical.similar_words import Neighbours
from bot.text import stem

_TOO_SHORT, _LONG = 3, 8
_BEAM = 6
_START = ""
_SLIP = 4.0
"""Cost, in nats, of a letter wrong, missing, too many or in its neighbour's place, and of a space likewise;"""
_ANOTHER_START = 1.0
"""more where the word then starts with another letter, and"""
_LOST = 2.0
"""where a letter stands in the place of a space."""
_UNKNOWN, _REAL, _SHORT = 20.0, 7.0, 10.0
"""Cost of leaving an unknown word as it is: of any, of a word that is right elsewhere, of one or two letters."""
_FOREIGN = 4.0
"""Cost of repairing a word to one that is right elsewhere, which is done where nothing known is near,"""
_SHORTEST_FOREIGN = 3
"""and the word has more letters than this."""
_PAIRED = 0.7
"""Share of a word's probability that depends on the word before it."""
_UNSEEN = 0.2
_MOST_UNKNOWN = 64
"""Different unknown words of one message that are looked up; further ones stay as they were typed."""

_Way = tuple[int, tuple[str, ...], float]
"""So many words of the text, as these words, at this cost."""
_Path = tuple["_Path", int, tuple[str, ...]] | None
"""The ways taken, as the path before the last one, and the last one. A longer path shares its beginning with others."""
_Read = tuple[float, _Path]
"""Cost so far, and the ways taken."""
Lookups = dict[str, Sequence[_Way]]
"""Each unknown word of one message -> the ways to read it. Whoever repairs parts of one message passes the same one."""


@dataclass(frozen=True)
class Repair:
    """The vocabulary of a knowledge base: how often each word occurs, and each pair of neighbours."""

    known: Mapping[str, int]
    pairs: Mapping[str, int]
    """With a space between the two: thousands of strings are stored and read faster than as many tuples."""
    spellings: Neighbours
    stems: frozenset[str]
    total: float
    english: frozenset[str]
    """Words that are right although the knowledge base does not use them."""
    foreign: Neighbours

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]], english: Iterable[str] = ()) -> Repair:
        """From the words of every example."""
        listed, right = list(texts), frozenset(english)
        known = Counter(word for text in listed for word in text)
        starts = sum(1 for text in listed if text)
        pairs = Counter(f"{left} {right}" for text in listed for left, right in pairwise([_START, *text]))
        return cls(
            known=dict(known) | {_START: starts},
            pairs=dict(pairs),
            spellings=Neighbours.of(word for word in known if len(word) > 1 and word.isalpha()),
            stems=frozenset(map(stem, known)),
            total=known.total() + _UNSEEN * len(known),
            english=right,
            foreign=Neighbours.of(sorted(right)),
        )

    def words(self, given: Sequence[str], lookups: Lookups | None = None) -> tuple[list[str], dict[str, str]]:
        """The words after repair, and what became what: one word or two, with a space between them.

        The time grows with the number of words. `lookups` are those of the message that the words are a part of.
        """
        lookups = {} if lookups is None else lookups
        at = 0
        read: list[str] = []
        changed: dict[str, str] = {}
        for begin, end in self._unclear(given):
            read += given[at:begin]
            at = begin
            for length, meant in self._cheapest(given[begin:end], given[begin - 1] if begin else _START, lookups):
                typed = " ".join(given[at : at + length])
                if typed != (said := " ".join(meant)):
                    changed[typed] = said
                read += meant
                at += length
        return [*read, *given[at:]], changed

    def _unclear(self, given: Sequence[str]) -> list[tuple[int, int]]:
        """Spans that hold every unsettled word, and as much around it as the reading of these can depend on."""
        spans: list[tuple[int, int]] = []
        for at, word in enumerate(given):
            if not self._settled(word):
                begin, end = max(at - 1, 0), min(at + 3, len(given))
                if spans and begin <= spans[-1][1]:
                    begin, _ = spans.pop()
                spans.append((begin, end))
        return spans

    def near(self, word: str) -> list[tuple[str, int]]:
        """Known words one edit away, or two from eight letters on, and how many; a swap of neighbours is one edit.

        Of one or two letters, only its letters the other way round are near.
        """
        if len(word) < _TOO_SHORT:
            return [(word[::-1], 1)] if word[::-1] in self.known else []
        return self.spellings.within(word, 1 if len(word) < _LONG else 2)

    def _settled(self, word: str) -> bool:
        return word in self.known or not word.isalpha()

    def _cheapest(self, given: Sequence[str], before: str, lookups: Lookups) -> list[tuple[int, tuple[str, ...]]]:
        """Beam search for the cheapest reading; what counts of the past is the last word."""
        best: list[dict[str, _Read]] = [{before: (0.0, None)}, *({} for _ in given)]
        for at in range(len(given)):
            beam = sorted(best[at].items(), key=lambda item: item[1][0])[:_BEAM]
            for length, meant, slips in self._ways(given, at, lookups):
                to = best[at + length]
                for last, (cost, path) in beam:
                    whole = cost + slips + self._improbable(last, meant)
                    if meant[-1] not in to or whole < to[meant[-1]][0]:
                        to[meant[-1]] = (whole, (path, length, meant))
        return _taken(min(best[-1].values(), key=lambda read: read[0])[1])

    def _improbable(self, last: str, meant: Sequence[str]) -> float:
        """In nats, of the known ones among the words that follow `last`; an unknown one has its cost already."""
        cost = 0.0
        for word in meant:
            count = self.known.get(word)
            if count is not None:
                alone = (1 - _PAIRED) * (count + _UNSEEN) / self.total
                before = self.known.get(last)
                cost -= math.log(alone + (_PAIRED * self.pairs.get(f"{last} {word}", 0) / before if before else 0))
            last = word
        return cost

    def _ways(self, given: Sequence[str], at: int, lookups: Lookups) -> Iterator[_Way]:
        word = given[at]
        if self._settled(word):
            yield 1, (word,), 0.0
        elif word in lookups or len(lookups) < _MOST_UNKNOWN:
            if word not in lookups:
                lookups[word] = tuple(self._looked_up(word))
            yield from lookups[word]
        else:
            yield 1, (word,), _UNKNOWN
        if at + 1 < len(given):
            yield from self._shifted(word, given[at + 1])

    def _looked_up(self, word: str) -> Iterator[_Way]:
        left = self._left(word)
        near = [*self._close(word), *self._split(word)]
        yield 1, (word,), left
        yield from near
        if self.english and left == _UNKNOWN and not near and len(word) > _SHORTEST_FOREIGN:
            yield from self._foreign(word)

    def _close(self, word: str) -> Iterator[_Way]:
        for near, edits in self.near(word):
            yield 1, (near,), _SLIP * edits + _ANOTHER_START * (near[0] != word[0])

    def _foreign(self, word: str) -> Iterator[_Way]:
        for near, _ in self.foreign.within(word, 1):
            yield 1, (near,), _SLIP + _FOREIGN + _ANOTHER_START * (near[0] != word[0])

    def _left(self, word: str) -> float:
        if len(word) < _TOO_SHORT:
            return _SHORT
        base = stem(word)
        return _REAL if base in self.stems or {word, base, f"{base}e"} & self.english else _UNKNOWN

    def _split(self, word: str) -> Iterator[_Way]:
        """Two words that lost the space between them, or have a letter there."""
        for at in range(1, len(word)):
            if word[:at] in self.known:
                for rest, cost in ((word[at:], _SLIP), (word[at + 1 :], _SLIP + _LOST)):
                    if rest and rest in self.known:
                        yield 1, (word[:at], rest), cost

    def _shifted(self, word: str, following: str) -> Iterator[_Way]:
        """Two words with the space between them in the wrong place, or one with a space in it."""
        if (self._settled(word) and self._settled(following)) or not (word + following).isalpha():
            return
        for left, right in ((word[:-1], word[-1] + following), (word + following[0], following[1:])):
            if left and right and left in self.known and right in self.known:
                yield 2, (left, right), _SLIP
        if word + following in self.known:
            yield 2, (word + following,), _SLIP


def _taken(path: _Path) -> list[tuple[int, tuple[str, ...]]]:
    """Return the ways of a path, the first one first."""
    ways = []
    while path is not None:
        path, length, meant = path
        ways.append((length, meant))
    return ways[::-1]
