"""What becomes of a message when Microsoft does not simply take it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.messenger import RATE_LIMITS, RateLimiter
from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Button, Buttons, Markdown, Mention, Outgoing, Quote
from bot.ports import Finding
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.teams.microsoft import GUID, Answer
from tests.teams.office import QuietDesk, TeamsOffice
from tests.teams.people import ANNA, GROUP, PRESS, SAM, YARD, buttons

HELLO = Outgoing((Markdown("Hello."),), "Hello.")
CHAT = Address("teams", SAM.aad)
CHANNEL = Address("teams", PRESS)

Opening = Callable[..., Coroutine[Any, Any, TeamsOffice]]


@pytest.fixture
async def opening(
    quick_store: Store, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Opening]:
    offices: list[TeamsOffice] = []

    async def open_office(**settings: Any) -> TeamsOffice:
        offices.append(TeamsOffice(quick_store, clock, QuietDesk()))
        return await offices[-1].open(tmp_path, monkeypatch, **settings)

    yield open_office
    for office in offices:
        await office.close()


@pytest.fixture
async def office(opening: Opening) -> TeamsOffice:
    made = await opening()
    await made.client.installs(SAM)
    await made.client.installs_in_team(ANNA)
    return made


async def diagnosis(office: TeamsOffice) -> dict[str, Finding]:
    return {finding.subject: finding for finding in await office.adapter.messenger.diagnose()}


# ---- what Microsoft answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "retry_after"),
    [
        (Answer(429, "Throttled", {"Retry-After": "7"}), 7.0),
        (Answer(429, "Throttled"), None),
        (Answer(429, "Throttled", {"Retry-After": "Mon, 23 Nov 2026 10:00:30 GMT"}), 30.0),
        (Answer(429, "Throttled", {"Retry-After": "soon"}), None),
        (Answer(412, "PreconditionFailed", {"Retry-After": "2"}), 2.0),
        (Answer(412, "PreconditionFailed"), None),
        (Answer(500, "ServiceError"), None),
        (Answer(502, body=b"<html>Bad gateway</html>"), None),
        (Answer(503, "ServiceUnavailable", {"Retry-After": "1"}), 1.0),
        (Answer(504, body=b""), None),
        (Answer(401, "Unauthorized"), None),
        (Answer(200, body=b"<html>Sign in to the network</html>"), None),
    ],
)
@pytest.mark.parametrize("to", [CHAT, CHANNEL])
async def test_what_may_pass_is_tried_again_when_microsoft_says(
    office: TeamsOffice, to: Address, answer: Answer, retry_after: float | None
) -> None:
    office.microsoft.answers.append(answer)
    with pytest.raises(TemporaryFailure) as caught:
        await office.adapter.messenger.send(to, HELLO, "job/1")
    assert caught.value.retry_after == retry_after
    await office.adapter.messenger.send(to, HELLO, "job/1")
    assert sum(len(posted) for posted in office.microsoft.conversations.values()) == 1


@pytest.mark.parametrize(
    ("answer", "fix"),
    [
        (Answer(403, "BotNotInConversationRoster"), "Install the app"),
        (Answer(404, "ConversationNotFound"), "Name a channel"),
        (Answer(413, "MessageSizeTooBig"), "Shorten"),
        (Answer(400, "BadArgument"), "documentation"),
        (Answer(302, "", {"Location": "https://evil.example"}), "documentation"),
    ],
)
async def test_what_cannot_pass_names_what_to_do(office: TeamsOffice, answer: Answer, fix: str) -> None:
    office.microsoft.answers.append(answer)
    with pytest.raises(PermanentFailure) as caught:
        await office.adapter.messenger.send(CHANNEL, HELLO, "job/1")
    assert fix in caught.value.fix
    assert answer.code in caught.value.reason


async def test_no_answer_is_tried_again(office: TeamsOffice) -> None:
    await office.microsoft.stop()
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        await office.adapter.messenger.send(CHANNEL, HELLO, "job/1")


async def test_an_update_is_sent_once_and_its_failure_told(office: TeamsOffice) -> None:
    receipt = await office.adapter.messenger.send(CHANNEL, HELLO, "job/1")
    before = len(office.microsoft.asked)
    office.microsoft.answers.append(Answer(429, "Throttled", {"Retry-After": "3"}))
    with pytest.raises(TemporaryFailure) as caught:
        await office.adapter.messenger.update(receipt, HELLO, "job/2")
    assert (caught.value.retry_after, len(office.microsoft.asked) - before) == (3.0, 1)


async def test_a_chat_that_is_no_more_is_opened_anew(office: TeamsOffice) -> None:
    office.microsoft.answers.append(Answer(404, "ConversationNotFound"))
    with pytest.raises(TemporaryFailure):
        await office.adapter.messenger.send(CHAT, HELLO, "job/1")
    await office.adapter.messenger.send(CHAT, HELLO, "job/1")
    assert office.microsoft.asked[-2][1] == "/v3/conversations"
    assert office.microsoft.texts(SAM.chat) == ["Hello."]


async def test_somebody_whom_teams_never_mentioned_is_written_to_by_their_id(office: TeamsOffice) -> None:
    stranger = GUID.format(42)
    await office.adapter.messenger.send(Address("teams", stranger), HELLO, "job/1")
    await office.adapter.messenger.send(Address("teams", stranger), HELLO, "job/2")
    assert office.microsoft.texts(f"a:{stranger}") == ["Hello.", "Hello."]
    assert office.microsoft.asked.count(("POST", "/v3/conversations")) == 1


@pytest.mark.parametrize("token", ["nowhere", "team:nowhere", "C0PRESS", "29:1"])
async def test_there_is_no_such_place(office: TeamsOffice, token: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        await office.adapter.messenger.send(Address("teams", token), HELLO, "job/1")
    assert caught.value.fix


async def test_before_teams_has_said_anything_only_microsofts_own_address_would_do(opening: Opening) -> None:
    office = await opening()
    with pytest.raises(PermanentFailure, match="not said yet"):
        await office.adapter.messenger.send(CHANNEL, HELLO, "job/1")


async def test_a_changed_service_url_is_followed(office: TeamsOffice, opening: Opening) -> None:
    moved = await opening()
    await moved.client.says(SAM, "hello")
    await moved.client.says(ANNA, "hello", f"{PRESS};messageid=1", mention=True)
    for to in (CHAT, CHANNEL, Address("teams", f"team:{GROUP}")):
        await moved.adapter.messenger.send(to, HELLO, f"job/{to}")
    assert len(moved.microsoft.conversations) == 3
    assert office.microsoft.conversations == {}


# ---- messages in parts ----------------------------------------------------------------------------------------------

LONG = Outgoing((Quote("word " * 30_000),), "long")


async def test_a_message_in_parts_goes_on_where_it_was_interrupted(office: TeamsOffice) -> None:
    messenger = office.adapter.messenger
    whole = await messenger.send(CHANNEL, LONG, "job/1")
    assert len(whole.parts) > 2
    office.microsoft.conversations.clear()
    office.microsoft.taken.clear()
    sending = asyncio.ensure_future(messenger.send(CHANNEL, LONG, "job/2"))
    await office.microsoft.taken.wait()
    office.microsoft.answers.append(Answer(429))
    with pytest.raises(TemporaryFailure):
        await sending
    receipt = await messenger.send(CHANNEL, LONG, "job/2")
    ((_, posted),) = office.microsoft.conversations.items()
    assert tuple(one.id for one in posted) == receipt.parts
    assert len(receipt.parts) == len(whole.parts)


async def test_an_update_may_need_more_parts_or_fewer(office: TeamsOffice) -> None:
    messenger = office.adapter.messenger
    first = await messenger.send(CHANNEL, HELLO, "job/1")
    longer = await messenger.update(first, LONG, "job/2")
    assert first.parts[0] == longer.parts[0]
    ((_, posted),) = office.microsoft.conversations.items()
    assert tuple(one.id for one in posted) == longer.parts
    shorter = await messenger.update(longer, HELLO, "job/3")
    assert shorter == first
    assert len(posted) == 1


# ---- tokens ---------------------------------------------------------------------------------------------------------


async def test_one_token_serves_many_messages(office: TeamsOffice) -> None:
    for number in range(20):
        await office.adapter.messenger.send(CHAT, HELLO, f"job/{number}")
    assert office.microsoft.tokens_asked == 1


async def test_a_token_that_is_refused_is_asked_for_anew(office: TeamsOffice) -> None:
    await office.adapter.messenger.send(CHAT, HELLO, "job/1")
    office.microsoft.answers.append(Answer(401, "Unauthorized"))
    with pytest.raises(TemporaryFailure):
        await office.adapter.messenger.send(CHAT, HELLO, "job/2")
    await office.adapter.messenger.send(CHAT, HELLO, "job/2")
    assert office.microsoft.tokens_asked == 2


@pytest.mark.slow
async def test_a_wrong_secret_loses_nothing_and_says_what_to_do(opening: Opening) -> None:
    office = await opening(password="expired", guests=True)
    await office.client.installs(SAM)
    with pytest.raises(TemporaryFailure, match=r"invalid_client.*MICROSOFT_APP_PASSWORD"):
        await office.adapter.messenger.send(CHAT, HELLO, "job/1")
    health = office.adapter.health()
    assert (health.ready, "invalid_client" in health.reason) == (False, True)
    findings = await diagnosis(office)
    assert findings["teams signing keys"].ok
    assert not findings["teams access token"].ok
    assert "expired" not in findings["teams access token"].detail


async def test_a_secret_that_has_expired_is_called_that(opening: Opening) -> None:
    office = await opening()
    office.microsoft.token_answer = {"error": "invalid_client", "error_codes": [7000222, 1]}
    finding = (await diagnosis(office))["teams access token"]
    assert finding.detail == "401 no token: invalid_client (AADSTS7000222: the secret has expired)"
    assert "MICROSOFT_APP_PASSWORD" in finding.fix


@pytest.mark.slow
async def test_a_diagnosis_says_whether_teams_and_the_desk_have_found_each_other(opening: Opening) -> None:
    known = (PRESS, YARD, f"team:{GROUP}", "nowhere")
    office = await opening(press_channels=known)
    findings = await diagnosis(office)
    assert "messaging endpoint" in findings["teams endpoint"].fix
    assert "Install the app" in findings[f"teams:{PRESS}"].fix
    await office.client.installs_in_team(ANNA)
    office.microsoft.strange = {YARD}
    findings = await diagnosis(office)
    failing = {subject: finding.fix for subject, finding in findings.items() if not finding.ok}
    assert failing.keys() == {f"teams:{YARD}", "teams:nowhere"}
    assert "Install the app" in failing[f"teams:{YARD}"]


@pytest.mark.slow
async def test_a_diagnosis_of_a_microsoft_that_is_down_raises_nothing(opening: Opening) -> None:
    office = await opening(press_channels=(PRESS,))
    await office.client.installs_in_team(ANNA)
    await office.microsoft.stop()
    findings = await diagnosis(office)
    assert {subject for subject, finding in findings.items() if finding.ok} == {"teams endpoint"}
    assert all(finding.fix for finding in findings.values() if not finding.ok)


async def test_a_token_server_that_does_not_answer_holds_nobody_else_up(opening: Opening) -> None:
    office = await opening(guests=True)
    await office.client.installs(SAM)
    office.microsoft.let_tokens.clear()
    stalled = [asyncio.ensure_future(office.adapter.messenger.send(CHAT, HELLO, f"job/{n}")) for n in range(40)]
    await office.microsoft.waiting.wait()
    assert await office.client.says(SAM, "somebody else's") == 200
    assert await asyncio.to_thread(lambda: "the common threads are free")
    assert not any(one.done() for one in stalled)
    office.microsoft.let_tokens.set()
    await asyncio.gather(*stalled)


# ---- rate limits -----------------------------------------------------------------------------------------------------


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("count", "span"), RATE_LIMITS)
def test_no_window_ever_holds_more_than_teams_allows(count: int, span: float) -> None:
    seconds = Seconds()
    limiter = RateLimiter(seconds)
    written = []
    for _ in range(count * 3):
        seconds.now += limiter.reserve("19:a", max_wait=1e9)
        written.append(seconds.now)
    assert all(later - earlier >= span - 1e-6 for earlier, later in zip(written, written[count:], strict=False))


def test_each_conversation_has_a_rate_limit_of_its_own() -> None:
    limiter = RateLimiter(Seconds())
    assert [limiter.reserve("19:a", max_wait=2) for _ in range(8)] == [0.0] * 7 + [1.0]
    assert limiter.reserve("19:b", max_wait=2) == 0.0


def test_what_has_to_wait_too_long_does_not_count() -> None:
    seconds = Seconds()
    limiter = RateLimiter(seconds)
    for _ in range(60):
        seconds.now += limiter.reserve("19:a", max_wait=1e9)
    waits = [limiter.reserve("19:a", max_wait=2) for _ in range(3)]
    assert waits[0] > 2
    assert waits == [waits[0]] * 3


async def test_more_than_teams_allows_comes_again_later(opening: Opening) -> None:
    seconds = Seconds()
    limiter = RateLimiter(seconds)
    for _ in range(60):
        seconds.now += limiter.reserve(SAM.chat, max_wait=1e9)
    office = await opening(rate_limiter=limiter)
    await office.client.installs(SAM)
    with pytest.raises(TemporaryFailure) as caught:
        await office.adapter.messenger.send(CHAT, HELLO, "job/1")
    assert caught.value.retry_after is not None
    seconds.now += caught.value.retry_after
    await office.adapter.messenger.send(CHAT, HELLO, "job/1")


# ---- in a message ---------------------------------------------------------------------------------------------------


async def test_people_are_mentioned_by_name_and_only_those_in_teams(office: TeamsOffice) -> None:
    await office.client.says(ANNA, "hello")
    people = (f"teams:{ANNA.aad}", "slack:U0BEN", f"teams:{GUID.format(9)}")
    await office.adapter.messenger.send(CHANNEL, Outgoing((Mention(people),), "x", urgent=True), "job/1")
    ((_, (posted,)),) = office.microsoft.conversations.items()
    assert posted.card["body"][0]["text"] == "<at>Anna Officer</at> <at>press officer</at>"
    assert [one["mentioned"]["id"] for one in posted.card["msteams"]["entities"]] == [ANNA.aad, GUID.format(9)]
    assert posted.activity["importance"] == "urgent"
    assert posted.activity["channelData"]["notification"]["alert"] is True


async def test_a_button_is_answered_in_place_where_that_can_be(office: TeamsOffice) -> None:
    row = Buttons(
        (Button("Claim", "case.claim", "1@1", "primary"), Button("Reply", "case.reply", "1@1", opens_form=True))
    )
    await office.adapter.messenger.send(CHAT, Outgoing((row,), "x"), "job/1")
    (posted,) = office.microsoft.conversations[SAM.chat]
    claim, reply = buttons(posted.card)["Claim"], buttons(posted.card)["Reply"]
    assert (claim["type"], claim["fallback"]["type"], claim["fallback"]["data"]) == (
        "Action.Execute",
        "Action.Submit",
        claim["data"],
    )
    assert reply["data"]["msteams"] == {"type": "task/fetch"}


async def test_there_is_no_mark_to_put_on_a_message(office: TeamsOffice) -> None:
    before = list(office.microsoft.asked)
    assert await office.adapter.messenger.mark(CHAT, "event-1", "delivered") is False
    assert office.microsoft.asked == before
