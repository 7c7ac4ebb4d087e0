from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.model import Clause, Origin
from tests.unit.knowledge.knowledge_folders import ENTRY, problems, said, write

WHOLE = """\
documents:
  - id: esmg
    title: Employee Social Media Guidance
    issuer: Lancaster University
    updated: 2017-05-24
    url: https://example.org/guidance
    clauses:
      - {id: no-university-login, section: Things to avoid, point: 1, strength: must}

entries:
  - id: university-email-as-login
    title: Signing up with your
      University e-mail address
    questions:
      - can I use my uni email?
    not_questions: [how do I set up my uni email]
    answer: |
      **No.** Not as your login.

      Use your own.
    cites: [no-university-login]
    see_also: [university-email-as-login]
    status: approved
    owner: press-office
    review_by: 2027-05-24

media:
  holding_line: Take the name.
  enquiries: [the BBC rang]
  look_alikes: [media studies]

smalltalk:
  - {id: greeting, questions: [hello], answer: Hello.}

out_of_scope:
  - {id: it-help, questions: [I forgot my password]}

vocabulary:
  synonyms: [[university email, uni email]]
"""


def test_a_whole_file_becomes_knowledge(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path, {"all.yaml": WHOLE}))
    (document,) = knowledge.documents
    (entry,) = knowledge.entries
    assert document.updated == date(2017, 5, 24)
    assert document.clauses == (Clause("no-university-login", "Things to avoid", 1, "must", "esmg"),)
    assert entry.title == "Signing up with your University e-mail address"
    assert entry.answer == "**No.** Not as your login.\n\nUse your own."
    assert (entry.review_by, entry.owner, entry.status) == (date(2027, 5, 24), "press-office", "approved")
    assert entry.origin == Origin("all.yaml", 11)
    assert knowledge.media
    assert knowledge.media.origin == Origin("all.yaml", 27)
    assert knowledge.topic["it-help"].answer == ""
    assert knowledge.topic["greeting"].origin == Origin("all.yaml", 33)
    assert knowledge.synonyms == (("university email", "uni email"),)


def test_entries_alone_are_a_knowledge_base(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path, {"a.yaml": ENTRY}))
    assert knowledge.answering[0].id == "deleted-post"
    assert knowledge.media is None


def test_everything_wrong_in_all_files_is_reported_at_once_in_order(tmp_path: Path) -> None:
    files = {
        "a.yaml": "entries:\n\t- id: x\n",
        "b.yaml": "entries:\n  - id: B b\n    questions: what\n    antwort: x\n",
        "sub/c.yaml": "documents: [{id: d, title: D, issuer: U, updated: 24 May 2017, url: example.org}]\n",
    }
    assert [where for where, _ in said(write(tmp_path, files))] == [
        "a.yaml:2",
        "b.yaml:2",
        "b.yaml:2",
        "b.yaml:3",
        "b.yaml:4",
        "sub/c.yaml:1",
        "sub/c.yaml:1",
    ]


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ("titel: x", "There is no key `titel` here.", "Did you mean `title`?"),
        ("colour: x", "There is no key `colour` here.", "The keys that can stand here are id, title,"),
        ("title:", "`title` is empty.", "Write something after it,"),
        ("title: ~", "`title` is empty.", "Write something after it,"),
        ("title: [x]", "`title` must be text, but is read as a list.", "Put quotes"),
        ("cites: x", "`cites` must be a list.", "Write each one on a line of its own"),
        ("status: aproved", "`status` cannot be `aproved`.", "Write 'draft', 'approved' or 'withdrawn'."),
        ("review_by: soon", "This is not a date.", "Write year-month-day"),
        ("review_by: 2027-02-30", "This is not a date.", "Write year-month-day"),
        ("review_by: 20270524", "This is not a date.", "Write year-month-day"),
        ("cites: [nowhere]", "`cites` names `nowhere`, but no clause has that id.", "Name one that exists"),
        (
            "see_also: [deleted-posts]",
            "`see_also` names `deleted-posts`, but no entry has that id.",
            "Did you mean `dele",
        ),
    ],
)
def test_a_slip_in_an_entry(tmp_path: Path, line: str, what: str, fix: str) -> None:
    (problem,) = problems(write(tmp_path, {"a.yaml": f"{ENTRY}    {line}\n"}))
    assert (problem.where, problem.what) == ("a.yaml:5", what)
    assert problem.fix.startswith(fix)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("entries:\n  - id: a\n    questions: [x]\n", 2, "The key `answer` is missing here."),
        ("entries:\n  - id: a\n    questions: []\n    answer: x\n", 3, "`questions` is an empty list."),
        ("entries:\n  - just text\n", 2, "This item of `entries` must hold keys."),
        ("entries:\n  id: a\n", 1, "`entries` must be a list."),
        ("- a\n", 1, "The file must hold keys."),
        ("text\n", 1, "The file must hold keys."),
        (f"entries:\n  - id: {'a' * 101}\n    questions: [x]\n    answer: y\n", 2, "An id is made of small letters"),
        (f"{ENTRY}media: {{enquiries: [x]}}\n", 5, "The key `holding_line` is missing here."),
        (f"{ENTRY}vocabulary:\n  synonyms:\n    - [Uni, uni]\n", 7, "A group of synonyms needs at least two"),
    ],
)
def test_a_wrong_shape(tmp_path: Path, text: str, where: int, what: str) -> None:
    ((place, sentence),) = said(write(tmp_path, {"a.yaml": text}))
    assert place == f"a.yaml:{where}"
    assert sentence.startswith(what)


