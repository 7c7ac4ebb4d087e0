"""The knowledge that a serving desk answers from: how it is loaded, learned, and replaced while the desk serves."""

from __future__ import annotations

import asyncio
import gc
import logging
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import KnowledgeError, Problem
from bot.knowledge import snapshot
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.watcher import KnowledgeWatcher
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.options import Options
from bot.matching.process.matcher_process import MatcherProcess
from bot.ports import Clock
from bot.storage.engine import Store

log = logging.getLogger(__name__)

_EXAMPLES = 3
_EXAMPLE_WORDS = range(5, 13)  # shorter ones are no sentences, longer ones do not fit on a button


class KnowledgeUpdates:
    """Replaces the active knowledge, with the process that matches for it, whenever the folder changes.

    `active` is what the desk answers from, `watcher` says whether the folder as it is now could be used.
    """

    def __init__(
        self, watcher: KnowledgeWatcher, worker: MatcherProcess, options: Options, store: Store, clock: Clock
    ) -> None:
        self.active = ActiveKnowledge(LoadedKnowledge(watcher.knowledge, worker))
        self.watcher = watcher
        self._worker = worker
        self._options = options
        self._store = store
        self._clock = clock
        self._learned_at: datetime = clock.now()

    @classmethod
    async def begin(cls, folder: Path, options: Options, store: Store, clock: Clock) -> KnowledgeUpdates:
        """Load the folder and learn it. `close` ends the process that was started for it.

        If the folder is broken, the last good knowledge base of this database is used, so that a restart loses no
        answers. Raises KnowledgeError if there is none, and if what was loaded cannot be learned.
        """
        knowledge, problems = await _load_last_good(folder, store)
        worker = await _learn_and_store(knowledge, options, store)
        if worker.missing:
            log.warning("%s", worker.missing)
        return cls(KnowledgeWatcher(folder, knowledge, problems), worker, options, store, clock)

    async def watch(self) -> None:
        """Take over every good state of the folder, until cancelled."""
        await self.watcher.watch(self.take_over)

    async def take_over(self, knowledge: Knowledge) -> None:
        """Answer from this knowledge from now on. The worker before answers what it was asked, then ends.

        Raises a PolicyDeskError if it cannot be learned or stored; then the knowledge before stays active.
        """
        worker = await _learn_and_store(knowledge, self._options, self._store)
        before, self._worker = self._worker, worker
        self.active.current = LoadedKnowledge(knowledge, worker)
        await before.retire()
        self._learned_at = self._clock.now()

    async def close(self) -> None:
        """End the process that matches."""
        await self._worker.close()

    def missing(self) -> str:
        """Return what the matcher has to do without, as a sentence; empty if nothing is missing."""
        return self._worker.missing

    def adapter(self) -> str:
        """Return the name of what the encoder learned from the knowledge base; empty if it has learned nothing."""
        return self._worker.adapter

    def status_line(self, zone: ZoneInfo) -> str:
        """Return how many answers are active and since when, for the head of the browser console."""
        answers = len(self.active.current.knowledge.answering)
        broken = " · a file in the folder is broken, see /readyz" if self.watcher.trouble else ""
        return f"knowledge: {answers} answers, checked {self._learned_at.astimezone(zone):%H:%M}{broken}"

    def example_questions(self) -> list[str]:
        """Return up to three questions from different places of the knowledge base; whole sentences if it has any."""
        entries = self.active.current.knowledge.answering
        sentences = [first[0] for entry in entries if (first := list(filter(_is_short_sentence, entry.questions)))]
        step = max(1, len(sentences) // _EXAMPLES)
        return sentences[::step][:_EXAMPLES] or [entry.questions[0] for entry in entries[:_EXAMPLES]]


async def _load_last_good(folder: Path, store: Store) -> tuple[Knowledge, tuple[Problem, ...]]:
    """Return the folder's knowledge base, or the last one that was stored and the problems of the folder."""
    try:
        return await asyncio.to_thread(load, folder), ()
    except KnowledgeError as error:
        stored = await store.run(lambda tx: tx.snapshots.latest())
        if stored is None:
            raise
        for problem in error.problems:
            log.error("knowledge base not taken over, the last good one stays: %s", problem)  # noqa: TRY400
        _, text = stored
        return snapshot.loads(text), error.problems


async def _learn_and_store(knowledge: Knowledge, options: Options, store: Store) -> MatcherProcess:
    """Return the process that has learned a knowledge base, which is stored as the last good one."""
    worker = await MatcherProcess.start(knowledge, options)
    gc.freeze()  # what was just loaded stays for days: the garbage collector, which stops everything, leaves it out
    text = snapshot.dumps(knowledge)
    try:
        await store.run(lambda tx: tx.snapshots.put(knowledge.revision, text))
    except BaseException:
        await worker.close()
        raise
    return worker


def _is_short_sentence(question: str) -> bool:
    return question.endswith("?") and len(question.split()) in _EXAMPLE_WORDS
