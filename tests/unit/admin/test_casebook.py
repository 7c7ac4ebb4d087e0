from __future__ import annotations

import csv
import io
import json
import stat
from asyncio import to_thread
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.admin import casebook
from bot.cli.main import main
from bot.domain.case import Case, CaseKind, CaseState, Link, LinkKind, Statement
from bot.errors import ConfigurationError, DatabaseTooNew, DatabaseTooOld, PermanentFailure, UserError
from bot.storage.engine import Store
from bot.storage.schema import job, press_case, schema_version
from tests.clock import ManualClock
from tests.desk import DeskHarness
from tests.unit.admin.keeping import ENQUIRY, ROSIE, SAMWISE, enquire, loaded, work_off

NOON, HOUR = datetime(2026, 11, 23, 12, 0, tzinfo=UTC), timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
OPEN = [CaseState.OPEN, CaseState.CLAIMED]


def whole(store: Store, reference: str) -> dict[str, Any]:
    with store.transaction() as tx:
        return casebook.whole(casebook.find(tx, reference), PARIS)


def summaries(store: Store) -> list[dict[str, Any]]:
    return [casebook.summary(case, PARIS) for case in casebook.read(store, list(CaseState))]


def table(pieces: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(pieces, newline="")))


# ---- the record -----------------------------------------------------------------------------------------------------


async def test_a_case_is_shown_with_who_did_what_when_and_through_which_platform(harness: DeskHarness) -> None:
    opened = harness.clock.now()
    case = await enquire(harness)
    harness.clock.advance(timedelta(minutes=10))
    await work_off(harness, case)
    value = whole(harness.store, "m-1")
    assert (value["reference"], value["state"], value["outcome"]) == ("M-1", "closed", "answered")
    assert value["opened_at"] == "2026-11-23T11:00:00+01:00"
    assert datetime.fromisoformat(value["closed_at"]) == opened + timedelta(minutes=10)
    assert value["askers"][0]["platform"] == "slack"
    assert (value["askers"][0]["name"], value["askers"][0]["text"]) == (SAMWISE.name, ENQUIRY)
    history = [(step["kind"], step["by"] and step["by"]["name"]) for step in value["history"]]
    assert ("opened", "Samwise G.") in history
    assert ("claimed", "Anna") in history
    assert ("delivered", None) in history
    assert all(datetime.fromisoformat(step["at"]).utcoffset() == timedelta(hours=1) for step in value["history"])
    assert {"slack:c-press", "slack:dm-U1SAMWISE"} == {sent["to"] for sent in value["deliveries"]}
    assert {sent["state"] for sent in value["deliveries"]} == {"done"}


async def test_what_was_not_delivered_is_shown_with_the_reason(harness: DeskHarness) -> None:
    harness.platforms["slack"].failures["dm-U1SAMWISE"] = PermanentFailure("The account is gone.")
    await enquire(harness)
    value = whole(harness.store, "M-1")
    failed = [sent for sent in value["deliveries"] if sent["to"] == "slack:dm-U1SAMWISE"]
    assert [(sent["state"], sent["error"]) for sent in failed] == [("given up", "The account is gone.")]
    text = casebook.as_text(value)
    assert "what the asker is told to Samwise G. (slack): given up, 1 failed, The account is gone." in text
    assert "the card to the press channel in Slack: done" in text
    assert "M-1 · Media enquiry · open" in text


async def test_a_list_goes_from_the_newest_and_over_more_than_a_page(harness: DeskHarness) -> None:
    await enquire(harness)
    with harness.store.transaction() as tx:
        rows = [dict(row._mapping) for row in tx.connection.execute(press_case.select())]
        more = [rows[0] | {"id": number} for number in range(2, 252)]
        tx.connection.execute(press_case.insert(), more)
    assert [case.id for case in casebook.read(harness.store, OPEN)] == list(range(251, 0, -1))
    assert list(casebook.read(harness.store, [CaseState.CLOSED])) == []


