"""Processes of a storm: the sink, and servers that are killed and started again where they were."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import psutil
from aiohttp import ClientError, ClientSession, ClientTimeout

_READY_WITHIN = 180.0  # seconds


def start(module: str, *arguments: object, log: Path, stdout: int | None = None) -> subprocess.Popen[bytes]:
    """`python -m module arguments`, with what it logs appended to a file, leading a session of its own."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with log.open("ab") as errors:
        return subprocess.Popen(command, stdout=stdout, stderr=errors, start_new_session=True)


def free_port(chance: Random) -> int:
    """One below those that the system gives to outgoing connections: nobody takes it while its server is down."""
    while True:
        port = chance.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Replica:
    """One server: `python -m module arguments`. Its ports, for events and for operations, outlast it."""

    def __init__(self, module: str, arguments: Sequence[object], ports: tuple[int, int], log: Path) -> None:
        self.url = f"http://127.0.0.1:{ports[0]}"
        self._operations = f"http://127.0.0.1:{ports[1]}"
        self._module, self._arguments, self._log = module, arguments, log
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: list[int] = []

    def start(self) -> None:
        self._process = start(self._module, *self._arguments, log=self._log)
        self._sessions.append(self._process.pid)

    async def ready(self) -> float:
        """Wait for it; how many seconds that took. RuntimeError when it ended instead."""
        begun = time.monotonic()
        async with ClientSession(timeout=ClientTimeout(total=5)) as session:
            while time.monotonic() - begun < _READY_WITHIN:
                assert self._process is not None
                if self._process.poll() is not None:
                    break
                try:
                    async with session.get(f"{self._operations}/readyz") as response:
                        if response.ok:
                            return time.monotonic() - begun
                except (ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.05)
        raise RuntimeError(f"the server did not become ready; its log: {self._log}")

    def kill(self) -> None:
        """`kill -9`: the server alone, and not what it has started."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def suspend_children(self) -> None:
        """Stop what it has started, such as its matcher, where it is: it hangs. `clean_up` ends it."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children(recursive=True):
            child.suspend()

    async def stop(self) -> int:
        """As an operator would; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return await asyncio.to_thread(self._process.wait, 30)

    def left_behind(self) -> Sequence[int]:
        """Processes that outlived the servers which started them. One that nobody has buried yet has ended."""
        alive = psutil.process_iter(["status"])
        dead = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return [each.pid for each in alive if each.info["status"] not in dead and _session(each.pid) in self._sessions]

    def clean_up(self) -> None:
        """Whatever is left, of this replica alone."""
        for session in self._sessions:
            try:
                os.killpg(session, signal.SIGKILL)
            except ProcessLookupError:
                continue


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0
