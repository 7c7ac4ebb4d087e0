"""Remarks from asking a knowledge base its own questions, on three answers that everybody can tell apart."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.admin.check import MOST_EXAMPLES, confusion_checks, review, too_large
from bot.cli.main import main
from bot.knowledge.model import Entry, Knowledge, Origin, Topic
from bot.matching.cross_validation import held_out
from bot.matching.examples import Label
from tests.unit.knowledge.knowledge_folders import write

PARKING = (
    "where can I park my car",
    "how much is a parking permit",
    "is there parking at the weekend",
    "renew my parking permit",
    "I got a parking ticket on campus",
    "can visitors park by the gate",
    "car park full again, where else",
    "permit for a second car",
    "do I pay for parking in summer",
    "park my motorbike",
)
LIBRARY = (
    "how do I borrow a library book",
    "library opening hours",
    "renew a book from the library",
    "my book is overdue",
    "how many books can I borrow",
    "library fines, how much",
    "can I reserve a book",
    "does the library lend laptops",
    "return a book by post",
    "is the library open on Sunday",
)
LUNCH = (
    "what is for lunch",
    "canteen menu this week",
    "is the soup vegan",
    "when does the canteen shut",
    "price of a cup of coffee",
    "can I eat my own sandwich there",
    "breakfast at the canteen",
    "allergens in the stew",
    "lunch for twenty guests",
    "vegan lunch options",
)
ASTRAY = "how do I renew library books"


def _entry(name: str, questions: Sequence[str], line: int, nots: Sequence[str] = ()) -> Entry:
    where = Origin("a.yaml", line)
    return Entry(name, "", tuple(questions), tuple(nots), "Yes.", (), (), "approved", "", None, where)


def _knowledge(parking: Sequence[str], library: Sequence[str], nots: Sequence[str] = ()) -> Knowledge:
    return Knowledge(
        "r", entries=(_entry("parking", parking, 1), _entry("library", library, 2, nots), _entry("lunch", LUNCH, 3))
    )


def _remarks(knowledge: Knowledge, *, quick: bool = False) -> list[tuple[str, str, str]]:
    found = review(knowledge, date(2026, 6, 1), quick=quick)
    return [(remark.where, remark.what, remark.fix) for remark in found]


def test_answers_that_are_told_apart_are_left_in_peace() -> None:
    assert _remarks(_knowledge(PARKING, LIBRARY)) == []


def test_a_question_that_lands_elsewhere_is_named_with_where_it_lands() -> None:
    knowledge = _knowledge((*PARKING, ASTRAY), LIBRARY)
    assert _remarks(knowledge) == [
        (
            "a.yaml:1",
            f"“{ASTRAY}” of the answer `parking` is read as a question of the answer `library`.",
            "Move it there, or give the answer `parking` more questions like it, and list one in the `not_questions`"
            " of `library`.",
        )
    ]
    assert _remarks(knowledge, quick=True) == []


def test_not_questions_count_against_where_it_lands() -> None:
    with_and_without = (_knowledge((*PARKING, ASTRAY), LIBRARY, nots=nots) for nots in ((ASTRAY,), ()))
    less, more = (one.lead for each in with_and_without for one in held_out(each) if one.text == ASTRAY)
    assert less < more - 1


def test_more_questions_like_it_settle_where_it_belongs() -> None:
    like_it = ("renew library books from my car", "renewing library books while I park", "renewal of library books")
    found = _remarks(_knowledge((*PARKING, ASTRAY, *like_it), LIBRARY, nots=[ASTRAY]))
    assert [what for _, what, _ in found if ASTRAY in what] == []


def test_a_question_that_lands_outside_the_policy_is_named_too() -> None:
    entries = (_entry("parking", (*PARKING, ASTRAY), 1), _entry("lunch", LUNCH, 3))
    outside = Topic("library", LIBRARY, "", Origin("b.yaml", 1))
    ((where, what, _),) = _remarks(Knowledge("r", entries=entries, out_of_scope=(outside,)))
    assert where == "a.yaml:1"
    assert what == f"“{ASTRAY}” of the answer `parking` is read as a question of the out-of-scope group `library`."


def test_two_answers_that_take_each_others_questions_are_one_remark() -> None:
    mixed = _knowledge(PARKING[::2] + LIBRARY[::2], LIBRARY[1::2] + PARKING[1::2])
    pairs = [(where, what, fix) for where, what, fix in _remarks(mixed) if " take each other's questions" in what]
    ((where, what, fix),) = pairs
    assert where == "a.yaml:2"
    assert what.startswith("The answer `library` and the answer `parking` take each other's questions, ")
    assert "; the answer `library` loses " in what
    assert "; the answer `parking` loses " in what
    assert fix.endswith("or make one answer of the two.")


def test_two_groups_of_small_talk_may_be_alike() -> None:
    talk = (
        Topic("hello", PARKING[::2] + LIBRARY[::2], "Hello.", Origin("b.yaml", 1)),
        Topic("goodbye", LIBRARY[1::2] + PARKING[1::2], "Goodbye.", Origin("b.yaml", 2)),
    )
    assert _remarks(Knowledge("r", entries=(_entry("lunch", LUNCH, 3),), smalltalk=talk)) == []


def test_each_example_is_held_out_once_and_always_alike() -> None:
    knowledge = _knowledge(PARKING, LIBRARY)
    held = list(held_out(knowledge))
    assert [(one.own, one.text) for one in held] == [
        (Label("entry", entry.id), question) for entry in knowledge.entries for question in entry.questions
    ]
    assert held == list(held_out(knowledge))
    assert all(one.lead == 0 if one.landed == one.own else one.lead > 0 for one in held)
    assert sum(one.landed == one.own for one in held) >= 24


def test_a_knowledge_base_of_one_question_has_nothing_to_be_asked() -> None:
    assert list(held_out(Knowledge("r", entries=(_entry("lunch", LUNCH[:1], 1),)))) == []


def test_a_very_large_knowledge_base_is_not_asked() -> None:
    draw = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    many = ["".join(draw.choices(letters, k=12)) for _ in range(MOST_EXAMPLES - len(LUNCH))]
    knowledge = Knowledge("r", entries=(_entry("lunch", LUNCH, 1), _entry("many", many, 2)))
    assert not too_large(knowledge)
    more = Knowledge("r", entries=(*knowledge.entries, _entry("one", [ASTRAY], 3)))
    assert too_large(more)
    assert list(confusion_checks.remarks(more)) == []


def test_the_command_asks_unless_it_is_to_be_quick(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = {"parking": (*PARKING, ASTRAY), "library": LIBRARY, "lunch": LUNCH}
    entries = [{"id": name, "questions": each, "answer": "Yes."} for name, each in questions.items()]
    folder = str(write(tmp_path, {"a.yaml": json.dumps({"entries": entries})}))
    assert main(["check", "--knowledge", folder]) == 0
    assert "is read as a question of the answer `library`" in capsys.readouterr().out
    assert main(["check", "--knowledge", folder, "--quick"]) == 0
    assert capsys.readouterr().out == "no errors, no warnings.\n"
