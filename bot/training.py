"""Training in a process of its own: it takes seconds and memory that the serving process need not have."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread

from bot.knowledge.model import Knowledge
from bot.matching.matcher import Matcher, Options


async def train(knowledge: Knowledge, options: Options) -> Matcher:
    """`Matcher.build`, elsewhere. The process ends with the training, and with the one that asked for it."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_end_with_parent) as process:
        return await loop.run_in_executor(process, Matcher.build, knowledge, options)


def _end_with_parent() -> None:
    """Who is killed cannot tell its processes to stop, and this one holds both ends of the pipe that it waits on."""
    Thread(target=_outlive_nobody, name="parent", daemon=True).start()


def _outlive_nobody() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
