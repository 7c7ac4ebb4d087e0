"""Payloads with one wrong field each, made from one that is right."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import cycle
from typing import Any

WRONG: tuple[Any, ...] = (None, 7, True, "", "x\x00y", "x" * 5_000, [], {}, [[]], [None], {"id": {}}, {"id": 5})
"""What may stand in the place of a field. Their number and that of fields have few divisors in common."""


def malformed(payload: dict[str, Any], each: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the payload once for each of its fields, at any depth, with the next `each` of `WRONG` in its place."""
    wrong = cycle(WRONG)
    for path in _paths(payload):
        for _ in range(each):
            changed: Any = copy.deepcopy(payload)
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = next(wrong)
            yield changed


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _paths(each, (*path, key))
