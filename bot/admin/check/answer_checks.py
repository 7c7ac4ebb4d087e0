"""Remarks on single answers: missing keys, length, review dates, references, and words stronger than the policy's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.admin.check.binding_words import binding_words
from bot.admin.check.remarks import Found
from bot.knowledge.model import Entry, Knowledge

MOST_WORDS = 120
"""Words of an answer, beyond which it is reported as long."""

NOTICE = timedelta(days=30)
"""How long before `review_by` an answer is reported as due for review."""

_LINK_TARGET = re.compile(r"\]\([^)]*\)")
_VERDICT = re.compile(r"[\W_]*(yes|no)\b", re.IGNORECASE)
_WE = r"(?:i|we|one|staff|employees|lecturers|academics|my (?:team|staff|colleagues?))"
_WAYS = {
    "must not": re.compile(
        r"(?:is it|am i|are (?:we|staff)) (?:forbidden|banned|against|not allowed|wrong|a problem)\b",
        re.IGNORECASE,
    ),
    "must": re.compile(
        rf"(?:must|need) {_WE}\b|(?:do|does|will|would) {_WE} (?:have|need) to\b"
        rf"|(?:am i|are we|are staff) (?:required|obliged|expected|supposed)\b|have i (?:got )?to\b"
        r"|is (?:it|a|there) .{0,40}\b(?:compulsory|required|mandatory|obligatory)\b",
        re.IGNORECASE,
    ),
    "may": re.compile(
        rf"(?:can|may|could|might) {_WE}\b|(?:am i|are we|are staff) (?:allowed|free|permitted|able)\b"
        r"|is it (?:ok|okay|fine|all right|alright|allowed|permitted|acceptable|possible)\b",
        re.IGNORECASE,
    ),
}
"""What a question asks -> how it begins. An answer that opens with Yes or No is true of one of them at most."""
_COUNTED = re.compile(r"\w[\w'’-]*")


def remarks(knowledge: Knowledge, today: date) -> Iterator[Found]:
    """Yield remarks on every approved answer, and on clauses that none of them cites."""
    for entry in knowledge.answering:
        if knowledge.documents:  # without documents the answers are not about a policy, and need no source
            yield from _lacking(entry)
        yield from _long(entry)
        yield from _stale(entry, today)
        yield from _see_also(entry, knowledge)
        yield from _overstated(entry, knowledge)
        yield from _both_ways(entry)
    yield from _unused_clauses(knowledge)


def _lacking(entry: Entry) -> Iterator[Found]:
    keys = {
        "title": (entry.title, "it is the label of a button"),
        "cites": (entry.cites, "the answer is shown with its source"),
        "owner": (entry.owner, "somebody is to keep the answer true"),
        "review_by": (entry.review_by, "an answer that nobody reads again goes stale"),
    }
    for key, (value, reason) in keys.items():
        if not value:
            yield entry.origin, f"The answer `{entry.id}` has no `{key}`.", f"Add it: {reason}."


def _long(entry: Entry) -> Iterator[Found]:
    words = len(_COUNTED.findall(_LINK_TARGET.sub("]", entry.answer)))
    if words > MOST_WORDS:
        what = f"The answer `{entry.id}` has {words} words."
        yield entry.origin, what, f"Shorten it to {MOST_WORDS}, or make two answers of it."


def _stale(entry: Entry, today: date) -> Iterator[Found]:
    if entry.review_by is None or entry.review_by > today + NOTICE:
        return
    said = "should have been reviewed" if entry.review_by < today else "is due to be reviewed"
    what = f"The answer `{entry.id}` {said} by {entry.review_by.isoformat()}."
    yield entry.origin, what, "Read it again beside the policy, then set `review_by` to the next date."


def _see_also(entry: Entry, knowledge: Knowledge) -> Iterator[Found]:
    for other in entry.see_also:
        if other == entry.id:
            yield entry.origin, f"The answer `{entry.id}` points to itself in `see_also`.", "Take that out."
        elif other not in knowledge.entry:
            what = (
                f"The answer `{entry.id}` points to `{other}` in `see_also`, which is not approved and so never shown."
            )
            yield entry.origin, what, f"Approve `{other}`, or take it out of `see_also`."


def _overstated(entry: Entry, knowledge: Knowledge) -> Iterator[Found]:
    strengths = {knowledge.clause[clause].strength for clause in entry.cites}
    if not strengths or "must" in strengths:
        return
    for word, sentence in binding_words(entry.answer):
        what = (
            f"The answer `{entry.id}` says “{word}”, but no clause it cites is a must"
            f" ({', '.join(sorted(strengths))}): “{sentence}”"
        )
        yield entry.origin, what, "Say it as strongly as the clause does, or cite the clause that binds."


def _both_ways(entry: Entry) -> Iterator[Found]:
    """Yield a remark if the answer says Yes or No and its questions ask both whether one may and whether one must."""
    verdict = _VERDICT.match(entry.answer)
    asked = {way: question for question in reversed(entry.questions) if (way := _way(question))}
    if verdict and len(asked) > 1:
        first, second = sorted(asked.values(), key=entry.questions.index)[:2]
        what = f"The answer `{entry.id}` opens with {verdict[1]}, which is not true of both “{first}” and “{second}”."
        fix = "Let its first words answer both, such as “You may, and it still counts”, or make two answers of it."
        yield entry.origin, what, fix


def _way(question: str) -> str:
    """Return whether a question asks if one may, must or must not do something; empty if it begins otherwise."""
    plain = question.replace("’", "'")
    return next((way for way, opening in _WAYS.items() if opening.match(plain)), "")


def _unused_clauses(knowledge: Knowledge) -> Iterator[Found]:
    cited = {clause for entry in knowledge.answering for clause in entry.cites}
    for document in knowledge.documents:
        for clause in document.clauses:
            if clause.id not in cited:
                what = f"No approved answer cites the clause `{clause.id}` of {document.title}."
                yield document.origin, what, "Write an answer that does, or name the clause in one that rests on it."
