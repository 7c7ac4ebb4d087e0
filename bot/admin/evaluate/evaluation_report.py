"""Judges the outcomes of the matcher on labelled questions, and holds the percentages to bars."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.admin.evaluate.question_file import KINDS, Row
from bot.matching.match import Match

_BAR = re.compile(r"\s*([a-z_]+)\s*(>=|<=)\s*(\d+(?:\.\d+)?)\s*%?\s*")
_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


class _Matcher(Protocol):
    def match_many(self, texts: Iterable[str]) -> list[Match]: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its match and the verdict: right, offered, abstained, wrong, found, missed or false alarm."""

    row: Row
    match: Match
    verdict: str


@dataclass(frozen=True, slots=True)
class Report:
    """How the matcher did on a question set."""

    judged: tuple[Judged, ...]
    percentages: Mapping[str, float]
    """From 0 to 100, by a name of `MEASURES`."""
    by_kind: Mapping[str, Mapping[str, int]]
    """Number of rows by `Row.expect`, then by verdict."""
    by_clause: Mapping[str, Mapping[str, int]]
    """Number of rows by a clause of `Row.cites`, then by verdict."""

    @property
    def failed(self) -> tuple[Judged, ...]:
        """The rows whose verdict is wrong, missed or false alarm."""
        return tuple(one for one in self.judged if one.verdict in ("wrong", "missed", "false alarm"))


@dataclass(frozen=True, slots=True)
class Bar:
    """A percentage that the report must reach (`>=`) or must not exceed (`<=`)."""

    name: str
    sign: str
    value: float

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.value:g}"

    def met(self, report: Report) -> bool:
        """Return whether the report is on the right side of the bar."""
        return _COMPARE[self.sign](report.percentages[self.name], self.value)


MEASURES = (  # names of percentages; `_percentages` defines each
    "right",
    "offered",
    "right_or_offered",
    "abstained",
    "wrong",
    "harmful",
    "found",
    "found_without_asking",
    "false_alarms",
    "none_right",
    "smalltalk_right",
    "chosen",
    "surplus",
)


def parse_bar(text: str) -> Bar:
    """Read a bar such as `right>=85` or `wrong<=3`. Raises ValueError with the known names."""
    found = _BAR.fullmatch(text)
    if not found or found[1] not in MEASURES:
        raise ValueError(
            f"{text!r} is not a bar. Write a name, >= or <=, and a percentage, such as right>=85. "
            f"Names are {', '.join(MEASURES)}."
        )
    return Bar(found[1], found[2], float(found[3]))


def evaluate(rows: Sequence[Row], matcher: _Matcher) -> Report:
    """Match every question, and judge each outcome."""
    matches = matcher.match_many([row.q for row in rows])
    judged = tuple(Judged(row, match, _verdict(row, match)) for row, match in zip(rows, matches, strict=True))
    by_kind = {kind: dict(Counter(one.verdict for one in judged if one.row.expect == kind)) for kind in KINDS}
    clauses = sorted({clause for row in rows for clause in row.cites})
    by_clause = {clause: dict(Counter(one.verdict for one in judged if clause in one.row.cites)) for clause in clauses}
    return Report(judged, _percentages(judged), by_kind, by_clause)


def _verdict(row: Row, match: Match) -> str:
    if row.expect == "media":
        return "found" if match.outcome in ("media", "confirm_media") else "missed"
    if match.outcome == "media":
        return "false alarm"
    if row.expect == "smalltalk":
        return "right" if match.outcome == "smalltalk" else "wrong" if match.outcome == "answer" else "abstained"
    if row.expect == "none":
        return (
            "right" if match.outcome in ("unknown", "choose") else "wrong" if match.outcome == "answer" else "abstained"
        )
    hit = any(row.cites & set(entry.cites) for entry in match.entries)
    if match.outcome == "answer":
        return "right" if hit else "wrong"
    return "offered" if match.outcome == "choose" and hit else "abstained"


def _percentages(judged: Sequence[Judged]) -> dict[str, float]:
    answer = [one for one in judged if one.row.expect == "answer"]
    none = [one for one in judged if one.row.expect == "none"]
    media = [one for one in judged if one.row.expect == "media"]
    others = [one for one in judged if one.row.expect != "media"]
    small = [one for one in judged if one.row.expect == "smalltalk"]

    def share(rows: Sequence[Judged], test: Callable[[Judged], bool]) -> float:
        return 100 * sum(map(test, rows)) / len(rows) if rows else 0.0

    return {
        "right": share(answer, lambda one: one.verdict == "right"),
        "offered": share(answer, lambda one: one.verdict == "offered"),
        "right_or_offered": share(answer, lambda one: one.verdict in ("right", "offered")),
        "abstained": share(answer, lambda one: one.verdict == "abstained"),
        "wrong": share([*answer, *none], lambda one: one.verdict == "wrong"),
        "harmful": share(answer, _harmful),
        "found": share(media, lambda one: one.verdict == "found"),
        "found_without_asking": share(media, lambda one: one.match.outcome == "media"),
        "false_alarms": share(others, lambda one: one.match.outcome == "media"),
        "none_right": share(none, lambda one: one.verdict == "right"),
        "smalltalk_right": share(small, lambda one: one.verdict == "right"),
        "chosen": share(answer, lambda one: one.match.outcome == "choose"),
        "surplus": share(answer, _surplus),
    }


def _harmful(one: Judged) -> bool:
    """Return whether an entry was answered that cites only clauses which must not be applied to the question."""
    return one.match.outcome == "answer" and any(
        entry.cites and set(entry.cites) <= one.row.wrong for entry in one.match.entries
    )


def _surplus(one: Judged) -> bool:
    """Return whether several entries were answered, and one of them cites none of the expected clauses."""
    return (
        one.match.outcome == "answer"
        and len(one.match.entries) > 1
        and any(not one.row.cites & set(e.cites) for e in one.match.entries)
    )
