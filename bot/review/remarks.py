"""What the owners of the answers should look at: the remarks of `policydesk check`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from bot.errors import Problem
from bot.knowledge.model import Entry, Knowledge, Origin
from bot.matching.text import words

Severity = Literal["error", "warning"]

FEWEST_QUESTIONS = 5
MOST_WORDS = 120

_LINK_TARGET = re.compile(r"\]\([^)]*\)")
_COUNTED = re.compile(r"\w[\w'’-]*")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to mend (`error`) or to consider (`warning`): `where` it stands, `what` it is, what to do about it."""

    severity: Severity
    where: str
    what: str
    fix: str


_Found = tuple[Origin, str, str]


def review(knowledge: Knowledge, today: date) -> list[Remark]:
    """Everything in a knowledge base that loads but could be better, by file and line. Drafts are left in peace."""
    found = [
        *(remark for entry in knowledge.answering for remark in _entry(entry, knowledge, today)),
        *_unused_clauses(knowledge),
        *_shared_questions(knowledge),
    ]
    found.sort(key=lambda remark: (remark[0].file, remark[0].line))
    return [Remark("warning", str(origin), what, fix) for origin, what, fix in found]


def remarks_of(problems: Iterable[Problem], severity: Severity) -> list[Remark]:
    """The problems that the loader found, as remarks."""
    return [Remark(severity, problem.where, problem.what, problem.fix) for problem in problems]


def as_text(remarks: Iterable[Remark]) -> str:
    """One remark a line, and a last line that counts them."""
    remarks = list(remarks)
    errors, warnings = _count(remarks)
    lines = [f"{remark.where}: {remark.severity}: {remark.what} {remark.fix}" for remark in remarks]
    return "\n".join([*lines, f"{_number(errors, 'error')}, {_number(warnings, 'warning')}."])


def as_json(remarks: Iterable[Remark]) -> str:
    """`{"errors": 0, "warnings": 1, "remarks": [{"severity", "where", "what", "fix"}]}`."""
    remarks = list(remarks)
    errors, warnings = _count(remarks)
    report = {"errors": errors, "warnings": warnings, "remarks": [asdict(remark) for remark in remarks]}
    return json.dumps(report, ensure_ascii=False, indent=2)


def _count(remarks: list[Remark]) -> tuple[int, int]:
    errors = sum(remark.severity == "error" for remark in remarks)
    return errors, len(remarks) - errors


def _number(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


# ---- one answer ------------------------------------------------------------------------------------------------------


def _entry(entry: Entry, knowledge: Knowledge, today: date) -> Iterator[_Found]:
    if knowledge.documents:  # without one this is no policy, and nobody needs to see a source
        yield from _lacking(entry)
    few = len({tuple(words(question)) for question in entry.questions})
    if few < FEWEST_QUESTIONS:
        what = f"The answer `{entry.id}` has only {_number(few, 'question')} to be recognised by."
        yield entry.origin, what, f"Add some as staff type them, until there are {FEWEST_QUESTIONS} or more."
    long = len(_COUNTED.findall(_LINK_TARGET.sub("]", entry.answer)))
    if long > MOST_WORDS:
        what = f"The answer `{entry.id}` has {long} words."
        yield entry.origin, what, f"Shorten it to {MOST_WORDS}, or make two answers of it."
    if entry.review_by is not None and entry.review_by < today:
        what = f"The answer `{entry.id}` should have been reviewed by {entry.review_by.isoformat()}."
        yield entry.origin, what, "Read it again beside the policy, then set `review_by` to the next date."
    yield from _see_also(entry, knowledge)


def _lacking(entry: Entry) -> Iterator[_Found]:
    keys = {
        "title": (entry.title, "it is the label of a button"),
        "cites": (entry.cites, "the answer is shown with its source"),
        "owner": (entry.owner, "somebody is to keep the answer true"),
        "review_by": (entry.review_by, "an answer that nobody reads again goes stale"),
    }
    for key, (value, reason) in keys.items():
        if not value:
            yield entry.origin, f"The answer `{entry.id}` has no `{key}`.", f"Add it: {reason}."


def _see_also(entry: Entry, knowledge: Knowledge) -> Iterator[_Found]:
    for other in entry.see_also:
        if other == entry.id:
            yield entry.origin, f"The answer `{entry.id}` points to itself in `see_also`.", "Take that out."
        elif other not in knowledge.entry:
            what = (
                f"The answer `{entry.id}` points to `{other}` in `see_also`, which is not approved and so never shown."
            )
            yield entry.origin, what, f"Approve `{other}`, or take it out of `see_also`."


# ---- the whole -------------------------------------------------------------------------------------------------------


def _unused_clauses(knowledge: Knowledge) -> Iterator[_Found]:
    cited = {clause for entry in knowledge.answering for clause in entry.cites}
    for document in knowledge.documents:
        for clause in document.clauses:
            if clause.id not in cited:
                what = f"No approved answer cites the clause `{clause.id}` of {document.title}."
                yield document.origin, what, "Write an answer that does, or name the clause in one that rests on it."


def _shared_questions(knowledge: Knowledge) -> Iterator[_Found]:
    """Questions that are given to two different answers, so that the desk cannot tell which one is meant."""
    first: dict[tuple[str, ...], str] = {}
    for home, origin, questions in _homes(knowledge):
        for question in questions:
            normal = tuple(words(question))
            other = first.setdefault(normal, home) if normal else home
            if other != home:
                what = f"“{question}” stands in {home} and also in {other}."
                yield origin, what, "Keep it where it belongs, and take it out of the other."
    yield from _against_themselves(knowledge)


def _homes(knowledge: Knowledge) -> Iterator[tuple[str, Origin, tuple[str, ...]]]:
    for entry in knowledge.answering:
        yield f"the questions of `{entry.id}`", entry.origin, entry.questions
    for topic in knowledge.smalltalk:
        yield f"the small talk `{topic.id}`", topic.origin, topic.questions
    for topic in knowledge.out_of_scope:
        yield f"the out-of-scope group `{topic.id}`", topic.origin, topic.questions
    if knowledge.media:
        yield "the media enquiries", knowledge.media.origin, knowledge.media.enquiries


def _against_themselves(knowledge: Knowledge) -> Iterator[_Found]:
    """Examples that are given both for something and against it."""
    pairs = [
        (f"the `not_questions` of `{entry.id}`", entry.origin, entry.questions, entry.not_questions)
        for entry in knowledge.answering
    ]
    if knowledge.media:
        media = knowledge.media
        pairs.append(("the `look_alikes` of the media enquiries", media.origin, media.enquiries, media.look_alikes))
    for home, origin, examples, counter_examples in pairs:
        wanted = {tuple(words(example)) for example in examples}
        for question in counter_examples:
            if tuple(words(question)) in wanted:
                what = f"“{question}” is an example, and stands in {home} too."
                yield origin, what, "Take it out of one of the two."
