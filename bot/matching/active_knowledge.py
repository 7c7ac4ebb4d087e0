"""The knowledge base that the desk answers from now, with the matcher made from it. They are replaced as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

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
    matcher: Matching


class ActiveKnowledge:
    """Holds what is loaded now as `current`."""

    def __init__(self, loaded: LoadedKnowledge) -> None:
        self.current = loaded

    @property
    def is_ready(self) -> bool:
        """Whether messages can be matched."""
        return True

    async def match(self, text: str, previous: str = "") -> tuple[LoadedKnowledge, Match]:
        """Return the match, and the knowledge that it was made with: it may be replaced meanwhile.

        A message without words need not be matched, and so does not wait for the matcher.
        """
        loaded = self.current
        if not text.strip():
            return loaded, Match("unknown")
        return loaded, await loaded.matcher.match(text, previous)
