"""The files of an SQLite database: who else may read them."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.errors import ConfigurationError
from bot.storage.engine import Store


def opened(path: Path) -> Store:
    store = Store(f"sqlite:///{path}", SystemClock())
    store.open(exclusive=True)
    return store


def test_the_database_its_log_and_its_lock_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = opened(tmp_path / "var" / "desk.db")
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "var").iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock"), 0o600)
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_database_that_others_can_read_is_said_at_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "desk.db"
    path.touch()
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        store = opened(path)
    store.close()
    assert f"other users of this machine can read {path}" in caplog.text
    assert f"chmod 600 {path}" in caplog.text


def test_a_private_database_is_not_remarked_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        opened(tmp_path / "desk.db").close()
    assert caplog.text == ""


def test_a_file_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"database: the file .*desk\.db cannot be made"):
        opened(tmp_path / "file" / "desk.db")
