"""Readiness and metrics of a serving desk: whether it can serve, what is degraded, and how much waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import StoreUnavailable
from bot.knowledge.watcher import KnowledgeWatcher
from bot.ports import Adapter, Metric, Readiness
from bot.queue import outbox
from bot.queue.outbox import Repost, Send
from bot.storage.engine import Store
from bot.storage.records import Backlog, InboxBacklog, Job
from bot.storage.transaction import Transaction

LATE = 60.0
"""Seconds that a due message may wait before readiness names the outbox as degraded."""

_TIMEOUT = 5.0  # seconds for the database to answer


class Monitoring:
    """Asks the parts of a desk how they are.

    `degraded` has, by subject, functions that return what is degraded, as a sentence; empty if nothing is. Each of
    `problems` returns such sentences by subject. `database_problem` returns why nothing can be committed, see `Probe`.
    `learning` returns how far the learning of the answers is, as a sentence; empty once they are learned. The database
    is only read here, so that a monitor takes the write lock from nobody.
    """

    def __init__(
        self,
        store: Store,
        watcher: KnowledgeWatcher,
        adapters: Sequence[Adapter],
        degraded: Mapping[str, Callable[[], str]] | None = None,
        problems: Sequence[Callable[[], Mapping[str, str]]] = (),
        database_problem: Callable[[], str] = str,
        learning: Callable[[], str] = str,
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._adapters = adapters
        self._degraded = degraded or {}
        self._problems = problems
        self._database_problem = database_problem
        self._learning = learning

    async def readiness(self) -> Readiness:
        """Return ready while it can answer, and reach the database and at least one platform; with what is degraded."""
        reasons = {
            f"knowledge {problem.where}": f"{problem.what} {problem.fix}".strip() for problem in self._watcher.trouble
        }
        if learning := self._learning():
            reasons["starting"] = learning
        reasons |= {subject: said for subject, say in self._degraded.items() if (said := say())}
        for problems in self._problems:
            reasons |= problems()
        health = {adapter.platform: adapter.health() for adapter in self._adapters}
        reasons |= {name: state.reason for name, state in health.items() if state.reason}
        connected = any(state.ready for state in health.values())
        try:
            async with asyncio.timeout(_TIMEOUT):
                found = await self._store.read(_outbox_state)
        except StoreUnavailable as error:
            return Readiness(ready=False, reasons=reasons | {"database": str(error)})
        except TimeoutError:
            return Readiness(ready=False, reasons=reasons | {"database": f"No answer within {_TIMEOUT:.0f} s."})
        if found.late > LATE:
            reasons["outbox"] = f"the oldest message has been waiting for {found.late:.0f} s"
        if found.backlog.dead:
            reasons["undelivered"] = f"{found.backlog.dead} messages or timers were given up; the log says why"
        reasons |= _inbox_reasons(found)
        reasons |= _unreachable(found.refused)
        if problem := self._database_problem():
            return Readiness(ready=False, reasons=reasons | {"database": problem})
        return Readiness(ready=connected and not learning, reasons=reasons)

    async def metrics(self) -> Iterable[Metric]:
        """Return the numbers of cases, of rows in the outbox, and of answers and problems in the knowledge base.

        Raises StoreUnavailable if the database cannot be reached.
        """
        backlog, counted, inbox = await self._store.read(
            lambda tx: (tx.jobs.backlog(), tx.cases.counts(), tx.inbox.backlog())
        )
        cases: dict[tuple[tuple[str, str], ...], float] = {
            (("kind", kind.value), ("state", state.value)): float(number) for (kind, state), number in counted.items()
        }
        answers = float(len(self._watcher.knowledge.answering))
        return (
            Metric("policydesk_cases", "gauge", "Cases by kind and state.", cases),
            Metric("policydesk_inbox_waiting", "gauge", "Messages not decided yet.", {(): float(inbox.waiting)}),
            Metric("policydesk_inbox_unidentified", "gauge", "Those of unknown people.", {(): float(inbox.held)}),
            Metric("policydesk_outbox_pending", "gauge", "Messages and timers waiting.", {(): float(backlog.pending)}),
            Metric("policydesk_outbox_due", "gauge", "Messages and timers that are due.", {(): float(backlog.due)}),
            Metric(
                "policydesk_outbox_dead", "gauge", "Messages and timers that were given up.", {(): float(backlog.dead)}
            ),
            Metric("policydesk_answers", "gauge", "Answers in the knowledge base.", {(): answers}),
            Metric("policydesk_knowledge_problems", "gauge", "Problems.", {(): float(len(self._watcher.trouble))}),
        )


@dataclass(frozen=True, slots=True)
class _OutboxState:
    """What the outbox holds that readiness tells of."""

    backlog: Backlog
    refused: Sequence[Job]
    inbox: InboxBacklog
    waited: float
    """Seconds since the first message in the inbox is due, apart from those of unknown people."""
    late: float
    """Seconds since when the oldest job is due that nothing blocks, by the database, whether a relay runs or not."""


def _outbox_state(tx: Transaction) -> _OutboxState:
    next_due = tx.jobs.next_due()
    late = (tx.now - next_due).total_seconds() if next_due else 0.0
    inbox = tx.inbox.backlog()
    waited = (tx.now - inbox.oldest_due).total_seconds() if inbox.oldest_due else 0.0
    return _OutboxState(tx.jobs.backlog(), tx.jobs.reposts(), inbox, waited, late)


def _inbox_reasons(found: _OutboxState) -> dict[str, str]:
    """Return what is degraded about the messages that wait to be decided."""
    reasons = {}
    if found.waited > LATE:
        reasons["inbox"] = f"the oldest message has been waiting to be answered for {found.waited:.0f} s"
    if found.inbox.held:
        reasons["people"] = f"messages that wait until their platform says who wrote them: {found.inbox.held}"
    return reasons


def _unreachable(refused: Sequence[Job]) -> dict[str, str]:
    """Return, by press channel, how many cards it has refused and its latest reason."""
    reasons: dict[str, list[str]] = {}
    for job in refused:
        try:
            delivery = outbox.read(job)
        except ValueError:  # a later release wrote it, which runs beside us and reports it
            continue
        if isinstance(delivery, Repost):
            reasons.setdefault(str(delivery.channel), []).append(job.last_error or delivery.why)
        elif isinstance(delivery, Send):  # the card of a Repost that is due, just now on its way
            reasons.setdefault(str(delivery.to), []).append(job.last_error)
    return {
        f"press channel {channel}": f"{len(why)} cards were refused and are offered again: {why[-1]}"
        for channel, why in reasons.items()
    }
