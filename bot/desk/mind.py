"""What the desk knows just now: a knowledge base and the matcher made from it, swapped as one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.knowledge.model import Knowledge
from bot.matching.match import Match
from bot.matching.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Mind:
    """A matcher never answers from another knowledge base than the one it was made from."""

    knowledge: Knowledge
    matcher: Matcher


class Minds:
    """The current Mind; matching happens in a thread of its own, so that the event loop is never held."""

    def __init__(self, mind: Mind) -> None:
        self.current = mind
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="matcher")

    async def match(self, text: str, previous: str = "") -> tuple[Mind, Match]:
        """The match, and the mind that made it. `previous` is what a follow-up is read with."""
        mind = self.current
        loop = asyncio.get_running_loop()
        return mind, await loop.run_in_executor(self._thread, mind.matcher.match, text, previous)

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)
