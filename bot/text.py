"""Normalising a message, and splitting it into sentences and words.

Every function here that takes a person's text reads no more of it than `bounded` returns, except `searchable`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

FIRST_READ, LAST_READ = 2_000, 1_000
"""Characters that are read of a longer message: so many at its start, and so many at its end."""
_FIRST_SEARCHED, _LAST_SEARCHED = 30_000, 10_000
"""Characters that are searched for words that must not be overlooked. Slack, for example, takes no longer message."""
_MOST_READ = FIRST_READ + len("\n") + LAST_READ
_LONGEST_STEMMED = 60
"""Letters of the longest word that is stemmed, so that the stems which are kept take little memory."""
_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"'})
_MARKUP = re.compile(
    r"<(?:[@!#][^<>\s]*|at>[^<>]*</at)>"  # mentions as Slack and Teams write them
    r"|<?https?://[^\s<>]+>?"  # links, which say little about what is asked
    r"|(?<!\w):[a-z][a-z0-9_+-]*:"  # :emoji:
)
WORD = re.compile(r"[^\W_]+")
"""A word or a number."""
_ASKING = r"(?:can|may|do|does|did|is|are|am|should|could|must|would|what|how|where|who|which|when|why)"
_QUESTION = re.compile(rf"(?:.*\?$)|(?:(?:so|and|also|but|or)\s+)?{_ASKING}\b", re.IGNORECASE | re.DOTALL)
_SENTENCE = re.compile(
    r"(?<=[.!?…])[\"')\]]*\s+|\s+[-–—]+\s+|\s*[;]\s+|\(?\b\d\)\s+"
    rf"|,?\s+(?:and also|and|also|plus|&)\s+(?={_ASKING}\b)",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(
    r"(?:and|or|but|ok(?:ay)?,? (?:and|but)|(?:so )?(?:what|how) about|what if|why|same for|even)\b", re.IGNORECASE
)
_FOLLOW_UP_WORDS = 9
"""The most words that a follow-up may have."""
_CONTRACTIONS = (
    (re.compile(r"\b(ca)n'?t\b"), "can not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"\bwon'?t\b(?!\s*a\b)"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"\bain't\b"), "is not"),
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|could|should|would|must|need|might)n'?t\b"), r"\1 not"),
    (re.compile(r"\b(i)'m\b"), r"\1 am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"\b(it|that|what|who|where|how|there|here|he|she|when|why)'s\b"), r"\1 is"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"'s\b"), ""),
    (re.compile(r"(?<=\w)'(?=\w)"), ""),
)


def bounded(text: str) -> str:
    """Return the message in Unicode normal form NFKC; of a longer one, the start and the end on lines of their own.

    It is cut before it is normalised, because NFKC makes up to 18 characters of one, and once more after it.
    """
    return abridged(unicodedata.normalize("NFKC", abridged(text)))


def is_cut(text: str) -> bool:
    """Return whether `bounded` leaves out a part of the message."""
    return len(text) > _MOST_READ or len(unicodedata.normalize("NFKC", text)) > _MOST_READ


def abridged(text: str, first: int = FIRST_READ, last: int = LAST_READ) -> str:
    """Return the text or, if it is longer than `first` and `last` characters, its beginning and its end on two lines.

    A word that a cut would divide is left out, so that no number changes: of "1500" no "15" stays.
    """
    if len(text) <= first + len("\n") + last:
        return text
    beginning, end = text[:first], text[-last:]
    if not text[first].isspace():
        beginning = "".join(beginning.rsplit(maxsplit=1)[:1])
    if not text[-last - 1].isspace():
        end = "".join(end.split(maxsplit=1)[-1:])
    return f"{beginning}\n{end}"


def searchable(text: str) -> str:
    """Return what is searched for words that must not be overlooked, such as a death: all but of a huge text."""
    return abridged(text, _FIRST_SEARCHED, _LAST_SEARCHED)


def clean(text: str) -> str:
    """Return the message on one line, with straight quotes, without mentions, links and emoji names.

    The result is in Unicode normal form NFKC.
    """
    plain = bounded(text).translate(_QUOTES)
    return " ".join(_MARKUP.sub(" ", plain).split())


def words(text: str) -> list[str]:
    """Return the words and numbers of a message in lower case, with contractions expanded."""
    lowered = clean(text).casefold()
    if "'" in lowered or "nt" in lowered or "cannot" in lowered:
        for pattern, expanded in _CONTRACTIONS:
            lowered = pattern.sub(expanded, lowered)
    return WORD.findall(lowered)


def stem(word: str) -> str:
    """Return the English Snowball stem of a word; of a very long one, the word itself."""
    return word if len(word) > _LONGEST_STEMMED else _stem(word)


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    """Return the stem. A stemmer object is not safe to share between threads, so each call makes one."""
    return str(snowballstemmer.stemmer("english").stemWord(word))


def sentences(text: str) -> list[str]:
    """Return the sentences of a message in order. Lines, numbered points and joined questions count as sentences."""
    pieces = [piece.strip() for line in bounded(text).splitlines() for piece in _SENTENCE.split(clean(line))]
    return [piece for piece in pieces if WORD.search(piece)]


def asks(sentence: str) -> bool:
    """Return whether a sentence has the form of a question."""
    return bool(_QUESTION.match(sentence))


def follows_up(text: str) -> bool:
    """Return whether a message needs the one before it: "and on Instagram?", "what about students?", "why?"."""
    return bool(_FOLLOW_UP.match(clean(text))) and len(words(text)) <= _FOLLOW_UP_WORDS


@dataclass(frozen=True)
class Synonyms:
    """Groups of phrases that mean the same."""

    table: dict[tuple[str, ...], tuple[str, ...]]
    """The words of a phrase -> the words of the first phrase of its group."""

    longest: dict[str, int]
    """A word -> the number of words of the longest phrase that starts with it."""

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> Synonyms:
        """Return the synonyms of these groups. A phrase that is in two groups belongs to the first one."""
        table: dict[tuple[str, ...], tuple[str, ...]] = {}
        for group in groups:
            first, *others = [tuple(words(phrase)) for phrase in group]
            for phrase in others:
                if phrase and phrase != first:
                    table.setdefault(phrase, first)
        return cls(table, {phrase[0]: len(phrase) for phrase in sorted(table, key=len)})

    def replace(self, given: Sequence[str]) -> list[str]:
        """Return the words with each known phrase replaced by the first phrase of its group.

        Of several phrases that start at a word, the longest is replaced.
        """
        replaced: list[str] = []
        at = 0
        while at < len(given):
            for length in range(min(self.longest.get(given[at], 0), len(given) - at), 0, -1):
                first = self.table.get(tuple(given[at : at + length]))
                if first is not None:
                    replaced += first
                    at += length
                    break
            else:
                replaced.append(given[at])
                at += 1
        return replaced
