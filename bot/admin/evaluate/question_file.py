"""Reads a file of labelled questions, and names everything that is wrong in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import yaml

from bot.errors import KnowledgeError, Problem
from bot.knowledge.typed_yaml import TypedLoader, not_yaml

Expect = Literal["answer", "media", "none", "smalltalk"]
KINDS = get_args(Expect)

_KEYS = {"q", "expect", "cites", "wrong", "style"}


@dataclass(frozen=True, slots=True)
class Row:
    """A question, and what is expected of the matcher."""

    q: str
    expect: Expect
    cites: frozenset[str] = frozenset()
    """Ids of clauses of which the answer has to cite one."""
    wrong: frozenset[str] = frozenset()
    """Ids of clauses that must not be applied: an answer that cites only these is harmful."""
    line: int = 0
    """Where the row begins in its file, counted from 1."""


def read_questions(path: Path) -> list[Row]:
    """Return the rows of a question file. Raises KnowledgeError naming everything that is wrong in it."""
    try:
        loader = TypedLoader(str(path), path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
    except OSError as error:
        raise KnowledgeError(
            Problem(str(path), f"cannot be read ({error.strerror}).", "Name a YAML file of questions.")
        ) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(Problem(str(path), "is not UTF-8.", "Save it as UTF-8.")) from error
    except yaml.YAMLError as error:
        raise KnowledgeError(not_yaml(str(path), error)) from error
    if loader.problems:
        raise KnowledgeError(*loader.problems)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise KnowledgeError(Problem(str(path), "holds no list of questions.", "Write rows that start with `- q: …`."))
    rows, problems = _rows(path, node, loader)
    if problems:
        raise KnowledgeError(*problems)
    return rows


def _rows(path: Path, node: yaml.SequenceNode, loader: TypedLoader) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for child in node.value:
        line = child.start_mark.line + 1
        try:
            values = loader.construct_document(child)
        except yaml.constructor.ConstructorError as error:
            fix = "Write a row of plain keys and values, and put what is no date in quotation marks."
            problems.append(Problem(f"{path}:{line}", f"cannot be read: {error.problem}.", fix))
            continue
        if loader.problems:
            problems += loader.problems
            loader.problems = []
            continue
        found = _faults(values)
        if found:
            problems += [Problem(f"{path}:{line}", what, fix) for what, fix in found]
            continue
        cites, wrong = (frozenset(values.get(key) or ()) for key in ("cites", "wrong"))
        rows.append(Row(values["q"], cast(Expect, values["expect"]), cites, wrong, line))
    return rows, problems


def _faults(values: object) -> list[tuple[str, str]]:
    """Return what is wrong with a row, as pairs of a sentence and a fix."""
    if not isinstance(values, dict):
        return [("is not a row.", "Write `q:` and `expect:`.")]
    faults = [
        (f"has the unknown key {key!r}.", f"Known are {', '.join(sorted(_KEYS))}.")
        for key in values
        if key not in _KEYS
    ]
    if not isinstance(values.get("q"), str) or not values["q"].strip():
        faults.append(("has no question.", "Write it as `q: …`, in quotation marks if it holds a colon."))
    if values.get("expect") not in KINDS:
        faults.append((f"expects {values.get('expect')!r}.", f"Write `expect:` with one of {', '.join(KINDS)}."))
    for key in ("cites", "wrong"):
        listed = values.get(key)
        if listed is not None and not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
            faults.append((f"has `{key}` that is not a list of clause ids.", f"Write `{key}: [clause-id]`."))
    if values.get("expect") == "answer" and not values.get("cites"):
        faults.append(("expects an answer but cites nothing.", "Name the clauses of which the answer must cite one."))
    return faults
