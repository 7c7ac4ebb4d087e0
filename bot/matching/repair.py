"""Typing errors: a word that the knowledge base does not know becomes the nearest one that it does, if any is near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 3
_LONG = 8
_COMMON = 40
"""How many neighbours are weighed against each other."""


@dataclass(frozen=True)
class Repair:
    """The vocabulary of a knowledge base with the number of times each word occurs in it."""

    known: dict[str, int]
    choices: tuple[str, ...]
    english: frozenset[str] = frozenset()
    """Words that are right although the knowledge base does not use them; nothing is repaired into one of these."""

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]], english: Iterable[str] = ()) -> Repair:
        """From the words of every example."""
        known = Counter(word for text in texts for word in text)
        return cls(
            dict(known), tuple(word for word in known if len(word) >= _SHORTEST and word.isalpha()), frozenset(english)
        )

    def word(self, word: str) -> str:
        """The word itself where it is known, too short, a number or unlike every known word; else the nearest one.

        One edit (a swap of neighbours counts as one) under eight letters, two from eight. Among equally near words
        the one with the same first letter, then the more frequent one.
        """
        if word in self.known or word in self.english or len(word) < _SHORTEST or not word.isalpha():
            return word
        edits = 1 if len(word) < _LONG else 2
        near = process.extract(word, self.choices, scorer=OSA.distance, score_cutoff=edits, limit=_COMMON)
        if not near:
            return word
        best = min(near, key=lambda hit: (hit[1], hit[0][0] != word[0], -self.known[hit[0]], hit[0]))
        return str(best[0])

    def words(self, given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """The words after repair, and which became what."""
        repaired = [self.word(word) for word in given]
        return repaired, {old: new for old, new in zip(given, repaired, strict=True) if old != new}
