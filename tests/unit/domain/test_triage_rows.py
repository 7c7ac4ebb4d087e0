"""Rows of messages with what is to be read from them, half of them with nothing; `policydesk triage` takes them too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain import deadlines
from bot.domain.case import CaseKind, Details
from bot.domain.extraction import contacts, embargo
from bot.domain.triage import is_delicate, triage
from tests.unit.domain.pacing import POLICY

ROWS = yaml.safe_load((Path(__file__).parents[2] / "data" / "triage.yaml").read_text(encoding="utf-8"))
NOW = "2026-11-10T14:20:00+00:00"  # a Tuesday

Row = Mapping[str, Any]


def now(row: Row) -> datetime:
    return datetime.fromisoformat(row.get("now", NOW))


def is_one_of(at: datetime | None, row: Row) -> bool:
    """Whether the time is one of the row's; one that has passed is none, because the form refuses it."""
    given = at if at is not None and at >= now(row) else None
    return given in [each and datetime.fromisoformat(each) for each in row["deadline"]]


def plain(numbers: tuple[str, str]) -> list[str]:
    return [re.sub(r"[\s()-]", "", number) for number in numbers]


RIGHT: Mapping[str, Callable[[Row], bool]] = {
    "deadline-find": lambda row: is_one_of(deadlines.find(row["text"], POLICY.hours, now(row)), row),
    "deadline-read": lambda row: is_one_of(deadlines.read(row["text"], POLICY.hours, now(row)), row),
    "contact": lambda row: plain(contacts(row["text"])) == plain((row["contact"], row["callback"])),
    "embargo": lambda row: bool(embargo(row["text"])) is row["embargo"],
    "restricted": lambda row: is_delicate(row["text"]) is row["restricted"],
    "urgent": lambda row: triage(CaseKind.MEDIA, row["text"], Details(), POLICY, now(row)).urgent is row["urgent"],
}


@pytest.mark.parametrize("kind", RIGHT)
def test_every_row_is_read_as_it_says(kind: str) -> None:
    rows = [row for row in ROWS if row["kind"] == kind]
    assert len(rows) >= 16
    assert [row["text"] for row in rows if not RIGHT[kind](row)] == []
