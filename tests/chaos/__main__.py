"""`make chaos`: a storm on SQLite and one on PostgreSQL, each held against what must always hold."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.sink import Faults
from tests.chaos.storm import Plan, Report, median, storm
from tests.postgres import Postgres, binaries

ENGINES = {"sqlite": 1, "postgresql": 3}
"""Engine -> replicas."""

UNKIND = Faults(refuse=0.04, fail=0.03, stall=0.002, drop=0.03)
PACE = (6.0, 0.5)


def main() -> int:
    """1 when a bar is missed."""
    options = _options()
    engines = [options.engine] if options.engine else list(ENGINES)
    folder = Path(tempfile.mkdtemp(prefix="policydesk-chaos-"))
    print(f"seed {options.seed}; logs in {folder} when something is wrong", flush=True)
    reports = {engine: _run(engine, folder / engine, options) for engine in engines}
    print("\n".join(table(reports)))
    passed = all(report.passed for report in reports.values())
    print("Every bar is met." if passed else f"A bar is missed. Logs: {folder}; again with --seed {options.seed}")
    if passed:
        shutil.rmtree(folder)
    return 0 if passed else 1


def table(reports: Mapping[str, Report]) -> list[str]:
    """One line each number, one column each engine; the bars first."""
    rows = [("", list(reports), "bar")]
    rows += [(name, [values[name] for values in map(_bars, reports.values())], bar) for name, bar in BARS.items()]
    rows += [
        (name, [values[name] for values in map(_figures, reports.values())], "")
        for name in _figures(next(iter(reports.values())))
    ]
    return [f"{name:40}" + "".join(f"{value:>14}" for value in values) + f"{bar:>8}" for name, values, bar in rows]


BARS = {
    "lost": "0",
    "out of lane order": "0",
    "answers out of the order asked": "0",
    "events without exactly one case": "0",
    "effects doubled": "0",
    "inside messages leaked": "0",
    "unclaimed and not reminded": "0",
    "duplicates per kill": "<= 1",
    "processes left behind": "0",
    "ended badly when told to stop": "0",
}


def _bars(report: Report) -> dict[str, str]:
    verdict = report.verdict
    numbers = (
        verdict.lost,
        verdict.out_of_order,
        verdict.out_of_turn,
        verdict.cases_wrong,
        verdict.doubled,
        verdict.leaked,
        verdict.not_reminded,
        f"{report.duplicates_per_kill:.2f}",
        report.left_behind,
        sum(1 for code in report.exit_codes if code),
    )
    return dict(zip(BARS, map(str, numbers), strict=True))


def _figures(report: Report) -> dict[str, str]:
    sink, ledger = report.sink, report.ledger
    return {
        "deliveries": str(report.deliveries),
        "kill -9 (while starting)": f"{report.kills} ({report.kills_while_starting})",
        "in the inbox at a kill (kills)": f"{sum(report.unmatched)} ({sum(map(bool, report.unmatched))})",
        "questions and enquiries": f"{sum(ledger.questions.values())} + {len(ledger.enquiries)}",
        "replies and notes of officers": f"{len(ledger.replies)} + {ledger.notes}",
        "cases joined": str(ledger.joined),
        "events posted again": str(ledger.posted_again),
        "sink: refused, failed": f"{sink.get('refuse', 0)}, {sink.get('fail', 0)}",
        "sink: stalled, took and cut off": f"{sink.get('stall', 0)}, {sink.get('drop', 0)}",
        "ready after a kill, median s": f"{median(report.ready):.1f}",
        "whole storm, s": f"{report.seconds:.0f}",
    }


def _run(engine: str, folder: Path, options: argparse.Namespace) -> Report:
    folder.mkdir()
    with _database(engine, folder) as database:
        plan = Plan(database, ENGINES[engine], options.kills, options.deliveries, PACE, UNKIND)
        return asyncio.run(storm(plan, folder, options.seed))


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/desk.db"
        return
    found = binaries()
    if found is None:
        raise SystemExit("There is no PostgreSQL on this machine; --engine sqlite runs without it.")
    server = Postgres(found)
    try:
        server.start()
        yield server.create_database()
    finally:
        server.remove()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is random, again")
    parser.add_argument("--engine", choices=list(ENGINES), help="only this one")
    parser.add_argument("--kills", type=int, default=25, help="on each engine, at least")
    parser.add_argument("--deliveries", type=int, default=2000, help="on each engine, at least")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
