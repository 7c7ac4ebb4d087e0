"""How long the event loop is held while questions are matched, and while other answers are learned."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.app.configuration import SHIPPED_KNOWLEDGE
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.options import Options
from bot.matching.process.matcher_process import MatcherProcess

_ASKED = 200
_PAUSE = 0.001


def run() -> list[str]:
    """The longest time for which the loop did not come round in each situation.

    Only time in which this process was at work counts: for what it waits while others have the processor it is not to
    blame.
    """
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Options(cache=Path(folder))))


async def _measured(options: Options) -> list[str]:
    knowledge = load(SHIPPED_KNOWLEDGE)
    matchers = [await MatcherProcess.start(knowledge, options)]
    active_knowledge = ActiveKnowledge(LoadedKnowledge(knowledge, matchers[0]))
    listed = [text for entry in knowledge.entries for text in entry.questions]
    asked = listed[:: len(listed) // _ASKED][:_ASKED]
    other = replace(knowledge, revision="other")
    try:
        return [
            await _line("with nothing to do", asyncio.sleep(3)),
            await _line(f"while {len(asked)} questions are matched", _ask(active_knowledge, asked)),
            await _line("while answers are learned and taken over", _learn(active_knowledge, matchers, other, options)),
            await _line(
                "while what was learned before is taken over", _learn(active_knowledge, matchers, other, options)
            ),
        ]
    finally:
        await matchers[0].close()


async def _ask(active_knowledge: ActiveKnowledge, asked: list[str]) -> None:
    for text in asked:
        await active_knowledge.match(text)


async def _learn(
    active_knowledge: ActiveKnowledge, matchers: list[MatcherProcess], knowledge: Knowledge, options: Options
) -> None:
    matchers.append(await MatcherProcess.start(knowledge, options))
    active_knowledge.current = LoadedKnowledge(knowledge, matchers[-1])
    await matchers.pop(0).retire()


async def _line(name: str, work: Coroutine[Any, Any, None]) -> str:
    working = asyncio.create_task(work)
    held = []
    while not working.done():
        before, worked = time.perf_counter(), time.process_time()
        await asyncio.sleep(_PAUSE)
        held.append(min(time.perf_counter() - before - _PAUSE, time.process_time() - worked))
    await working
    held.sort()
    return (
        f"event loop held {name}: at most {held[-1] * 1e3:.1f} ms, 99.9 % {held[-1 - len(held) // 1000] * 1e3:.1f} ms"
    )


if __name__ == "__main__":
    print("\n".join(run()))
