"""What `make audit` says of the answers that pip-audit can give."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.audit import report

CLEAN = {"name": "yarl", "version": "1.25.1", "vulns": []}
HOLED = {"name": "aiohttp", "version": "3.8.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.9.2"], "aliases": []}]}
UNKNOWN = {"name": "tqdm", "skip_reason": "Dependency not found on PyPI and could not be audited: tqdm (4.70.1)"}
NO_NETWORK = "Traceback (most recent call last):\n  …\nrequests.exceptions.ConnectionError: Network is unreachable\n"


def said(*packages: Mapping[str, object]) -> tuple[str, int]:
    lines, code = report(json.dumps({"dependencies": packages, "fixes": []}), "")
    return "\n".join(lines), code


def test_nothing_is_known() -> None:
    assert said(CLEAN) == ("Packages looked up: 1. Known vulnerabilities: 0.", 0)


def test_a_vulnerability_is_named_with_what_mends_it() -> None:
    text, code = said(CLEAN, HOLED)
    assert "aiohttp 3.8.0: PYSEC-1, mended in 3.9.2" in text
    assert code == 1


def test_a_package_that_was_not_looked_up_is_no_good_news() -> None:
    text, code = said(CLEAN, UNKNOWN)
    assert "NOT AUDITED, because the database has no answer for them: tqdm." in text
    assert code == 2
    assert said(HOLED, UNKNOWN)[1] == 1


def test_a_database_out_of_reach_is_said() -> None:
    lines, code = report("", NO_NETWORK)
    assert lines[0].startswith("NOT AUDITED: the database of vulnerabilities cannot be reached")
    assert lines[1] == "requests.exceptions.ConnectionError: Network is unreachable"
    assert code == 2
