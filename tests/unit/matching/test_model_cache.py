"""A kept matcher answers as the one that was trained, and nothing is opened that somebody else may have written."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching.options import Options
from bot.matching.process import model_cache, pickling

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


def only(options: Options) -> Path:
    assert options.cache is not None
    (path,) = options.cache.glob("matcher-*.pickle")
    return path


def test_the_kept_matcher_judges_as_the_trained_one(knowledge: Knowledge, options: Options) -> None:
    trained = model_cache.matcher_for(knowledge, options)
    found = model_cache.read(only(options))
    assert found is not None
    assert found.match("where do I park?") == trained.match("where do I park?")


def test_other_answers_or_settings_have_a_matcher_of_their_own(knowledge: Knowledge, options: Options) -> None:
    places = {
        model_cache.cache_path(knowledge, options),
        model_cache.cache_path(replace(knowledge, revision="other"), options),
        model_cache.cache_path(knowledge, replace(options, accept=0.8)),
    }
    assert len(places) == 3


def test_without_a_folder_nothing_is_kept(knowledge: Knowledge) -> None:
    assert model_cache.cache_path(knowledge, Options(encoder="off")) is None


class _Trap:
    """Unpickling this would leave a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def sealed(content: object) -> bytes:
    data = pickle.dumps(content)
    return hashlib.sha256(data).digest() + data


@pytest.mark.parametrize("which", ["file", "folder"])
def test_what_others_may_have_written_is_not_opened(
    which: str, knowledge: Knowledge, options: Options, tmp_path: Path
) -> None:
    model_cache.matcher_for(knowledge, options)
    path, mark = only(options), tmp_path / "mark"
    path.write_bytes(sealed(_Trap(mark)))
    (path if which == "file" else path.parent).chmod(0o777)
    assert model_cache.read(path) is None
    assert not mark.exists()


@pytest.mark.parametrize("damaged", [b"", b"x" * 40, sealed("not a matcher"), sealed(1)[:-1]])
def test_what_is_damaged_or_something_else_is_trained_anew(
    damaged: bytes, knowledge: Knowledge, options: Options
) -> None:
    model_cache.matcher_for(knowledge, options)
    only(options).write_bytes(damaged)
    assert model_cache.read(only(options)) is None
    assert model_cache.matcher_for(knowledge, options).match("when is lunch").entries[0].id == "two"
    assert model_cache.read(only(options)) is not None


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


@pytest.mark.slow
@given(
    st.recursive(
        st.integers() | st.binary() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_was_pickled_bit_by_bit_comes_back_whole(value: object) -> None:
    assert pickling.loads(pickling.dumps([value]), list) == [value]


def test_large_arrays_come_back_as_well_and_other_kinds_are_refused() -> None:
    large = np.arange(1_000_000, dtype=np.float32)
    (back,) = pickling.loads(pickling.dumps([large]), list)
    assert (back == large).all()
    with pytest.raises(TypeError):
        pickling.loads(pickling.dumps([large]), dict)


@pytest.mark.parametrize("kept_bytes", [0, 1, 20, 70_000])
def test_half_a_pickle_is_an_error(kept_bytes: int) -> None:
    with pytest.raises((EOFError, pickle.UnpicklingError)):
        pickling.loads(pickling.dumps([b"x" * 80_000])[:kept_bytes], list)
