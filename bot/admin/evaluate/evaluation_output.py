"""Prints the report of an evaluation: as text for a person, as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.admin.evaluate.evaluation_report import Report


def as_text(report: Report) -> str:
    """Return the percentages, the verdicts by kind and by clause, then the rows that failed."""
    lines = [f"{name.replace('_', ' '):<22}{value:6.1f} %" for name, value in report.percentages.items()]
    for title, counted in (("kind", report.by_kind), ("clause", report.by_clause)):
        lines += ["", f"by {title}"]
        lines += [f"  {name:<28}{_counts(verdicts)}" for name, verdicts in counted.items() if verdicts]
    if report.failed:
        lines += ["", "came out wrong"]
    for one in report.failed:
        got = ", ".join(entry.id for entry in one.match.entries) or one.match.topic
        lines.append(f"  line {one.row.line}: {one.verdict}: {one.row.q!r} → {one.match.outcome} {got}".rstrip())
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Return the report as JSON; `failed` holds line, q, expect, verdict, outcome and entries of each such row."""
    failed = [
        {
            "line": one.row.line,
            "q": one.row.q,
            "expect": one.row.expect,
            "verdict": one.verdict,
            "outcome": one.match.outcome,
            "entries": [entry.id for entry in one.match.entries],
        }
        for one in report.failed
    ]
    whole = {"percentages": report.percentages, "by_kind": report.by_kind, "by_clause": report.by_clause}
    return json.dumps({**whole, "failed": failed}, ensure_ascii=False, indent=2)


def _counts(verdicts: Mapping[str, int]) -> str:
    return "  ".join(f"{verdict} {number}" for verdict, number in sorted(verdicts.items()))
