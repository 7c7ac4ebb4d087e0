"""Files of the desk are for its own user alone, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import private_files


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """Nothing is taken away from the modes that a program asks for."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_missing_folder_is_private(tmp_path: Path) -> None:
    private_files.make_folder(tmp_path / "a" / "b")
    private_files.make_folder(tmp_path / "a" / "b")
    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o700, 0o700]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    private_files.make_folder(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o755


def test_a_written_file_is_private_and_replaces_a_link_instead_of_following_it(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"untouched")
    (tmp_path / "out").symlink_to(tmp_path / "theirs")
    private_files.write(tmp_path / "out", [b"a", b"b"])
    assert ((tmp_path / "out").read_bytes(), mode(tmp_path / "out")) == (b"ab", 0o600)
    assert (tmp_path / "theirs").read_bytes() == b"untouched"


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise LookupError

    with pytest.raises(LookupError):
        private_files.write(tmp_path / "out", pieces())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "is_open"),
    [(0o600, 0o755, False), (0o640, 0o755, True), (0o604, 0o755, True), (0o644, 0o700, False)],
)
def test_others_need_the_file_and_its_folder(tmp_path: Path, file_mode: int, folder_mode: int, is_open: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").touch()
    (folder / "file").chmod(file_mode)
    folder.chmod(folder_mode)
    assert private_files.is_open_to_others(folder / "file") is is_open


def test_a_missing_file_is_open_to_nobody(tmp_path: Path) -> None:
    assert not private_files.is_open_to_others(tmp_path / "none")
