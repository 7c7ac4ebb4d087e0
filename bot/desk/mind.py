"""What the desk knows just now: a knowledge base and the matcher made from it, swapped as one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from bot.knowledge.model import Knowledge
from bot.matching.match import Match


class Matching(Protocol):
    """What says of a message what it asks: a Matcher, or a Worker that has one."""

    def match(self, text: str, previous: str = "") -> Match:
        """Judge one message. `previous` is what a follow-up is read with."""


@dataclass(frozen=True, slots=True)
class Mind:
    """A matcher never answers from another knowledge base than the one it was made from."""

    knowledge: Knowledge
    matcher: Matching


class Minds:
    """The current Mind; whoever matches is waited for in a thread, so that the event loop is never held."""

    def __init__(self, mind: Mind) -> None:
        self.current = mind
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="matcher")

    async def match(self, text: str, previous: str = "") -> tuple[Mind, Match]:
        """The match, and the mind that made it. `previous` is what a follow-up is read with."""
        mind = self.current
        loop = asyncio.get_running_loop()
        return mind, await loop.run_in_executor(self._thread, mind.matcher.match, text, previous)

    async def take_over(self, mind: Mind) -> None:
        """From now on it is this one; when this returns, the one before has answered all that it was asked."""
        self.current = mind
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: None)

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)
