"""How long `policydesk serve` takes until it can be used, and how much memory it holds."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from tests.benchmarks.processes import resident

RUNS = 3
TIERS = {"lexical tier": "off", "with the encoder": "auto"}
_COMMAND = Path(sys.executable).with_name("policydesk")


@dataclass(frozen=True)
class Start:
    """Seconds until it answered, bytes that it and its worker then held, and the most that its children held before."""

    seconds: float
    resident: int
    children: int


def run() -> list[str]:
    """For each tier: the first start with the knowledge base that ships, and the median of some further ones."""
    lines = []
    for tier, encoder in TIERS.items():
        with tempfile.TemporaryDirectory() as folder:
            first, *others = (_start(Path(folder), encoder) for _ in range(1 + RUNS))
        seconds = sorted(one.seconds for one in others)[RUNS // 2]
        resident = sorted(one.resident for one in others)[RUNS // 2]
        lines.append(
            f"{tier}: first start {first.seconds:.1f} s, {first.resident / 2**20:.0f} MB, and while it learned "
            f"{first.children / 2**20:.0f} MB more; a further start {seconds:.1f} s, {resident / 2**20:.0f} MB"
        )
    return lines


def _start(folder: Path, encoder: str) -> Start:
    matching = {"encoder": encoder, "cache": str(folder / "learned")}
    settings = {"database": f"sqlite:///{folder / 'desk.db'}", "server": {"port": 0}, "console": {"port": 0}}
    config = folder / "policydesk.yaml"
    config.write_text(json.dumps(settings | {"matching": matching}), encoding="utf-8")  # JSON is YAML
    begun = time.monotonic()
    command = [str(_COMMAND), "serve", "--config", str(config)]
    with (
        (folder / "out").open("w+b") as out,
        subprocess.Popen(command, cwd=folder, stdout=out, stderr=out) as server,
    ):
        try:
            most = 0
            while (address := _announced(folder / "out")) is None:
                if server.poll() is not None:
                    raise RuntimeError((folder / "out").read_text(encoding="utf-8"))
                most = max(most, _children(server.pid))
                time.sleep(0.02)
            with urlopen(address) as response:  # noqa: S310  the address is our own server's
                assert response.status == 200
            return Start(time.monotonic() - begun, resident(psutil.Process(server.pid)), most)
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


if __name__ == "__main__":
    print("\n".join(run()))
