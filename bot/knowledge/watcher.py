"""The knowledge that the desk answers from: always the last good state of the folder, taken over as a whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch

from bot.errors import KnowledgeError, PolicyDeskError, Problem
from bot.knowledge.folder import Fingerprint, fingerprint
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge

log = logging.getLogger(__name__)

_SETTLE = 0.2  # seconds without a write after which the files count as finished
_LOOK_AGAIN = 2.0  # seconds; notices a folder that was replaced, and disks that report no changes

TakeOver = Callable[[Knowledge], Awaitable[None]]


class KnowledgeWatcher:
    """Holds the last good knowledge base and watches its folder.

    `knowledge` is what is answered from. `trouble` says why the folder as it stands now is not; empty when it is.
    Trouble that is passed in counts as logged.
    """

    def __init__(self, folder: Path, knowledge: Knowledge, trouble: tuple[Problem, ...] = ()) -> None:
        self.knowledge = knowledge
        self.trouble = trouble
        self._folder = folder
        self._seen: Fingerprint | None = None

    async def watch(self, take_over: TakeOver) -> None:
        """Take over every good state of the folder, until cancelled.

        `take_over` is awaited with knowledge of a new revision, and `knowledge` changes when it returns. Where it
        raises a PolicyDeskError the old knowledge stays, `trouble` says so, and it is tried again.
        """
        while True:
            await self.refresh(take_over)
            await self._change()

    async def refresh(self, take_over: TakeOver) -> None:
        """Load the folder if it differs from what was last seen, and take it over if it is good."""
        outcome = await self._settled_outcome()
        if isinstance(outcome, KnowledgeError):
            self._refuse(outcome.problems)
        elif outcome is not None:
            await self._accept(outcome, take_over)

    async def _settled_outcome(self) -> Knowledge | KnowledgeError | None:
        """What the folder holds once nobody is writing to it; None when that was seen before."""
        state = await asyncio.to_thread(fingerprint, self._folder)
        if state == self._seen:
            return None
        while True:
            await asyncio.sleep(_SETTLE)
            outcome = await asyncio.to_thread(_outcome, self._folder)
            before, state = state, await asyncio.to_thread(fingerprint, self._folder)
            if before == state:
                self._seen = state
                return outcome

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

    async def _change(self) -> None:
        """Return when the folder may have changed."""
        timeout = int(_LOOK_AGAIN * 1000)
        try:
            changes = awatch(self._folder, watch_filter=None, step=100, rust_timeout=timeout, yield_on_timeout=True)
            async with aclosing(changes):
                await anext(changes)
        except (OSError, RuntimeError):  # there is no folder, or no watching on this system: look at intervals
            await asyncio.sleep(_LOOK_AGAIN)


def _outcome(folder: Path) -> Knowledge | KnowledgeError:
    try:
        return load(folder)
    except KnowledgeError as error:
        return error
