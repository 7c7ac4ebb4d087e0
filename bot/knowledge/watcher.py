"""Watching the knowledge folder: every valid state of it is loaded and taken over as a whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch

from bot.errors import KnowledgeError, PolicyDeskError, Problem
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.source_files import Fingerprint, fingerprint

log = logging.getLogger(__name__)

_SETTLE = 0.2  # seconds without a write after which the files are taken as complete
_LOOK_AGAIN = 2.0  # seconds; finds changes that the system does not report, such as a replaced folder

TakeOver = Callable[[Knowledge], Awaitable[None]]
"""Makes the desk answer from this knowledge base; raises a PolicyDeskError if it cannot."""


class KnowledgeWatcher:
    """Holds the last valid knowledge base and watches its folder."""

    knowledge: Knowledge
    """The knowledge base from which the desk answers."""

    trouble: tuple[Problem, ...]
    """Why the folder's present state was not taken over; empty if it was."""

    def __init__(
        self, folder: Path, knowledge: Knowledge, trouble: tuple[Problem, ...] = (), *, require_approval: bool = False
    ) -> None:
        """`trouble` is what was found and logged when `knowledge` was loaded; it is not logged again."""
        self.knowledge = knowledge
        self.trouble = trouble
        self._folder = folder
        self._require_approval = require_approval
        self._seen: Fingerprint | None = None

    async def watch(self, take_over: TakeOver) -> None:
        """Take over every valid state of the folder, until cancelled.

        `take_over` is awaited with each new revision, and `knowledge` changes when it returns. If it raises a
        PolicyDeskError, the old knowledge base stays, `trouble` says why, and the new one is tried again. An OSError,
        for example because too many files are open, has the same effect.
        """
        while True:
            try:
                await self.refresh(take_over)
            except OSError as error:
                self._seen = None
                what = f"The folder could not be looked at: {error.strerror or type(error).__name__}."
                self._refuse((Problem(str(self._folder), what, "It is tried again every few seconds."),))
            await self._wait_for_change()

    async def refresh(self, take_over: TakeOver) -> None:
        """Load the folder if it changed since the last call, and take it over if it is valid."""
        outcome = await self._settled_outcome()
        if isinstance(outcome, KnowledgeError):
            self._refuse(outcome.problems)
        elif outcome is not None:
            await self._accept(outcome, take_over)

    async def _settled_outcome(self) -> Knowledge | KnowledgeError | None:
        """Return what the folder holds once nobody writes to it; None if it did not change since the last call."""
        state = await asyncio.to_thread(fingerprint, self._folder)
        if state == self._seen:
            return None
        while True:
            await asyncio.sleep(_SETTLE)
            outcome = await asyncio.to_thread(self._outcome)
            before, state = state, await asyncio.to_thread(fingerprint, self._folder)
            if before == state:
                self._seen = state
                return outcome

    def _outcome(self) -> Knowledge | KnowledgeError:
        try:
            return load(self._folder, require_approval=self._require_approval)
        except KnowledgeError as error:
            return error

    async def _accept(self, found: Knowledge, take_over: TakeOver) -> None:
        if found.revision != self.knowledge.revision:
            try:
                await take_over(found)
            except PolicyDeskError as error:
                self._seen = None
                self._refuse((Problem(str(self._folder), f"The new answers could not be taken over: {error}"),))
                return
            log.info("knowledge base %s taken over: %d answers", found.revision, len(found.answering))
        elif self.trouble:
            log.info("knowledge base %s is in order again", found.revision)
        self.knowledge = found
        self.trouble = ()

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        if problems != self.trouble:
            for problem in problems:
                log.error("knowledge base not taken over, the last good one stays: %s", problem)
        self.trouble = problems

    async def _wait_for_change(self) -> None:
        """Return when the folder may have changed."""
        timeout = int(_LOOK_AGAIN * 1000)
        try:
            changes = awatch(self._folder, watch_filter=None, step=100, rust_timeout=timeout, yield_on_timeout=True)
            async with aclosing(changes):
                await anext(changes)
        except (OSError, RuntimeError):  # no folder, or the system cannot watch it: look at intervals
            await asyncio.sleep(_LOOK_AGAIN)
