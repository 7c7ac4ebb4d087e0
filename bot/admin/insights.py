"""`policydesk insights`: what the owners of the answers should know, without the names of those who asked."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot import plaintext
from bot.config import Privacy
from bot.knowledge.model import Knowledge
from bot.storage.transaction import Transaction
from bot.text import words

MOST = 2000
"""Questions of one kind that are looked at, the newest: to group more takes longer than somebody wants to wait."""

_ALIKE = 85  # of 100: `fuzz.token_sort_ratio`, so that the order of words does not matter
_SHOWN = 30  # groups of one kind in the text; JSON has all
_SHORTEST = 12  # characters below which a single letter changes the question


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are nearly the same: how often, the last of them and its day, and how else it was put."""

    count: int
    text: str
    last: date
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryUse:
    """How an entry fared: answered and offered within `questions`, the verdicts within `feedback`."""

    id: str
    title: str
    owner: str
    answered: int
    offered: int
    helpful: int
    not_helpful: int
    none_of_these: int


@dataclass(frozen=True, slots=True)
class Material:
    """What the database knows: from `since` on, the newest `MOST` of each kind."""

    since: datetime
    outcomes: Counter[str]
    unanswered: Sequence[tuple[datetime, str]]
    false_alarms: Sequence[tuple[datetime, str]]
    given: Counter[tuple[str, str]]
    verdicts: Counter[tuple[str, str]]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Insights:
    """`since` is the day from which questions count. `truncated`: there were more than are looked at."""

    since: date
    outcomes: dict[str, int]
    unanswered: tuple[Group, ...]
    false_alarms: tuple[Group, ...]
    entries: tuple[EntryUse, ...]
    truncated: bool


def gather(tx: Transaction, privacy: Privacy) -> Material:
    """Everything that may still be kept, whether or not what is older has been purged."""
    since = tx.now - privacy.questions
    refused = [(each.at, each.question) for each in tx.answers.unanswered(since, MOST)]
    kinds = tx.false_alarms.since(since, MOST), tx.usage.not_media(since, MOST)
    return Material(
        since=since,
        outcomes=tx.usage.outcomes(since),
        unanswered=refused,
        false_alarms=[each for kind in kinds for each in kind],
        given=tx.usage.given(since),
        verdicts=tx.answers.verdicts(tx.now - privacy.feedback),
        truncated=MOST in {len(refused), *map(len, kinds)},
    )


def report(material: Material, knowledge: Knowledge, zone: ZoneInfo) -> Insights:
    """Grouped and counted; apart from `gather`, because it takes longer than a transaction should."""
    return Insights(
        since=material.since.astimezone(zone).date(),
        outcomes=dict(material.outcomes.most_common()),
        unanswered=group(material.unanswered, zone),
        false_alarms=group(material.false_alarms, zone),
        entries=_entries(knowledge, material.given, material.verdicts),
        truncated=material.truncated,
    )


def group(said: Iterable[tuple[datetime, str]], zone: ZoneInfo) -> tuple[Group, ...]:
    """Near-duplicates together, the largest group first; each is compared with the newest of a group."""
    newest: list[str] = []
    members: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    places: dict[str, int] = {}
    for at, text in sorted(said, key=lambda each: each[0], reverse=True):
        normal = " ".join(words(text)) or text
        place = places.get(normal)
        if place is None:
            place = places[normal] = _place(normal, newest)
        if place == len(newest):
            newest.append(normal)
        members[place].append((at, text))
    groups = (_group(each, zone) for each in members.values())
    return tuple(sorted(groups, key=lambda one: (-one.count, -one.last.toordinal(), one.text)))


def _place(normal: str, newest: Sequence[str]) -> int:
    """The number of the group that this belongs to; the next free one where it is like none of them."""
    if len(normal) < _SHORTEST:
        return len(newest)
    found = process.extractOne(normal, newest, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE)
    return int(found[2]) if found else len(newest)


def _group(members: Sequence[tuple[datetime, str]], zone: ZoneInfo) -> Group:
    (last, text), *earlier = members
    others = dict.fromkeys(other for _, other in earlier if other != text)
    return Group(len(members), text, last.astimezone(zone).date(), tuple(others))


def _entries(
    knowledge: Knowledge, given: Counter[tuple[str, str]], verdicts: Counter[tuple[str, str]]
) -> tuple[EntryUse, ...]:
    """Every entry that answers, and those that did and are there no more; the most used first."""
    ids = {*knowledge.entry, *(entry for entry, _ in (*given, *verdicts))}
    known = {entry.id: entry for entry in knowledge.entries}
    used = [
        EntryUse(
            id=id_,
            title=known[id_].title if id_ in known else "",
            owner=known[id_].owner if id_ in known else "",
            answered=given[id_, "answer"],
            offered=given[id_, "choose"],
            helpful=verdicts[id_, "helpful"],
            not_helpful=verdicts[id_, "not helpful"],
            none_of_these=verdicts[id_, "none of these"],
        )
        for id_ in ids
    ]
    return tuple(sorted(used, key=lambda one: (-one.answered, -one.offered, one.id)))


def as_json(insights: Insights) -> str:
    """All of it; days are ISO 8601 in the organisation's zone."""
    return json.dumps(asdict(insights), ensure_ascii=False, indent=2, default=date.isoformat)


def as_text(insights: Insights) -> str:
    """For a terminal."""
    outcomes = ", ".join(f"{outcome} {number}" for outcome, number in insights.outcomes.items()) or "none"
    used = [one for one in insights.entries if any((one.answered, one.offered, one.helpful, one.not_helpful))]
    never = [one.id for one in insights.entries if not one.answered and not one.offered]
    lines = [f"Messages since {insights.since}: {outcomes}."]
    lines += _section("Not answered, or none of what was offered was right", insights.unanswered)
    lines += _section("Taken for a media enquiry, and was none", insights.false_alarms)
    if insights.truncated:
        lines += ["", f"There were more: only the newest {MOST:,} of a kind are looked at."]
    lines += ["", "Answers: given, offered, helpful, not helpful, none of these"]
    lines += [_used(one) for one in used] or ["  none yet"]
    lines += ["", f"Never given or offered ({len(never)}): {', '.join(never) or 'none'}"]
    return "\n".join(lines)


def _section(title: str, groups: Sequence[Group]) -> list[str]:
    lines = [f"{one.count:>5}  {one.last}  {plaintext.line(one.text)}" for one in groups[:_SHOWN]]
    more = [f"       and {len(groups) - _SHOWN} more; --json has all"] if len(groups) > _SHOWN else []
    return ["", f"{title}:", *(lines or ["  none"]), *more]


def _used(one: EntryUse) -> str:
    numbers = (one.answered, one.offered, one.helpful, one.not_helpful, one.none_of_these)
    return f"{' '.join(f'{number:>5}' for number in numbers)}  {one.id}" + (f" ({one.owner})" if one.owner else "")
