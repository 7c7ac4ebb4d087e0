"""What the desk keeps of questions and answers, and what it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from bot.storage.records import Answered

from bot.domain.case import CaseState
from bot.messages import Person, Pressed
from bot.presentation import texts
from bot.storage.engine import Store
from bot.storage.repositories import answers, cases
from tests.clock import ManualClock
from tests.desk import House, direct, mind, person, said

SAM, TESS = person("sam"), person("tess")
COFFEE = "may I bring coffee into the reading room?"
UNKNOWN = "the printer is out of paper again"


@pytest.fixture
async def house(sqlite_url: str, clock: ManualClock) -> AsyncIterator[House]:
    store = Store(sqlite_url, clock)
    store.open()
    built = House(store, clock)
    await built.start()
    yield built
    store.close()


def pressed(house: House, by: Person, label: str, whose: Person) -> Pressed:
    """A button below the newest message to `whose`, pressed in the conversation of `by`."""
    button = next(button for button in house.at(direct(whose))[-1].buttons if button.label == label)
    return Pressed(house.next_event(), by, button.action, button.value, direct(by), direct(by))


def record_of(house: House, label: str) -> Answered:
    value = pressed(house, SAM, label, SAM).value.partition(":")[0]
    with house.store.transaction() as tx:
        found = answers.load(tx, int(value))
    assert found is not None
    return found


async def test_an_answer_is_kept_with_its_entry_and_the_revision_of_the_knowledge(house: House) -> None:
    await house.handle(said(SAM, COFFEE, "e1", link="https://chat.example/1", files=1))
    kept = record_of(house, "Helpful")
    assert (kept.question, kept.outcome, kept.entries) == (COFFEE, "answer", ("coffee",))
    assert (kept.knowledge, kept.asker, kept.at) == (mind().knowledge.revision, SAM.key, house.clock.now())
    assert (kept.event_id, kept.link, kept.files) == ("e1", "https://chat.example/1", 1)


async def test_an_unanswered_question_is_kept_without_a_trace_of_who_asked(house: House) -> None:
    await house.handle(said(SAM, UNKNOWN, "e1", link="https://chat.example/1"))
    kept = record_of(house, "Ask the press office")
    assert (kept.question, kept.outcome) == (UNKNOWN, "unknown")
    assert (kept.asker, kept.event_id, kept.link) == ("", "", "")


async def test_the_last_verdict_counts_and_carries_no_name(house: House) -> None:
    await house.handle(said(SAM, COFFEE, "e1"))
    for label in ("Helpful", "Not helpful", "Not helpful"):
        await house.handle(pressed(house, SAM, label, SAM))
    with house.store.transaction() as tx:
        assert answers.verdicts(tx, house.clock.now() - timedelta(days=1)) == {("coffee", "not helpful"): 1}
        rows = tx.connection.exec_driver_sql("SELECT * FROM feedback").all()
    assert SAM.id not in str(rows)


@pytest.mark.parametrize("label", ["Ask the press office", "Helpful", "Dogs and other animals"])
async def test_a_button_carried_into_another_conversation_does_nothing(house: House, label: str) -> None:
    await house.handle(said(SAM, COFFEE, "e1"))
    immediate = await house.handle(pressed(house, TESS, label, SAM))
    assert immediate.notice == texts.NOT_YOURS
    assert house.at(direct(TESS)) == []
    with house.store.transaction() as tx:
        assert cases.listing(tx, list(CaseState), 10) == []
        assert answers.verdicts(tx, house.clock.now() - timedelta(days=1)) == {}


async def test_no_message_is_in_a_log_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    secret = "the flooded cellar of number seven"
    caplog.set_level(0)
    await house.handle(said(SAM, f"a reporter from the Harbour Gazette rang me about {secret}", "e1"))
    await house.handle(said(SAM, secret, "e2"))
    assert secret not in caplog.text
