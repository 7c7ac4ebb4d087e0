"""What the desk keeps of questions and answers, and what it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.case import CaseState
from bot.messages import Person, Pressed
from bot.presentation import texts
from bot.storage.engine import Store
from bot.storage.records import Answered
from tests.clock import ManualClock
from tests.desk import DeskHarness, direct, loaded_knowledge, person, said

SAM, TESS = person("sam"), person("tess")
COFFEE = "may I bring coffee into the reading room?"
UNKNOWN = "the printer is out of paper again"


@pytest.fixture
async def harness(sqlite_url: str, clock: ManualClock) -> AsyncIterator[DeskHarness]:
    store = Store(sqlite_url, clock)
    store.open()
    built = DeskHarness(store, clock)
    await built.start()
    yield built
    store.close()


def pressed(harness: DeskHarness, by: Person, label: str, whose: Person) -> Pressed:
    """A button below the newest message to `whose`, pressed in the conversation of `by`."""
    button = next(button for button in harness.at(direct(whose))[-1].buttons if button.label == label)
    return Pressed(harness.next_event(), by, button.action, button.value, direct(by), direct(by))


def record_of(harness: DeskHarness, label: str) -> Answered:
    value = pressed(harness, SAM, label, SAM).value.partition(":")[0]
    with harness.store.transaction() as tx:
        found = tx.answers.load(int(value))
    assert found is not None
    return found


def outcomes(harness: DeskHarness) -> dict[str, int]:
    with harness.store.transaction() as tx:
        return tx.usage.outcomes(tx.now)


async def test_an_answer_is_kept_with_its_entry_and_the_revision_of_the_knowledge(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, COFFEE, "e1", link="https://chat.example/1", files=1))
    kept = record_of(harness, "Helpful")
    assert (kept.question, kept.entries, outcomes(harness)) == (COFFEE, ("coffee",), {"answer": 1})
    assert (kept.knowledge, kept.asker, kept.at) == (
        loaded_knowledge().knowledge.revision,
        SAM.key,
        harness.clock.now(),
    )
    assert (kept.event_id, kept.link, kept.files) == ("e1", "https://chat.example/1", 1)


async def test_an_unanswered_question_is_kept_without_a_trace_of_who_asked(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, UNKNOWN, "e1", link="https://chat.example/1"))
    kept = record_of(harness, "Ask the press office")
    assert (kept.question, outcomes(harness)) == (UNKNOWN, {"unknown": 1})
    assert (kept.asker, kept.event_id, kept.link) == ("", "", "")


async def test_the_last_verdict_counts_and_carries_no_name(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, COFFEE, "e1"))
    for label in ("Helpful", "Not helpful", "Not helpful"):
        await harness.handle(pressed(harness, SAM, label, SAM))
    with harness.store.transaction() as tx:
        assert tx.answers.verdicts(harness.clock.now() - timedelta(days=1)) == {("coffee", "not helpful"): 1}
        rows = tx.connection.exec_driver_sql("SELECT * FROM feedback").all()
    assert SAM.id not in str(rows)


@pytest.mark.parametrize("label", ["Ask the press office", "Helpful", "Dogs and other animals"])
async def test_a_button_carried_into_another_conversation_does_nothing(harness: DeskHarness, label: str) -> None:
    await harness.handle(said(SAM, COFFEE, "e1"))
    immediate = await harness.handle(pressed(harness, TESS, label, SAM))
    assert immediate.notice in {texts.NOT_YOURS, texts.ONLY_THE_AUTHOR}
    assert harness.at(direct(TESS)) == []
    with harness.store.transaction() as tx:
        assert tx.cases.listing(list(CaseState), 10) == []
        assert tx.answers.verdicts(harness.clock.now() - timedelta(days=1)) == {}


async def test_no_message_is_in_a_log_line(harness: DeskHarness, caplog: pytest.LogCaptureFixture) -> None:
    secret = "the flooded cellar of number seven"
    caplog.set_level(0)
    await harness.handle(said(SAM, f"a reporter from the Harbour Gazette rang me about {secret}", "e1"))
    await harness.handle(said(SAM, secret, "e2"))
    assert secret not in caplog.text