@pytest.mark.parametrize("point", ["0", "first", "-1", "1.5", "9" * 5000, "[1]"])
def test_a_point_is_a_whole_number(tmp_path: Path, point: str) -> None:
    clause = f"{{id: c, section: S, strength: must, point: {point}}}"
    text = f"{ENTRY}documents:\n  - id: d\n    title: D\n    issuer: U\n    clauses:\n      - {clause}\n"
    ((where, sentence),) = said(write(tmp_path, {"a.yaml": text}))
    assert where == "a.yaml:10"
    assert "`point`" in sentence


def test_an_id_is_used_once_and_both_places_are_named(tmp_path: Path) -> None:
    smalltalk = "smalltalk:\n  - {id: deleted-post, questions: [hi], answer: Hello.}\n"
    assert said(write(tmp_path, {"a.yaml": ENTRY, "b.yaml": ENTRY, "c.yaml": smalltalk})) == [
        ("b.yaml:2", "The id `deleted-post` is already used at a.yaml:2."),
        ("c.yaml:2", "The id `deleted-post` is already used at a.yaml:2."),
    ]


def test_a_former_id_belongs_to_one_entry_and_leads_to_it(tmp_path: Path) -> None:
    other = ENTRY.replace("deleted-post", "other")
    knowledge = load(
        write(tmp_path / "good", {"a.yaml": ENTRY + "    formerly: [removed-post, gone]\n", "b.yaml": other})
    )
    assert knowledge.entry["gone"] is knowledge.entry["deleted-post"]
    assert set(knowledge.entry) == {"deleted-post", "removed-post", "gone", "other"}
    twice = {"a.yaml": ENTRY + "    formerly: [other]\n", "b.yaml": other + "    formerly: [gone, gone]\n"}
    assert said(write(tmp_path / "bad", twice)) == [
        ("b.yaml:2", "The id `other` is already used at a.yaml:5."),
        ("b.yaml:5", "The id `gone` is already used at b.yaml:5."),
    ]


def test_what_nobody_approved_is_a_draft_where_approval_is_required(tmp_path: Path) -> None:
    approved = (
        ENTRY.replace("deleted-post", "other")
        + "    approved_by: Head of Communications\n    approved_on: 2026-11-02\n"
    )
    folder = write(tmp_path / "one", {"a.yaml": ENTRY, "b.yaml": approved})
    assert len(load(folder).answering) == 2
    (entry,) = load(folder, require_approval=True).answering
    assert (entry.id, entry.approved_by, entry.approved_on) == ("other", "Head of Communications", date(2026, 11, 2))
    with pytest.raises(KnowledgeError, match="No entry is approved by anybody"):
        load(write(tmp_path / "none", {"a.yaml": ENTRY}), require_approval=True)


