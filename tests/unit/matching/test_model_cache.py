"""A stored matcher answers as the one that was trained; what cannot be used is trained again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching.array_file import read_arrays, write_arrays
from bot.matching.options import Options
from bot.matching.process import model_cache

YAML = """
entries:
  - {id: one, questions: [where can I park, parking on campus, is there a car park], answer: At the gate.}
  - {id: two, questions: [when is lunch, lunch time, what time do we eat], answer: At noon.}
"""


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "all.yaml").write_text(YAML, encoding="utf-8")
    return load(folder)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(encoder="off", cache=tmp_path / "cache")


def place(knowledge: Knowledge, options: Options) -> model_cache.Place:
    found = model_cache.cache_place(knowledge, options)
    assert found is not None
    return found


def test_the_stored_matcher_judges_as_the_trained_one(knowledge: Knowledge, options: Options) -> None:
    trained = model_cache.matcher_for(knowledge, options)
    found = model_cache.read(place(knowledge, options))
    assert found is not None
    assert found.match("where do I park?") == trained.match("where do I park?")


def test_what_stands_in_two_places_is_held_once(knowledge: Knowledge, options: Options) -> None:
    model_cache.matcher_for(knowledge, options)
    found = model_cache.read(place(knowledge, options))
    assert found is not None
    for index, channel in zip(found.ranker.indexes, found.reader.channels, strict=True):
        assert index.channel is channel


def test_other_answers_or_settings_have_a_matcher_of_their_own(knowledge: Knowledge, options: Options) -> None:
    places = {
        place(knowledge, options).path,
        place(replace(knowledge, revision="other"), options).path,
        place(knowledge, replace(options, accept=0.8)).path,
    }
    assert len(places) == 3


def test_the_file_of_other_answers_is_not_taken_under_another_name(
    knowledge: Knowledge, options: Options, caplog: pytest.LogCaptureFixture
) -> None:
    model_cache.matcher_for(knowledge, options)
    other = place(replace(knowledge, revision="other"), options)
    place(knowledge, options).path.rename(other.path)
    assert model_cache.read(other) is None
    assert "is of another version and is made again" in caplog.text


def test_without_a_folder_nothing_is_kept(knowledge: Knowledge) -> None:
    assert model_cache.cache_place(knowledge, Options(encoder="off")) is None


@pytest.mark.parametrize("spoil", ["not a file of arrays", "no tree", "another tree", "no JSON", "an array too few"])
def test_what_is_damaged_or_something_else_is_trained_anew(spoil: str, knowledge: Knowledge, options: Options) -> None:
    model_cache.matcher_for(knowledge, options)
    at = place(knowledge, options)
    label = f"{at.path.stem}, encoding 1"
    arrays = read_arrays(at.path, label)
    assert arrays is not None
    if spoil == "not a file of arrays":
        at.path.write_bytes(b"x" * 100)
    else:
        tree = arrays.pop("tree")
        trees = {"another tree": b"[1, 2, 3]", "no JSON": b"{", "an array too few": tree.tobytes()}
        if spoil in trees:
            arrays["tree"] = np.frombuffer(trees[spoil], dtype=np.uint8)
        if spoil == "an array too few":
            del arrays["3"]
        write_arrays(at.path, label, arrays)
    assert model_cache.read(at) is None
    assert model_cache.matcher_for(knowledge, options).match("when is lunch").entries[0].id == "two"
    assert model_cache.read(at) is not None


def test_a_folder_that_cannot_be_written_is_said_and_the_desk_goes_on(
    knowledge: Knowledge, options: Options, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    assert model_cache.matcher_for(knowledge, replace(options, cache=blocked)).match("lunch time").outcome == "answer"
    assert "cannot be kept" in caplog.text


def test_old_ones_make_room(knowledge: Knowledge, options: Options) -> None:
    for accept in (0.5, 0.6, 0.7, 0.8, 0.9):
        model_cache.matcher_for(knowledge, replace(options, accept=accept))
    assert options.cache is not None
    assert len(list(options.cache.iterdir())) == 3
