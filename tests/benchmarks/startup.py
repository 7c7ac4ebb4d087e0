"""How long `policydesk serve` takes until it can be used, and how much memory it holds."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

import psutil

RUNS = 3
_COMMAND = Path(sys.executable).with_name("policydesk")
_SETTINGS = {"database": "sqlite:///desk.db", "server": {"port": 0}, "console": {"port": 0}}


def run() -> list[str]:
    """The median of a few starts with the knowledge base that ships."""
    seconds, resident, training = zip(*(_start() for _ in range(RUNS)), strict=True)
    return [
        f"ready after            {sorted(seconds)[RUNS // 2]:8.1f} s",
        f"memory (RSS)           {sorted(resident)[RUNS // 2] / 2**20:8.0f} MB",
        f"while it trains, more  {sorted(training)[RUNS // 2] / 2**20:8.0f} MB",
    ]


def _start() -> tuple[float, int, int]:
    """Seconds to readiness, bytes of the server then, and the most bytes of its children until then."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "policydesk.yaml"
        config.write_text(json.dumps(_SETTINGS), encoding="utf-8")  # JSON is YAML
        begun = time.monotonic()
        command = [str(_COMMAND), "serve", "--config", str(config)]
        with (
            (Path(folder) / "out").open("w+b") as out,
            subprocess.Popen(command, cwd=folder, stdout=out, stderr=out) as server,
        ):
            try:
                most = 0
                while (address := _announced(Path(folder) / "out")) is None:
                    if server.poll() is not None:
                        raise RuntimeError((Path(folder) / "out").read_text(encoding="utf-8"))
                    most = max(most, _children(server.pid))
                    time.sleep(0.02)
                with urlopen(address) as response:  # noqa: S310  the address is our own server's
                    assert response.status == 200
                return time.monotonic() - begun, psutil.Process(server.pid).memory_info().rss, most
            finally:
                server.terminate()


def _announced(out: Path) -> str | None:
    """The address of its readiness, once it says so."""
    words = out.read_text(encoding="utf-8").split()
    return next((word.rstrip(".") for word in words if word.endswith("/readyz.")), None)


def _children(pid: int) -> int:
    total = 0
    for child in psutil.Process(pid).children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
