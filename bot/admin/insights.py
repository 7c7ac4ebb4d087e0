"""`policydesk insights`: how answers are used and what was not answered, without the names of those who asked."""

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
"""How many questions of one kind are grouped, the newest first. To compare more of them takes too long."""

_ALIKE = 85  # of 100, by `fuzz.token_sort_ratio`, for which the order of words does not matter
_SHOWN = 30  # groups of one kind in the text; the JSON has all of them
_SHORTEST = 12  # characters; in a shorter question one letter may change the meaning, so it is never grouped


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are nearly the same."""

    count: int
    text: str
    """The newest of them."""
    last: date
    """The day on which that was asked."""
    others: tuple[str, ...]
    """The other wordings, the newest first."""


@dataclass(frozen=True, slots=True)
class EntryUse:
    """How often an entry was given, and what people said of it. The periods are those of `Privacy`."""

    id: str
    title: str
    owner: str
    answered: int
    """Within `Privacy.questions`, as is `offered`."""
    offered: int
    helpful: int
    """Within `Privacy.feedback`, as are the two below."""
    not_helpful: int
    none_of_these: int


@dataclass(frozen=True, slots=True)
class Material:
    """What was read from the database: of each kind of question the newest `MOST`."""

    since: datetime
    """Older questions are left out, as they may not be kept."""
    outcomes: Counter[str]
    """Number of messages by outcome."""
    unanswered: Sequence[tuple[datetime, str]]
    false_alarms: Sequence[tuple[datetime, str]]
    given: Counter[tuple[str, str]]
    """Number of times by entry id and how it was given: answer or choose."""
    verdicts: Counter[tuple[str, str]]
    """Number of verdicts by entry id and verdict."""
    truncated: bool
    """Whether there were more questions of a kind than `MOST`."""


@dataclass(frozen=True, slots=True)
class Insights:
    """The report. `since` is the first day that is counted, `truncated` is as in `Material`."""

    since: date
    outcomes: dict[str, int]
    unanswered: tuple[Group, ...]
    false_alarms: tuple[Group, ...]
    entries: tuple[EntryUse, ...]
    truncated: bool


def gather(tx: Transaction, privacy: Privacy) -> Material:
    """Read what may still be kept by now. What is older is left out, even if it has not been purged yet."""
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
    """Group and count the material. It is apart from `gather` because it takes longer than a transaction should."""
    return Insights(
        since=material.since.astimezone(zone).date(),
        outcomes=dict(material.outcomes.most_common()),
        unanswered=group(material.unanswered, zone),
        false_alarms=group(material.false_alarms, zone),
        entries=_entries(knowledge, material.given, material.verdicts),
        truncated=material.truncated,
    )


def group(said: Iterable[tuple[datetime, str]], zone: ZoneInfo) -> tuple[Group, ...]:
    """Return groups of nearly equal questions, the largest first. Each question is compared with a group's newest."""
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
    """Return the index of the group that a question belongs to; `len(newest)` if it is like none of them."""
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
    """Return the use of every approved entry, and of entries that were used and are gone; the most used first."""
    given, verdicts = _by_present_id(given, knowledge), _by_present_id(verdicts, knowledge)
    ids = {*(entry.id for entry in knowledge.answering), *(entry for entry, _ in (*given, *verdicts))}
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


def _by_present_id(counted: Counter[tuple[str, str]], knowledge: Knowledge) -> Counter[tuple[str, str]]:
    """Return the same counts, with those of former ids added to those of the entry that took their place."""
    found: Counter[tuple[str, str]] = Counter()
    for (id_, kind), count in counted.items():
        entry = knowledge.entry.get(id_)
        found[entry.id if entry else id_, kind] += count
    return found


def as_json(insights: Insights) -> str:
    """Return all of it as JSON. Days are ISO 8601 in the organisation's zone."""
    return json.dumps(asdict(insights), ensure_ascii=False, indent=2, default=date.isoformat)


def as_text(insights: Insights) -> str:
    """Return the report as text for a terminal."""
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