async def test_a_list_says_no_more_of_a_restricted_case_than_a_ping_does(harness: DeskHarness) -> None:
    await enquire(harness)
    with harness.store.transaction() as tx:
        values = {"restricted": True, "outlet": "Gazette", "journalist": "Pip", "deadline": "noon"}
        tx.connection.execute(update(press_case).values(values))
    (value,) = summaries(harness.store)
    written = (
        casebook.as_table([value])
        + "".join(casebook.as_json([value]))
        + "".join(casebook.as_csv([value], casebook.LISTED))
    )
    assert "Samwise" not in written
    assert "Pip" not in written
    assert (value["outlet"], value["deadline"]) == ("Gazette", "noon")
    assert whole(harness.store, "M-1")["journalist"] == "Pip"


@pytest.mark.parametrize("reference", ["M-2", "Q-1", "1", "M1", "", "M-", "M-x", "M-²", "M-1-1", f"M-{10**30}"])
async def test_a_reference_that_there_is_not_is_an_answer(harness: DeskHarness, reference: str) -> None:
    await enquire(harness)
    with pytest.raises(UserError, match="no such case"), harness.store.transaction() as tx:
        casebook.find(tx, reference)


async def test_a_terminal_is_not_commanded_by_what_people_wrote(harness: DeskHarness) -> None:
    await enquire(harness, SAMWISE, f"{ENQUIRY} \x1b[2J\u202e\nsecond line")
    text = casebook.as_text(whole(harness.store, "M-1")) + casebook.as_table(summaries(harness.store))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "second line" in text


@pytest.mark.parametrize("letter", ["\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066"])
async def test_an_export_carries_no_control_characters_and_no_formula(harness: DeskHarness, letter: str) -> None:
    await enquire(harness, replace(SAMWISE, name=f"={letter}Sam"), f"{ENQUIRY} {letter}\nsecond line")
    with harness.store.transaction() as tx:
        tx.connection.execute(update(press_case).values(outlet=f"{letter}=cmd|' /C calc'!A0"))
    value = whole(harness.store, "M-1")
    as_json = "".join(casebook.as_json([value]))
    assert letter not in as_json
    assert letter not in json.loads(as_json)[0]["askers"][0]["text"]
    (row,) = table("".join(casebook.as_csv([value], casebook.EXPORTED)))
    assert row["outlet"] == "'=cmd|' /C calc'!A0"
    assert not any(letter in cell for cell in row.values())
    assert "second line" in row["askers"]


async def test_a_record_names_what_was_issued_what_belongs_with_it_and_what_goes_on(harness: DeskHarness) -> None:
    first, second = await enquire(harness), await enquire(harness, ROSIE, f"{ENQUIRY}, says rosie")
    with harness.store.transaction() as tx:
        tx.statements.add(first, Statement(tx.now, ROSIE, "The cellar\nis dry.", "The Dean", "Harbour Gazette"))
        tx.links.put(Link(first, second, LinkKind.SAME, tx.now))
        found = tx.cases.load(second)
        assert found is not None
        tx.cases.save(replace(found, joined_into=first, revision=found.revision + 1))
    value = whole(harness.store, f"M-{first}")
    assert value["links"] == [{"reference": "M-2", "kind": "same"}]
    assert value["joined"] == ["M-2"]
    assert whole(harness.store, "M-2")["joined_into"] == "M-1"
    assert (value["statements"][0]["approver"], value["statements"][0]["by"]["name"]) == ("The Dean", "Rosie")
    text = casebook.as_text(value)
    assert "approved by The Dean, to Harbour Gazette:\nThe cellar\nis dry." in text
    assert "Linked: M-2 (same)\nTook in: M-2" in text
    (row,) = table("".join(casebook.as_csv([value], casebook.EXPORTED)))
    assert (row["links"], row["joined"]) == ("M-2 (same)", "M-2")
    assert "The cellar\nis dry." in row["statements"]


