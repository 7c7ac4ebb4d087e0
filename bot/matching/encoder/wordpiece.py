"""BERT's tokens: basic tokenisation and greedy longest-match word pieces (Devlin et al. 2019, `tokenization.py`)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_LONGEST_WORD = 100
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
_ASCII_SYMBOLS = frozenset("$+<=>^`|~")
"""Unicode calls these symbols; BERT counts them as punctuation."""


@dataclass(frozen=True)
class WordPieces:
    """A vocabulary of word pieces, by piece, with the numbers of the special ones."""

    pieces: dict[str, int]
    lower: bool

    @classmethod
    def read(cls, path: Path, lower: bool) -> WordPieces:
        """From a `vocab.txt`: one piece a line, its number that of the line."""
        lines = path.read_text(encoding="utf-8").split("\n")
        return cls({piece: number for number, piece in enumerate(lines) if piece}, lower)

    @property
    def whole_words(self) -> list[str]:
        """The pieces that are words: some twenty thousand of the most frequent ones of the model's language."""
        return [piece for piece in self.pieces if piece.isalpha() and len(piece) > 2]

    def numbers(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces between [CLS] and [SEP], `most` at most with both."""
        found = (piece for word in self._words(text) for piece in self._split(word))
        return [self.pieces["[CLS]"], *islice(found, most - 2), self.pieces["[SEP]"]]

    def _words(self, text: str) -> Iterable[str]:
        word = ""
        for character in self._plain(text):
            if character.isspace():
                if word:
                    yield word
                word = ""
            elif _stands_alone(character):
                if word:
                    yield word
                yield character
                word = ""
            else:
                word += character
        if word:
            yield word

    def _plain(self, text: str) -> Iterable[str]:
        shown = (c if not _is_control(c) else "" for c in text)
        joined = "".join(shown)
        if not self.lower:
            return joined
        return (c for c in unicodedata.normalize("NFD", joined.lower()) if unicodedata.category(c) != "Mn")

    def _split(self, word: str) -> list[int]:
        unknown = [self.pieces["[UNK]"]]
        if len(word) > _LONGEST_WORD:
            return unknown
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self.pieces.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return unknown
        return found


def _is_control(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return character in "\0\ufffd" or unicodedata.category(character).startswith("C")


def _stands_alone(character: str) -> bool:
    code = ord(character)
    if character in _ASCII_SYMBOLS or unicodedata.category(character).startswith("P"):
        return True
    return code > 0x33FF and any(first <= code <= last for first, last in _IDEOGRAPHS)
