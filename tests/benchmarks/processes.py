"""Processes that are measured: how they are served, and what they take.

What one and those that it has started take is counted together: the desk's matcher lives in one of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from aiohttp import ClientError, ClientSession

_SERVE = "import sys; from bot.cli.main import main; sys.exit(main(['serve', '--config', sys.argv[1]]))"
_READY_WITHIN = 900  # seconds: answers that nobody has learned yet are learned first


@asynccontextmanager
async def process(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], ready: Callable[[], Awaitable[bool]]
) -> AsyncIterator[int]:
    """A process, from when it is ready; its id."""
    with (folder / "log").open("ab") as log:
        started = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)  # noqa: ASYNC220 - forks at once
    try:
        async with asyncio.timeout(_READY_WITHIN):
            while not await ready():
                assert started.poll() is None, (folder / "log").read_text()[-2000:]
                await asyncio.sleep(0.2)
        yield started.pid
    finally:
        started.terminate()
        await asyncio.to_thread(started.wait, 30)


@asynccontextmanager
async def serve(
    settings: Mapping[str, Any], port: int, folder: Path, environment: Mapping[str, str], session: ClientSession
) -> AsyncIterator[int]:
    """`policydesk serve` with these settings, on this port, from when it is ready; its process id."""
    config = folder / "policydesk.json"
    config.write_text(json.dumps({**settings, "server": {"port": port}}), encoding="utf-8")

    async def ready() -> bool:
        with suppress(ClientError):
            async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return answer.status == 200
        return False

    async with process([sys.executable, "-c", _SERVE, str(config)], folder, environment, ready) as pid:
        yield pid


def worked(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    return sum(times.user + times.system for times in (each.cpu_times() for each in _family(process)))


def resident(process: psutil.Process) -> int:
    """Bytes."""
    return sum(each.memory_info().rss for each in _family(process))


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]
