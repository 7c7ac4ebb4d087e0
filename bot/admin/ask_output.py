"""What `policydesk ask` prints for a match: an object for tools, text for a person, and an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from bot import plaintext
from bot.knowledge.model import Knowledge
from bot.matching.match import Candidate, Explanation, Match
from bot.messages import Outgoing
from bot.presentation import cards
from bot.text import FIRST_READ, LAST_READ, is_cut


def as_object(knowledge: Knowledge, question: str, match: Match, today: date) -> dict[str, Any]:
    """Return the object of `--json`, with the keys question, outcome, entries, best and text."""
    return {
        "question": question,
        "outcome": match.outcome,
        "entries": [_entry(candidate) for candidate in match.entries],
        "best": {"id": match.best.id, "score": round(match.best.score, 6)} if match.best else None,
        "text": as_text(knowledge, match, today),
    }


def as_text(knowledge: Knowledge, match: Match, today: date) -> str:
    """Return what a person would read, as plain text. It names no case, because the command opens none."""
    return "\n\n".join(plaintext.render(outgoing) for outgoing in _outgoings(knowledge, match, today))


def explanation(question: str, match: Match, tier: str) -> Iterator[str]:
    """Return the lines of `--explain`: what was read, the scores of each candidate, and why this is the outcome."""
    why: Explanation = match.explanation
    yield f"tier:      {tier}"
    if is_cut(question):
        yield f"cut:       only the first {FIRST_READ:,} and the last {LAST_READ:,} characters are read"
    if why.read:
        yield f"read:      {why.read}"
    for typed, read in why.repaired.items():
        yield f"repaired:  {typed} → {read}"
    for weighed in why.weighed:
        channels = "  ".join(f"{name} {value:.3f}" for name, value in weighed.channels.items())
        yield f"candidate: {weighed.kind} {weighed.id}  {channels}"
    yield f"threshold: {why.threshold:.3f}"
    yield f"media:     {match.media_score:.3f}" + (f" ({match.outlet})" if match.outlet else "")
    yield f"why:       {why.why}"


def _outgoings(knowledge: Knowledge, match: Match, today: date) -> Iterator[Outgoing]:
    if match.danger and match.topic != match.danger:
        yield cards.markdown_message(knowledge.topic[match.danger].answer)
    entries = [knowledge.entry[candidate.id] for candidate in match.entries]
    match match.outcome:
        case "media":
            yield cards.markdown_message(knowledge.media.holding_line if knowledge.media else "")
        case "confirm_media":
            yield cards.confirm_media(answered=0)
        case "choose":
            yield cards.choose(entries, answered=0)
            return
        case "smalltalk":
            yield cards.markdown_message(knowledge.topic[match.topic].answer)
        case "unknown":
            pointer = knowledge.topic[match.topic].answer if match.topic else ""
            nearest = [knowledge.entry[candidate.id] for candidate in match.nearest]
            yield cards.unknown(pointer, nearest, answered=0, press=False)
        case "answer":
            pass
    if entries:
        yield cards.answer_alone(knowledge, entries, today)


def _entry(candidate: Candidate) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "title": candidate.title,
        "score": round(candidate.score, 6),
        "cites": list(candidate.cites),
    }
