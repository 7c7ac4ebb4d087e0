"""What is let in at /api/messages, and how it is read."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from adapters.teams.settings import TeamsSettings
from bot.messages import Joined, Said, Shared
from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.teams.microsoft import APP, GUID, ISSUER, SECRET, TENANT, Answer, Key
from tests.teams.office import QuietDesk, TeamsOffice
from tests.teams.people import ANNA, GUEST, PRESS, SAM, THREAD, YARD


def heard(office: TeamsOffice) -> list[Said]:
    assert isinstance(office.desk, RecordingDesk)
    return office.desk.said


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


# ---- who proves to be Microsoft -------------------------------------------------------------------------------------

STRANGER = Key("key-1")


def unsigned(claims: dict[str, Any]) -> str:
    """As PyJWT would rather not make it."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "kid": "key-1"}, claims)
    )
    return f"{head}.{body}."


def bad_token(office: TeamsOffice, kind: str) -> str:
    microsoft = office.microsoft
    claims = {"iss": ISSUER, "aud": APP, "exp": ago(-600), "serviceurl": microsoft.url}
    tokens: dict[str, Callable[[], str]] = {
        "junk": lambda: "junk",
        "three parts of junk": lambda: "a.b.c",
        "not ours to read": lambda: "é",
        "alg none": lambda: unsigned(claims),
        "HS256": lambda: jwt.encode(claims, "k" * 32, "HS256", headers={"kid": "key-1"}),
        "wrong key": lambda: microsoft.token(key=STRANGER),
        "issuer": lambda: microsoft.token(iss="https://evil.example"),
        "no issuer": lambda: microsoft.token(iss=None),
        "an emulator's issuer": lambda: microsoft.token(
            iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", appid=APP, ver="1.0"
        ),
        "a skill's": lambda: microsoft.token(aud=APP, appid=GUID.format(9), ver="1.0"),
        "audience": lambda: microsoft.token(aud=GUID.format(9)),
        "no audience": lambda: microsoft.token(aud=None),
        "two audiences": lambda: microsoft.token(aud=[APP, GUID.format(9)]),
        "expired": lambda: microsoft.token(exp=ago(600)),
        "not yet valid": lambda: microsoft.token(nbf=ago(-1200)),
        "serviceurl mismatch": lambda: microsoft.token(serviceurl="https://smba.trafficmanager.net/uk/"),
        "no serviceurl": lambda: microsoft.token(serviceurl=None),
        "unknown key id": lambda: microsoft.token(headers={"kid": "key-9"}),
        "no expiry": lambda: microsoft.token(exp=None),
        "no key id": lambda: jwt.encode(claims, microsoft.keys[0].private, "RS256"),
    }
    return tokens[kind]()


