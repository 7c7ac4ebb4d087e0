"""The files of a knowledge base on disk: which of them are read, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Problem

MAX_BYTES = 5_000_000
"""The size of the largest file that is read. 15,000 questions take about one million bytes."""

_SIMILAR_SUFFIXES = (".yml", ".yaml.txt", ".yml.txt")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read."""

    name: str
    """Its path below the folder, with slashes, as it is shown to people."""

    path: Path


Fingerprint = frozenset[tuple[str, int, int, int, int]]
"""(name, inode, size, time of modification, time of status change) of each file; times in nanoseconds."""


def sources(folder: Path) -> tuple[list[Source], list[Problem]]:
    """Return every `*.yaml` below the folder in a fixed order, and what cannot be read. Hidden files are left out."""
    problems: list[Problem] = []
    found = [source for source in _walk(folder, problems) if source.path.suffix == ".yaml"]
    if not found and not problems:
        problems.append(_no_files(folder))
    readable = []
    for source in found:
        problem = _unsafe(folder, source)
        if problem is None:
            readable.append(source)
        else:
            problems.append(problem)
    return readable, problems


def read(source: Source) -> bytes | Problem:
    """Return the bytes of one file, or why it cannot be read."""
    try:
        with source.path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(source.name, error)
    if len(data) > MAX_BYTES:
        return Problem(
            source.name,
            f"The file is larger than {MAX_BYTES // 1_000_000} MB and was not read.",
            "Split it into several files; they are read together.",
        )
    return data


def fingerprint(folder: Path) -> Fingerprint:
    """Return a value that changes whenever the folder changes in a way that `load` could notice."""
    problems: list[Problem] = []
    marks = {("", int(folder.is_dir()), 0, 0, 0)}
    for source in _walk(folder, problems):
        if source.path.suffix == ".yaml":
            try:
                state = source.path.stat()
            except OSError:
                marks.add((source.name, 0, 0, 0, 0))
            else:
                marks.add((source.name, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns))
    return frozenset(marks | {(problem.where, 0, 0, 0, 0) for problem in problems})


def overlooked(folder: Path) -> tuple[Problem, ...]:
    """Return files that were probably meant to be read but are not, because their name does not end in `.yaml`."""
    return tuple(
        Problem(source.name, "The file is not read: its name does not end in .yaml.", "Rename it, or take it out.")
        for source in _walk(folder, [])
        if source.path.suffix != ".yaml" and source.name.lower().endswith((".yaml", *_SIMILAR_SUFFIXES))
    )


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Source]:
    """Yield every file below the folder that is not hidden, in a fixed order.

    Links to folders are reported and not followed, so that nothing is read twice.
    """

    def failed(error: OSError) -> None:
        below = Path(error.filename or folder)
        problems.append(_no_files(folder) if below == folder else _unreadable(_name(folder, below), error))

    for here, folders, files in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            path = Path(here, name)
            if path.is_symlink():
                problems.append(
                    Problem(
                        _name(folder, path),
                        "This is a link to another folder, and links to folders are not followed.",
                        "Put the files themselves here.",
                    )
                )
        for name in sorted(files):
            if not name.startswith("."):
                path = Path(here, name)
                yield Source(_name(folder, path), path)


def _name(folder: Path, path: Path) -> str:
    """Return the path below the folder as text that can be printed even if a name is not valid UTF-8."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


def _unsafe(folder: Path, source: Source) -> Problem | None:
    """Return why a file must not be opened: it is a link out of the folder, or not an ordinary file."""
    try:
        target = source.path.resolve(strict=True)
        ordinary = stat.S_ISREG(target.stat().st_mode)
    except RuntimeError:  # Python 3.11 and 3.12 report a circle of links in this way
        return Problem(source.name, "This link leads back to itself.", "Put the file itself here.")
    except OSError as error:
        return _unreadable(source.name, error)
    if not target.is_relative_to(folder.resolve()):
        return Problem(
            source.name,
            "This is a link to a file outside the knowledge folder, and such links are not followed.",
            "Put the file itself here.",
        )
    if not ordinary:
        return Problem(source.name, "This is not an ordinary file.", "Take it out of the folder.")
    return None


def _unreadable(name: str, error: OSError) -> Problem:
    reason = (error.strerror or type(error).__name__).lower()
    return Problem(
        name,
        f"The file cannot be read ({reason}).",
        "Check that it is there and that the desk's user may read it.",
    )


def _no_files(folder: Path) -> Problem:
    """Return why a folder has no knowledge base in it."""
    where = str(folder)
    if not folder.exists():
        return Problem(where, "This folder does not exist.", "Name the folder that holds the knowledge base.")
    if not folder.is_dir():
        return Problem(where, "This is a file, not a folder.", "Name the folder that holds the knowledge base.")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Problem(where, "This folder cannot be opened.", "Allow the desk's user to read it.")
    misnamed = overlooked(folder)
    if misnamed:
        names = ", ".join(problem.where for problem in misnamed)
        return Problem(
            where, f"No file in this folder has a name that ends in .yaml, but there is {names}.", "Rename it."
        )
    return Problem(where, "No file in this folder has a name that ends in .yaml.", "Add one with `entries:` in it.")
