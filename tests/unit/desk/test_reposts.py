"""A card that a press channel refused: drawn anew for each try, in one row, until the channel takes it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot import plaintext
from bot.desk.apply_transition import apply_transition
from bot.desk.delivery_outcomes import REPOST_AFTER
from bot.domain import transitions
from bot.domain.case import CaseKind, Details
from bot.domain.transitions import Transition
from bot.errors import PermanentFailure
from bot.messages import Address, Outgoing, Pressed, Receipt
from bot.queue import outbox, retry_policy
from bot.queue.outbox import Repost, Send
from bot.queue.outbox_transactions import LEASE
from bot.storage.records import Job, JobKind, JobState, NewJob
from tests.clock import ManualClock
from tests.desk import DeskHarness, direct, person, said

SAM, ANNA = person("sam"), person("anna")
PRESS = Address("slack", "c-press")
LANE = outbox.repost_lane(1, PRESS)
ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"
REFUSED = PermanentFailure("not_in_channel.", "Invite the bot.")
OF_THE_RELEASE_BEFORE = {
    "v": 1,
    "delivery": {"channel": {"platform": "slack", "token": "c-press"}, "why": "not_in_channel.", "do": "repost"},
}


def waiting(harness: DeskHarness) -> Job:
    with harness.store.transaction() as tx:
        (row,) = tx.jobs.waiting(LANE)
    return row


def reposts(harness: DeskHarness) -> list[Job]:
    with harness.store.transaction() as tx:
        return [job for job in tx.jobs.deliveries_of(1) if job.kind is JobKind.REPOST]


async def test_for_each_try_it_is_drawn_anew_and_its_row_stays_one(
    harness: DeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, tried = harness.platforms["slack"], list[str]()
    send = slack.send

    async def watched(to: Address, outgoing: Outgoing, key: str) -> Receipt:
        if to == PRESS:
            tried.append(plaintext.render(outgoing))
        return await send(to, outgoing, key)

    monkeypatch.setattr(slack, "send", watched)
    slack.failures["c-press"] = REFUSED
    await harness.handle(said(SAM, ENQUIRY, harness.next_event()))
    row, (ping,) = waiting(harness), tried
    assert outbox.read(row) == Repost(PRESS, str(REFUSED))
    await harness.pass_time(REPOST_AFTER)
    assert tried == [ping, tried[-1]]
    with harness.store.transaction() as tx:
        case = tx.cases.load(1)
    assert case is not None
    claim = Pressed(harness.next_event(), ANNA, "case.claim", f"1@{case.revision}", direct(ANNA), direct(ANNA))
    await harness.handle(claim)
    for number in (3, 4):
        await harness.pass_time(retry_policy.LONGEST_DELAY)
        assert len(tried) == number
        assert "Anna claimed it" in tried[-1]
        again = waiting(harness)
        assert (again.id, again.key) == (row.id, row.key)
        assert outbox.read(again) == Repost(PRESS, str(REFUSED))
        assert again.claims - again.attempts == row.claims - row.attempts, "no try looks like a crash"
    del slack.failures["c-press"]
    await harness.pass_time(retry_policy.LONGEST_DELAY)
    (shown,) = harness.at(PRESS)
    assert "Anna claimed it" in plaintext.render(shown.versions[0])
    assert [(each.id, each.state) for each in reposts(harness)] == [(row.id, JobState.DONE)]


async def test_while_it_is_on_its_way_it_is_known_why_it_was_refused(harness: DeskHarness, clock: ManualClock) -> None:
    await refused(harness)
    clock.advance(REPOST_AFTER)
    on_its_way = due(harness)
    assert isinstance(outbox.read(on_its_way), Send)
    assert on_its_way.last_error == str(REFUSED)


async def test_on_its_way_it_loses_its_words_when_its_case_becomes_restricted(
    harness: DeskHarness, clock: ManualClock
) -> None:
    await refused(harness)
    clock.advance(REPOST_AFTER)
    assert "Gazette rang me" in str(outbox.read(due(harness)))
    with harness.store.transaction() as tx:
        case = tx.cases.load(1)
        assert case is not None
        restricted = transitions.restrict(case, ANNA, tx.now)
        assert isinstance(restricted, Transition)
        apply_transition(tx, restricted, harness.press_desk)
    card = outbox.read(waiting(harness))
    assert isinstance(card, Send)
    assert "M-1" in str(card)
    assert "Gazette rang me" not in str(card)
    assert card.purpose == "ping"


async def refused(harness: DeskHarness) -> None:
    """An enquiry whose card the press channel does not take."""
    harness.platforms["slack"].failures["c-press"] = REFUSED
    await harness.handle(said(SAM, ENQUIRY, harness.next_event()))


def due(harness: DeskHarness) -> Job:
    """The row after the desk has drawn the card for it, and before the relay takes it up."""
    with harness.store.transaction() as tx:
        while (row := tx.jobs.waiting(LANE)[0]).claims == 0:
            assert tx.jobs.claim("me", 1, LEASE)
        harness.relay._transactions.fire(tx, row)
    return waiting(harness)


async def test_one_that_ended_meanwhile_or_got_there_is_not_posted(harness: DeskHarness) -> None:
    await refused(harness)
    with harness.store.transaction() as tx:
        tx.postings.put(1, PRESS, Receipt(PRESS, ("1",), Address("slack", "c-press/1")))
    harness.platforms["slack"].failures.clear()
    await harness.pass_time(REPOST_AFTER)
    assert harness.at(PRESS) == []
    assert [each.state for each in reposts(harness)] == [JobState.DONE]


async def test_one_of_the_release_before_is_posted(harness: DeskHarness) -> None:
    with harness.store.transaction() as tx:
        asker = transitions.asker_of(said(SAM, ENQUIRY, "e1"), tx.now)
        case = tx.cases.create(CaseKind.MEDIA, asker, Details())
        old = NewJob(JobKind.REPOST, LANE, f"{LANE}:4", OF_THE_RELEASE_BEFORE, tx.now, case.id)
        assert tx.jobs.put(old) is not None
    await harness.settle()
    (shown,) = harness.at(PRESS)
    assert ENQUIRY in shown.text
    with harness.store.transaction() as tx:
        assert tx.postings.at(case.id, PRESS) is not None


async def test_what_is_put_in_now_can_be_read_by_the_release_before(harness: DeskHarness) -> None:
    await refused(harness)
    row = waiting(harness)
    assert row.payload == {
        "v": 1,
        "delivery": {"channel": {"platform": "slack", "token": "c-press"}, "why": str(REFUSED), "do": "repost"},
    }


async def test_one_of_a_later_release_waits_without_a_mistake(
    harness: DeskHarness, caplog: pytest.LogCaptureFixture
) -> None:
    with harness.store.transaction() as tx:
        tx.jobs.put(NewJob(JobKind.REPOST, LANE, "from the future", {"v": 1000}, tx.now))
    with caplog.at_level(logging.ERROR):
        await harness.settle()
    row = waiting(harness)
    assert (row.state, row.attempts, row.payload) == (JobState.PENDING, 1, {"v": 1000})
    assert "cannot read it" in row.last_error
    assert row.due_at - harness.clock.now() > timedelta(minutes=1)
    assert caplog.records == []
