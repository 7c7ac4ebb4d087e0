"""`make audit`: look up the locked packages in PyPI's database of known vulnerabilities, with pip-audit.

pip-audit ends with 0, too, where the database has nothing about a package, as behind a mirror of PyPI. Here a package
that could not be looked up counts as such. Exit codes: 0 nothing is known, 1 something is, 2 not all was looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    looked_up: int
    vulnerable: Sequence[str]
    """A line for each vulnerability: package, version, id, and the versions that mend it."""
    missing: Sequence[str]
    """The packages that could not be looked up."""


def main(pip_audit: str, *locks: str) -> int:
    files = [argument for lock in locks for argument in ("-r", lock)]
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--desc", "off"]
    ended = subprocess.run([pip_audit, *files, *options], capture_output=True, text=True, check=False)
    lines, code = report(ended.stdout, ended.stderr)
    print(*lines, sep="\n")
    return code


def report(output: str, errors: str) -> tuple[list[str], int]:
    """What to print, and the exit code, after pip-audit wrote `output` and `errors`."""
    try:
        result = read(json.loads(output))
    except ValueError:
        reason = (errors.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return ["NOT AUDITED: the database of vulnerabilities cannot be reached from here.", reason], 2
    lines = [f"Packages looked up: {result.looked_up}. Known vulnerabilities: {len(result.vulnerable)}."]
    lines += result.vulnerable
    if result.missing:
        lines.append(f"NOT AUDITED, because the database has no answer for them: {', '.join(result.missing)}.")
        lines.append("A mirror of PyPI often has no such database: run this where pypi.org itself can be reached.")
    return lines, 1 if result.vulnerable else 2 if result.missing else 0


def read(found: dict[str, Any]) -> Result:
    """Read pip-audit's JSON."""
    packages = found["dependencies"]
    audited = [each for each in packages if "skip_reason" not in each]
    vulnerable = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for each in audited
        for one in each["vulns"]
    ]
    return Result(len(audited), vulnerable, [each["name"] for each in packages if "skip_reason" in each])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