def test_holding_lines_are_given_by_kind(tmp_path: Path) -> None:
    media = f"{ENTRY}media:\n  holding_line: Wait.\n  enquiries: [the BBC rang]\n  holding_lines:\n"
    knowledge = load(write(tmp_path / "good", {"a.yaml": f"{media}    leak: Say nothing.\n    on_site: Stay in.\n"}))
    assert knowledge.media
    assert knowledge.media.holding_lines == {"leak": "Say nothing.", "on_site": "Stay in."}
    (problem,) = problems(write(tmp_path / "bad", {"a.yaml": f"{media}    leek: Say nothing.\n"}))
    assert (problem.where, problem.fix) == ("a.yaml:9", "Did you mean `leak`?")


def test_clauses_of_two_documents_do_not_share_an_id(tmp_path: Path) -> None:
    text = "documents:\n" + "".join(
        f"  - id: {name}\n    title: T\n    issuer: U\n    clauses:\n      - {{id: c, section: S, strength: may}}\n"
        for name in ("one", "two")
    )
    assert said(write(tmp_path, {"a.yaml": ENTRY, "d.yaml": text})) == [
        ("d.yaml:11", "The id `c` is already used at d.yaml:6.")
    ]


def test_there_is_one_media_section(tmp_path: Path) -> None:
    media = "media:\n  holding_line: Wait.\n  enquiries: [the BBC rang]\n"
    assert said(write(tmp_path, {"a.yaml": ENTRY, "b.yaml": media, "c.yaml": media})) == [
        ("c.yaml:1", "There is already a `media` section at b.yaml:1.")
    ]


def test_a_broken_file_does_not_make_references_to_it_look_wrong(tmp_path: Path) -> None:
    files = {"a.yaml": f"{ENTRY}    see_also: [other]\n", "b.yaml": "entries:\n\t- id: other\n"}
    assert [where for where, _ in said(write(tmp_path, files))] == ["b.yaml:2"]


def test_an_entry_with_another_mistake_can_still_be_referred_to(tmp_path: Path) -> None:
    files = {"a.yaml": f"{ENTRY}    see_also: [other]\n", "b.yaml": "entries:\n  - {id: other, questions: [x]}\n"}
    assert said(write(tmp_path, files)) == [("b.yaml:2", "The key `answer` is missing here.")]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("smalltalk: []\n", "There are no entries, so nothing can be answered."),
        (f"{ENTRY}    status: draft\n", "No entry is approved, so nothing can be answered."),
    ],
)
def test_a_knowledge_base_that_answers_nothing_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert said(write(tmp_path, {"a.yaml": text})) == [(str(tmp_path), what)]


def test_problems_read_as_one_text(tmp_path: Path) -> None:
    with pytest.raises(
        KnowledgeError, match=re.escape("a.yaml:5: There is no key `titel` here. Did you mean `title`?")
    ):
        load(write(tmp_path, {"a.yaml": f"{ENTRY}    titel: x\n"}))


# ---- whatever the bytes ----------------------------------------------------------------------------------------------

_SIGNS = (
    "\t|    |  - |- |: |'|\"|[|]|{|}|, |&a |*a |!!int |<<: |>-\n|# x\n|#x|\n|\r|\u2028|null|é|\ufeff|---\n|...\n|% "
)
_PIECES = st.sampled_from([*WHOLE.splitlines(keepends=True), "entries:\n", "id: a\n", "| ", *_SIGNS.split("|")])
_ALMOST_YAML = st.lists(_PIECES, max_size=40).map("".join).map(str.encode)
_DAMAGED = st.tuples(st.integers(0, len(WHOLE)), st.binary(max_size=4)).map(
    lambda cut: WHOLE.encode()[: cut[0]] + cut[1] + WHOLE.encode()[cut[0] :]
)


@given(st.one_of(st.binary(), _ALMOST_YAML, _DAMAGED, st.text().map(str.encode)))
def test_any_bytes_give_knowledge_or_problems_with_file_and_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), {"good.yaml": ENTRY, "any.yaml": data})
        for problem in problems(folder):
            assert re.fullmatch(r"(any|good)\.yaml:\d+", problem.where)
            number = int(problem.where.rpartition(":")[2])
            assert 1 <= number <= len(re.split(rb"\r\n|\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9]", data)) + ENTRY.count("\n")
            assert problem.what.endswith(".")
            assert problem.fix
