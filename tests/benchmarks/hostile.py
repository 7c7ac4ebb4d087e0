"""What the messages of `tests/hostile.py` cost the matcher, and how long another person waits meanwhile."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter, process_time

from bot.app.configuration import SHIPPED_KNOWLEDGE
from bot.knowledge.loader import load
from bot.matching.options import Options
from bot.matching.process import model_cache
from bot.matching.process.matcher_process import MatcherProcess
from tests.hostile import HOSTILE

_ROUNDS = 3
_QUESTION = "can I use my work email for twiter"


def run(messages: Mapping[str, str] = HOSTILE) -> list[str]:
    """A line per message, the costliest first: time of the processor and on the clock, and the other person's wait."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(messages, Options(cache=Path(folder))))


async def _measured(messages: Mapping[str, str], options: Options) -> list[str]:
    knowledge = load(SHIPPED_KNOWLEDGE)
    matcher = model_cache.matcher_for(knowledge, options)
    process = await MatcherProcess.start(knowledge, options)
    await process.match(_QUESTION)
    matcher.match(_QUESTION)
    try:
        rows = []
        for name, text in messages.items():
            begun, used = perf_counter(), process_time()
            matcher.match(text)
            cost, took = process_time() - used, perf_counter() - begun
            rows.append((cost, took, max([await _waited(process, text) for _ in range(_ROUNDS)]), name))
    finally:
        await process.close()
    lines = [_line(name, cost, took, waited) for cost, took, waited, name in sorted(rows, reverse=True)]
    worst = [max(column) for column in list(zip(*rows, strict=True))[:3]]
    return [*lines, _line("the worst of each column", *worst)]


async def _waited(process: MatcherProcess, text: str) -> float:
    """Seconds until a question is matched that another person asks just after this message."""
    hostile = asyncio.create_task(process.match(text))
    await asyncio.sleep(0)
    begun = perf_counter()
    await process.match(_QUESTION)
    waited = perf_counter() - begun
    await hostile
    return waited


def _line(name: str, cost: float, took: float, waited: float) -> str:
    figures = [f"{1000 * seconds:.0f} ms" for seconds in (cost, took, waited)]
    return f"{name}: {figures[0]} of the processor, {figures[1]} on the clock; another person waits {figures[2]}"


if __name__ == "__main__":
    print("\n".join(run()))
