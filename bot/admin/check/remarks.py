"""A remark on a knowledge base, and how remarks are printed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from bot.errors import Problem
from bot.knowledge.model import Origin

Severity = Literal["error", "warning", "note"]
"""A note tells something that may be as it should be; it is not counted."""

Found = tuple[Origin, str, str]
"""Where something stands in the files, what it is, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to mend (`error`), to consider (`warning`) or to know (`note`). `where` is `file:line` or a setting."""

    severity: Severity
    where: str
    what: str
    fix: str


def remarks_of(problems: Iterable[Problem], severity: Severity) -> list[Remark]:
    """Return problems that the loader found as remarks."""
    return [Remark(severity, problem.where, problem.what, problem.fix) for problem in problems]


def as_text(remarks: Iterable[Remark]) -> str:
    """Return one remark a line, and a last line that counts them."""
    remarks = list(remarks)
    errors, warnings = _count(remarks)
    lines = [f"{remark.where}: {remark.severity}: {remark.what} {remark.fix}" for remark in remarks]
    return "\n".join([*lines, f"{number(errors, 'error')}, {number(warnings, 'warning')}."])


def as_json(remarks: Iterable[Remark]) -> str:
    """Return `{"errors": 0, "warnings": 1, "remarks": [{"severity", "where", "what", "fix"}]}`."""
    remarks = list(remarks)
    errors, warnings = _count(remarks)
    report = {"errors": errors, "warnings": warnings, "remarks": [asdict(remark) for remark in remarks]}
    return json.dumps(report, ensure_ascii=False, indent=2)


def number(count: int, noun: str) -> str:
    """Return `no questions`, `1 question` or `2 questions`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _count(remarks: list[Remark]) -> tuple[int, int]:
    found = Counter(remark.severity for remark in remarks)
    return found["error"], found["warning"]
