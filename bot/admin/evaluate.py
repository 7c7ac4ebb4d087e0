"""`policydesk eval`: matches a labelled set of questions, and reports percentages that can be held to a bar."""

from __future__ import annotations

import json
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast, get_args

import yaml

from bot.errors import KnowledgeError, Problem
from bot.matching.match import Match

Expect = Literal["answer", "media", "none", "smalltalk"]
_KINDS = get_args(Expect)
_KEYS = {"q", "expect", "cites", "wrong", "style"}
_BAR = re.compile(r"\s*([a-z_]+)\s*(>=|<=)\s*(\d+(?:\.\d+)?)\s*%?\s*")
_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


class _Matcher(Protocol):
    def match_many(self, texts: Iterable[str]) -> list[Match]: ...


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


def read_questions(path: Path) -> list[Row]:
    """Return the rows of a question file. Raises KnowledgeError naming everything that is wrong in it."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise KnowledgeError(
            Problem(str(path), f"cannot be read ({error.strerror}).", "Name a YAML file of questions.")
        ) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(Problem(str(path), "is not UTF-8.", "Save it as UTF-8.")) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise KnowledgeError(
            Problem(where, f"is not YAML: {getattr(error, 'problem', None) or error}.", "Mend the line.")
        ) from error
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise KnowledgeError(Problem(str(path), "holds no list of questions.", "Write rows that start with `- q: …`."))
    rows, problems = _rows(path, node)
    if problems:
        raise KnowledgeError(*problems)
    return rows


def _rows(path: Path, node: yaml.SequenceNode) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for child in node.value:
        line = child.start_mark.line + 1
        try:
            values = yaml.constructor.SafeConstructor().construct_document(child)
        except yaml.constructor.ConstructorError as error:
            problems.append(
                Problem(f"{path}:{line}", f"cannot be read: {error.problem}.", "Write a row of plain keys and values.")
            )
            continue
        except ValueError as error:  # PyYAML raises it for an impossible date, such as 2026-02-30
            what = f"holds a date or a number that does not exist: {error}."
            problems.append(Problem(f"{path}:{line}", what, "Put what is no date in quotation marks."))
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
    if values.get("expect") not in _KINDS:
        faults.append((f"expects {values.get('expect')!r}.", f"Write `expect:` with one of {', '.join(_KINDS)}."))
    for key in ("cites", "wrong"):
        listed = values.get(key)
        if listed is not None and not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
            faults.append((f"has `{key}` that is not a list of clause ids.", f"Write `{key}: [clause-id]`."))
    if values.get("expect") == "answer" and not values.get("cites"):
        faults.append(("expects an answer but cites nothing.", "Name the clauses of which the answer must cite one."))
    return faults


def evaluate(rows: Sequence[Row], matcher: _Matcher) -> Report:
    """Match every question, and judge each outcome."""
    matches = matcher.match_many([row.q for row in rows])
    judged = tuple(Judged(row, match, _verdict(row, match)) for row, match in zip(rows, matches, strict=True))
    by_kind = {kind: dict(Counter(one.verdict for one in judged if one.row.expect == kind)) for kind in _KINDS}
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
