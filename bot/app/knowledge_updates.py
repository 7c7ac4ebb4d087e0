"""The knowledge that a serving desk answers from: how it is loaded, learned, and replaced while the desk serves."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import KnowledgeError, Problem, StoreUnavailable
from bot.knowledge import snapshot
from bot.knowledge.contacts import Contact, with_contacts
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.watcher import KnowledgeWatcher
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.options import Options
from bot.matching.process.matcher_process import MatcherProcess
from bot.ports import Clock
from bot.storage.engine import Store

log = logging.getLogger(__name__)

_STORE_AGAIN = 1.0  # seconds
_EXAMPLES = 3
_EXAMPLE_WORDS = range(5, 13)  # shorter ones are no sentences, longer ones do not fit on a button


class KnowledgeUpdates:
    """Loads the knowledge base, learns it, and replaces it with its matcher whenever the folder changes.

    `active` is what the desk answers from, `watcher` says whether the folder as it is now could be used.
    """

    def __init__(
        self, watcher: KnowledgeWatcher, options: Options, store: Store, clock: Clock, contacts: Mapping[str, Contact]
    ) -> None:
        """For a knowledge base that is loaded and not learned yet; use `load` instead."""
        self.active = ActiveKnowledge(LoadedKnowledge(with_contacts(watcher.knowledge, contacts), None))
        self.watcher = watcher
        self._worker: MatcherProcess | None = None
        self._began_at = time.monotonic()
        self._step = ""
        self._options = options
        self._store = store
        self._clock = clock
        self._contacts = contacts
        self._learned_at: datetime = clock.now()

    @classmethod
    async def load(
        cls,
        folder: Path,
        options: Options,
        store: Store,
        clock: Clock,
        *,
        contacts: Mapping[str, Contact] | None = None,
        require_approval: bool = False,
    ) -> KnowledgeUpdates:
        """Load the folder, which takes a moment. Everything that needs no match works afterwards.

        `contacts` are those that answers may name. With `require_approval`, answers that nobody approved are drafts.
        If the folder is broken, the last good knowledge base of this database is used, so that a restart loses no
        answers. Raises KnowledgeError if there is none.
        """
        knowledge, problems = await _load_last_good(folder, store, require_approval=require_approval)
        watcher = KnowledgeWatcher(folder, knowledge, problems, require_approval=require_approval)
        return cls(watcher, options, store, clock, contacts or {})

    async def learn(self) -> None:
        """Learn what was loaded, which may take minutes, and answer from it. `close` ends the process that matches.

        Raises a PolicyDeskError if it cannot be learned. While the database cannot be reached it waits.
        """
        knowledge = self.watcher.knowledge
        worker = self._worker = await MatcherProcess.start(knowledge, self._options, begin=self._begin_step)
        if worker.missing:
            log.warning("%s", worker.missing)
        await self._store_patiently(knowledge)
        self._answer_from(knowledge, worker)

    async def watch(self) -> None:
        """Take over every good state of the folder, until cancelled."""
        await self.watcher.watch(self.take_over)

    async def take_over(self, knowledge: Knowledge) -> None:
        """Answer from this knowledge from now on. The worker before answers what it was asked, then ends.

        Raises a PolicyDeskError if it cannot be learned or stored; then the knowledge before stays active.
        """
        worker = await MatcherProcess.start(knowledge, self._options)
        try:
            await _store(knowledge, self._store)
        except BaseException:
            await worker.close()
            raise
        before, self._worker = self._worker, worker
        self._answer_from(knowledge, worker)
        if before is not None:
            await before.retire()

    async def close(self) -> None:
        """End the process that matches. A message that waits for the answers to be learned is refused."""
        self.active.stop_waiting()
        if self._worker is not None:
            await self._worker.close()

    def missing(self) -> str:
        """Return what the matcher has to do without, as a sentence; empty if nothing is missing."""
        return self._worker.missing if self._worker is not None else ""

    def learning(self) -> str:
        """Return how far the first learning is, for an operator; empty once the desk can answer."""
        if self.active.is_ready:
            return ""
        so_far = f"{time.monotonic() - self._began_at:.0f} s so far"
        return f"learning the answers: {self._step}, {so_far}" if self._step else f"learning the answers: {so_far}"

    def status_line(self, zone: ZoneInfo) -> str:
        """Return how far the learning is, or how many answers are active and since when, for the console's page."""
        if learning := self.learning():
            return f"{learning}; what you ask is answered then"
        answers = len(self.active.current.knowledge.answering)
        broken = " · a file in the folder is broken, see /readyz" if self.watcher.trouble else ""
        return f"knowledge: {answers} answers, checked {self._learned_at.astimezone(zone):%H:%M}{broken}"

    def example_questions(self) -> list[str]:
        """Return up to three questions from different places of the knowledge base; whole sentences if it has any."""
        entries = self.active.current.knowledge.answering
        sentences = [first[0] for entry in entries if (first := list(filter(_is_short_sentence, entry.questions)))]
        step = max(1, len(sentences) // _EXAMPLES)
        return sentences[::step][:_EXAMPLES] or [entry.questions[0] for entry in entries[:_EXAMPLES]]

    def _begin_step(self, step: str) -> None:
        self._step = step

    def _answer_from(self, knowledge: Knowledge, worker: MatcherProcess) -> None:
        gc.freeze()  # what was just loaded stays for days: the garbage collector, which stops everything, leaves it out
        self.active.current = LoadedKnowledge(with_contacts(knowledge, self._contacts), worker)
        self._learned_at = self._clock.now()

    async def _store_patiently(self, knowledge: Knowledge) -> None:
        """Store it as the last good one. Nothing can be answered while the database cannot be reached."""
        while True:
            try:
                return await _store(knowledge, self._store)
            except StoreUnavailable as error:
                log.warning("The answers are learned, and wait for the database: %s", error)
            await asyncio.sleep(_STORE_AGAIN)


async def _load_last_good(
    folder: Path, store: Store, *, require_approval: bool
) -> tuple[Knowledge, tuple[Problem, ...]]:
    """Return the folder's knowledge base, or the last one that was stored and the problems of the folder."""
    try:
        return await asyncio.to_thread(load, folder, require_approval=require_approval), ()
    except KnowledgeError as error:
        stored = await store.run(lambda tx: tx.snapshots.latest())
        if stored is None:
            raise
        for problem in error.problems:
            log.error("knowledge base not taken over, the last good one stays: %s", problem)  # noqa: TRY400
        _, text = stored
        return snapshot.loads(text), error.problems


async def _store(knowledge: Knowledge, store: Store) -> None:
    """Store a knowledge base that was learned as the last good one."""
    text = snapshot.dumps(knowledge)
    await store.run(lambda tx: tx.snapshots.put(knowledge.revision, text))


def _is_short_sentence(question: str) -> bool:
    return question.endswith("?") and len(question.split()) in _EXAMPLE_WORDS
