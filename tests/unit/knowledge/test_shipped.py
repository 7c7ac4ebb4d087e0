"""The knowledge base in this repository: that it loads, is clean, and is as large as the desk's promise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.admin.check import as_text, review
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.source_files import overlooked

FOLDER = Path(__file__).parents[3] / "knowledge"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(FOLDER)


def test_the_owners_have_nothing_to_mend(knowledge: Knowledge) -> None:
    """What the matcher has to be trained for is left to `make check`, which runs `policydesk check`."""
    written = date(2026, 6, 1)  # a day on which no answer was due for review
    assert as_text(review(knowledge, written, quick=True)) == "no errors, no warnings."
    assert overlooked(FOLDER) == ()


def test_every_clause_of_the_guidance_is_cited(knowledge: Knowledge) -> None:
    assert len(knowledge.clause) == 20
    assert {clause for entry in knowledge.answering for clause in entry.cites} == set(knowledge.clause)


def test_there_is_enough_to_recognise_people_by(knowledge: Knowledge) -> None:
    assert len(knowledge.answering) >= 75
    assert min(len(entry.questions) for entry in knowledge.answering) >= 20
    assert len(knowledge.out_of_scope) >= 30
    assert knowledge.media
    assert len(knowledge.media.enquiries) >= 80
    assert len(knowledge.media.look_alikes) >= 60
