"""The sequences of the case machine, shared out among processes, each with its own seed.

`python -m tests.chaos.sequences [how many] [processes]`. A process that fails prints its seed with what failed.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

SEQUENCES = 50_000
TEST = "tests/scenarios/test_case_machine.py"
PYTEST = ("-m", "pytest", TEST, "-s", "-q", "--no-cov", "--numprocesses=0", "--timeout=0")


def main(sequences: int, processes: int) -> int:
    """0 where every process found nothing."""
    each = -(-sequences // processes)
    begun = []
    for number in range(processes):
        seed = os.environ.get("SEED", "") if processes == 1 else ""
        seed = seed or str(secrets.randbelow(1_000_000))
        print(f"process {number + 1}: {each} sequences with SEED={seed}", flush=True)
        more = {"HYPOTHESIS_PROFILE": "chaos", "SEQUENCES": str(each), "SEED": seed}
        begun.append(subprocess.Popen([sys.executable, *PYTEST], env=os.environ | more))
    return max([process.wait() for process in begun])


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    asked, side_by_side = (*numbers, *(SEQUENCES, os.cpu_count() or 1)[len(numbers) :])
    sys.exit(main(asked, side_by_side))
