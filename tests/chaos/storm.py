"""One storm: servers under load from outside, killed again and again, with a sink that is not always kind."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientSession

from bot.clock import SystemClock
from bot.knowledge.loader import load
from bot.storage.engine import Store
from tests.chaos.judge import Verdict, judge, read, reminded, unmatched, waiting
from tests.chaos.load import Ledger, Load
from tests.chaos.platform import OFFICERS, PLATFORM, PRESS
from tests.chaos.replicas import Replica, free_port, start
from tests.chaos.sink import Arrival, Faults

KNOWLEDGE = Path(__file__).with_name("knowledge")
_DRAINED_WITHIN = 90.0  # seconds after the last kill and the last fault
_KILLED_WHILE_STARTING = 0.2
_KILLED_IN_A_RUSH = 0.5  # as soon as the first of several messages is acknowledged


@dataclass(frozen=True, slots=True)
class Plan:
    """`pace` is questions and enquiries a second; a server that is up lives for at most `life` seconds."""

    database: str
    replicas: int
    kills: int
    deliveries: int
    pace: tuple[float, float]
    faults: Faults
    life: float = 5.0


@dataclass(frozen=True, slots=True)
class Report:
    """`sink` counts what the sink did with deliveries; `ready` are seconds from a start after a kill to readiness.

    `unmatched` are the messages that waited in the inbox at each kill of a server that was up.
    """

    verdict: Verdict
    ledger: Ledger
    deliveries: int
    sink: Mapping[str, int]
    kills: int
    kills_while_starting: int
    ready: Sequence[float]
    unmatched: Sequence[int]
    seconds: float
    exit_codes: Sequence[int]
    left_behind: int

    @property
    def sound(self) -> bool:
        """What must hold whenever a server dies."""
        return self.verdict == Verdict(duplicates=self.verdict.duplicates) and not (
            any(self.exit_codes) or self.left_behind
        )

    @property
    def passed(self) -> bool:
        """Sound, and at most one duplicate for a kill in the mean of many."""
        return self.sound and self.duplicates_per_kill <= 1

    @property
    def duplicates_per_kill(self) -> float:
        """Of the kills that met a server at work: one that is starting repeats nothing."""
        return self.verdict.duplicates / (self.kills - self.kills_while_starting)


async def storm(plan: Plan, folder: Path, seed: int) -> Report:
    """Everything is started, and ended, here. `folder` holds the logs."""
    chance = Random(seed)
    begun = time.monotonic()
    numbers = (seed, plan.faults.refuse, plan.faults.fail, plan.faults.stall, plan.faults.drop)
    sink = start("tests.chaos.sink", *numbers, log=folder / "sink.log", stdout=subprocess.PIPE)
    replicas: list[Replica] = []
    try:
        assert sink.stdout is not None
        address = (await asyncio.to_thread(sink.stdout.readline)).decode().strip()
        replicas += [replica_of(plan, address, folder, number, chance) for number in range(plan.replicas)]
        async with ClientSession() as session:
            return await _Storm(plan, replicas, address, session, chance).run(begun)
    finally:
        for replica in replicas:
            replica.clean_up()
        sink.kill()
        sink.communicate()


class _Storm:
    def __init__(
        self, plan: Plan, replicas: Sequence[Replica], sink: str, session: ClientSession, chance: Random
    ) -> None:
        self._plan, self._replicas, self._sink, self._session, self._chance = plan, replicas, sink, session, chance
        self._ready: list[float] = []
        self._unmatched: list[int] = []
        self._store = Store(plan.database, SystemClock())
        self._starting: dict[Replica, asyncio.Task[float]] = {}
        self._while_starting = 0

    async def run(self, begun: float) -> Report:
        for replica in self._replicas:
            replica.start()
        await asyncio.gather(*(replica.ready() for replica in self._replicas))
        urls = [replica.url for replica in self._replicas]
        load_ = Load(urls, self._sink, load(KNOWLEDGE), Random(self._chance.random()), self._plan.pace)
        loading = asyncio.create_task(load_.run(), name="load")
        self._store.open()
        try:
            await self._kill_again_and_again(loading, load_)
        finally:
            self._store.close()
        load_.end()
        for replica in self._replicas:
            await self._until_ready(replica)
        await self._session.post(f"{self._sink}/calm")
        with suppress(TimeoutError):  # what has not left by then is lost, and will be counted
            async with asyncio.timeout(_DRAINED_WITHIN):
                await loading
                await self._drain(load_.ledger.alone)
        exit_codes = await asyncio.gather(*(replica.stop() for replica in self._replicas))
        return await self._report(load_.ledger, exit_codes, begun)

    async def _kill_again_and_again(self, loading: asyncio.Task[None], load_: Load) -> None:
        kills = 0
        while kills < self._plan.kills or await self._count() < self._plan.deliveries:
            if loading.done():
                loading.result()
            if kills < self._plan.kills:
                await self._kill_one(load_)
                kills += 1
            else:
                await asyncio.sleep(0.5)

    async def _kill_one(self, load_: Load) -> None:
        """One that is up; now and then again before it is up again. Others may be starting meanwhile."""
        replica = self._chance.choice(self._replicas)
        await self._until_ready(replica)
        await asyncio.sleep(self._chance.uniform(0.0, self._plan.life))
        if self._chance.random() < _KILLED_IN_A_RUSH:
            await load_.rush()
        replica.kill()
        self._unmatched.append(await self._store.read(unmatched))
        replica.start()
        while self._chance.random() < _KILLED_WHILE_STARTING:
            await asyncio.sleep(self._chance.uniform(0.0, 1.0))
            replica.kill()
            replica.start()
            self._while_starting += 1
        self._starting[replica] = asyncio.create_task(replica.ready(), name="ready")

    async def _until_ready(self, replica: Replica) -> None:
        starting = self._starting.pop(replica, None)
        if starting is not None:
            self._ready.append(await starting)

    async def _drain(self, alone: set[str]) -> None:
        """Everything has left, and of every enquiry that nobody claims the press office was reminded."""
        store = Store(self._plan.database, SystemClock())
        store.open()
        try:
            while await store.run(waiting) or alone - await store.run(reminded):  # noqa: ASYNC110  it is other processes that are waited for
                await asyncio.sleep(0.5)
        finally:
            store.close()

    async def _count(self) -> int:
        return int(await self._get("/count"))

    async def _get(self, path: str) -> Any:
        async with self._session.get(self._sink + path) as response:
            return await response.json()

    async def _report(self, ledger: Ledger, exit_codes: Sequence[int], begun: float) -> Report:
        store = Store(self._plan.database, SystemClock())
        report = await self._get("/report")
        arrivals = [Arrival(each["key"], each["to"], tuple(each["tokens"]), each["by"]) for each in report["arrivals"]]
        try:
            verdict = judge(ledger, read(store), arrivals, report["done"].get("drop", 0))
        finally:
            store.close()
        return Report(
            verdict=verdict,
            ledger=ledger,
            deliveries=len(arrivals),
            sink=report["done"],
            kills=self._plan.kills + self._while_starting,
            kills_while_starting=self._while_starting,
            ready=self._ready,
            unmatched=self._unmatched,
            seconds=time.monotonic() - begun,
            exit_codes=exit_codes,
            left_behind=sum(len(replica.left_behind()) for replica in self._replicas),
        )


def replica_of(plan: Plan, sink: str, folder: Path, number: int, chance: Random) -> Replica:
    """A server of this plan, not started yet."""
    ports = free_port(chance), free_port(chance)
    settings = {
        "knowledge": str(KNOWLEDGE),
        "database": plan.database,
        "server": {"port": ports[1]},
        "matching": {"encoder": "off"},
        "press_office": {
            "channels": [f"{PLATFORM}:{channel}" for channel in PRESS],
            "officers": [f"{PLATFORM}:{officer}" for officer in OFFICERS],
            "phone": "+44 1524 000000",
            "remind_after": "3s",
        },
    }
    file = folder / f"replica-{number}.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return Replica("tests.chaos.server", (file, ports[0], sink), ports, folder / f"replica-{number}.log")


def median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) if seconds else 0.0