async def test_of_what_was_sent_long_ago_the_place_and_the_time_are_left(harness: DeskHarness) -> None:
    await enquire(harness)
    with harness.store.transaction() as tx:
        tx.connection.execute(update(job).values(payload={}))
    sent = whole(harness.store, "M-1")["deliveries"]
    assert {each["to"] for each in sent} == {"slack:c-press", "slack:dm-U1SAMWISE"}
    assert {each["what"] for each in sent} <= {"a message", "the card, changed"}


async def test_with_full_a_list_says_all_of_a_restricted_case(harness: DeskHarness) -> None:
    await enquire(harness)
    with harness.store.transaction() as tx:
        tx.connection.execute(update(press_case).values(restricted=True, journalist="Pip"))
    (case,) = casebook.read(harness.store, list(CaseState))
    assert casebook.summary(case, PARIS, full=True)["journalist"] == "Pip"
    assert casebook.summary(case, PARIS, full=True)["askers"][0]["name"] == SAMWISE.name
    assert casebook.summary(case, PARIS)["askers"] is None


@pytest.mark.parametrize(
    ("changes", "is_overdue"),
    [
        ({}, True),
        ({"due_at": NOON + HOUR}, False),
        ({"due_at": None}, False),
        ({"responded_at": NOON}, False),
        ({"state": CaseState.CLOSED}, False),
    ],
)
def test_what_is_overdue(changes: dict[str, Any], is_overdue: bool) -> None:
    case = replace(Case(1, CaseKind.MEDIA, CaseState.OPEN, (), NOON - HOUR, due_at=NOON), **changes)
    assert casebook.overdue(case, NOON) is is_overdue


# ---- CSV and JSON ---------------------------------------------------------------------------------------------------


async def test_the_csv_of_an_export_holds_a_case_with_words_and_history_in_one_row(harness: DeskHarness) -> None:
    await work_off(harness, await enquire(harness))
    await enquire(harness, ROSIE, f"{ENQUIRY}, says rosie")
    values = [casebook.whole(record, PARIS) for record in casebook.all_records(harness.store)]
    rows = table("".join(casebook.as_csv(values, casebook.EXPORTED)))
    assert [row["reference"] for row in rows] == ["M-2", "M-1"]
    assert (rows[1]["owner"], rows[1]["held"], rows[0]["closed_at"]) == ("Anna (slack)", "no", "")
    assert ENQUIRY in rows[1]["askers"]
    assert "Anna (slack) claimed it" in rows[1]["history"]


@given(st.text() | st.sampled_from("=+-@\t\r").flatmap(lambda first: st.text().map(lambda rest: f"  {first}{rest}")))
def test_no_cell_is_a_formula_and_none_is_lost(text: str) -> None:
    (row,) = table("".join(casebook.as_csv([{"cell": text}], ["cell"])))
    cell = row["cell"]
    assert cell in {text, f"'{text}"}
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@given(st.lists(st.dictionaries(st.text(), st.text()), max_size=3))
def test_an_array_in_pieces_is_the_array(values: list[dict[str, str]]) -> None:
    assert json.loads("".join(casebook.as_json(values))) == values


# ---- the command line, beside a server ------------------------------------------------------------------------------


@pytest.fixture
def configured(harness: DeskHarness, database_url: str, tmp_path: Path) -> list[str]:
    """`--config` for the same database; the desk of `house` goes on beside."""
    file = tmp_path / "policydesk.yaml"
    file.write_text(f"organisation: {{timezone: Europe/Paris}}\ndatabase: '{database_url}'\n")
    return ["--config", str(file)]


