from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.admin import insights
from bot.admin.insights import EntryUse, Insights, gather, group, report
from bot.cli.main import main
from bot.clock import SystemClock
from bot.config import Privacy
from bot.messages import Address, Pressed
from bot.storage.engine import Store
from bot.storage.schema import press_case
from tests.clock import ManualClock
from tests.desk import KNOWLEDGE, DeskHarness, direct, loaded_knowledge
from tests.unit.admin.keeping import ANNA, ENQUIRY, SAMWISE, enquire, loaded, work_off

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
PRIVACY = Privacy()


def found(store: Store) -> Insights:
    with store.transaction() as tx:
        material = gather(tx, PRIVACY)
    return report(material, loaded_knowledge().knowledge, LONDON)


def use(told: Insights, entry: str) -> EntryUse:
    return next(one for one in told.entries if one.id == entry)


def hours(*texts: str) -> list[tuple[datetime, str]]:
    return [(NOON + timedelta(hours=number), text) for number, text in enumerate(texts)]


# ---- near-duplicates ------------------------------------------------------------------------------------------------


def test_questions_that_are_nearly_the_same_stand_together_the_largest_group_first() -> None:
    groups = group(
        hours(
            "is there a creche?",
            "may I bring my dog to the reading room",
            "can I bring my dog to the reading room?",
            "May I bring my dog to the reading room?",
            "may i bring my dogs to the reading room",
        ),
        LONDON,
    )
    assert [(one.count, one.text) for one in groups] == [
        (4, "may i bring my dogs to the reading room"),
        (1, "is there a creche?"),
    ]
    assert "can I bring my dog to the reading room?" in groups[0].others
    assert groups[0].last == date(2026, 11, 23)


def test_short_questions_are_not_taken_for_each_other() -> None:
    assert len(group(hours("cat", "car", "cap", "???", "!!"), LONDON)) == 5


@given(st.lists(st.text("ab c?", max_size=30), max_size=12))
def test_every_question_is_in_one_group(texts: list[str]) -> None:
    groups = group(hours(*texts), LONDON)
    assert sum(one.count for one in groups) == len(texts)
    assert {text for one in groups for text in (one.text, *one.others)} == set(texts)


# ---- what is told ---------------------------------------------------------------------------------------------------


def test_answers_are_counted_by_entry_with_what_was_thought_of_them(store: Store) -> None:
    first, second, third = (entry.id for entry in loaded_knowledge().knowledge.answering[:3])
    with store.transaction() as tx:
        for number, verdict in enumerate(["helpful", "helpful", "not helpful", ""]):
            asked = tx.answers.record(f"question {number}", "answer", (first,), "r1", SAMWISE.key)
            if verdict:
                tx.answers.feedback(asked, verdict)
        offered = tx.answers.record("which of them", "choose", (first, second), "r1", SAMWISE.key)
        tx.answers.feedback(offered, "none of these")
        tx.answers.record("an old friend", "answer", ("withdrawn-entry",), "r1")
    told = found(store)
    entry = use(told, first)
    assert (entry.answered, entry.offered, entry.helpful, entry.not_helpful, entry.none_of_these) == (4, 1, 2, 1, 1)
    assert (use(told, second).answered, use(told, second).offered) == (0, 1)
    assert (use(told, third).answered, use(told, third).title) == (0, loaded_knowledge().knowledge.entry[third].title)
    assert use(told, "withdrawn-entry").answered == 1
    assert told.outcomes == {"answer": 5, "choose": 1}
    assert [one.text for one in told.unanswered] == ["which of them"]


def test_what_was_counted_under_a_former_id_counts_for_the_entry_that_took_its_place(quick_store: Store) -> None:
    knowledge = loaded_knowledge().knowledge
    first, *others = knowledge.answering
    renamed = replace(knowledge, entries=(replace(first, formerly=("old-name",)), *others))
    with quick_store.transaction() as tx:
        asked = tx.answers.record("before", "answer", ("old-name",), "r1", SAMWISE.key)
        tx.answers.feedback(asked, "helpful")
        tx.answers.record("after", "answer", (first.id,), "r2", SAMWISE.key)
    with quick_store.transaction() as tx:
        told = report(gather(tx, PRIVACY), renamed, LONDON)
    entry = use(told, first.id)
    assert (entry.answered, entry.helpful) == (2, 1)
    assert "old-name" not in {one.id for one in told.entries}


async def false_alarm(harness: DeskHarness, case_id: int) -> None:
    case = loaded(harness.store, case_id)
    assert case is not None
    value = f"{case_id}@{case.revision}"
    at = Address("slack", "c-press")
    await harness.handle(Pressed(harness.next_event(), ANNA, "case.false_alarm", value, at, direct(ANNA)))


async def test_false_alarms_of_the_press_office_and_of_staff_are_told_without_names(harness: DeskHarness) -> None:
    await false_alarm(harness, await enquire(harness))
    await work_off(harness, await enquire(harness, text=f"{ENQUIRY} and this one is real, she says"))
    with harness.store.transaction() as tx:
        asked = tx.answers.record("the reporter of the choir rang", "confirm_media", (), "r1", SAMWISE.key)
        tx.answers.feedback(asked, "not media")
    told = found(harness.store)
    assert {one.text for one in told.false_alarms} == {ENQUIRY, "the reporter of the choir rang"}
    for written in (insights.as_json(told), insights.as_text(told)):
        assert ENQUIRY in written
        assert "samwise" not in written.lower()


async def test_the_words_of_a_restricted_case_are_not_told(harness: DeskHarness) -> None:
    case_id = await enquire(harness)
    with harness.store.transaction() as tx:
        tx.connection.execute(update(press_case).values(restricted=True))
    await false_alarm(harness, case_id)
    assert found(harness.store).false_alarms == ()


def test_what_is_older_than_it_may_be_is_not_told_although_it_is_still_there(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.answers.record("an old question", "unknown", (), "r1")
    clock.advance(PRIVACY.questions)
    assert len(found(store).unanswered) == 1
    clock.advance(timedelta(seconds=1))
    assert found(store).unanswered == ()


def test_a_question_that_commands_a_terminal_is_shown_dead(store: Store) -> None:
    with store.transaction() as tx:
        tx.answers.record("what is \x1b[2J this?", "unknown", (), "r1")
    assert "\x1b" not in insights.as_text(found(store))


def test_the_command_prints_a_report(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(database_url, SystemClock())
    store.open()
    with store.transaction() as tx:
        tx.answers.record("is there a creche?", "unknown", (), "r1")
    file = tmp_path / "policydesk.yaml"
    file.write_text(f"knowledge: '{KNOWLEDGE}'\ndatabase: '{database_url}'\n")
    assert main(["insights", "--config", str(file)]) == 0
    assert "is there a creche?" in capsys.readouterr().out
    assert main(["insights", "--json", "--config", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["unanswered"][0]["text"] == "is there a creche?"
    store.close()
