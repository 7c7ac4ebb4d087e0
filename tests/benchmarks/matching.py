"""Microseconds per question of the matcher beside what it is to beat, on the same questions in the same run.

The questions are made up, from a fixed seed, so that every size has the same 150 subjects and its own words for them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter

import numpy as np
from rapidfuzz import fuzz, process
from scipy import sparse

from bot.knowledge.model import Entry, Knowledge, Origin
from bot.matching.encoder.sentence_encoder import find_encoder
from bot.matching.lexical.channels import Channel
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.text import words

SIZES = (200, 2_000, 15_000, 100_000)
_ENCODED = 2_000
"""Most examples that are encoded here: further ones would take minutes."""
_SUBJECTS = 150
_ASKED = 60
_ROUNDS = 3
_SYLLABLES = ("ba", "do", "ker", "lin", "mo", "nat", "per", "ri", "sol", "tan", "ver", "wex")


def run(sizes: Sequence[int] = SIZES) -> list[str]:
    """One line per size and tier: median and 99th percentile in microseconds, and how many times faster than others."""
    encoder = find_encoder("auto")
    lines, lexical = [], {}
    for size in sizes:
        subjects = _subjects(random.Random(size), size)
        examples = [text for texts in subjects for text in texts]
        asked = [_misspelt(random.Random(i), examples[i * 7919 % len(examples)]) for i in range(_ASKED)]
        others = {
            "naive": _timed(partial(process.extractOne, choices=examples, scorer=fuzz.WRatio), asked),
            "TF-IDF": _timed(_tfidf_nearest(examples), asked),
        }
        lines += [_line(f"{name}, {size:,} examples", taken, {}) for name, taken in others.items()]
        knowledge = Knowledge(f"{size}", entries=tuple(_entry(number, texts) for number, texts in enumerate(subjects)))
        begun = perf_counter()
        matcher = Matcher.build(knowledge, Options(encoder="off"))
        built = perf_counter() - begun
        lexical[size] = _timed(matcher.match, asked)
        lines.append(f"{_line(f'lexical tier, {size:,} examples', lexical[size], others)}, built in {built:.0f} s")
        if encoder and size <= _ENCODED:
            full = _timed(Matcher.build(knowledge).match, asked)
            share = np.median(full) / np.median(_timed(lambda q: encoder.embed([q]), asked))
            lines.append(f"{_line(f'full tier, {size:,} examples', full, others)}, {share:.2f} times the encoder alone")
    growth = np.median(lexical[sizes[-1]]) / np.median(lexical[_ENCODED if _ENCODED in sizes else sizes[0]])
    return [*lines, f"lexical tier, from {_ENCODED:,} to {sizes[-1]:,} examples: {growth:.2f} times as long"]


def _subjects(chance: random.Random, size: int) -> list[list[str]]:
    count = min(_SUBJECTS, size // 5)
    common = [_word(chance) for _ in range(60)]
    return [_questions(chance, common, size // count) for _ in range(count)]


def _questions(chance: random.Random, common: Sequence[str], count: int) -> list[str]:
    own = [_word(chance) for _ in range(12)]
    return [" ".join(chance.sample(common, 5) + chance.sample(own, 4)) for _ in range(count)]


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4)))


def _misspelt(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _entry(number: int, questions: Sequence[str]) -> Entry:
    return Entry(f"e{number}", "", tuple(questions), (), "…", (), (), "approved", "", None, Origin("made.yaml", 1))


def _tfidf_nearest(examples: Sequence[str]) -> Callable[[str], object]:
    read = [words(text) for text in examples]
    channel = Channel.of("pair", read)
    rows = channel.rows(read)

    def nearest(question: str) -> int:
        at, values = channel.row(words(question))
        width = len(channel.numbers)
        return int((rows @ sparse.csr_matrix((values, at, [0, len(at)]), shape=(1, width)).T).toarray().argmax())

    return nearest


def _timed(answer: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Microseconds for each question, the quickest of some rounds: what else the machine does is not the question."""
    rounds = []
    for _ in range(_ROUNDS):
        taken = []
        for question in asked:
            start = perf_counter()
            answer(question)
            taken.append((perf_counter() - start) * 1e6)
        rounds.append(taken)
    return [min(each) for each in zip(*rounds, strict=True)]


def _line(name: str, taken: Sequence[float], others: Mapping[str, Sequence[float]]) -> str:
    middle, slow = np.percentile(taken, [50, 99])
    beside = "".join(f", {np.median(other) / middle:.2f} times as fast as {what}" for what, other in others.items())
    return f"{name}: {middle:,.0f}/{slow:,.0f} µs{beside}"


if __name__ == "__main__":
    print("\n".join(run()))
