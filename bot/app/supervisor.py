"""The supervisor: keeps the tasks running that last as long as the desk, and reports those that fail."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.queue.outbox_transactions import describe

log = logging.getLogger(__name__)

FIRST_DELAY = 1.0
"""Seconds before a task that failed is started again. The delay doubles with each further failure."""

LONGEST_DELAY = 60.0
"""The longest such delay, in seconds."""

WINDOW = 600.0
"""Seconds for which a failure counts. A task that ran so long without one is well again."""

MOST_FAILURES = 5
"""How many failures of one task within the window end the process."""


@dataclass(slots=True)
class _TaskRecord:
    """The failures of one task."""

    last: str = ""
    """Type and place of the last failure."""
    total: int = 0
    in_a_row: int = 0
    """Failures since the task last ran for a whole window without one."""
    times: list[float] = field(default_factory=list)
    """When it failed, by the monotonic clock; those within the window."""

    def add(self, what: str) -> None:
        now = time.monotonic()
        self.times = [at for at in self.times if now - at < WINDOW]
        self.in_a_row = self.in_a_row + 1 if self.times else 1
        self.times.append(now)
        self.last, self.total = what, self.total + 1

    @property
    def delay(self) -> float:
        return float(min(LONGEST_DELAY, FIRST_DELAY * 2 ** (self.in_a_row - 1)))

    @property
    def keeps_failing(self) -> bool:
        return len(self.times) >= MOST_FAILURES

    @property
    def is_well(self) -> bool:
        return not self.times or time.monotonic() - self.times[-1] >= WINDOW


class Supervisor:
    """Starts tasks, restarts one that fails after a growing delay, and gives up when it keeps failing.

    `start` is a `ports.StartTask`.
    """

    def __init__(self) -> None:
        self._records: dict[str, _TaskRecord] = {}
        self._stopping = asyncio.Event()
        self._gave_up = asyncio.Event()

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Run `work` as a task, see `ports.StartTask`."""
        return asyncio.create_task(self._keep_running(name, work), name=name)

    def stop(self) -> None:
        """Start no task again from now on. Those that run go on until they are cancelled or end."""
        self._stopping.set()

    @property
    def has_given_up(self) -> bool:
        """Whether a task keeps failing, so that the process has to end."""
        return self._gave_up.is_set()

    async def gave_up(self) -> None:
        """Wait until a task keeps failing."""
        await self._gave_up.wait()

    def problems(self) -> Mapping[str, str]:
        """Return, by task, how the tasks failed that were not well for a whole window."""
        return {
            f"task {name}": f"{record.last}, {_restarts(record)}"
            for name, record in self._records.items()
            if not record.is_well
        }

    async def _keep_running(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await work()
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                record = self._records.setdefault(name, _TaskRecord())
                record.add(describe(error))
            else:
                return
            if self._stopping.is_set():
                log.error("Task %s failed while the desk stops: %s", name, record.last)
                return
            if record.keeps_failing:
                log.critical("Task %s keeps failing, the process ends: %s", name, record.last)
                self._gave_up.set()
                return
            log.error("Task %s failed, it starts again in %.0f s: %s", name, record.delay, record.last)
            with suppress(TimeoutError):
                async with asyncio.timeout(record.delay):
                    await self._stopping.wait()
                    return


def _is_cancelled() -> bool:
    """Return whether somebody cancelled this task; a CancelledError may also come from what the task awaits."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _restarts(record: _TaskRecord) -> str:
    if record.keeps_failing:
        return "given up: the process ends"
    return "restarted once" if record.total == 1 else f"restarted {record.total} times"
