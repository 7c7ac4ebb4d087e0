"""The files of an SQLite database: made for the desk's own user alone, and locked by the process that serves."""

from __future__ import annotations

import shlex
from pathlib import Path

from filelock import FileLock, Timeout

from bot import private_files
from bot.errors import ConfigurationError, DatabaseInUse, Problem

_SUFFIXES = ("", "-wal", "-shm")
"""The database, its write-ahead log and the log's index. SQLite gives the other two the mode of the first."""


def make(path: Path) -> None:
    """Make the file and its folder where they are missing. Raises ConfigurationError if they cannot be made."""
    try:
        private_files.make_folder(path.parent)
        private_files.make_file(path)
    except (OSError, ValueError) as error:
        what = f"the file {path} cannot be made or written ({getattr(error, 'strerror', None) or error})."
        raise ConfigurationError(Problem("database", what, "Name a place that the desk may write to.")) from error


def locked(path: Path) -> FileLock:
    """Return the lock of the one process that serves from the file. Raises DatabaseInUse if another one has it."""
    lock = FileLock(path.with_name(path.name + ".lock"), mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseInUse(f"Another process serves from {path}. Stop it first.") from None
    return lock


def exposed(path: Path) -> Problem | None:
    """Return which of the files other users of this machine may read or change, or None."""
    files = [each for suffix in _SUFFIXES if private_files.is_open_to_others(each := Path(f"{path}{suffix}"))]
    if not files:
        return None
    what = f"other users of this machine can read {', '.join(map(str, files))}, and so every case."
    return Problem("database", what, f"Run: chmod 600 {' '.join(shlex.quote(str(each)) for each in files)}")
