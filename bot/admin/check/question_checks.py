"""Remarks on example questions: too few of them, too much alike, or the same in two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from bot.admin.check.remarks import Found, number
from bot.knowledge.model import Entry, Knowledge, Origin
from bot.text import words

FEWEST_QUESTIONS = 5
"""Number of questions below which an answer is reported."""
_SAME = 92
"""Similarity of the sorted words, from 0 to 100, from which two questions count as the same."""
_ALIKE = 75
"""Similarity of the sorted words, from 0 to 100, from which two questions count as worded alike."""
_CHUNK = 256
"""Questions compared with the others at once, which limits the memory of the comparison."""


class _Placed(NamedTuple):
    """A question and where it stands: `home` in words, `origin` in the files. `sorted_words` is what is compared."""

    text: str
    home: str
    origin: Origin
    sorted_words: str


def remarks(knowledge: Knowledge) -> Iterator[Found]:
    """Yield remarks on the questions of approved answers, small talk, out-of-scope groups and media enquiries."""
    for entry in knowledge.answering:
        yield from _few(entry)
        yield from _uniform(entry)
    yield from _shared(knowledge)
    yield from _against_themselves(knowledge)


def _few(entry: Entry) -> Iterator[Found]:
    few = len({tuple(words(question)) for question in entry.questions})
    if few < FEWEST_QUESTIONS:
        what = f"The answer `{entry.id}` has only {number(few, 'question')} to be recognised by."
        yield entry.origin, what, f"Add some as staff type them, until there are {FEWEST_QUESTIONS} or more."


def _uniform(entry: Entry) -> Iterator[Found]:
    """Yield a remark if more than half of the questions are alike, because other wordings are then not recognised."""
    texts = [_normal(question) for question in entry.questions]
    if len(texts) < FEWEST_QUESTIONS:
        return
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.uint8) > 0
    counts = alike.sum(axis=1)
    most = int(counts.argmax())
    if counts[most] > len(texts) / 2:
        what = (
            f"{counts[most]} of the {len(texts)} questions of `{entry.id}` are nearly the same sentence as"
            f" “{entry.questions[most]}”."
        )
        yield entry.origin, what, "Replace most of them by questions in other words, lengths and situations."


def _shared(knowledge: Knowledge) -> Iterator[Found]:
    """Yield a remark on each question that stands in two homes, so that the desk cannot tell which one is meant."""
    placed = sorted(_placed(knowledge), key=lambda question: len(question.sorted_words))
    for first, second in _near(placed):
        if first.home == second.home:
            continue
        earlier, later = sorted((first, second), key=lambda question: (question.origin.file, question.origin.line))
        if tuple(words(first.text)) == tuple(words(second.text)):
            what = f"“{later.text}” stands in {later.home} and also in {earlier.home}."
        else:
            what = f"“{later.text}” in {later.home} is nearly “{earlier.text}” in {earlier.home}."
        yield later.origin, what, "Keep it where it belongs, and take it out of the other."


def _near(placed: list[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Yield pairs of nearly the same questions. `placed` is ordered by length, so that much longer ones are skipped."""
    texts = [question.sorted_words for question in placed]
    lengths = np.array([len(text) for text in texts])
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        longest = len(chunk[-1]) * (200 - _SAME) / _SAME  # the ratio is 2 × shared letters ÷ letters of both texts
        rest = texts[start : int(np.searchsorted(lengths, longest, side="right"))]
        alike = process.cdist(chunk, rest, scorer=fuzz.ratio, score_cutoff=_SAME, dtype=np.uint8)
        for one, other in np.argwhere(alike):
            if one < other:
                yield placed[start + one], placed[start + other]


def _placed(knowledge: Knowledge) -> Iterator[_Placed]:
    for home, origin, questions in _homes(knowledge):
        for question in questions:
            if normal := _normal(question):
                yield _Placed(question, home, origin, normal)


def _normal(question: str) -> str:
    return " ".join(sorted(words(question)))


def _homes(knowledge: Knowledge) -> Iterator[tuple[str, Origin, tuple[str, ...]]]:
    for entry in knowledge.answering:
        yield f"the questions of `{entry.id}`", entry.origin, entry.questions
    for topic in knowledge.smalltalk:
        yield f"the small talk `{topic.id}`", topic.origin, topic.questions
    for topic in knowledge.out_of_scope:
        yield f"the out-of-scope group `{topic.id}`", topic.origin, topic.questions
    if knowledge.media:
        yield "the media enquiries", knowledge.media.origin, knowledge.media.enquiries


def _against_themselves(knowledge: Knowledge) -> Iterator[Found]:
    """Yield a remark on each example that also stands in the counter-examples of the same home."""
    pairs = [
        (f"the `not_questions` of `{entry.id}`", entry.origin, entry.questions, entry.not_questions)
        for entry in knowledge.answering
    ]
    if knowledge.media:
        media = knowledge.media
        pairs.append(("the `look_alikes` of the media enquiries", media.origin, media.enquiries, media.look_alikes))
    for home, origin, examples, counter_examples in pairs:
        wanted = {tuple(words(example)) for example in examples}
        for question in counter_examples:
            if tuple(words(question)) in wanted:
                what = f"“{question}” is an example, and stands in {home} too."
                yield origin, what, "Take it out of one of the two."
