"""Waiting in tests: for something that comes true, never for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = 30.0  # seconds, on a busy machine
_PAUSE = 0.01
_A_WHILE = 0.05


async def until(look: Callable[[], T], within: float = _PATIENCE) -> T:
    """What `look` finds, once it finds something; TimeoutError where it does not.

    For what tells nobody when it happens. It looks in a thread, since it may have to wait for a database.
    """
    return await insist(partial(asyncio.to_thread, look), within)


async def insist(act: Callable[[], Awaitable[T]], within: float = _PATIENCE) -> T:
    """Do something again and again, until something comes of it."""
    async with asyncio.timeout(within):
        while not (found := await act()):  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(_PAUSE)
        return found


async def goes_on(task: asyncio.Task[T]) -> bool:
    """Whether a task still runs after a while: that something does not happen nothing but time can show."""
    done, _ = await asyncio.wait([task], timeout=_A_WHILE)
    return not done
