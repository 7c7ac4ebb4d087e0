"""How late timers are, while the desk is up and after it was down, and what it costs that many of them wait."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from bot.clock import SystemClock
from bot.config import from_mapping
from bot.desk.apply_transition import apply_transition
from bot.desk.delivery_outcomes import DeliveryOutcomes
from bot.desk.press_desk import PressDesk
from bot.domain import transitions
from bot.domain.case import Asker, CaseKind, Details, Step, StepKind
from bot.errors import DeliveryFailure
from bot.matching.active_knowledge import ActiveKnowledge
from bot.messages import Receipt
from bot.queue import outbox
from bot.queue.relay import Relay
from bot.storage.engine import Store
from bot.storage.records import Job, JobKind, NewJob
from bot.storage.transaction import Transaction
from tests.desk import SETTINGS, RecordingPlatform, direct, loaded_knowledge, person

TIMERS = 400
CASES = 100
WHILE_UP = timedelta(seconds=20)
FEW, MANY = 200, 20_000
CLAIMS = 30
LEASE = timedelta(seconds=15)
FAR = timedelta(days=30)


def run() -> list[str]:
    """The figures of SQLite, and one ratio."""
    with _store() as store:
        up = asyncio.run(_while_up(store))
    with _store() as store:
        down = asyncio.run(_after_a_restart(store))
    with _store() as store:
        reminded = asyncio.run(_reminders_after_a_restart(store))
    few, many = _claiming(FEW), _claiming(MANY)
    return [
        f"{TIMERS} timers while the desk is up: {_ms(up, 0.5)} ms late (median), {_ms(up, 0.99)} ms (p99)",
        f"{TIMERS} timers that came due while it was down: the last {_ms(down, 1)} ms after the start",
        f"{CASES} cases of which each has a reminder overdue: the last {_ms(reminded, 1)} ms after the start",
        f"a turn that finds one timer due: {few * 1000:.2f} ms beside {FEW} that wait, {many * 1000:.2f} ms beside "
        f"{MANY:,}: ratio {many / few:.2f}",
    ]


@dataclass
class _Handlers:
    """Note when each timer fired."""

    clock: SystemClock
    late: list[float] = field(default_factory=list)
    since: datetime | None = None

    def timer(self, tx: Transaction, job: Job) -> None:
        self.late.append((self.clock.now() - (self.since or job.due_at)).total_seconds())

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        """Nothing is sent."""

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        """Nothing is sent."""


class _Reminders(DeliveryOutcomes):
    """The desk's own handlers, which note when each timer fired."""

    since: datetime

    def __init__(self, office: PressDesk, active_knowledge: ActiveKnowledge) -> None:
        super().__init__(office, active_knowledge)
        self.late: list[float] = []

    def timer(self, tx: Transaction, job: Job) -> None:
        super().timer(tx, job)
        self.late.append((SystemClock().now() - self.since).total_seconds())


@contextmanager
def _store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder)}/desk.db", SystemClock())
        store.open(exclusive=True)
        try:
            yield store
        finally:
            store.close()


async def _while_up(store: Store) -> list[float]:
    chance, handlers = Random(1), _Handlers(SystemClock())
    relay = Relay(store, {}, handlers, "bench")
    await relay.start()
    await store.run(lambda tx: _put(tx, [tx.now + WHILE_UP * chance.uniform(0.05, 1) for _ in range(TIMERS)]))
    relay.wake()
    return await _fired(relay, handlers)


async def _after_a_restart(store: Store) -> list[float]:
    await store.run(lambda tx: _put(tx, [tx.now - timedelta(seconds=second) for second in range(TIMERS)]))
    clock = SystemClock()
    handlers = _Handlers(clock, since=clock.now())
    relay = Relay(store, {}, handlers, "bench")
    await relay.start()
    return await _fired(relay, handlers)


async def _reminders_after_a_restart(store: Store) -> list[float]:
    """The same of real cases: each is read, changed, drawn and put into the outbox again."""
    office, clock = PressDesk(from_mapping(SETTINGS, {})), SystemClock()
    reminders = _Reminders(office, ActiveKnowledge(loaded_knowledge()))
    status = office.status(loaded_knowledge().knowledge, clock.now())
    overdue = office.policy.remind_after + timedelta(minutes=1)

    def report(tx: Transaction, number: int) -> None:
        who = person(f"sam{number}")
        asker = Asker(who, direct(who), direct(who), "they rang", tx.now, f"e{number}")
        case = tx.cases.create(CaseKind.MEDIA, asker, Details(outlet="The Gazette"))
        first = Step(tx.now, StepKind.OPENED, who, "they rang", f"e{number}")
        apply_transition(tx, transitions.opened(case, first, status, tx.now), office)

    with store.transaction() as tx:
        for number in range(CASES):
            report(replace(tx, now=clock.now() - overdue), number)
        tx.connection.exec_driver_sql("UPDATE job SET state = 'done' WHERE kind <> 'timer' OR lane LIKE '%fallback'")
    reminders.since = clock.now()
    platforms = {name: RecordingPlatform(name) for name in ("slack", "teams", "email")}
    relay = Relay(store, platforms, reminders, "bench")
    await relay.start()
    return await _fired(relay, reminders, CASES)


async def _fired(relay: Relay, handlers: _Handlers | _Reminders, count: int = TIMERS) -> list[float]:
    async with asyncio.timeout(120):
        while len(handlers.late) < count:  # noqa: ASYNC110  what is waited for happens in another thread
            await asyncio.sleep(0.05)
    await relay.stop()
    return sorted(handlers.late)


def _claiming(waiting: int) -> float:
    """Seconds for a turn of the relay that finds one timer due beside so many that are not; the least of several."""
    with _store() as store:
        with store.transaction() as tx:
            _put(tx, [tx.now + FAR + timedelta(seconds=number) for number in range(waiting)])
            _put(tx, [tx.now] * CLAIMS, name="due")
        took = []
        for _ in range(CLAIMS):
            with store.transaction() as tx:
                begun = time.perf_counter()
                found = tx.jobs.claim("bench", 1, LEASE)
                tx.jobs.next_due()
                took.append(time.perf_counter() - begun)
                assert len(found) == 1
    return min(took)


def _put(tx: Transaction, due: Sequence[datetime], *, name: str = "wait") -> None:
    for number, at in enumerate(due):
        lane = f"timer:{number}:{name}"
        tx.jobs.put(NewJob(JobKind.TIMER, lane, lane, {"v": outbox.VERSION, "timer": name}, at))


def _ms(ordered: Sequence[float], part: float) -> str:
    return f"{ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000:.1f}"


if __name__ == "__main__":
    print("\n".join(run()))
