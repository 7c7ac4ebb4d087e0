"""From a question's POST to its answer in the messenger's hands, beside a bare aiohttp application that echoes."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from aiohttp import ClientSession

from bot.app.configuration import SHIPPED_KNOWLEDGE
from bot.knowledge.loader import load
from bot.messages import Address, Person, Said
from tests.chaos.platform import PLATFORM, body_of
from tests.chaos.replicas import Replica, free_port
from tests.postgres import Postgres, binaries

WARM_UP, PACED, SATURATED = 100, 300, 1000
RATE = 30.0  # questions a second, while latency is measured
SENDERS = 16  # at once, while throughput is measured


@dataclass(frozen=True, slots=True)
class Measured:
    """Latencies in ms at a steady pace, messages a second when as many are sent as are taken."""

    p50: float
    p99: float
    rate: float


def run() -> list[str]:
    """A table of both engines."""
    lines = [f"{'':12}{'p50 ms':>10}{'p99 ms':>10}{'messages/s':>12}{'echo p50':>10}{'echo /s':>10}{'ratio /s':>10}"]
    with tempfile.TemporaryDirectory() as folder, _engines(Path(folder)) as engines:
        for name, database in engines:
            desk, echo = asyncio.run(_measure(database, Path(folder)))
            lines.append(
                f"{name:12}{desk.p50:>10.1f}{desk.p99:>10.1f}{desk.rate:>12.0f}"
                f"{echo.p50:>10.1f}{echo.rate:>10.0f}{desk.rate / echo.rate:>10.3f}"
            )
    return lines


@contextmanager
def _engines(folder: Path) -> Iterator[Sequence[tuple[str, str]]]:
    sqlite = ("SQLite", f"sqlite:///{folder}/desk.db")
    found = binaries()
    if found is None:
        yield [sqlite]
        return
    server = Postgres(found)
    try:
        server.start()
        yield [sqlite, ("PostgreSQL", server.create_database())]
    finally:
        server.remove()


async def _measure(database: str, folder: Path) -> tuple[Measured, Measured]:
    chance = Random(1)
    ports, echo_port = (free_port(chance), free_port(chance)), free_port(chance)
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"database": database, "server": {"port": ports[1]}}), encoding="utf-8")
    server = Replica("tests.benchmarks.server", (settings, ports[0], echo_port), ports, folder / "log")
    server.start()
    try:
        await server.ready()
        async with ClientSession() as session:
            client = _Client(session, server.url, f"http://127.0.0.1:{echo_port}")
            return await client.desk(), await client.echo()
    finally:
        server.clean_up()


class _Client:
    def __init__(self, session: ClientSession, desk: str, echo: str) -> None:
        self._session, self._desk, self._echo = session, desk, echo
        self._questions = [question for entry in load(SHIPPED_KNOWLEDGE).answering for question in entry.questions]

    async def desk(self) -> Measured:
        await _saturate(self._ask, range(WARM_UP))
        paced = range(WARM_UP, WARM_UP + PACED)
        asked = await _pace(self._ask, paced)
        handed = await self._handed(paced)
        p50, p99 = _percentiles([handed[number] - asked[number] for number in paced])
        rush = range(paced.stop, paced.stop + SATURATED)
        begun = time.monotonic()
        await _saturate(self._ask, rush)
        handed = await self._handed(rush)
        return Measured(p50, p99, SATURATED / (max(handed.values()) - begun))

    async def echo(self) -> Measured:
        await _saturate(self._call, range(WARM_UP))
        took: list[float] = []

        async def timed(number: int) -> None:
            begun = time.monotonic()
            await self._call(number)
            took.append(time.monotonic() - begun)

        await _pace(timed, range(PACED))
        begun = time.monotonic()
        await _saturate(self._call, range(SATURATED))
        return Measured(*_percentiles(took), SATURATED / (time.monotonic() - begun))

    async def _ask(self, number: int) -> None:
        await self._post(self._desk, number)

    async def _call(self, number: int) -> None:
        await self._post(self._echo, number)

    async def _post(self, url: str, number: int) -> None:
        at = Address(PLATFORM, f"direct/{number}")
        text = self._questions[number % len(self._questions)]
        said = Said(f"event-{number}", Person(PLATFORM, f"staff-{number}"), text, at, at)
        async with self._session.post(f"{url}/said", data=body_of(said)) as response:
            response.raise_for_status()
            await response.read()

    async def _handed(self, numbers: Sequence[int]) -> dict[int, float]:
        """When the answer to each of these questions was handed over; waits until all were."""
        while True:
            async with self._session.get(f"{self._echo}/handed") as response:
                handed = await response.json()
            if all(f"direct/{number}" in handed for number in numbers):
                return {number: handed[f"direct/{number}"] for number in numbers}
            await asyncio.sleep(0.1)


async def _pace(call: Callable[[int], Awaitable[None]], numbers: Sequence[int]) -> dict[int, float]:
    """One after the other at a steady pace, whether or not those before have been answered; when each began."""
    begun: dict[int, float] = {}

    async def one(number: int, at: float) -> None:
        await asyncio.sleep(at - time.monotonic())
        begun[number] = time.monotonic()
        await call(number)

    start = time.monotonic()
    await asyncio.gather(*(one(number, start + place / RATE) for place, number in enumerate(numbers)))
    return begun


async def _saturate(call: Callable[[int], Awaitable[None]], numbers: Sequence[int]) -> None:
    left = iter(numbers)

    async def sender() -> None:
        for number in left:
            await call(number)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000
