"""What lets many sequences run in little time: the real desk without changes of thread, which cost more than its work.

What threads may do to one another has its own tests (`storage/test_executors`, `tests/chaos`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.match import Match
from bot.storage.engine import Store
from bot.storage.transaction import Transaction

T = TypeVar("T")
_MADE_UP = re.compile(r"word\d+x")


class PromptStore(Store):
    """Each work in a transaction of its own, in the thread that asks."""

    async def run(self, work: Callable[[Transaction], T]) -> T:
        with self.transaction() as tx:
            return work(tx)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return await self.run(work)


class PromptKnowledge(ActiveKnowledge):
    """Matches each text once; the words that a sequence makes up to tell messages apart are all alike to a matcher."""

    def __init__(self, loaded_knowledge: LoadedKnowledge) -> None:
        super().__init__(loaded_knowledge)
        self._known: dict[tuple[str, str], Match] = {}

    async def match(self, text: str, previous: str = "") -> tuple[LoadedKnowledge, Match]:
        asked = _MADE_UP.sub("word", text), _MADE_UP.sub("word", previous)
        if asked not in self._known:
            _, self._known[asked] = await super().match(*asked)
        return self.current, self._known[asked]
