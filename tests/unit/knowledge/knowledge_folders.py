"""Folders of YAML for the tests of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.errors import KnowledgeError, Problem
from bot.knowledge.loader import load

ENTRY = """\
entries:
  - id: deleted-post
    questions: [can I delete a post]
    answer: It may have been copied.
"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def problems(folder: Path) -> tuple[Problem, ...]:
    """What the loader says of a folder; nothing where it loads."""
    try:
        load(folder)
    except KnowledgeError as error:
        return error.problems
    return ()


def said(folder: Path) -> list[tuple[str, str]]:
    """Where and what, in the order in which people are told."""
    return [(problem.where, problem.what) for problem in problems(folder)]
