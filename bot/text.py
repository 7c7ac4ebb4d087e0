"""A message as words: what is compared is a normal form, and a message that asks several things comes apart here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"'})
_MARKUP = re.compile(
    r"<(?:[@!#][^<>\s]*|at>[^<>]*</at)>"  # mentions as Slack and Teams write them
    r"|<?https?://[^\s<>]+>?"  # links say little about what is asked
    r"|(?<!\w):[a-z][a-z0-9_+-]*:"  # :emoji:
)
WORD = re.compile(r"[^\W_]+")
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
_SHORT = 9
"""Words of the longest message that may be a follow-up."""
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


def clean(text: str) -> str:
    """The message as a person would read it aloud: one kind of quote, no mention markup, links or emoji names."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return " ".join(_MARKUP.sub(" ", plain).split())


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a message, contractions expanded."""
    lowered = clean(text).casefold()
    if "'" in lowered or "nt" in lowered or "cannot" in lowered:
        for pattern, whole in _CONTRACTIONS:
            lowered = pattern.sub(whole, lowered)
    return WORD.findall(lowered)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The English Snowball stem. A stemmer keeps state between calls, so each uncached word gets its own."""
    return str(snowballstemmer.stemmer("english").stemWord(word))


def sentences(text: str) -> list[str]:
    """The sentences of a message in order; lines, numbered points and joined questions count as sentences."""
    pieces = [piece.strip() for line in text.splitlines() for piece in _SENTENCE.split(clean(line))]
    return [piece for piece in pieces if WORD.search(piece)]


def asks(sentence: str) -> bool:
    """Whether a sentence is put as a question."""
    return bool(_QUESTION.match(sentence))


def follows_up(text: str) -> bool:
    """Whether a message only makes sense after another one: "and on Instagram?", "what about students?", "why?"."""
    return bool(_FOLLOW_UP.match(clean(text))) and len(words(text)) <= _SHORT


@dataclass(frozen=True)
class Synonyms:
    """Phrases that mean the same, as a table from a phrase's words to those of its group's first member.

    `longest` is the number of words of the longest phrase that starts with a word.
    """

    table: dict[tuple[str, ...], tuple[str, ...]]
    longest: dict[str, int]

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> Synonyms:
        """From groups of phrases; where a phrase stands in two groups the first one counts."""
        table: dict[tuple[str, ...], tuple[str, ...]] = {}
        for group in groups:
            first, *others = [tuple(words(phrase)) for phrase in group]
            for phrase in others:
                if phrase and phrase != first:
                    table.setdefault(phrase, first)
        return cls(table, {phrase[0]: len(phrase) for phrase in sorted(table, key=len)})

    def replace(self, given: Sequence[str]) -> list[str]:
        """The words with each known phrase, longest first, replaced by the first member of its group."""
        out: list[str] = []
        at = 0
        while at < len(given):
            for length in range(min(self.longest.get(given[at], 0), len(given) - at), 0, -1):
                same = self.table.get(tuple(given[at : at + length]))
                if same is not None:
                    out += same
                    at += length
                    break
            else:
                out.append(given[at])
                at += 1
        return out