@pytest.mark.parametrize(
    "kind",
    [
        "junk",
        "three parts of junk",
        "not ours to read",
        "alg none",
        "HS256",
        "wrong key",
        "issuer",
        "no issuer",
        "an emulator's issuer",
        "a skill's",
        "audience",
        "no audience",
        "two audiences",
        "expired",
        "no expiry",
        "not yet valid",
        "serviceurl mismatch",
        "no serviceurl",
        "unknown key id",
        "no key id",
    ],
)
async def test_a_token_that_proves_nothing_is_refused(office: TeamsOffice, kind: str) -> None:
    status, _ = await office.client.post(office.client.message(SAM, "hello"), bad_token(office, kind))
    assert status == 401
    assert heard(office) == []


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer a b", "bearer x"])
async def test_no_token_at_all_is_refused(office: TeamsOffice, header: str) -> None:
    activity = office.client.message(SAM, "hello")
    headers = {"Authorization": header} if header else {}
    async with office.client.session.post(office.client.endpoint, json=activity, headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize("endorsements", [None, [], ["webchat"]])
async def test_a_key_that_does_not_stand_for_teams_proves_nothing(
    office: TeamsOffice, endorsements: list[str] | None
) -> None:
    office.microsoft.keys = [Key("key-2", endorsements)]
    assert await office.client.says(SAM, "hello") == 401


@pytest.mark.slow
async def test_a_new_key_is_known_with_the_first_request_that_it_signs(office: TeamsOffice) -> None:
    assert await office.client.says(SAM, "one") == 200
    office.microsoft.keys = [Key("key-2")]
    assert await office.client.says(SAM, "two") == 200
    assert office.microsoft.keys_asked == 2


async def test_made_up_key_ids_share_one_look(office: TeamsOffice) -> None:
    tokens = [office.microsoft.token(headers={"kid": f"made-up-{number}"}) for number in range(20)]
    message = office.client.message(SAM, "hello")
    answers = await asyncio.gather(*(office.client.post(message, token) for token in tokens))
    assert {status for status, _ in answers} == {401}
    assert office.microsoft.keys_asked <= 2


async def test_keys_that_cannot_be_had_hold_nobody_else_up(office: TeamsOffice) -> None:
    office.microsoft.let_keys.clear()
    stalled = asyncio.ensure_future(office.client.says(SAM, "hello"))
    await office.microsoft.waiting.wait()
    # The loop serves others meanwhile: this is answered while the first still waits.
    status, _ = await office.client.post([])
    assert status == 400
    assert not stalled.done()
    office.microsoft.let_keys.set()
    assert await stalled == 200


@pytest.mark.slow
async def test_without_keys_nobody_is_let_in_and_teams_is_asked_to_try_again(office: TeamsOffice) -> None:
    published, office.microsoft.keys = office.microsoft.keys, []
    office.microsoft.keys_url = "gone"
    proof = office.microsoft.token(key=published[0])
    status, _ = await office.client.post(office.client.message(SAM, "hello"), proof)
    assert status == 503
    office.microsoft.keys_url, office.microsoft.keys = "keys", published
    assert await office.client.says(SAM, "hello") == 200
    office.microsoft.keys_url = "gone"
    assert await office.client.says(SAM, "still known") == 200


# ---- what is let in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"serviceUrl": None},
        {"serviceUrl": ""},
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": "http://[::"},
        {"channelId": "webchat"},
        {"channelId": None},
        {"channelData": {"tenant": {"id": GUID.format(66)}}},
        {"channelData": None},
        {"channelData": {}},
    ],
)
async def test_other_places_and_organisations_are_refused(office: TeamsOffice, changed: dict[str, Any]) -> None:
    status, _ = await office.client.post({**office.client.message(SAM, "hello"), **changed})
    assert status == 403
    assert heard(office) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"7", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"type": 7, "conversation": {"id": "a:1"}}', "application/json", 400),
        (b'{"type": "message", "conversation": []}', "application/json", 400),
        (b'{"type": "message", "conversation": {"id": "a:1"}, "text": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b" " * 300_000, "application/json", 413),
        (b" " * 2 * 1024 * 1024, "application/json", 413),
    ],
)
async def test_what_is_no_activity_is_refused(office: TeamsOffice, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind, "Authorization": f"Bearer {office.microsoft.token()}"}
    sent = io.BytesIO(body)
    async with office.client.session.post(office.client.endpoint, data=sent, headers=headers) as response:
        assert response.status == status


async def test_a_replay_is_the_same_event(office: TeamsOffice) -> None:
    activity, proof = office.client.message(SAM, "hello"), office.microsoft.token()
    for _ in range(3):
        assert (await office.client.post(activity, proof))[0] == 200
    assert len(heard(office)) == 1


