from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.admin.evaluate import Row, evaluate, parse_bar, read_questions
from bot.errors import KnowledgeError
from bot.matching.match import Candidate, Match


def cited(*clauses: str) -> Candidate:
    return Candidate("-".join(clauses), "", 0.9, clauses)


class Says:
    """A matcher that gives the outcomes it was made with."""

    def __init__(self, outcomes: dict[str, Match]) -> None:
        self.outcomes = outcomes

    def match_many(self, texts: Iterable[str]) -> list[Match]:
        return [self.outcomes[text] for text in texts]


A = frozenset({"a"})
CASES = [
    (Row("right", "answer", A), Match("answer", (cited("b", "a"),)), "right"),
    (Row("offered", "answer", A), Match("choose", (cited("b"), cited("a"))), "offered"),
    (Row("offered others", "answer", A), Match("choose", (cited("b"),)), "abstained"),
    (Row("wrong", "answer", A), Match("answer", (cited("b"),)), "wrong"),
    (Row("harmful", "answer", A, frozenset({"b"})), Match("answer", (cited("b"),)), "wrong"),
    (Row("silent", "answer", A), Match("unknown"), "abstained"),
    (Row("alarm", "answer", A), Match("media", (cited("a"),)), "false alarm"),
    (Row("surplus", "answer", A), Match("answer", (cited("a"), cited("b"))), "right"),
    (Row("found", "media"), Match("media"), "found"),
    (Row("asked", "media"), Match("confirm_media"), "found"),
    (Row("missed", "media"), Match("answer", (cited("a"),)), "missed"),
    (Row("nothing", "none"), Match("unknown", topic="parking"), "right"),
    (Row("choice", "none"), Match("choose", (cited("a"),)), "right"),
    (Row("made up", "none"), Match("answer", (cited("a"),)), "wrong"),
    (Row("hello", "smalltalk"), Match("smalltalk", topic="hello"), "right"),
]


def test_each_outcome_is_judged_as_the_contract_says() -> None:
    report = evaluate([row for row, _, _ in CASES], Says({row.q: match for row, match, _ in CASES}))
    assert [one.verdict for one in report.judged] == [verdict for _, _, verdict in CASES]
    assert [one.row.q for one in report.failed] == ["wrong", "harmful", "alarm", "missed", "made up"]
    assert report.by_kind["media"] == {"found": 2, "missed": 1}
    assert report.by_clause["a"]["right"] == 2


def test_each_percentage_is_over_its_own_rows() -> None:
    report = evaluate([row for row, _, _ in CASES], Says({row.q: match for row, match, _ in CASES}))
    expected = {
        "right": 2 / 8,
        "offered": 1 / 8,
        "right_or_offered": 3 / 8,
        "abstained": 2 / 8,
        "wrong": 3 / 11,
        "harmful": 1 / 8,
        "found": 2 / 3,
        "found_without_asking": 1 / 3,
        "false_alarms": 1 / 12,
        "none_right": 2 / 3,
        "smalltalk_right": 1,
        "chosen": 2 / 8,
        "surplus": 1 / 8,
    }
    assert report.percentages == pytest.approx({name: 100 * share for name, share in expected.items()})


@pytest.mark.parametrize(
    ("text", "met"), [("right>=25", True), ("right >= 26 %", False), ("wrong<=30", True), ("harmful<=0", False)]
)
def test_a_bar_is_met_or_not(text: str, met: bool) -> None:
    report = evaluate([row for row, _, _ in CASES], Says({row.q: match for row, match, _ in CASES}))
    assert parse_bar(text).met(report) is met
    assert parse_bar(str(parse_bar(text))) == parse_bar(text)


@pytest.mark.parametrize("text", ["", "right", "right>85", "luck>=1", "right>=many"])
def test_what_is_not_a_bar_is_refused_with_the_names_that_are(text: str) -> None:
    with pytest.raises(ValueError, match="right_or_offered"):
        parse_bar(text)


def test_a_question_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(
        "# rows\n- q: 'may I?'\n  expect: answer\n  cites: [a]\n  wrong: [b]\n- {q: hello, expect: smalltalk}\n",
        encoding="utf-8",
    )
    assert read_questions(file) == [Row("may I?", "answer", A, frozenset({"b"}), 2), Row("hello", "smalltalk", line=6)]


def test_everything_wrong_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(
        "- q: fine\n  expect: none\n- q: ''\n  expect: maybe\n  cites: a\n"
        "- q: bare\n  expect: answer\n  colour: red\n- text\n",
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError) as caught:
        read_questions(file)
    assert [problem.where for problem in caught.value.problems] == [f"{file}:{line}" for line in (3, 3, 3, 6, 6, 9)]
    assert all(problem.fix for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "holds no list"),
        (b"q: single", "holds no list"),
        (b"- q: [unclosed", "is not YAML"),
        (b"- q: caf\xe9", "not UTF-8"),
        (b"- {q: x, expect: none, ? [a] : 1}", "cannot be read"),
        (b"- {q: 2026-02-30, expect: none}", ":1: holds a date or a number that does not exist"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, content: bytes, what: str) -> None:
    file = tmp_path / "questions.yaml"
    file.write_bytes(content)
    with pytest.raises(KnowledgeError, match=what):
        read_questions(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="gone"):
        read_questions(tmp_path / "gone.yaml")
