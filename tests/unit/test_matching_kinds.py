"""Everyday words by kind, and where they count."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.knowledge.model import Entry, Knowledge, Origin
from bot.matching.kinds import EVERYDAY, KINDS, kind
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.reading import Reader
from bot.text import WORD, stem

OFFICES = ("parking", "printing", "catering", "cleaning", "heating", "security")


@pytest.mark.parametrize(
    ("written", "asked"),
    [("cost", "price"), ("buying", "bought"), ("colour", "colors"), ("Monday", "Fridays"), ("organise", "organized")],
)
def test_words_of_one_kind_count_as_the_same(written: str, asked: str) -> None:
    assert kind(written.casefold()) == kind(asked.casefold())


@pytest.mark.parametrize(("one", "other"), [("cost", "pay"), ("buy", "sell"), ("disclaimer", "disclosure")])
def test_words_of_two_kinds_or_of_none_stay_apart(one: str, other: str) -> None:
    assert kind(one) != kind(other)


def test_a_word_of_no_kind_is_its_own_stem() -> None:
    assert kind("disclaimers") == stem("disclaimers") == "disclaim"


def test_no_word_is_of_two_kinds() -> None:
    kinds = Counter(one for words in KINDS for one in {stem(word) for word in words})
    assert [one for one, count in kinds.items() if count > 1] == []


def test_every_kind_has_several_words_as_a_message_would_be_read() -> None:
    assert all(len(words) > 1 for words in KINDS)
    assert all(WORD.fullmatch(word) and word == word.casefold() for word in EVERYDAY)


def test_few_examples_are_found_by_other_words_of_the_same_kind() -> None:
    matcher = Matcher.build(knowledge(1), Options(encoder="off"))
    best = matcher.match("purchase lorry").best
    assert best
    assert best.id == "vehicles"


def test_an_everyday_word_is_no_typing_error_for_one_that_the_few_examples_have() -> None:
    assert Reader.of(knowledge(1)).read("the ban").plain == ("the", "ban")
    assert Reader.of(knowledge(1)).read("the vna").plain == ("the", "van")


def test_many_examples_count_by_their_own_words() -> None:
    few, many = Reader.of(knowledge(1)), Reader.of(knowledge(40))
    assert [channel.name for channel in few.channels] == ["kind", "pair", "char"]
    assert [channel.name for channel in many.channels] == ["stem", "pair", "char"]
    assert few.read("prices").rows[0][0].tolist() != []
    assert many.read("prices").rows[0][0].tolist() == []
    assert many.read("the ban").plain == ("the", "van")


def knowledge(examples: int) -> Knowledge:
    """What things cost, by office, and one entry more, with so many examples each."""
    asked = {office: f"what does {office} cost" for office in OFFICES} | {"vehicles": "how to buy a van"}
    entries = [
        entry(name, [question, *(f"{question} {n}" for n in range(1, examples))]) for name, question in asked.items()
    ]
    return Knowledge(f"{examples}", entries=tuple(entries))


def entry(name: str, questions: list[str]) -> Entry:
    return Entry(name, "", tuple(questions), (), "…", (), (), "approved", "", None, Origin("made.yaml", 1))