async def test_the_commands_work_beside_a_desk(
    harness: DeskHarness, configured: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = await enquire(harness)
    assert main(["cases", "list", *configured]) == 0
    assert "M-1   open   2026-11-23T11:00:00+01:00" in capsys.readouterr().out
    assert main(["cases", "list", "--state", "closed", *configured]) == 0
    assert capsys.readouterr().out == "No cases.\n"
    assert main(["cases", "list", "--csv", "--state", "closed", *configured]) == 0
    assert capsys.readouterr().out.startswith("reference,kind,state,outcome,opened_at,")
    assert main(["cases", "list", "--owner", "slack:nobody", *configured]) == 0
    assert capsys.readouterr().out == "No cases.\n"
    assert main(["cases", "list", "--overdue", "--full", *configured]) == 0
    capsys.readouterr()
    assert main(["cases", "list", "--json", "--state", "all", *configured]) == 0
    assert [each["reference"] for each in json.loads(capsys.readouterr().out)] == ["M-1"]
    assert main(["cases", "next", "m-500", *configured]) == 0
    assert capsys.readouterr().out == "The next case is M-500 or Q-500.\n"
    assert await enquire(harness, ROSIE) == 500
    assert main(["cases", "hold", "M-1", *configured]) == 0
    assert "neither purged nor erased" in capsys.readouterr().out
    assert main(["cases", "show", "M-1", "--json", *configured]) == 0
    assert json.loads(capsys.readouterr().out)["held"] is True
    assert main(["cases", "release", "M-1", *configured]) == 0
    assert main(["cases", "show", "M-9", *configured]) == 2
    assert "M-9: there is no such case." in capsys.readouterr().err
    out = tmp_path / "cases.csv"
    assert main(["cases", "export", "--csv", "--out", str(out), *configured]) == 0
    assert [row["reference"] for row in table(out.read_text(encoding="utf-8"))] == ["M-500", "M-1"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    await work_off(harness, case)
    found = loaded(harness.store, case)
    assert found is not None
    assert not found.held


async def test_purge_and_forget_from_the_command_line(
    harness: DeskHarness, configured: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # These commands bring an event loop of their own, so they run in a thread beside this one.
    case = await enquire(harness)
    assert await to_thread(main, ["forget", SAMWISE.key, *configured]) == 2
    assert "M-1: is not closed" in capsys.readouterr().err
    await work_off(harness, case)
    assert await to_thread(main, ["purge", "--dry-run", *configured]) == 0
    assert capsys.readouterr().out.startswith("Would remove")
    assert main(["cases", "hold", "M-1", *configured]) == 0
    assert await to_thread(main, ["forget", SAMWISE.key, *configured]) == 1
    assert main(["cases", "release", "M-1", *configured]) == 0
    assert await to_thread(main, ["forget", SAMWISE.key, *configured]) == 0
    assert "Erased from M-1." in capsys.readouterr().out


def test_an_export_that_cannot_be_written_is_a_sentence_and_leaves_nothing(
    configured: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    for out in (tmp_path / "nowhere" / "cases.json", tmp_path / "folder"):
        assert main(["cases", "export", "--out", str(out), *configured]) == 2
        assert "--out: cannot write" in capsys.readouterr().err
    assert [path for path in sorted(tmp_path.iterdir()) if path not in before] == []


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(ConfigurationError, match="no desk has served"):
        Store(f"sqlite:///{path}", clock).open_beside()
    assert not path.exists()


def test_an_empty_database_is_left_empty(empty_database_url: str, clock: ManualClock, tmp_path: Path) -> None:
    (tmp_path / "desk.db").touch()
    with pytest.raises(ConfigurationError, match="no desk has served"):
        Store(empty_database_url, clock).open_beside()


@pytest.mark.parametrize(("offset", "error"), [(-1, DatabaseTooOld), (1, DatabaseTooNew)])
def test_a_database_of_another_release_is_refused_and_left_as_it_is(
    store: Store, database_url: str, clock: ManualClock, offset: int, error: type[Exception]
) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(schema_version).values(version=schema_version.c.version + offset))
        before = tx.connection.execute(schema_version.select()).scalar_one()
    with pytest.raises(error):
        Store(database_url, clock).open_beside()
    with store.transaction() as tx:
        assert tx.connection.execute(schema_version.select()).scalar_one() == before


def test_a_command_does_not_take_the_servers_lock(sqlite_url: str, clock: ManualClock) -> None:
    server, beside = Store(sqlite_url, clock), Store(sqlite_url, clock)
    server.open(exclusive=True)
    beside.open_beside()
    with beside.transaction():
        pass
    beside.close()
    server.close()
