"""How long messages that wait are kept, who can have them erased, and that readiness tells of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.admin.monitoring import LATE, Monitoring
from bot.admin.retention import EVENTS_KEPT, forget, purge
from bot.config import Privacy
from bot.knowledge.watcher import KnowledgeWatcher
from bot.messages import Said
from bot.storage.engine import Store
from bot.storage.repositories.expiry import RetentionClass
from tests.clock import ManualClock
from tests.desk import KNOWLEDGE, DeskHarness, loaded_knowledge, person, said

SECOND = timedelta(seconds=1)
PRIVACY = Privacy(questions=timedelta(days=90), feedback=timedelta(days=365), cases=timedelta(days=1000))
SAM = person("sam")
COFFEE = "may I bring coffee into the reading room?"
ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"


@pytest.fixture
async def harness(store: Store, clock: ManualClock) -> DeskHarness:
    built = DeskHarness(store, clock)
    await built.start()
    return built


def unidentified(text: str, event: str) -> Said:
    return replace(said(SAM, text, event), identified=False)


async def removed(harness: DeskHarness) -> int:
    return (await purge(harness.store, PRIVACY)).counts[RetentionClass.INBOX]


def rows(harness: DeskHarness) -> str:
    with harness.store.transaction() as tx:
        return str(tx.connection.exec_driver_sql("SELECT * FROM inbox").all())


async def test_what_was_decided_goes_with_the_ids_of_events(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, COFFEE, "e1"))
    assert "coffee" not in rows(harness)
    harness.clock.advance(EVENTS_KEPT)
    assert await removed(harness) == 0
    harness.clock.advance(SECOND)
    assert await removed(harness) == 1


async def test_what_waits_is_kept_as_long_as_questions_are(harness: DeskHarness) -> None:
    await harness.desk.handle(said(SAM, COFFEE, "e1"))
    harness.clock.advance(PRIVACY.questions)
    assert await removed(harness) == 0
    harness.clock.advance(SECOND)
    assert await removed(harness) == 1
    assert rows(harness) == "[]"


async def test_what_opened_a_case_that_is_held_stays(harness: DeskHarness) -> None:
    await harness.handle(unidentified(ENQUIRY, "e1"))
    with harness.store.transaction() as tx:
        tx.cases.hold(1, held=True)
    harness.clock.advance(PRIVACY.questions + SECOND)
    assert await removed(harness) == 0
    with harness.store.transaction() as tx:
        tx.cases.hold(1, held=False)
    assert await removed(harness) == 1


async def test_forgetting_somebody_deletes_what_waits_of_them_alone(harness: DeskHarness) -> None:
    await harness.desk.handle(said(SAM, COFFEE, "e1"))
    await harness.desk.handle(said(person("tess"), COFFEE, "e2"))
    forgotten = await forget(harness.store, "slack:sam")
    assert forgotten.waiting == 1
    assert "Messages deleted that waited to be answered: 1." in forgotten.as_text()
    assert "sam" not in rows(harness)
    assert "tess" in rows(harness)


async def test_readiness_and_metrics_tell_of_what_waits(harness: DeskHarness) -> None:
    watcher = KnowledgeWatcher(KNOWLEDGE, loaded_knowledge().knowledge, ())
    monitoring = Monitoring(harness.store, watcher, tuple(harness.platforms.values()))
    assert not {"inbox", "people"} & (await monitoring.readiness()).reasons.keys()
    await harness.handle(unidentified(COFFEE, "e1"))
    await harness.desk.handle(said(person("tess"), COFFEE, "e2"))
    harness.clock.advance(timedelta(seconds=LATE) + SECOND)
    reasons = (await monitoring.readiness()).reasons
    assert reasons["inbox"].startswith("the oldest message has been waiting to be answered for 61 s")
    assert reasons["people"] == "messages that wait until their platform says who wrote them: 1"
    metrics = {each.name: dict(each.samples) for each in await monitoring.metrics()}
    assert metrics["policydesk_inbox_waiting"] == {(): 2.0}
    assert metrics["policydesk_inbox_unidentified"] == {(): 1.0}
