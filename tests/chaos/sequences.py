"""The sequences of the case machine, shared out among processes in batches, each with its own seed.

`python -m tests.chaos.sequences [how many] [processes]`. A batch that fails is printed with its seed; to run it again:
`SEED=… python -m tests.chaos.sequences 500 1`.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

SEQUENCES, BATCH = 50_000, 500
TEST = "tests/scenarios/test_case_machine.py::test_cases_in_any_order"
PYTEST = ("-m", "pytest", TEST, "-q", "--numprocesses=0", "--timeout=3600", "-p", "no:logging")


def main(sequences: int, processes: int) -> int:
    """0 where no batch found anything. The first that does ends the run."""
    done = 0
    with ThreadPoolExecutor(processes) as pool:
        batches = [pool.submit(_run, min(BATCH, sequences - begun)) for begun in range(0, sequences, BATCH)]
        for batch in as_completed(batches):
            number, seed, said = batch.result()
            if said:
                print(f"SEED={seed}, {number} sequences:\n{said}", flush=True)
                pool.shutdown(cancel_futures=True)
                return 1
            done += number
            print(f"{done:,} of {sequences:,} sequences clean (SEED={seed})", flush=True)
    return 0


def _run(sequences: int) -> tuple[int, str, str]:
    """How many, from which seed, and what pytest said where they failed."""
    seed = os.environ.get("SEED") or str(secrets.randbelow(1_000_000))
    more = {"SEQUENCES": str(sequences), "SEED": seed}
    run = subprocess.run([sys.executable, *PYTEST], env=os.environ | more, text=True, capture_output=True, check=False)
    return sequences, seed, run.stdout + run.stderr if run.returncode else ""


def _numbers(given: Sequence[str]) -> tuple[int, int]:
    asked = [int(each) for each in given]
    sequences, processes = (*asked, *(SEQUENCES, os.cpu_count() or 1)[len(asked) :])
    return sequences, processes


if __name__ == "__main__":
    sys.exit(main(*_numbers(sys.argv[1:])))
