"""`policydesk ask`: one question outside any conversation, as an object for tools and as text for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from bot import plaintext
from bot.knowledge.model import Knowledge
from bot.matching.match import Candidate, Explanation, Match
from bot.messages import Outgoing
from bot.presentation import cards


def result(knowledge: Knowledge, question: str, match: Match, today: date) -> dict[str, Any]:
    """The object of contracts: question, outcome, entries, best and the text that a person would read."""
    return {
        "question": question,
        "outcome": match.outcome,
        "entries": [_entry(candidate) for candidate in match.entries],
        "best": {"id": match.best.id, "score": round(match.best.score, 6)} if match.best else None,
        "text": text(knowledge, match, today),
    }


def text(knowledge: Knowledge, match: Match, today: date) -> str:
    """What a person would read, as plain text; the reference of a case is left out, since none is opened."""
    return "\n\n".join(plaintext.render(outgoing) for outgoing in _outgoings(knowledge, match, today))


def explain(match: Match, tier: str) -> Iterator[str]:
    """Lines for `--explain`: what was read by what means, how each candidate did and why it came out so."""
    why: Explanation = match.explanation
    yield f"tier:      {tier}"
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
        yield cards.plain(knowledge.topic[match.danger].answer)
    entries = [knowledge.entry[candidate.id] for candidate in match.entries]
    match match.outcome:
        case "media":
            yield cards.plain(knowledge.media.holding_line if knowledge.media else "")
        case "confirm_media":
            yield cards.confirm_media(answered=0)
        case "choose":
            yield cards.choose(entries, answered=0)
            return
        case "smalltalk":
            yield cards.plain(knowledge.topic[match.topic].answer)
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
