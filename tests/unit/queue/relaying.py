"""A platform, a desk and an outbox for the tests of the relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.case import Asker, CaseKind, Details
from bot.errors import DeliveryFailure, PermanentFailure
from bot.messages import Address, Mark, Outgoing, Person, Receipt
from bot.ports import Finding
from bot.queue import outbox
from bot.queue.outbox import Delivery, Send, Update
from bot.queue.relay import Relay
from bot.storage.engine import Store
from bot.storage.records import Job, JobKind, JobState, NewJob
from bot.storage.transaction import Transaction

ADA, PRESS = Address("test", "ada"), Address("test", "press")
GONE = PermanentFailure("The channel is gone.", "Make another.")


def says(text: str) -> Outgoing:
    return Outgoing((), text)


@dataclass
class Platform:
    """A messenger that records what it was given. `before`: summary -> what to do before it takes the message."""

    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        await self._take(f"{to.token}: {outgoing.summary}", outgoing.summary, key)
        return Receipt(to, (f"part {len(self.taken)}",), Address(to.platform, f"{to.token}/thread"))

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        await self._take(f"{receipt.parts} becomes: {outgoing.summary}", outgoing.summary, key)
        if outgoing.summary == "was deleted":
            return Receipt(receipt.address, ("sent again",), Address("test", "press/new thread"))
        return receipt

    async def delete(self, receipt: Receipt) -> bool:
        await self._take(f"{receipt.parts} is deleted", "delete", "delete")
        return True

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        await self._take(f"{message.token} {event_id} {mark}", "mark", "mark")
        return True

    async def diagnose(self) -> Sequence[Finding]:
        return ()

    async def _take(self, what: str, summary: str, key: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if summary in self.before:
                result = self.before[summary]()
                if asyncio.iscoroutine(result):
                    await result
        finally:
            self.at_once -= 1
        self.taken.append(what)
        self.keys.append(key)


@dataclass
class Desk:
    """Handlers that record their calls in the database, so that a rolled back call leaves no record."""

    fails: dict[str, Exception] = field(default_factory=dict)

    def timer(self, tx: Transaction, job: Job) -> None:
        self._note(tx, "timer", job, "fired")

    def sent(self, tx: Transaction, job: Job, receipt: Receipt) -> None:
        self._note(tx, "sent", job, receipt.parts[0])

    def dead(self, tx: Transaction, job: Job, failure: DeliveryFailure) -> None:
        self._note(tx, "dead", job, str(failure))
        send(tx, ADA, "the fallback", key=f"{job.key}:fallback")

    def _note(self, tx: Transaction, what: str, job: Job, detail: str) -> None:
        tx.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        tx.connection.exec_driver_sql(f"INSERT INTO note VALUES ('{what} {job.key}: {detail}')")  # noqa: S608
        if job.key in self.fails:
            raise self.fails[job.key]


def send(tx: Transaction, to: Address, text: str, *, key: str = "", lane: str = "") -> None:
    job = NewJob(JobKind.SEND, lane or str(to), key or text, outbox.payload(Send(to, says(text))), tx.now)
    assert tx.jobs.put(job) is not None


def put_of_case(tx: Transaction, case_id: int, delivery: Delivery, key: str) -> None:
    kind = JobKind.UPDATE if isinstance(delivery, Update) else JobKind.SEND
    tx.jobs.put(NewJob(kind, "press", key, outbox.payload(delivery), tx.now, case_id))


def a_case(tx: Transaction) -> int:
    asker = Asker(Person("test", "ada"), ADA, ADA, "a reporter rang", tx.now, "E1")
    return tx.cases.create(CaseKind.MEDIA, asker, Details()).id


def timer(tx: Transaction, key: str, *, after: timedelta = timedelta(0), case_id: int | None = None) -> None:
    tx.jobs.put(NewJob(JobKind.TIMER, "timers", key, {"v": 1}, tx.now + after, case_id))


def notes(store: Store) -> list[str]:
    with store.transaction() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        return sorted(tx.connection.exec_driver_sql("SELECT text FROM note").scalars())


def the(store: Store, key: str) -> Job:
    with store.transaction() as tx:
        found = tx.jobs.by_key(key)
    assert found is not None
    return found


def is_in(store: Store, key: str, state: JobState) -> Callable[[], bool]:
    return lambda: the(store, key).state is state


@asynccontextmanager
async def relaying(store: Store, platform: Platform, desk: Desk, owner: str = "me") -> AsyncIterator[Relay]:
    notes(store)  # PostgreSQL refuses one of two that create its table at once
    relay = Relay(store, {"test": platform}, desk, owner)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
