from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.loader import load
from tests.unit.knowledge.knowledge_folders import ENTRY, problems, said, write

HEAD = "entries:\n  - id: a\n    answer: b\n    questions:\n"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("entries:\n\t- id: a\n", 2, "There is a tab"),
        ("entries:\n  -\tid: a\n", 2, "There is a tab"),
        ("entries:\n  - id: a\n\t  title: x\n", 3, "There is a tab"),
        ("entries:\n  - id: a\n    title: note: this\n", 3, "A colon with a space"),
        (HEAD + '      - "never closed\n      - x\n', 5, "A quotation mark opens"),
        (HEAD + "      - 'tis allowed\n      - x\n", 5, "A quotation mark opens"),
        (HEAD + '      - "one" and more\n', 5, "The text goes on after"),
        (HEAD + "      - [sic] and more\n", 5, "The text goes on after"),
        (HEAD + '      - "C:\\docs"\n', 5, "In double quotes a backslash"),
        (HEAD + '      - "\\ud800"\n', 5, "In double quotes a backslash"),
        (HEAD + "      - @lancaster.ac.uk address\n", 5, "A text that begins with"),
        (HEAD + "      - **No.** Not so.\n", 5, "A text that begins with"),
        (HEAD + "      - !foo!bar x\n", 5, "A text that begins with"),
        (HEAD + "      - > 5 people\n", 5, "After | or > nothing"),
        (HEAD + "      - one\n     - two\n", 6, "This line does not line up"),
        (HEAD + "      - one\n      -two\n", 6, "This line is neither a key"),
        ("entries:\nwhat is this\nmedia: {}\n", 2, "This line is neither a key"),
        ("entries: [\n", 1, "A list in brackets is not closed"),
        ("entries: [a\nmedia: b\n", 1, "A list in brackets is not closed"),
        ("entries: []\n...\nmore\n", 3, "The line ... above"),
        ("%YAML 9.9\n---\nentries: []\n", 1, "This line cannot be read as YAML"),
        ("[" * 100_000, 1, "The file is nested too deeply"),
        ("", 1, "The file is empty"),
        ("# only a remark\n", 1, "The file is empty"),
    ],
)
def test_what_is_not_yaml_is_said_plainly_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    ((where, sentence),) = said(write(tmp_path, {"a.yaml": text}))
    assert where == f"a.yaml:{line}"
    assert sentence.startswith(what)


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ("&name text", "Text that begins with & has"),
        ("*name", "Text that begins with * has"),
        ("!important", "Text that begins with ! has"),
        ("can I use #hashtags here", "The text ends before #hashtags here,"),
        ("#hashtags", "The text ends before #hashtags,"),
        ("is it ok: yes or no", "This item of `questions` must be text, but a colon"),
        ("? what", "This item of `questions` must be text, but a colon"),
        ("[what]", "This item of `questions` must be text, but is read as a list"),
        ("", "This item of `questions` is empty"),
        ('"  "', "There is no text here"),
        ('"\\u200b"', "There is no text here"),
        ('"a\\0b"', "The text has an invisible character (U+0000)"),
        ("one\n          - two", "This line begins with - but stands further in"),
    ],
)
def test_text_that_yaml_takes_for_something_else(tmp_path: Path, item: str, what: str) -> None:
    found = said(write(tmp_path, {"a.yaml": f"{HEAD}      - {item}\n      - x\n"}))
    line = 6 if "\n" in item else 5
    assert any(where == f"a.yaml:{line}" and sentence.startswith(what) for where, sentence in found), found


@pytest.mark.parametrize(
    "word", ["no", "yes", "12:30", "2027-05-24", "1e3", "0x1F", "null", "~", "on", "3.10", "=", "#"]
)
def test_words_that_yaml_would_convert_stay_the_text_that_was_written(tmp_path: Path, word: str) -> None:
    written = '"#"' if word == "#" else word
    knowledge = load(write(tmp_path, {"a.yaml": f"{HEAD}      - {written}\n"}))
    assert knowledge.entries[0].questions == (word,)


def test_remarks_after_a_value_are_remarks(tmp_path: Path) -> None:
    text = ENTRY.replace("deleted-post\n", "deleted-post  # as in the policy\n    #title: later\n")
    assert load(write(tmp_path, {"a.yaml": text})).entries[0].title == ""


def test_an_alias_bomb_is_refused_unexploded(tmp_path: Path) -> None:
    bomb = "a0: &a0 [lol, lol]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
    )
    found = said(write(tmp_path, {"a.yaml": bomb + ENTRY}))
    assert ("a.yaml:2", "Text that begins with * has a special meaning in YAML, which is not allowed here.") in found


@pytest.mark.parametrize(
    ("addition", "line", "what"),
    [
        ("entries: []\n", 5, "The key `entries` stands here a second time; first on line 1."),
        ("    answer: again\n", 5, "The key `answer` stands here a second time; first on line 4."),
        ("    <<: {title: x}\n", 5, "Merge keys (<<) are not allowed."),
        ("? [a]\n: b\n", 5, "A key must be a word."),
        ("---\nentries: []\n", 5, "The line --- begins a second document in this file."),
    ],
)
def test_what_a_knowledge_base_has_no_use_for(tmp_path: Path, addition: str, line: int, what: str) -> None:
    assert said(write(tmp_path, {"a.yaml": ENTRY + addition})) == [(f"a.yaml:{line}", what)]


def test_a_mistake_in_a_second_document_is_reported_too(tmp_path: Path) -> None:
    wheres = [where for where, _ in said(write(tmp_path, {"a.yaml": f"{ENTRY}---\nentries: ]\n"}))]
    assert wheres == ["a.yaml:5", "a.yaml:6"]


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    assert load(write(tmp_path, {"a.yaml": b"\xef\xbb\xbf" + ENTRY.encode()})).entries


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_nothing(tmp_path: Path, ending: str) -> None:
    ours = load(write(tmp_path / "ours", {"a.yaml": ENTRY}))
    theirs = load(write(tmp_path / "theirs", {"a.yaml": ENTRY.replace("\n", ending)}))
    assert ours == theirs


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        ("# a\n# café\n".encode("latin-1"), 2, "The file is not UTF-8: this line has the byte 0xE9."),
        (ENTRY.encode("utf-16"), 1, "The file is saved as UTF-16, not UTF-8."),
        (b"entries:\n\x00", 2, "This line has an invisible character (U+0000) that does not belong in text."),
        (b"entries:\r\n\x1b", 2, "This line has an invisible character (U+001B) that does not belong in text."),
        ("entries:\n\ufeff".encode(), 2, "This line has an invisible character (U+FEFF) that does not belong in text."),
    ],
)
def test_bytes_that_are_not_text(tmp_path: Path, data: bytes, line: int, what: str) -> None:
    (problem,) = problems(write(tmp_path, {"a.yaml": data}))
    assert (problem.where, problem.what) == (f"a.yaml:{line}", what)
    assert problem.fix
