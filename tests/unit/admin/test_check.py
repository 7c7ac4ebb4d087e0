from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bot.admin.check import Remark, as_json, as_text, contacts_missing, remarks_of, review
from bot.errors import Problem
from bot.knowledge.contacts import Contact
from bot.knowledge.loader import load
from tests.unit.knowledge.knowledge_folders import ENTRY, write

DOCUMENTS = """\
documents:
  - id: esmg
    title: Guidance
    issuer: University
    clauses:
      - {id: disclaimer, section: Introduction, point: 3, strength: good-practice}
"""
PERFECT = """\
  - id: {id}
    title: A disclaimer
    questions: [do I need a disclaimer, what about "{id}", must I say {id}, is {id} enough, why {id}]
    not_questions: [how do I change my bio]
    answer: Yes.
    cites: [disclaimer]
    owner: press-office
    review_by: 2027-05-24
"""
TODAY = date(2026, 6, 1)


def _remarks(tmp_path: Path, text: str, today: date = TODAY) -> list[tuple[str, str]]:
    return [
        (remark.where, remark.what) for remark in review(load(write(tmp_path, {"a.yaml": text})), today, quick=True)
    ]


def _perfect(**changes: str) -> str:
    """Documents and one entry, from line 8 on, in which nothing is to be remarked but what is changed."""
    entry = PERFECT.replace("{id}", "bio")
    for key, value in changes.items():
        lines = [line for line in entry.splitlines() if not line.startswith(f"    {key}:")]
        entry = "\n".join([*lines, *([f"    {key}: {value}"] if value else []), ""])
    return f"{DOCUMENTS}entries:\n{entry}"


def test_a_good_knowledge_base_is_left_in_peace(tmp_path: Path) -> None:
    assert _remarks(tmp_path, _perfect()) == []


@pytest.mark.parametrize("key", ["title", "owner", "review_by"])
def test_an_answer_on_a_policy_has_all_its_keys(tmp_path: Path, key: str) -> None:
    assert _remarks(tmp_path, _perfect(**{key: ""})) == [("a.yaml:8", f"The answer `bio` has no `{key}`.")]


def test_an_answer_without_a_source_leaves_the_clause_unused(tmp_path: Path) -> None:
    assert _remarks(tmp_path, _perfect(cites="")) == [
        ("a.yaml:2", "No approved answer cites the clause `disclaimer` of Guidance."),
        ("a.yaml:8", "The answer `bio` has no `cites`."),
    ]


def test_where_there_is_no_policy_no_source_is_missed(tmp_path: Path) -> None:
    assert _remarks(tmp_path, ENTRY) == [
        ("a.yaml:2", "The answer `deleted-post` has only 1 question to be recognised by.")
    ]


def test_a_long_answer_is_counted_without_its_links(tmp_path: Path) -> None:
    link = "[the page](https://example.org/a/b/c/d)"
    assert _remarks(tmp_path / "fits", _perfect(answer=f'"{"word " * 118}{link}"')) == []
    assert _remarks(tmp_path / "long", _perfect(answer=f'"{"word " * 119}{link}"')) == [
        ("a.yaml:8", "The answer `bio` has 121 words.")
    ]


def test_an_answer_is_reviewed_by_its_day(tmp_path: Path) -> None:
    assert _remarks(tmp_path, _perfect(), date(2027, 4, 23)) == []
    for day in (date(2027, 4, 24), date(2027, 5, 24)):
        assert _remarks(tmp_path, _perfect(), day) == [
            ("a.yaml:8", "The answer `bio` is due to be reviewed by 2027-05-24.")
        ]
    assert _remarks(tmp_path, _perfect(), date(2027, 5, 25)) == [
        ("a.yaml:8", "The answer `bio` should have been reviewed by 2027-05-24.")
    ]


def test_an_answer_is_no_stronger_than_what_it_cites(tmp_path: Path) -> None:
    ((where, what),) = _remarks(tmp_path, _perfect(answer='"**Yes.** You must have a disclaimer. Keep it short."'))
    assert where == "a.yaml:8"
    assert what == (
        "The answer `bio` says “must”, but no clause it cites is a must (good-practice): “You must have a disclaimer.”"
    )


