"""A desk that serves clears its memory after `policydesk forget`, which runs in another process.

The command leaves a mark in the database. Every desk that serves from it looks at the mark and, when it is a new one,
drops all that it holds in memory of people: what it needs of it is read again.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable

from bot.errors import StoreUnavailable
from bot.storage.engine import Store

log = logging.getLogger(__name__)

INTERVAL = 20.0
"""Seconds between two looks. A person is out of memory within a minute."""


async def forget_when_told(store: Store, caches: Iterable[Callable[[], None]], interval: float = INTERVAL) -> None:
    """Look at the mark again and again, until cancelled. `caches` are functions that each empty a cache."""
    seen = ""  # so the first look clears too: somebody may have been forgotten since the process started
    while True:
        try:
            mark = await store.read(lambda tx: tx.erasure.mark())
        except StoreUnavailable as error:
            log.warning("Whether somebody was forgotten is not known: %s", error)
        else:
            if mark != seen:
                clear_function_caches()
                for clear in caches:
                    clear()
                log.info("Somebody was forgotten, so what memory held of people was cleared.")
            seen = mark
        await asyncio.sleep(interval)


def clear_function_caches() -> None:
    """Empty the caches of all functions of the desk and its adapters. Their arguments may be a person's words."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"bot", "adapters"}:
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()