async def test_guests_are_refused_and_told_so(office: TeamsOffice) -> None:
    office.microsoft.guests = {GUEST.id}
    assert await office.client.says(GUEST, "a reporter rang") == 200
    status, answer = await office.client.invokes(GUEST, "composeExtension/fetchTask", {"commandId": "report"})
    await office.adapter.stop()
    assert heard(office) == []
    assert (status, answer["task"]["value"]) == (200, texts.NOT_FOR_GUESTS)
    assert office.microsoft.texts(GUEST.chat) == [texts.NOT_FOR_GUESTS]


async def test_guests_are_heard_where_they_are_allowed(
    quick_store: Store, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await TeamsOffice(quick_store, clock, QuietDesk()).open(tmp_path, monkeypatch, guests=True)
    office.microsoft.guests = {GUEST.id}
    assert await office.client.says(GUEST, "a reporter rang") == 200
    assert [said.text for said in heard(office)] == ["a reporter rang"]
    await office.close()


async def test_who_is_a_guest_is_asked_once(office: TeamsOffice) -> None:
    for _ in range(3):
        assert await office.client.says(SAM, "hello") == 200
    assert sum(method == "GET" for method, _ in office.microsoft.asked) == 1


@pytest.mark.parametrize("status", [403, 429, 500, 502])
async def test_while_the_roster_cannot_be_read_messages_are_taken_in_and_presses_wait(
    office: TeamsOffice, status: int
) -> None:
    office.microsoft.roster_answer = Answer(status)
    assert await office.client.says(SAM, "hello") == 200
    press = {"action": {"data": {"desk": "press", "action": "case.claim", "value": "1@1"}}}
    assert (await office.client.invokes(SAM, "adaptiveCard/action", press))[1]["value"] == texts.PRESS_AGAIN
    (taken,) = heard(office)
    assert (taken.text, taken.identified) == ("hello", False)


async def test_what_the_roster_said_last_holds_while_it_cannot_be_read(office: TeamsOffice, clock: ManualClock) -> None:
    office.microsoft.guests = {GUEST.id}
    assert await office.client.says(SAM, "hello") == await office.client.says(GUEST, "hello") == 200
    clock.advance(timedelta(days=2))
    office.microsoft.roster_answer = Answer(502)
    assert await office.client.says(SAM, "hello again") == await office.client.says(GUEST, "hello again") == 200
    assert [(each.text, each.identified) for each in heard(office)] == [("hello", True), ("hello again", True)]


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://smba.trafficmanager.net/uk/", True),
        ("https://SMBA.TrafficManager.net/uk/", True),
        ("http://smba.trafficmanager.net/uk/", False),
        ("https://trafficmanager.net/", False),
        ("https://anybody.trafficmanager.net/", False),
        ("https://eviltrafficmanager.net/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://evil.example/smba.trafficmanager.net", False),
        ("https://[::", False),
        ("http://127.0.0.1:1/", False),
        ("", False),
    ],
)
def test_our_token_goes_to_hosts_of_microsoft_alone(url: str, trusted: bool) -> None:
    assert TeamsSettings(APP, TENANT).is_trusted_service_url(url) is trusted


