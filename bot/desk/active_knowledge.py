"""What the desk knows just now: a knowledge base and the matcher made from it, swapped as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.knowledge.model import Knowledge
from bot.matching.match import Match


class Matching(Protocol):
    """What says of a message what it asks, without holding the event loop: a MatcherProcess."""

    async def match(self, text: str, previous: str = "") -> Match:
        """Judge one message. `previous` is what a follow-up is read with."""


@dataclass(frozen=True, slots=True)
class LoadedKnowledge:
    """A matcher never answers from another knowledge base than the one it was made from."""

    knowledge: Knowledge
    matcher: Matching


class ActiveKnowledge:
    """The current Mind."""

    def __init__(self, loaded: LoadedKnowledge) -> None:
        self.current = loaded

    async def match(self, text: str, previous: str = "") -> tuple[LoadedKnowledge, Match]:
        """The match, and the mind that made it. `previous` is what a follow-up is read with."""
        loaded = self.current
        return loaded, await loaded.matcher.match(text, previous)
