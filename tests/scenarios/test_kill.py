"""Recovery after `kill -9`, with real processes; `make chaos` is the same at length."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from aiohttp import ClientSession

from bot.clock import SystemClock
from bot.messages import Address, Person, Said
from bot.queue.inbox import LEASE
from bot.storage.engine import Store
from tests.chaos.judge import unmatched, waiting
from tests.chaos.platform import PLATFORM, body_of, path_of
from tests.chaos.replicas import start
from tests.chaos.sink import Arrival, Faults
from tests.chaos.storm import Plan, replica_of, storm
from tests.waiting import until

POLICY = (10.0, 2.0)
UNKIND = Faults(refuse=0.04, fail=0.03, drop=0.03)


pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("engine", "replicas"), [("sqlite_url", 1), pytest.param("postgresql_url", 2, marks=pytest.mark.postgresql)]
)
async def test_nothing_is_lost_doubled_or_out_of_order_when_servers_are_killed(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str, replicas: int
) -> None:
    database = str(request.getfixturevalue(engine))
    plan = Plan(database, replicas, kills=2, deliveries=30, pace=POLICY, faults=UNKIND, life=0.7)

    report = await storm(plan, tmp_path, seed=7)

    assert report.sound, f"{report}; logs in {tmp_path}"
    assert report.kills >= plan.kills
    assert report.deliveries >= plan.deliveries
    assert report.ledger.replies


@pytest.mark.parametrize("engine", ["sqlite_url", pytest.param("postgresql_url", marks=pytest.mark.postgresql)])
async def test_what_was_acknowledged_and_not_matched_is_answered_once_and_in_order(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    """The server is killed while its matcher hangs. On PostgreSQL what it had claimed waits until the lease ends."""
    plan = Plan(str(request.getfixturevalue(engine)), 1, kills=1, deliveries=0, pace=POLICY, faults=Faults())
    sink = start("tests.chaos.sink", 1, 0, 0, 0, 0, log=tmp_path / "sink.log", stdout=subprocess.PIPE)
    assert sink.stdout is not None
    address = (await asyncio.to_thread(sink.stdout.readline)).decode().strip()
    server, store = replica_of(plan, address, tmp_path, 0, Random()), Store(plan.database, SystemClock())
    server.start()
    try:
        await server.ready()
        store.open()
        server.suspend_children()
        async with ClientSession() as session:
            for said in SAID:
                async with session.post(server.url + path_of(said), data=body_of(said)) as response:
                    assert response.status == 200
            server.kill()
            server.clean_up()  # and its matcher
            assert await store.read(unmatched)
            server.start()
            await server.ready()
            await until(lambda: _is_finished(store), within=2 * LEASE.total_seconds())
            async with session.get(f"{address}/report") as response:
                arrivals = [Arrival(**each) for each in (await response.json())["arrivals"]]
        assert await server.stop() == 0
    finally:
        server.clean_up()
        sink.kill()
        sink.communicate()
        store.close()

    answered = {name: [each.event_id for each in _once(arrivals) if each.to == f"direct/{name}"] for name in NAMES}
    assert answered == {name: [f"{name}-{number}" for number in range(MESSAGES)] for name in NAMES}


NAMES, MESSAGES = ("sam", "priya", "wei"), 4
SAID = [
    Said(f"{name}-{number}", Person(PLATFORM, name, name), "do I need a disclaimer in my bio", at, at)
    for number in range(MESSAGES)
    for name in NAMES
    for at in [Address(PLATFORM, f"direct/{name}")]
]


def _is_finished(store: Store) -> bool:
    with store.transaction() as tx:
        return not unmatched(tx) and not waiting(tx)


def _once(arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """Without repetitions: a delivery that no database knows of yet when its server is killed comes again."""
    return list({each.key: each for each in reversed(arrivals)}.values())[::-1]
