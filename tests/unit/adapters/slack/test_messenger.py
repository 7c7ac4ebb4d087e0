"""What Slack refuses, loses and holds up, and what the relay is told of it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.slack import web_api
from adapters.slack.errors import FIXES
from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Markdown, Outgoing, Quote
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import HOSTILE, RecordingDesk, data_blocks
from tests.slack import limits
from tests.slack.server import BOT_TOKEN, Failure, LoopbackSlack
from tests.slack.workspace import Workspace, connected

SAM, PRESS = Address("slack", "U0SAM"), Address("slack", "C0PRESS")
HELLO = Outgoing((Markdown("Hello."),), "Hello.")


@pytest.fixture
def store(quick_store: Store) -> Store:
    return quick_store


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is connected from here on waits a second for Slack, and no longer."""
    monkeypatch.setattr(web_api, "CALL_TIMEOUT", 1)


@pytest.fixture
async def here(store: Store, clock: ManualClock) -> AsyncIterator[Workspace]:
    slack = LoopbackSlack()
    await slack.start()
    async with connected(slack, RecordingDesk(), DurableState(store, "slack"), clock, "http") as workspace:
        yield workspace
    await slack.stop()


async def test_slack_s_own_waiting_time_is_kept(here: Workspace) -> None:
    here.slack.failures["chat.postMessage"].append(Failure("ratelimited", 429, retry_after=17))
    with pytest.raises(TemporaryFailure) as caught:
        await here.adapter.messenger.send(PRESS, HELLO, "job/1")
    assert caught.value.retry_after == 17


async def test_a_token_that_was_revoked_is_seen_in_readiness(here: Workspace) -> None:
    here.slack.failures["chat.postMessage"].append(Failure("token_revoked"))
    with pytest.raises(PermanentFailure):
        await here.adapter.messenger.send(PRESS, HELLO, "job/1")
    health = here.adapter.health()
    assert (health.ready, "token_revoked" in health.reason) == (False, True)
    await here.adapter.messenger.send(PRESS, HELLO, "job/2")
    assert here.adapter.health().ready


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_s_failure_is_worth_another_try(here: Workspace, status: int) -> None:
    here.slack.failures["chat.postMessage"].append(Failure(status=status))
    with pytest.raises(TemporaryFailure):
        await here.adapter.messenger.send(PRESS, HELLO, "job/1")
    await here.adapter.messenger.send(PRESS, HELLO, "job/1")
    assert [one.words for one in here.slack.in_("C0PRESS")] == ["Hello."]


@pytest.mark.parametrize(
    "failure",
    [
        Failure(status=502, taken=True),
        Failure(drops=True, taken=True),
        Failure(hangs=2, taken=True),
        Failure("fatal_error", taken=False),
    ],
    ids=["taken and answered with 502", "taken and reset", "taken and not answered in time", "not taken"],
)
async def test_what_slack_may_have_taken_is_looked_for_before_it_is_sent_again(
    impatient: None, here: Workspace, failure: Failure
) -> None:
    here.slack.failures["chat.postMessage"].append(failure)
    with pytest.raises(TemporaryFailure):
        await here.adapter.messenger.send(SAM, HELLO, "job/1")
    receipt = await here.adapter.messenger.send(SAM, HELLO, "job/1")
    (shown,) = here.slack.in_("D0SAM")
    assert receipt.parts == (f"D0SAM/{shown.ts}",)


@pytest.mark.parametrize(("to", "channel"), [(PRESS, "C0PRESS"), (SAM, "D0SAM")])
@pytest.mark.parametrize("words", ["Hello.", "word " * 8000], ids=["short", "long"])
async def test_what_another_process_sent_before_it_ended_is_found_again(
    here: Workspace, store: Store, clock: ManualClock, to: Address, channel: str, words: str
) -> None:
    begun, outgoing = clock.now(), Outgoing((Quote(words),), "summary")
    first = await here.adapter.messenger.send(to, outgoing, "job/1")
    written = len(here.slack.in_(channel))
    clock.advance(timedelta(seconds=20))
    async with connected(here.slack, RecordingDesk(), DurableState(store, "slack"), clock, "http") as after:
        after.adapter.messenger.recall("job/1", begun)
        assert await after.adapter.messenger.send(to, outgoing, "job/1") == first
        after.adapter.messenger.recall("job/2", begun)
        assert await after.adapter.messenger.send(to, outgoing, "job/2") != first
    assert len(here.slack.in_(channel)) == 2 * written


