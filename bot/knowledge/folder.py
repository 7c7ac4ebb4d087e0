"""The files of a knowledge base on disk: which ones count, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Problem

MAX_BYTES = 5_000_000
"""The largest file that is read. 15,000 questions take about one million bytes."""

_LOOK_ALIKES = (".yml", ".yaml.txt", ".yml.txt")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; `name` is its path below the folder, with slashes, as people are told it."""

    name: str
    path: Path


Fingerprint = frozenset[tuple[str, int, int, int, int]]


def sources(folder: Path) -> tuple[list[Source], list[Problem]]:
    """Every `*.yaml` below the folder, by name, and what cannot be read of them. Hidden ones are left out."""
    problems: list[Problem] = []
    found = [source for source in _walk(folder, problems) if source.path.suffix == ".yaml"]
    if not found and not problems:
        problems.append(_nothing_in(folder))
    readable = []
    for source in found:
        problem = _unsafe(folder, source)
        if problem is None:
            readable.append(source)
        else:
            problems.append(problem)
    return readable, problems


def read(source: Source) -> bytes | Problem:
    """The bytes of one file, or why they cannot be had."""
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
    """Differs whenever something happened to the folder or to a file in it that `load` may see."""
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
    """Files that look as if they were meant to be read but are not, because their name does not end in `.yaml`."""
    return tuple(
        Problem(source.name, "The file is not read: its name does not end in .yaml.", "Rename it, or take it out.")
        for source in _walk(folder, [])
        if source.path.suffix != ".yaml" and source.name.lower().endswith((".yaml", *_LOOK_ALIKES))
    )


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Source]:
    """Every visible file below the folder in a fixed order. Links to folders are refused: nothing is read twice."""

    def failed(error: OSError) -> None:
        below = Path(error.filename or folder)
        problems.append(_nothing_in(folder) if below == folder else _unreadable(_name(folder, below), error))

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
    """The path below the folder as text that can always be printed, also where a name is not valid UTF-8."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


def _unsafe(folder: Path, source: Source) -> Problem | None:
    """Why a file must not be opened: a link that leads out of the folder, or something that is no ordinary file."""
    try:
        target = source.path.resolve(strict=True)
        ordinary = stat.S_ISREG(target.stat().st_mode)
    except RuntimeError:  # how Python 3.11 and 3.12 report links that lead in a circle
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


def _nothing_in(folder: Path) -> Problem:
    """The one sentence for a folder without knowledge, whatever the reason."""
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
