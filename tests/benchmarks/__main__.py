"""`make bench`: figures of this machine, and ratios that hold on others."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tests.benchmarks import hostile, loop, matching, pipeline, questions, reading, startup, timers


def main() -> None:
    print(_machine())
    for title, lines in (
        ("A question, from its POST to its answer in the messenger's hands, beside a bare aiohttp echo", pipeline.run),
        ("The matcher", matching.run),
        ("Questions to the knowledge base that ships", questions.run),
        ("Hostile inputs", hostile.run),
        ("policydesk serve", startup.run),
        ("The event loop of policydesk serve", loop.run),
        ("Timers", timers.run),
        ("Reading hostile enquiries", reading.run),
    ):
        print(f"\n{title}\n")
        print("\n".join(lines()), flush=True)


def _machine() -> str:
    """Cores, processor, Python, and how busy the machine is already."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{os.cpu_count()} cores, {model or platform.processor() or platform.machine()}, "
        f"Python {platform.python_version()} on {platform.system()}; load before the run: {busy}"
    )


if __name__ == "__main__":
    main()
