"""What a process and those that it has started take together: the desk's matcher lives in one of its own."""

from __future__ import annotations

import psutil


def worked(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    return sum(times.user + times.system for times in (each.cpu_times() for each in _family(process)))


def resident(process: psutil.Process) -> int:
    """Bytes."""
    return sum(each.memory_info().rss for each in _family(process))


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]
