"""Measure how far a reader has to go to follow one event through the code.

`python -m tests.walks` makes four walks in Slack over HTTP and prints the files that each enters. It exits with 1 if a
walk enters more files than `BOUNDS` allows. `--on` makes them on another platform, `--table` on all of them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context

from tests.walks.platforms import PLATFORMS
from tests.walks.trace import Trace
from tests.walks.walking import FOLDERS, ROOT, WALKS, make, possible

BOUNDS: Mapping[str, int] = {"question": 21, "enquiry": 38, "press": 32, "failure": 25}
"""The most files of the desk that a walk may enter."""

NOT_THE_DESK = (
    *("adapters/", "bot/matching/"),  # each platform has its own adapter; the matcher is a process of its own
    *("bot/clock.py", "bot/config/", "bot/errors.py", "bot/logs.py", "bot/markdown.py", "bot/messages/"),
    *("bot/outlets.py", "bot/plaintext.py", "bot/ports.py", "bot/text.py"),  # the vocabulary that every room uses
    "bot/app/supervisor.py",  # the relay's loop runs in a task of it, which no event starts
)
"""Printed, but not bounded."""

_RUNS = (
    3  # the knowledge base is looked at every few seconds, which can only add files: the shortest run has none of it
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the walks. Returns 1 if one is too long."""
    parser = argparse.ArgumentParser(prog="python -m tests.walks", description=__doc__)
    parser.add_argument("--on", choices=PLATFORMS, default="slack")
    parser.add_argument("--table", action="store_true", help="only numbers, for every platform")
    options = parser.parse_args(arguments)
    if options.table:
        _print_table(_shortest(tuple(PLATFORMS)))
        return 0
    kept = True
    for (_, walk), trace in _shortest((options.on,)).items():
        kept = _print_walk(walk, trace) and kept
    _print_lines()
    return 0 if kept else 1


def _shortest(platforms: Sequence[str]) -> dict[tuple[str, str], Trace]:
    """(platform, walk) -> its run with the fewest files."""
    pairs = [pair for pair in product(platforms, WALKS) if possible(*pair)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        runs = {pair: [processes.submit(make, *pair) for _ in range(_RUNS)] for pair in pairs}
        traces = {pair: [run.result() for run in each] for pair, each in runs.items()}
    return {pair: min(each, key=lambda trace: (len(trace.files), trace.changes)) for pair, each in traces.items()}


def _print_walk(walk: str, trace: Trace) -> bool:
    """Whether it keeps its bound."""
    desk, bound = len(trace.without(NOT_THE_DESK).files), BOUNDS[walk]
    kept = desk <= bound
    verdict = f"at most {bound}: {'kept' if kept else 'TOO LONG'}"
    print(f"{walk}: {_numbers(trace)}; {verdict}")
    for file, functions in trace.files.items():
        mark = " " if file.startswith(NOT_THE_DESK) else "*"
        print(f"  {mark} {file}: {', '.join(functions)}")
    print()
    return kept


def _print_table(traces: Mapping[tuple[str, str], Trace]) -> None:
    for (platform, walk), trace in traces.items():
        print(f"{platform:12} {walk:8} {_numbers(trace)}")


def _numbers(trace: Trace) -> str:
    desk = trace.without(NOT_THE_DESK)
    return (
        f"{len(desk.files)} files of the desk (*), {desk.changes} changes of file; "
        f"{len(trace.files)} and {trace.changes} with the adapter and the matcher"
    )


def _print_lines() -> None:
    """Lines of each room: a child of one of the folders."""
    lines: Counter[str] = Counter()
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            room = "/".join(path.relative_to(ROOT).parts[:2])
            count = len(path.read_text(encoding="utf-8").splitlines())
            lines.update({room: count, folder: count})
    for room, count in sorted(lines.items()):
        print(f"{count:7} {room}")


if __name__ == "__main__":
    sys.exit(main())
