"""What a storm left behind, held against what must always hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select

from bot.domain.case import StepKind
from bot.queue import outbox
from bot.queue.outbox import MarkMessage
from bot.storage.engine import Store
from bot.storage.records import Job, JobKind, JobState
from bot.storage.schema import case_asker, case_step, job
from bot.storage.transaction import Transaction
from tests.chaos.load import Ledger
from tests.chaos.platform import PRESS, THREAD
from tests.chaos.sink import Arrival


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds in the end. Counters are by event id; lanes hold keys in the order of their commits."""

    lanes: Mapping[str, Sequence[str]]
    states: Counter[str]
    cases: Counter[str]
    added: Counter[str]
    reminded: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """All must be 0, `duplicates` aside: deliveries that were repeated for no fault of the sink's."""

    lost: int = 0
    out_of_order: int = 0
    out_of_turn: int = 0
    cases_wrong: int = 0
    doubled: int = 0
    leaked: int = 0
    not_reminded: int = 0
    duplicates: int = 0


def unmatched(tx: Transaction) -> int:
    """Messages that were acknowledged and not decided yet."""
    return tx.inbox.backlog().waiting


def waiting(tx: Transaction) -> int:
    """Messages still to be decided and deliveries still to leave; timers are due when they are due."""
    pending = select(job.c.id).where(job.c.state == JobState.PENDING, job.c.kind != JobKind.TIMER)
    return unmatched(tx) + len(tx.connection.execute(pending).all())


def reminded(tx: Transaction) -> frozenset[str]:
    """Askers (their ids) of cases of which the press office was reminded."""
    query = (
        select(case_asker.c.person_id)
        .join(case_step, case_step.c.case_id == case_asker.c.case_id)
        .where(case_step.c.kind == StepKind.REMINDED)
    )
    return frozenset(tx.connection.execute(query).scalars())


def read(store: Store) -> Kept:
    """From the database of servers that have stopped."""
    with store.transaction() as tx:
        lanes: dict[str, list[str]] = defaultdict(list)
        states: Counter[str] = Counter()
        for key in tx.connection.execute(select(job.c.idempotency_key).order_by(job.c.lane, job.c.seq)).scalars():
            found = tx.jobs.by_key(key)
            if found is not None and found.kind is not JobKind.TIMER:
                states[found.state] += 1
                lanes[found.lane].append(_key_at_sink(found))
        asked = select(case_asker.c.event_id).where(case_asker.c.from_case.is_(None))  # who was joined stands twice
        added = select(case_step.c.event_id).where(case_step.c.kind == StepKind.ADDED)
        return Kept(
            lanes=lanes,
            states=states,
            cases=Counter(tx.connection.execute(asked).scalars()),
            added=Counter(tx.connection.execute(added).scalars()),
            reminded=reminded(tx),
        )


def judge(ledger: Ledger, kept: Kept, arrivals: Sequence[Arrival], dropped: int) -> Verdict:
    """`dropped` deliveries were counted by the sink and then cut off: each of them may come twice."""
    first = {each.key: number for number, each in reversed(list(enumerate(arrivals)))}
    answered = {each.event_id: number for number, each in reversed(list(enumerate(arrivals)))}
    keys_at: dict[str, set[str]] = defaultdict(set)
    keys_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in arrivals:
        keys_at[each.to].add(each.key)
        for token in each.tokens:
            keys_of[token, each.to].add(each.key)
    answers = {at: len(keys_at[at]) - expected for at, expected in ledger.questions.items()}
    replies = {token: len(keys_of[token, f"direct/{asker}"]) for token, asker in ledger.replies.items()}
    silent = sum(1 for asker in ledger.enquiries.values() if not keys_at[f"direct/{asker}"])
    unsent = sum(1 for lane in kept.lanes.values() for key in lane if key not in first)
    given_up = kept.states[JobState.DEAD] + kept.states[JobState.PENDING]
    return Verdict(
        lost=unsent + given_up + silent + _below(answers.values(), 0) + _below(replies.values(), 1),
        out_of_order=sum(_inversions([first[key] for key in lane if key in first]) for lane in _told_apart(kept.lanes)),
        out_of_turn=sum(
            _inversions([answered[event_id] for event_id in asked if event_id in answered])
            for asked in ledger.asked.values()
        ),
        cases_wrong=_wrong(ledger.enquiries, kept.cases) + _wrong(ledger.added, kept.added),
        doubled=_above(answers.values(), 0) + _above(replies.values(), 1),
        leaked=sum(1 for each in arrivals if _is_outside(each.to) and any(map(_is_inside, each.tokens))),
        not_reminded=len(ledger.alone - kept.reminded),
        duplicates=max(0, len(arrivals) - len(first) - dropped),
    )


def _key_at_sink(row: Job) -> str:
    delivery = outbox.read(row)
    return f"mark:{delivery.event_id}:{delivery.mark}" if isinstance(delivery, MarkMessage) else row.key


def _told_apart(lanes: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The lanes without what the sink cannot tell apart.

    A mark has no key of its own: the platform is told the message and the mark. A reply to the two askers of a case
    marks the officer's message once for each of them, and a second reply may be marked in between, when the first one
    reached only one of them at once. So of rows that look alike only the first in its lane is judged, and none if they
    stand in several lanes.
    """
    lanes_of = Counter(key for lane in lanes.values() for key in set(lane))
    return [[key for key in dict.fromkeys(lane) if lanes_of[key] == 1] for lane in lanes.values()]


def _inversions(numbers: Sequence[int]) -> int:
    return sum(1 for before, after in pairwise(numbers) if before > after)


def _wrong(wanted: Mapping[str, str], found: Counter[str]) -> int:
    """How many events have none, more than one, or were never told."""
    return sum(1 for event_id in wanted.keys() | found.keys() if found[event_id] != (event_id in wanted))


def _below(numbers: Collection[int], bar: int) -> int:
    return sum(max(0, bar - number) for number in numbers)


def _above(numbers: Collection[int], bar: int) -> int:
    return sum(max(0, number - bar) for number in numbers)


def _is_outside(to: str) -> bool:
    return to not in PRESS and not to.startswith(THREAD)


def _is_inside(token: str) -> bool:
    return token.startswith("inside-")
