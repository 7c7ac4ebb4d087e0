"""Remarks on example questions: too few, too uniform, the same in two places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.admin.check import review
from bot.knowledge.loader import load
from bot.knowledge.model import Entry, Knowledge, Origin
from tests.unit.knowledge.knowledge_folders import write

BIO = (
    "do I need a disclaimer",
    "what about my bio",
    "must I say that views are mine",
    "is one line enough",
    "why bother with it",
)
PROFILE = ("my handle", "may I name the uni", "which picture shall I use", "can I join under my name", "what is a hat")


def _entries(entries: Mapping[str, tuple[str, ...]], **nots: tuple[str, ...]) -> Knowledge:
    return Knowledge(
        "r",
        entries=tuple(
            Entry(
                name,
                "",
                questions,
                nots.get(name, ()),
                "It depends.",
                (),
                (),
                "approved",
                "",
                None,
                Origin("a.yaml", line),
            )
            for line, (name, questions) in enumerate(entries.items(), start=1)
        ),
    )


def _remarks(knowledge: Knowledge) -> list[tuple[str, str]]:
    return [(remark.where, remark.what) for remark in review(knowledge, date(2026, 6, 1), quick=True)]


def test_different_questions_are_left_in_peace() -> None:
    assert _remarks(_entries({"bio": BIO, "profile": PROFILE})) == []


def test_the_same_question_in_other_words_counts_once() -> None:
    found = _remarks(_entries({"bio": ("Why?", "why", "WHY!", "how", "when", "who")}))
    assert found == [("a.yaml:1", "The answer `bio` has only 4 questions to be recognised by.")]


def test_questions_are_not_one_sentence_with_a_word_swapped() -> None:
    swapped = tuple(f"can I put my university address on {site}" for site in ("facebook", "linkedin", "reddit"))
    assert _remarks(_entries({"bio": (*BIO, *swapped)})) == []
    ((where, what),) = _remarks(_entries({"bio": (*BIO[:2], *swapped)}))
    assert where == "a.yaml:1"
    assert what.startswith("3 of the 5 questions of `bio` are nearly the same sentence as “can I put my university")


SHARED = "do I need a disclaimer?!"


@pytest.mark.parametrize(
    ("addition", "home"),
    [
        (f"smalltalk: [{{id: hi, questions: ['{SHARED}'], answer: Hello.}}]", "the small talk `hi`"),
        (f"out_of_scope: [{{id: it, questions: ['{SHARED}']}}]", "the out-of-scope group `it`"),
        (f"media: {{holding_line: Wait., enquiries: ['{SHARED}']}}", "the media enquiries"),
    ],
)
def test_a_question_has_one_home(tmp_path: Path, addition: str, home: str) -> None:
    entry = f"entries:\n  - {{id: bio, answer: Yes., questions: {list(BIO)}}}\n"
    assert _remarks(load(write(tmp_path, {"a.yaml": entry + addition}))) == [
        ("a.yaml:3", f"“{SHARED}” stands in {home} and also in the questions of `bio`.")
    ]


def test_nearly_the_same_question_has_one_home() -> None:
    found = _remarks(_entries({"bio": BIO, "profile": (*PROFILE, "that views are mine, must I say it")}))
    assert found == [
        (
            "a.yaml:2",
            "“that views are mine, must I say it” in the questions of `profile` is nearly"
            " “must I say that views are mine” in the questions of `bio`.",
        )
    ]


def test_a_near_miss_of_one_answer_may_be_a_question_of_another() -> None:
    assert _remarks(_entries({"bio": BIO, "profile": PROFILE}, bio=("my handle",))) == []


def test_an_example_is_not_its_own_counter_example(tmp_path: Path) -> None:
    text = (
        f"entries:\n  - {{id: bio, answer: Yes., questions: {list(BIO)}, not_questions: [Why bother with it?]}}\n"
        "media: {holding_line: Wait., enquiries: [the BBC rang], look_alikes: [The BBC rang.]}\n"
    )
    assert _remarks(load(write(tmp_path, {"a.yaml": text}))) == [
        ("a.yaml:2", "“Why bother with it?” is an example, and stands in the `not_questions` of `bio` too."),
        ("a.yaml:3", "“The BBC rang.” is an example, and stands in the `look_alikes` of the media enquiries too."),
    ]


_WORDS = st.lists(st.sampled_from(["can", "i", "tweet", "tweets", "about", "a", "strike", "at", "work"]), max_size=9)
_QUESTIONS = st.lists(_WORDS.map(" ".join).filter(bool), min_size=1, max_size=6, unique=True).map(tuple)


@given(_QUESTIONS, _QUESTIONS)
def test_every_pair_of_near_duplicates_is_found(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """However they are blocked: as many as a comparison of all with all finds."""
    near = [fuzz.token_sort_ratio(a, b) >= 92 for a in one for b in other]
    found = [what for _, what in _remarks(_entries({"one": one, "other": other})) if "`other`" in what and "“" in what]
    assert len([what for what in found if " is nearly " in what or " and also in " in what]) == sum(near)
