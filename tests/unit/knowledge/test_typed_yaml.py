"""YAML of configurations and question files: every mistake has its place, and none is a traceback."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.config import from_mapping
from bot.errors import ConfigurationError
from bot.knowledge.typed_yaml import read


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("officers: [a]\nphone: x\nofficers: [b]\n", "f:3", "`officers` stands here a second time; first on line 1"),
        ("slack:\n  guests: true\n  guests: false\n", "f:3", "`guests` stands here a second time"),
        ('slack: {mode: http,\n  mode: http, "mode": socket}\n', "f:2", "`mode` stands here a second time"),
        ('name: "a\\e[2Jb"\n', "f:1", "U+001B"),
        ('a: b\n"k\\0": x\n', "f:2", "U+0000"),
        ('name: "\\ud800"\n', "f:1", "U+D800"),
        ("a: b\nfrom: 2026-02-30\n", "f:2", "holds a date or a number that does not exist: day is out of range"),
        ("from: 2026-12-21T17:00:00+99:99\n", "f:1", "holds a date or a number that does not exist"),
        ("a:\n- !!timestamp never\n", "f:2", "holds a date or a number that does not exist"),
        ("a: !!bool perhaps\n", "f:1", "holds a date or a number that does not exist"),
        (f"port: {'9' * 5000}\n", "f:1", "holds a date or a number that does not exist"),
        (f"a:\n  {'[' * 5000}\n", "f:2", "nested more than 20 levels deep"),
        ("a: " + "{a: " * 5000, "f:1", "nested more than 20 levels deep"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(500)), "f:20", "nested more than 20 levels deep"),
        ("a: [\n", "f:2", "is not YAML"),
        ("a: b\n\x01: c\n", "f:2", "invisible character (U+0001)"),
        ("? [a]\n: b\n? {c: d}\n: e\n", "f:1", "unhashable"),
        ("a: !!python/object/apply:os.system [ls]\n", "f:1", "could not determine a constructor"),
    ],
)
def test_a_mistake_has_its_place(text: str, where: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read("f", text.encode())
    problem = caught.value.problems[0]
    assert problem.where == where
    assert said in problem.what
    assert problem.fix


def test_all_that_a_file_repeats_is_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read("f", b"a: 1\na: 2\nb: 2026-02-30\nb: 3\n")
    assert [problem.where for problem in caught.value.problems] == ["f:2", "f:4", "f:3"]


def test_values_are_those_of_yaml() -> None:
    text = "a: &x [1, true, 2026-12-21T17:00, text]\nb: *x\nc:\n  <<: {d: 1}\n  d: 2\n"
    assert read("f", text.encode()) == yaml.safe_load(text)


WORDS = "a:| - |\n|  |[|]|{|}|,|\"|'|\\x1b|\\0|&a |*a|!!int |!!set |<<: |2026-02-30|0x|1_0|.inf|~|> |%|"
WORDS += "---\n|#|slack: |port: |? |\t|é|\x07"


@given(st.lists(st.sampled_from(WORDS.split("|")), max_size=25).map("".join))
def test_whatever_a_configuration_holds_it_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        from_mapping(read("f", text.encode()), {})
    except ConfigurationError as refused:
        problems = refused.problems
    else:
        problems = ()
    assert all(str(problem).isprintable() for problem in problems)
