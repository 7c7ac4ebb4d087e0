"""Recovery after `kill -9`, with real processes; `make chaos` is the same at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.sink import Faults
from tests.chaos.storm import Plan, storm

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
