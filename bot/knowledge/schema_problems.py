"""The schema's validation errors as problems with file, line and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import Problem
from bot.knowledge.file_schema import SENTENCE, keys_at
from bot.knowledge.yamlfile import Node, shown

_ONE_PER_LINE = "Write each one on a line of its own, with - and a space before it."


def problems_of(name: str, root: Node, error: ValidationError) -> Iterator[Problem]:
    """Yield each part of the error as a problem with its line."""
    for part in error.errors(include_url=False):
        node, path = _find(root, part["loc"])
        line = node.line if part["type"] == "missing" else node.key_line
        what, fix = _sentence(path, node, part)
        yield Problem(f"{name}:{line}", what, fix)


def did_you_mean(word: str, known: Mapping[str, object]) -> str:
    """Return a sentence with the known word that is most similar; empty if none is similar."""
    near = process.extractOne(word, known.keys(), scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return f"Did you mean `{near[0]}`?" if near else ""


def _find(root: Node, loc: tuple[int | str, ...]) -> tuple[Node, tuple[int | str, ...]]:
    """Return the node at a location and its path. If there is none, return the nearest node above it."""
    node, path = root, loc
    for depth, step in enumerate(loc):
        if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        else:
            path = loc[:depth]
            break
    return node, path


def _sentence(path: tuple[int | str, ...], node: Node, part: ErrorDetails) -> tuple[str, str]:
    kind, context = part["type"], part.get("ctx", {})
    if kind == "missing":
        key = str(part["loc"][-1])
        return f"The key `{key}` is missing here.", f"Add it. {keys_at(path)[key]}"
    if kind == "extra_forbidden":
        return _unknown_key(str(part["loc"][-1]), path)
    if not node.value:
        return _empty(path, node)
    if kind == SENTENCE:
        return context["what"], context["fix"]
    return _wrong_value(kind, context, path, node)


def _empty(path: tuple[int | str, ...], node: Node) -> tuple[str, str]:
    if isinstance(node.value, list):
        return f"{_subject(path)} is an empty list.", f"Give it at least one item. {_ONE_PER_LINE}"
    return f"{_subject(path)} is empty.", "Write something after it, or take the line out."


def _wrong_value(kind: str, context: dict[str, Any], path: tuple[int | str, ...], node: Node) -> tuple[str, str]:
    subject = _subject(path)
    if kind == "tuple_type":
        return f"{subject} must be a list.", _ONE_PER_LINE
    if kind == "model_type":
        return f"{subject} must hold keys.", f"Write them below it, each with a colon: {', '.join(keys_at(path))}."
    if isinstance(node.value, str):
        fix = f"Write {context['expected']}." if kind == "literal_error" else "Write a whole number from 1 on."
        return f"{subject} cannot be `{shown(node.value)}`.", fix
    return _not_text(subject, node)


def _unknown_key(key: str, path: tuple[int | str, ...]) -> tuple[str, str]:
    known = keys_at(path[:-1])
    meant = did_you_mean(key, known)
    names = ", ".join(known)
    return f"There is no key `{shown(key)}` here.", meant or f"The keys that can stand here are {names}."


def _not_text(subject: str, node: Node) -> tuple[str, str]:
    """Return the problem with a text that YAML reads as something else."""
    if isinstance(node.value, dict):
        what = f"{subject} must be text, but a colon, a brace or a question mark in it makes it a key with a value."
        return what, "Put quotes round the whole text."
    return (
        f"{subject} must be text, but is read as a list.",
        "Put quotes round the whole text, or take the - or [ away.",
    )


def _subject(path: tuple[int | str, ...]) -> str:
    """Return what a sentence calls this place."""
    if not path:
        return "The file"
    if isinstance(path[-1], str):
        return f"`{path[-1]}`"
    holder = next((step for step in reversed(path) if isinstance(step, str)), "")
    return f"This item of `{holder}`"
