"""A replica of the release before the inbox works beside: an event that both get, or get again, is handled once.

That release matches a message first, and commits its event id and all that follows in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from bot.desk.open_case import RelatedCaseFinder
from bot.desk.questions import Questions
from bot.messages import Said
from bot.storage.transaction import Transaction
from tests.desk import DeskHarness, direct, person, said

SAM = person("sam")
QUESTION = said(SAM, "can I use my work email on LinkedIn?", "event-question")
ENQUIRY = said(SAM, "a reporter from the Guardian has just rung me about my tweet", "event-enquiry")
UNIDENTIFIED = said(SAM, ENQUIRY.text, "event-unidentified", identified=False)

Take = Callable[[DeskHarness, Said], Awaitable[None]]


async def before(harness: DeskHarness, message: Said) -> None:
    """The replica of the release before gets it. It asks who wrote a message before it handles it."""
    related = RelatedCaseFinder(harness.store, harness.press_desk)
    questions = Questions(harness.store, harness.active_knowledge, harness.press_desk, related)
    prepared = await questions.prepare(message)

    def handle(tx: Transaction) -> None:
        if tx.events.claim_once(message.at.platform, message.event_id):
            questions.respond(tx, message, prepared)

    await harness.store.run(handle)


async def now(harness: DeskHarness, message: Said) -> None:
    """This release gets it, and takes it in."""
    await harness.desk.handle(message)


async def decided(harness: DeskHarness, message: Said) -> None:
    """This release gets it, and answers it."""
    await harness.handle(message)


async def both(harness: DeskHarness, message: Said) -> None:
    """Both get it at the same time."""
    await asyncio.gather(before(harness, message), now(harness, message))


@pytest.mark.parametrize("takes", [(before, now), (now, before), (decided, before), (before, decided), (both,)])
@pytest.mark.parametrize("message", [QUESTION, ENQUIRY, UNIDENTIFIED])
async def test_an_event_that_both_get_is_handled_once(
    harness: DeskHarness, message: Said, takes: Sequence[Take]
) -> None:
    for take in takes:
        await take(harness, message)
    await harness.settle()

    cards = [shown for shown in harness.platforms["slack"].shown if shown.to.token == "c-press"]
    answers = harness.at(direct(SAM))
    with harness.store.transaction() as tx:
        backlog = tx.inbox.backlog()
    assert (len(cards), len(answers)) == (message is not QUESTION, 1)
    assert backlog.waiting == backlog.held  # its case is open, and nobody says who wrote it


async def test_what_waits_in_the_inbox_is_no_business_of_the_release_before(harness: DeskHarness) -> None:
    """It answers what it gets itself meanwhile, of the same person too; each is answered once."""
    await now(harness, QUESTION)
    await before(harness, said(SAM, "do I need a disclaimer in my bio", "event-2"))
    await now(harness, said(SAM, "can I post a photo of my students", "event-3"))
    await harness.settle()

    answered = [key.split(":")[2] for key in harness.platforms["slack"].taken if key.startswith("said:")]
    assert sorted(answered) == ["event-2", "event-3", "event-question"]
    assert answered.index("event-question") < answered.index("event-3")
