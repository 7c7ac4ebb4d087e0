"""Values come back as they were, and from bytes that somebody made up comes nothing but what was asked for."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Problem
from bot.knowledge.model import Knowledge
from bot.matching.lexical.channels import Floats
from bot.matching.match import Candidate, Match
from bot.matching.options import Options
from bot.matching.process.encoding import FORMAT, NotReadable, decode, dumps, encode, loads
from bot.matching.process.matcher_server import LearnAnswer, LearnFailure, LearnRequest, Question


@dataclass(frozen=True)
class Part:
    """Something learned."""

    weights: Floats
    name: str


@dataclass(frozen=True)
class Whole:
    """Two parts, which may be the same."""

    first: Part
    second: Part
    more: tuple[Floats, ...] = ()


MADE_UP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


OPTIONS = st.builds(Options, cache=st.sampled_from([None, Path("learned"), Path("/var/cache/policydesk")]))


@settings(max_examples=20)
@given(st.one_of(OPTIONS, *map(st.from_type, [Match, Knowledge, LearnAnswer, Question])))
def test_every_value_comes_back(value: object) -> None:
    again = loads(dumps(value), type(value))
    assert dumps(again) == dumps(value)
    assert again == value or "nan" in repr(value)


def test_half_of_a_surrogate_pair_comes_back() -> None:
    assert loads(dumps(Question("may I \ud800", "")), Question).text == "may I \ud800"


@settings(max_examples=50)
@given(MADE_UP)
def test_what_somebody_made_up_is_refused(tree: object) -> None:
    for kind in (Match, LearnRequest):
        with pytest.raises(NotReadable):
            loads(json.dumps([FORMAT, tree]).encode(), kind)


@settings(max_examples=50)
@given(st.data())
def test_of_a_value_that_was_changed_comes_one_of_its_kind_or_none(data: st.DataObject) -> None:
    _, tree = json.loads(dumps(Match("answer", (Candidate("a", "A", 0.5, ("c",)),))))
    tree[data.draw(st.integers(0, len(tree) - 1))] = data.draw(MADE_UP)
    with suppress(NotReadable):
        assert isinstance(loads(json.dumps([FORMAT, tree]).encode(), Match), Match)


@pytest.mark.parametrize("data", [b"", b"[", b"\xff", b"1", b"[1]", b"{}", b"[" * 100_000, b"\x80\x04N."])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadable):
        loads(data, Question)


def test_of_another_version_nothing_is_read() -> None:
    _, tree = json.loads(dumps(Question("a", "b")))
    with pytest.raises(NotReadable, match="another version"):
        loads(json.dumps([FORMAT + 1, tree]).encode(), Question)


def test_arrays_and_what_holds_them_come_back_once() -> None:
    weights = np.ones(3, dtype=np.float32)
    part = Part(weights, "a")
    tree, arrays = encode(Whole(part, part, (weights, np.zeros(2, dtype=np.float32))))
    assert len(arrays) == 2
    again = decode(json.loads(json.dumps(tree)), arrays, Whole)
    assert again.first is again.second
    assert again.more[0] is again.first.weights


@pytest.mark.parametrize(
    "tree",
    [
        [[0, "a"], 1, []],
        [[0, "a"], -1, []],
        [[2, "a"], 0, []],
        [[1, "a"], 0, []],
        [[True, "a"], 0, []],
        [0, 0, []],
        [[0, "a"], 0, [[]]],
        [[0, "a"], 0],
        [[0, "a"], 0, [], []],
        [[0, 1], 0, []],
    ],
)
def test_numbers_that_nothing_has_and_arrays_of_another_kind_are_refused(tree: object) -> None:
    with pytest.raises(NotReadable):
        decode(tree, [np.ones(3, dtype=np.float32), np.ones(3, dtype=np.int64)], Whole)


def test_a_message_holds_no_arrays_and_only_values_are_encoded() -> None:
    with pytest.raises(TypeError):
        dumps(Part(np.ones(1, dtype=np.float32), "a"))
    with pytest.raises(TypeError):
        dumps(object())


def test_a_failure_keeps_its_problems() -> None:
    failure = LearnFailure("knowledge", (Problem("a.yaml:3", "is wrong.", "Mend it."),))
    again = loads(dumps(LearnAnswer(failure=failure)), LearnAnswer).failure
    assert again == failure