async def test_a_long_message_that_was_interrupted_goes_on_where_it_was(here: Workspace) -> None:
    long = Outgoing((Quote("word " * 8000),), "long")
    here.slack.failures["chat.postMessage"] += [Failure(), Failure(drops=True, taken=True)]
    with pytest.raises(TemporaryFailure):
        await here.adapter.messenger.send(PRESS, long, "job/1")
    receipt = await here.adapter.messenger.send(PRESS, long, "job/1")
    shown = here.slack.in_("C0PRESS")
    assert len(shown) == len(receipt.parts) > 3
    assert " ".join(one.words for one in shown).split() == ["word"] * 8000
    assert {one.thread for one in shown[1:]} == {shown[0].ts}


@pytest.mark.parametrize("word", limits.FOR_GOOD)
async def test_what_cannot_be_mended_by_trying_again_says_what_can(here: Workspace, word: str) -> None:
    here.slack.failures["chat.postMessage"].append(Failure(word))
    with pytest.raises(PermanentFailure) as caught:
        await here.adapter.messenger.send(PRESS, HELLO, "job/1")
    assert word in caught.value.reason
    assert caught.value.fix == FIXES[word]
    assert caught.value.fix.endswith(".")


async def test_a_word_that_nobody_knows_yet_is_named(here: Workspace) -> None:
    here.slack.failures["chat.postMessage"].append(Failure("new_rule"))
    with pytest.raises(PermanentFailure, match="new_rule"):
        await here.adapter.messenger.send(PRESS, HELLO, "job/1")


async def test_every_message_has_words_for_notifications_and_nothing_unfurls(here: Workspace) -> None:
    await here.adapter.messenger.send(PRESS, Outgoing((Markdown("**Yes.**"),), "<!channel> & more"), "job/1")
    given = next(given for method, given in here.slack.calls if method == "chat.postMessage")
    assert given["text"] == "&lt;!channel&gt; &amp; more"
    assert given["mrkdwn"] in {False, "0"}
    assert given["unfurl_links"] in {False, "0"}


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 40_000, "&lt;!here&gt;", "<!date^1^{date}^https://evil.example|now>"])
async def test_a_person_s_words_are_dead_and_whole(here: Workspace, text: str) -> None:
    await here.adapter.messenger.send(PRESS, Outgoing(data_blocks(text), "card"), "job/1")
    shown = here.slack.in_("C0PRESS")
    assert [found for one in shown for found in limits.alive(one.blocks)] == []
    everything = "".join(one.words for one in shown).replace("\n", "")
    commands = {*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    assert text.translate(dict.fromkeys(commands)) in everything


async def test_the_log_holds_neither_words_nor_tokens(here: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    here.slack.failures["chat.postMessage"].append(Failure(status=502))
    with pytest.raises(TemporaryFailure):
        await here.adapter.messenger.send(PRESS, Outgoing((Quote("a secret tweet"),), "a secret tweet"), "job/1")
    await here.says("U0SAM", "a secret tweet")
    assert "secret" not in caplog.text
    assert BOT_TOKEN not in caplog.text


async def test_a_diagnosis_names_what_is_missing(here: Workspace) -> None:
    findings = {finding.subject: finding for finding in await here.adapter.messenger.diagnose()}
    assert all(finding.ok for finding in findings.values())
    here.slack.scopes = "chat:write"
    here.slack.channels["C0PRESS"] = "not_in_channel"
    findings = {finding.subject: finding for finding in await here.adapter.messenger.diagnose()}
    assert "users:read" in findings["slack scopes"].detail
    assert findings["slack:C0PRESS"].fix == FIXES["not_in_channel"]
    here.slack.down = True
    findings = {finding.subject: finding for finding in await here.adapter.messenger.diagnose()}
    assert not findings["slack token"].ok
