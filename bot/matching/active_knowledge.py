"""The knowledge base that the desk answers from now, with the matcher made from it. They are replaced as one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from bot.errors import StoreUnavailable
from bot.knowledge.model import Knowledge
from bot.matching.match import Match


class Matching(Protocol):
    """A matcher that does not hold the event loop, because it runs in a process of its own."""

    async def match(self, text: str, previous: str = "") -> Match:
        """Match one message. `previous` is the question that a follow-up is read with."""


@dataclass(frozen=True, slots=True)
class LoadedKnowledge:
    """A knowledge base and the matcher that was made from it, and never from another."""

    knowledge: Knowledge
    matcher: Matching | None
    """None while the answers are learned, after the start of a desk. Everything that needs no match works then."""


class ActiveKnowledge:
    """Holds what is loaded now as `current`. It gets a matcher once, and is not without one afterwards."""

    def __init__(self, loaded: LoadedKnowledge) -> None:
        self._settled = asyncio.Event()
        """Set when there is a matcher, or when none will come."""
        self.current = loaded

    @property
    def current(self) -> LoadedKnowledge:
        """The knowledge base and its matcher."""
        return self._current

    @current.setter
    def current(self, loaded: LoadedKnowledge) -> None:
        self._current = loaded
        if loaded.matcher is not None:
            self._settled.set()

    @property
    def is_ready(self) -> bool:
        """Whether there is a matcher."""
        return self._current.matcher is not None

    async def ready(self) -> None:
        """Wait until there is a matcher. Raises StoreUnavailable if the desk stops before."""
        await self._matched_by()

    def stop_waiting(self) -> None:
        """Tell everybody who waits for a matcher that none will come, because the desk stops."""
        self._settled.set()

    async def match(self, text: str, previous: str = "") -> tuple[LoadedKnowledge, Match]:
        """Return the match, and the knowledge that it was made with: it may be replaced meanwhile.

        While the answers are learned it waits for the matcher, which may take minutes; whoever cannot wait so long sets
        a limit. Raises StoreUnavailable if the desk stops before, so that the event is not acknowledged.

        A message without words need not be matched, and so does not wait.
        """
        if not text.strip():
            return self.current, Match("unknown")
        loaded, matcher = await self._matched_by()
        return loaded, await matcher.match(text, previous)

    async def _matched_by(self) -> tuple[LoadedKnowledge, Matching]:
        await self._settled.wait()
        loaded = self._current
        if loaded.matcher is None:
            raise StoreUnavailable("The desk stops, and has not learned its answers yet.")
        return loaded, loaded.matcher
