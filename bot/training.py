"""Training in a process of its own: it takes seconds and memory that the serving process need not have."""

from __future__ import annotations

import asyncio
import os
import signal
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Thread

from bot.errors import KnowledgeError, Problem
from bot.knowledge.model import Knowledge
from bot.matching import kept
from bot.matching.matcher import Matcher, Options


async def train(knowledge: Knowledge, options: Options) -> Matcher:
    """The matcher that is kept, or one that is trained elsewhere.

    The process ends with the training, and with whoever asked for it, however that ends.

    Raises KnowledgeError when it ended without a result; what a defect of ours says of itself is on stderr.
    """
    if found := await asyncio.to_thread(lambda: kept.read(kept.place(knowledge, options))):
        return found
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_build, args=(sending, knowledge, options), name="training", daemon=True)
    process.start()
    sending.close()  # the other process has its own end; while ours is open nobody would notice that it closed
    try:
        matcher: Matcher = await asyncio.to_thread(receiving.recv)
    except EOFError:
        what = "the answers could not be learned: the process that does it ended."
        raise KnowledgeError(Problem("", what, "Is there enough memory?")) from None
    finally:
        process.kill()  # also when the waiting was cancelled: it ends the thread that receives
        process.join()
    return matcher


def _build(sending: Connection, knowledge: Knowledge, options: Options) -> None:
    # Ctrl-C and a service manager tell every process; it is the parent that decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    sending.send(kept.trained(knowledge, options, kept.place(knowledge, options)))


def _end_with_parent() -> None:
    """A parent that is killed cannot tell, and nobody waits for the result any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