def test_an_answer_may_be_as_strong_as_the_strongest_clause_it_cites(tmp_path: Path) -> None:
    clause = "      - {id: secrets, section: Introduction, point: 4, strength: must}\n"
    text = _perfect(answer="You must have a disclaimer.", cites="[disclaimer, secrets]")
    assert _remarks(tmp_path, text.replace("entries:\n", f"{clause}entries:\n")) == []


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_see_also_leads_to_answers_that_staff_can_see(tmp_path: Path, status: str) -> None:
    other = f"  - {{id: other, questions: [x], answer: y, status: {status}}}\n"
    found = _remarks(tmp_path, _perfect(see_also="[other, bio]") + other)
    assert found == [
        ("a.yaml:8", "The answer `bio` points to `other` in `see_also`, which is not approved and so never shown."),
        ("a.yaml:8", "The answer `bio` points to itself in `see_also`."),
    ]


@pytest.mark.parametrize(
    ("questions", "answer"),
    [
        ("can I post it, must I post it, a, b, c", "**No, not there.**"),
        ("am I allowed to delete it, Do I have to delete it, a, b, c", "Yes, it counts."),
        ("may we tag them, is it against the rules to tag them, a, b, c", "_No._ Ask first."),
    ],
)
def test_yes_or_no_is_not_said_to_questions_from_both_sides(tmp_path: Path, questions: str, answer: str) -> None:
    first, second, *_ = questions.split(", ")
    said = answer.strip("*_")[:3].rstrip(",.")
    ((where, what),) = _remarks(tmp_path, _perfect(questions=f"[{questions}]", answer=f'"{answer}"'))
    assert where == "a.yaml:8"
    assert what == f"The answer `bio` opens with {said}, which is not true of both “{first}” and “{second}”."


@pytest.mark.parametrize(
    ("questions", "answer"),
    [
        ("can I post it, must I post it, a, b, c", "**You may, and need not.**"),
        ("can I post it, is it ok to post it, a, b, c", "**Yes.** Now."),
        ("can I post it, must I post it, a, b, c", "None of them."),
        ("can a student post it, must I post it, a, b, c", "Yes."),
    ],
)
def test_a_verdict_that_is_true_of_every_question(tmp_path: Path, questions: str, answer: str) -> None:
    assert _remarks(tmp_path, _perfect(questions=f"[{questions}]", answer=f'"{answer}"')) == []


def test_contacts_that_are_not_configured_are_listed_and_not_counted(tmp_path: Path) -> None:
    text = _perfect(answer="'Ask {contact:it|the IT desk}, {contact:hr|HR} or {contact:it|IT}.'")
    knowledge = load(write(tmp_path, {"a.yaml": text}))
    assert contacts_missing(knowledge, {"it": Contact("IT"), "hr": Contact("HR")}) == []
    (note,) = contacts_missing(knowledge, {"hr": Contact("HR", phone="1")})
    assert note.what == "Answers name contacts that are not configured: it (“IT”)."
    assert as_text([note]).endswith("\nno errors, no warnings.")


def test_drafts_are_left_in_peace(tmp_path: Path) -> None:
    assert _remarks(tmp_path, _perfect() + "  - {id: other, questions: [why bio], answer: y, status: draft}\n") == []


def test_as_text_and_as_json_say_the_same() -> None:
    remarks = [
        *remarks_of([Problem("a.yaml:3", "There is no key `titel` here.", "Did you mean `title`?")], "error"),
        Remark("warning", "b.yaml:1", "Naïve “text”.", "Mend it."),
        Remark("warning", "b.yaml:2", "More.", "Mend it."),
    ]
    assert as_text(remarks) == (
        "a.yaml:3: error: There is no key `titel` here. Did you mean `title`?\n"
        "b.yaml:1: warning: Naïve “text”. Mend it.\n"
        "b.yaml:2: warning: More. Mend it.\n"
        "1 error, 2 warnings."
    )
    report = json.loads(as_json(remarks))
    assert (report["errors"], report["warnings"]) == (1, 2)
    assert report["remarks"][1] == {
        "severity": "warning",
        "where": "b.yaml:1",
        "what": "Naïve “text”.",
        "fix": "Mend it.",
    }


def test_nothing_to_say() -> None:
    assert as_text([]) == "no errors, no warnings."
    assert json.loads(as_json([])) == {"errors": 0, "warnings": 0, "remarks": []}
