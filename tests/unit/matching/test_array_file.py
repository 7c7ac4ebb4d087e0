"""Arrays come back as they were written, and nothing is read that somebody else may have written."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from bot.matching.array_file import read_arrays, write_arrays

ARRAYS = {"a": np.arange(1000, dtype=np.float32), "b": np.array([[1, 2], [3, 4]], dtype=np.int32)}
ANOTHER = 4711
"""The number of a user who is neither this one nor root."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cache" / "some.arrays"
    write_arrays(path, "label", ARRAYS)
    return path


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let what is opened from now on belong to this user."""
    found = os.fstat

    def belongs_to(user: int) -> None:
        def told(descriptor: int) -> os.stat_result:
            mode, inode, device, links, _, *rest = found(descriptor)
            return os.stat_result((mode, inode, device, links, user, *rest))

        monkeypatch.setattr(os, "fstat", told)

    return belongs_to


@pytest.fixture(params=[0, 0o022, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def same(found: dict[str, npt.NDArray[Any]] | None, expected: dict[str, npt.NDArray[Any]]) -> bool:
    return (
        found is not None
        and set(found) == set(expected)
        and all(
            found[name].dtype == each.dtype and found[name].shape == each.shape and np.array_equal(found[name], each)
            for name, each in expected.items()
        )
    )


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.text("abc123", min_size=1),
        arrays_of.arrays(
            st.sampled_from(["<f4", "<f2", "<i4", "<i8", "u1", "<u4", "?"]),
            arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
            elements={"allow_nan": False},
        ),
        max_size=4,
    ),
    st.text(),
    st.booleans(),
)
def test_every_array_comes_back(arrays: dict[str, npt.NDArray[Any]], label: str, turned: bool) -> None:
    given_arrays = {name: each.T if turned else each for name, each in arrays.items()}
    with tempfile.TemporaryDirectory() as folder:
        write_arrays(Path(folder) / "x.arrays", label, given_arrays)
        assert same(read_arrays(Path(folder) / "x.arrays", label), given_arrays)


def test_what_is_not_there_is_none_and_nothing_to_speak_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_arrays(tmp_path / "nothing" / "here", "label") is None
    assert caplog.messages == []


def test_files_and_folders_are_for_this_user_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new" / "cache" / "some.arrays"
    write_arrays(path, "label", ARRAYS)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, path.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]
    assert same(read_arrays(path, "label"), ARRAYS)
    assert [each.name for each in path.parent.iterdir()] == ["some.arrays"]


def test_of_another_label_nothing_is_read(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_arrays(path, "another") is None
    assert caplog.messages == [f"{path} is of another version and is made again."]


@settings(max_examples=50)
@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.arrays"
        write_arrays(path, "label", {"a": np.arange(6, dtype=np.uint8)})
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        found = read_arrays(path, "label")
    assert found is None or same(found, {"a": np.arange(6, dtype=np.uint8)})  # a space in the head may change


@pytest.mark.parametrize("length", [0, 7, 8, 100, 4000, -1])
def test_half_a_file_is_not_read(path: Path, length: int, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(path.read_bytes()[:length])
    assert read_arrays(path, "label") is None
    assert caplog.messages == [f"{path} is damaged and is made again."]


def test_arrays_that_were_exchanged_are_noticed(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(ARRAYS["b"].tobytes(), ARRAYS["b"][::-1].tobytes()))
    assert read_arrays(path, "label") is None
    assert caplog.messages == [f"{path} is damaged and is made again."]


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
@pytest.mark.parametrize("which", ["file", "folder"])
def test_what_others_may_write_to_is_not_read(
    path: Path, which: str, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    at = path if which == "file" else path.parent
    at.chmod(mode if which == "file" else mode | 0o100)
    assert read_arrays(path, "label") is None
    assert f"other users may write to the {which}" in caplog.text


def test_what_belongs_to_another_user_is_neither_read_nor_written_to(
    path: Path, owner: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    before = path.read_bytes()
    owner(ANOTHER)
    assert read_arrays(path, "label") is None
    assert "the folder belongs to another user" in caplog.text
    with pytest.raises(PermissionError, match="the folder belongs to another user"):
        write_arrays(path, "label", {})
    assert path.read_bytes() == before


def test_what_came_with_the_machine_is_read_and_not_written_to(
    path: Path, owner: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: ANOTHER)
    owner(0)
    assert same(read_arrays(path, "label"), ARRAYS)
    with pytest.raises(PermissionError, match="the folder belongs to another user"):
        write_arrays(path, "label", {})


@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_link_is_not_followed(path: Path, which: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    at = path if which == "file" else path.parent
    there = at.rename(tmp_path / "elsewhere")
    at.symlink_to(there)
    assert read_arrays(path, "label") is None
    assert "cannot be read and is made again" in caplog.text


def test_nothing_is_written_through_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path.parent)
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        write_arrays(link / "new.arrays", "label", ARRAYS)
    target = path.rename(tmp_path / "elsewhere")
    before = target.read_bytes()
    path.symlink_to(target)
    write_arrays(path, "label", {"a": ARRAYS["a"]})
    assert target.read_bytes() == before
    assert same(read_arrays(path, "label"), {"a": ARRAYS["a"]})


def test_a_pipe_is_not_waited_for(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.unlink()
    os.mkfifo(path)
    assert read_arrays(path, "label") is None
    assert "it is not a file" in caplog.text
