"""Training in a process of its own: it takes seconds and memory that the serving process need not have."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Thread

from bot.errors import KnowledgeError, Problem
from bot.knowledge.model import Knowledge
from bot.matching import kept, pickling
from bot.matching.matcher import Matcher, Options


async def train(knowledge: Knowledge, options: Options) -> Matcher:
    """The matcher that is kept, or one that is trained elsewhere.

    The process ends with the training, and with whoever asked for it, however that ends.

    Raises KnowledgeError when it ended without a result; what a defect of ours says of itself is on stderr.
    """
    found = await asyncio.to_thread(lambda: kept.read(kept.place(knowledge, options)))
    matcher = found or await _elsewhere(knowledge, options)
    gc.freeze()  # the collector stops everything while it looks around; at what stays for days it need not look again
    return matcher


async def _elsewhere(knowledge: Knowledge, options: Options) -> Matcher:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_build, args=(theirs, options), name="training", daemon=True)
    process.start()
    theirs.close()  # the other process has its own end; while ours is open nobody would notice that it closed
    try:
        matcher = await asyncio.to_thread(_told, ours, knowledge)
    except (EOFError, ConnectionError):
        what = "the answers could not be learned: the process that does it ended."
        raise KnowledgeError(Problem("", what, "Is there enough memory?")) from None
    finally:
        process.kill()  # also when the waiting was cancelled: it ends the thread that receives
        await asyncio.to_thread(process.join)
    return matcher


def _told(connection: Connection, knowledge: Knowledge) -> Matcher:
    connection.send_bytes(pickling.dumps(knowledge))
    return pickling.loads(connection.recv_bytes(), Matcher)


def _build(connection: Connection, options: Options) -> None:
    # Ctrl-C and a service manager tell every process; it is the parent that decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    knowledge = pickling.loads(connection.recv_bytes(), Knowledge)
    connection.send_bytes(pickling.dumps(kept.trained(knowledge, options, kept.place(knowledge, options))))


def _end_with_parent() -> None:
    """A parent that is killed cannot tell, and nobody waits for the result any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
