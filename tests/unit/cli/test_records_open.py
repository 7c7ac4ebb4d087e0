"""`policydesk cases open`, beside a desk that serves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.messages import Address
from bot.storage.engine import Store
from tests.desk import DeskHarness
from tests.dialogue import reads

OFFICE = "press_office: {channels: ['slack:c-press'], officers: ['slack:anna'], phone: '+44 1524 000000'}\n"


def configured(database_url: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "policydesk.yaml"
    file.write_text(f"database: '{database_url}'\n{OFFICE}")
    return ["cases", "open", "--config", str(file)]


async def test_a_case_from_the_command_line_is_pinged_like_any_other(
    harness: DeskHarness, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = configured(database_url, tmp_path)
    assert main([*command, "--outlet", "Harbour Gazette", "--about", "the cellar", "--came", "phone"]) == 0
    assert capsys.readouterr().out == "M-1 is open.\n"
    harness.clock.advance(timedelta(days=365 * 100))
    await harness.settle()
    card = harness.at(Address("slack", "c-press"))[0].text
    assert reads(card, "M-1 · Media enquiry · unclaimed … Harbour Gazette … by phone; the cellar")


async def test_a_slot_counts_as_its_deadline_and_an_embargo_hides_what_it_is_about(
    harness: DeskHarness, database_url: str, tmp_path: Path
) -> None:
    command = [*configured(database_url, tmp_path), "--about", "the cellar", "--outlet", "Harbour Gazette"]
    assert main([*command, "--medium", "live", "--slot", "7pm on 1 June 2126", "--embargo", "until then"]) == 0
    harness.clock.advance(timedelta(days=365 * 99))
    await harness.settle()
    card = harness.at(Address("slack", "c-press"))[0].text
    assert reads(card, "M-1 · … 1 June 2126, 19:00 BST … Harbour Gazette … Embargo until: until then …")
    assert "cellar" not in card


def test_what_cannot_be_read_is_said(
    store: Store, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = configured(database_url, tmp_path)
    assert main([*command, "--about", "the cellar", "--deadline", "when she can"]) == 2
    assert "I could not find a time in that" in capsys.readouterr().err
