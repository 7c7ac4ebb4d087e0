from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.snapshot import dumps, loads
from tests.unit.knowledge.knowledge_folders import write
from tests.unit.knowledge.test_loader import WHOLE

_WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(
    lambda text: any(letter.isalnum() for letter in text)
)
_ENTRY = st.fixed_dictionaries(
    {"questions": st.lists(_WORDS, min_size=1, max_size=3), "answer": _WORDS},
    optional={"title": _WORDS, "owner": _WORDS, "not_questions": st.lists(_WORDS, max_size=2)},
)
_SYNONYMS = st.lists(_WORDS, min_size=2, max_size=3, unique_by=lambda word: " ".join(word.split()).casefold())


@given(
    st.dictionaries(st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True), _ENTRY, min_size=1, max_size=5),
    st.lists(_SYNONYMS, max_size=3),
    st.randoms(use_true_random=False),
)
def test_the_revision_depends_on_what_is_written_alone(
    entries: dict[str, dict[str, object]], groups: object, random: object
) -> None:
    items = [{"id": name, **entry} for name, entry in entries.items()]
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    together = {"a.yaml": _yaml({"entries": items, "vocabulary": {"synonyms": groups}})}
    apart = {f"{number}.yaml": "# a remark\n" + _yaml({"entries": [item]}) for number, item in enumerate(shuffled)}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as many:
        first = load(write(Path(one), together))
        second = load(write(Path(many), {**apart, "v.yaml": _yaml({"vocabulary": {"synonyms": groups}})}))
    assert first.revision == second.revision
    assert [entry.questions for entry in first.entries] == [entry.questions for entry in second.entries]
    assert loads(dumps(first)) == first


def _yaml(data: object) -> str:
    return yaml.safe_dump(data, allow_unicode=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Use your own.", "Use another."),
        ("can I use my uni email?", "may I use my uni email?"),
        ("strength: must", "strength: should"),
        ("review_by: 2027-05-24", "review_by: 2027-05-25"),
        ("[media studies]", "[media]"),
        ("[hello]", "[hello, hi]"),
        ("uni email]]", "work email]]"),
    ],
)
def test_another_content_is_another_revision(tmp_path: Path, old: str, new: str) -> None:
    assert WHOLE.count(old) == 1
    one = load(write(tmp_path / "one", {"a.yaml": WHOLE}))
    other = load(write(tmp_path / "other", {"a.yaml": WHOLE.replace(old, new)}))
    assert one.revision != other.revision


def test_a_snapshot_holds_everything(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path, {"a.yaml": WHOLE}))
    assert loads(dumps(knowledge)) == knowledge
    assert loads(dumps(replace(knowledge, revision="of another release"))).revision == "of another release"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"version": 2}', '{"version": 1, "knowledge": {}}', "[" * 100_000]
)
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read by this release"):
        loads(text)