async def test_without_authentication_neither_side_proves_anything(
    quick_store: Store, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await TeamsOffice(quick_store, clock, QuietDesk()).open(
        tmp_path, monkeypatch, authentication=False, guests=True
    )
    status, _ = await office.client.post(office.client.message(SAM, "hello"), "")
    assert (status, office.microsoft.tokens_asked) == (200, 0)
    assert [said.text for said in heard(office)] == ["hello"]
    await office.close()


# ---- how it is read -------------------------------------------------------------------------------------------------


async def test_a_mention_goes_by_its_span_and_not_by_its_name(office: TeamsOffice) -> None:
    question = "what is faqbot and who runs faqbot-prod?"
    assert await office.client.says(SAM, question, THREAD, mention=True) == 200
    (said,) = heard(office)
    assert (said.text, said.at.token, said.direct.token) == (question, THREAD, SAM.aad)


async def test_files_are_counted_and_channel_messages_are_linked(office: TeamsOffice) -> None:
    files = [{"contentType": kind} for kind in ("text/html", "image/png", "application/vnd.microsoft.teams.file.info")]
    await office.client.says(SAM, "see attached", THREAD, mention=True, attachments=files)
    (said,) = heard(office)
    assert said.files == 2
    assert said.link.startswith("https://teams.microsoft.com/l/message/19%3Ayard%40thread.tacv2/event-")


async def test_bots_and_other_kinds_of_events_change_nothing(office: TeamsOffice) -> None:
    nobody = {**office.client.message(SAM, "hello"), "from": {"id": "28:other", "name": "bot"}}
    assert (await office.client.post(nobody))[0] == 200
    for kind in ("typing", "messageReaction", "messageDelete", "endOfConversation", "somethingNew"):
        assert (await office.client.post(office.client.activity(SAM, type=kind)))[0] == 200
    assert isinstance(office.desk, RecordingDesk)
    assert office.desk.committed == []


async def test_somebody_is_met_once_by_installation_or_first_message(office: TeamsOffice) -> None:
    added: dict[str, Any] = {"type": "conversationUpdate", "membersAdded": [{"id": f"28:{APP}"}]}
    await office.client.installs(SAM)
    await office.client.post(office.client.activity(SAM, **added))
    await office.client.says(SAM, "hello")
    await office.client.says(ANNA, "hello")
    await office.adapter.idle()
    assert isinstance(office.desk, RecordingDesk)
    joined = [event.person.id for event in office.desk.committed if isinstance(event, Joined)]
    assert joined == [SAM.aad, ANNA.aad]


@pytest.mark.parametrize(
    "value", [{}, {"messagePayload": None}, {"messagePayload": {"body": {"content": 7}}}, {"messagePayload": []}]
)
async def test_the_form_opens_empty_where_there_is_no_message(office: TeamsOffice, value: Any) -> None:
    value = {"commandId": "report", **value}
    status, _ = await office.client.invokes(SAM, "composeExtension/fetchTask", value, THREAD)
    assert isinstance(office.desk, RecordingDesk)
    (shared,) = [event for event in office.desk.committed if isinstance(event, Shared)]
    assert (status, shared.text) == (200, "")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("adaptiveCard/action", {}, 400),
        ("adaptiveCard/action", {"action": {"data": {"desk": "press", "action": 7, "value": ""}}}, 400),
        ("adaptiveCard/action", {"action": {"data": {"desk": "press", "action": "x" * 201, "value": ""}}}, 400),
        ("task/submit", {"data": {"desk": "form", "id": "1", "form": {"name": "report"}}}, 400),
        ("task/submit", None, 400),
        ("composeExtension/fetchTask", {"commandId": "another"}, 400),
        ("composeExtension/fetchTask", None, 400),
        ("signin/verifyState", {"data": {"desk": "press", "action": "a", "value": ""}}, 501),
    ],
)
async def test_invokes_that_are_not_ours_are_refused(office: TeamsOffice, name: str, value: Any, status: int) -> None:
    assert (await office.client.invokes(SAM, name, value))[0] == status


async def test_no_words_and_no_secrets_in_the_log(office: TeamsOffice, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        proof = office.microsoft.token()
        await office.client.post(office.client.message(SAM, "Zebedee rang"), proof)
        await office.client.post(office.client.message(SAM, "Zebedee rang"), "wrong.token.x")
        await office.client.post(json.loads('{"text": "Zebedee"}'), proof)
    assert "Zebedee" not in caplog.text
    for secret in (proof, SECRET, "token-1"):
        assert secret not in caplog.text


async def test_the_app_knows_the_channel_of_each_team(office: TeamsOffice) -> None:
    await office.client.installs_in_team(ANNA)
    await office.client.post(office.client.activity(ANNA, YARD, type="installationUpdate", action="remove"))
    assert await office.client.says(ANNA, "hello", PRESS, mention=True) == 200
