"""What comes over HTTP: refused with 4xx and stored nowhere unless Slack signed it just now."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.people import CACHED_FOR
from bot.messages import Incoming, Pressed, SyncResponse
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.malformed import malformed
from tests.slack.server import Json, LoopbackSlack, Posted, signed
from tests.slack.workspace import Workspace, connected


class Office:
    def __init__(self, workspace: Workspace, desk: RecordingDesk, state: DurableState) -> None:
        self.workspace, self.desk, self.state = workspace, desk, state

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        sent = {"Content-Type": "application/json", **headers}
        async with self.workspace.session.post(self.workspace.url, data=BytesIO(body), headers=sent) as answer:
            return answer.status, await answer.text()

    def event(self) -> str:
        event = self.workspace.message("U0SAM", "hello")
        return json.dumps({"type": "event_callback", "team_id": "T0HOME", "event": event})

    async def nothing_happened(self) -> bool:
        return not self.desk.committed and not await self.state.items("")


@pytest.fixture
async def office(quick_store: Store, clock: ManualClock) -> AsyncIterator[Office]:
    slack, desk = LoopbackSlack(), RecordingDesk()
    await slack.start()
    state = DurableState(quick_store, "slack")
    async with connected(slack, desk, state, clock, "http") as workspace:
        yield Office(workspace, desk, state)
    await slack.stop()


async def test_what_slack_signed_is_taken(office: Office) -> None:
    body = office.event()
    assert await office.post(body.encode(), signed(body)) == (200, "")
    assert len(office.desk.said) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "yesterday"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "-5"},
    ],
)
async def test_a_wrong_signature_is_refused(office: Office, change: dict[str, str]) -> None:
    body = office.event()
    status, _ = await office.post(body.encode(), {**signed(body), **change})
    assert status == 401
    assert await office.nothing_happened()


async def test_another_secret_and_an_old_signature_are_refused(office: Office) -> None:
    body = office.event()
    assert (await office.post(body.encode(), signed(body, secret="another")))[0] == 401
    assert (await office.post(body.encode(), signed(body, age=301)))[0] == 401
    assert (await office.post(body.encode(), signed(body, age=-301)))[0] == 401
    assert (await office.post(body.encode(), {}))[0] == 401
    assert await office.nothing_happened()


async def test_a_body_that_is_not_utf_8_or_too_large_is_refused(office: Office) -> None:
    assert (await office.post(b"\xff\xfe{}", signed("")))[0] == 400
    event = office.event().replace("hello", "x" * 2_000_000)
    assert (await office.post(event.encode(), signed(event)))[0] == 413
    assert await office.nothing_happened()


@pytest.mark.parametrize(
    "body", ["{", "[1]", '"text"', "text", "null", "{'a': 1}", '{"team": 5, "user": []}', '{"authorizations": 5}']
)
async def test_a_signed_body_that_is_not_slacks_is_refused(office: Office, body: str) -> None:
    assert (await office.post(body.encode(), signed(body)))[0] == 400
    assert await office.nothing_happened()


@pytest.mark.parametrize("body", ["payload={", "payload=[1]", "payload=5", "payload=", "command=/policy&payload=%7B"])
async def test_a_signed_form_that_is_not_slacks_does_nothing(office: Office, body: str) -> None:
    sent = {"Content-Type": "application/x-www-form-urlencoded", **signed(body)}
    assert (await office.post(body.encode(), sent))[0] in {200, 400}
    assert await office.nothing_happened()


async def test_slack_may_check_that_the_address_is_ours(office: Office) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-123"})
    status, text = await office.post(body.encode(), signed(body))
    assert (status, json.loads(text)) == (200, {"challenge": "c-123"})


words = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8))
names = st.sampled_from(["type", "event", "user", "channel", "ts", "text", "team", "actions", "view", "container", "x"])
trees = st.recursive(words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4))
kinds = st.sampled_from(
    ["message", "app_mention", "reaction_added", "app_home_opened", "member_joined_channel", "function_executed", ""]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.dictionaries(names, trees, max_size=5), kind=kinds)
async def test_any_event_whatever_is_in_it_is_answered_and_ignored(office: Office, event: object, kind: str) -> None:
    assert isinstance(event, dict)
    body = json.dumps({"type": "event_callback", "team_id": "T0HOME", "event": {**event, "type": kind}})
    status, _ = await office.post(body.encode(), signed(body))
    assert status in {200, 400}
    assert office.desk.committed == []


MESSAGE: Json = {
    "type": "message",
    "user": "U0SAM",
    "channel": "D0SAM",
    "channel_type": "im",
    "ts": "1.2",
    "text": "hi",
}
PRESS: Json = {"type": "block_actions", "team": {"id": "T0HOME"}, "user": {"id": "U0SAM"}}
VIEW: Json = {"type": "view_submission", "team": {"id": "T0HOME"}, "user": {"id": "U0SAM"}}
MALFORMED: list[Json] = [
    {"type": "event_callback", "team_id": "T0HOME", "event": {**MESSAGE, "files": 5}},
    {"type": "event_callback", "team_id": "T0HOME", "event": {**MESSAGE, "subtype": ["a"]}},
    {"type": "event_callback", "team_id": "T0OTHER", "event": {**MESSAGE, "subtype": ["a"]}},
    {"type": "event_callback", "team_id": "T0HOME", "event": {**MESSAGE, "subtype": "message_changed", "message": 5}},
    {**PRESS, "actions": [{"action_id": "case.claim#0"}], "container": 5},
    {**PRESS, "actions": [{"action_id": "case.claim#0"}], "user": {}},
    {**VIEW, "view": {"callback_id": "report", "private_metadata": "{"}},
    {**VIEW, "view": {"callback_id": "report", "private_metadata": "[5]"}},
    {**VIEW, "view": {"callback_id": "report", "state": {"values": {"a": 5}}}},
    {
        "type": "message_action",
        "callback_id": "send_to_press_office",
        "team": {"id": "T0HOME"},
        "user": {"id": "U0SAM"},
    },
]


VALUES: Json = {"a": {"a": {"type": "plain_text_input", "value": "x"}, "b": {"selected_option": {"value": "y"}}}}
CONTAINER: Json = {"type": "message", "channel_id": "D0SAM", "message_ts": "1.1", "thread_ts": "1.0"}
VALID: list[Json] = [
    {
        "type": "event_callback",
        "team_id": "T0HOME",
        "event_id": "Ev1",
        "authorizations": [{"team_id": "T0HOME"}],
        "event": {
            **MESSAGE,
            "team": "T0HOME",
            "files": [{"id": "F1"}],
            "attachments": [{"is_share": True, "text": "x"}],
        },
    },
    {
        "type": "event_callback",
        "team_id": "T0HOME",
        "event_id": "Ev2",
        "event": {**MESSAGE, "subtype": "message_changed", "message": MESSAGE, "previous_message": MESSAGE},
    },
    {
        "type": "event_callback",
        "team_id": "T0HOME",
        "event_id": "Ev3",
        "event": {"type": "app_home_opened", "user": "U0SAM", "channel": "D0SAM", "tab": "home", "view": {"id": "V"}},
    },
    {
        **PRESS,
        "trigger_id": "1.2",
        "response_url": "http://127.0.0.1:9/",
        "channel": {"id": "D0SAM", "name": "directmessage"},
        "container": CONTAINER,
        "message": {"ts": "1.1", "thread_ts": "1.0", "blocks": [], "metadata": {}},
        "actions": [{"action_id": "case.claim#0", "block_id": "b", "value": "1@1", "action_ts": "1.3"}],
    },
    {
        **VIEW,
        "view": {
            "id": "V",
            "callback_id": "report",
            "private_metadata": '{"context": "c", "at": "slack:D0SAM"}',
            "title": {"type": "plain_text", "text": "t"},
            "app_installed_team_id": "T0HOME",
            "state": {"values": VALUES},
        },
    },
    {
        "type": "message_action",
        "callback_id": "send_to_press_office",
        "trigger_id": "1.2",
        "team": {"id": "T0HOME"},
        "user": {"id": "U0SAM"},
        "channel": {"id": "C0STAFF"},
        "message": {"ts": "1.1", "text": "x", "user": "U0SAM", "files": [{"id": "F"}]},
    },
]


async def test_no_field_of_a_signed_payload_makes_an_error_of_the_desks(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Some 350 payloads with one wrong field each."""
    for base in VALID:
        for payload in malformed(base, each=3):
            if base["type"] == "event_callback":
                body, kind = json.dumps(payload), "application/json"
            else:
                body, kind = urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
            status, _ = await office.post(body.encode(), {**signed(body), "Content-Type": kind})
            assert status in {200, 400}, payload
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("payload", MALFORMED, ids=str)
async def test_a_signed_payload_that_is_malformed_is_the_senders_fault(
    office: Office, payload: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """As JSON, and as the form in which Slack sends interactive payloads."""
    for body, kind in (
        (json.dumps(payload), "application/json"),
        (urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"),
    ):
        status, _ = await office.post(body.encode(), {**signed(body), "Content-Type": kind})
        assert status in {200, 400}
    assert office.desk.committed == []
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "change",
    [
        {"user": "U0DESK", "bot_id": "B0DESK"},
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "message_deleted"},
        {"subtype": "message_changed"},
        {"user": None},
    ],
)
async def test_our_own_messages_other_bots_and_joins_are_acknowledged_and_ignored(
    office: Office, change: dict[str, str]
) -> None:
    assert await office.workspace.event({**office.workspace.message("U0SAM", "hello <@U0DESK>"), **change}) == {}
    assert office.desk.committed == []


async def test_another_workspace_is_ignored(office: Office) -> None:
    assert await office.workspace.event(office.workspace.message("U0SAM", "hello"), team="T0OTHER") == {}
    assert await office.nothing_happened()


async def test_while_slack_does_not_say_who_somebody_is_messages_are_taken_in(office: Office) -> None:
    office.workspace.slack.down = True
    assert await office.workspace.says("U0SAM", "a reporter rang") == {}
    (said,) = office.desk.said
    assert (said.identified, said.person.id, said.text) == (False, "U0SAM", "a reporter rang")


async def test_while_slack_does_not_say_who_somebody_is_presses_wait_and_forms_stay_open(office: Office) -> None:
    here = office.workspace
    here.slack.down = True
    await here.press("U0SAM", CARD, "Claim", CLAIM)
    assert await here.submit("U0SAM", FORM) is None  # Slack keeps it open and says that it could not be sent
    assert office.desk.committed == []


async def test_what_slack_said_last_of_somebody_holds_while_it_does_not_answer(
    office: Office, clock: ManualClock
) -> None:
    here = office.workspace
    await here.press("U0SAM", CARD, "Claim", CLAIM)
    clock.advance(2 * CACHED_FOR)
    here.slack.down = True
    await here.press("U0SAM", CARD, "Claim", CLAIM)
    pressed = [event for event in office.desk.committed if isinstance(event, Pressed)]
    assert [event.person.name for event in pressed] == ["Sam Staff"] * 2


Acts = Callable[[Workspace], Awaitable[Json | None]]
CARD = Posted("C0PRESS", "1795700000.000001", "M-1", [])
CLAIM = {"action_id": "case.claim#0", "value": "1@1"}
FORM: Json = {
    "type": "modal",
    "id": "V1",
    "hash": "h1",
    "callback_id": "report",
    "title": {"text": "Report"},
    "blocks": [],
}
PAYLOADS: dict[str, Acts] = {
    "message": lambda here: here.says("U0SAM", "a secret tweet"),
    "edit": lambda here: here.edits("U0SAM", "a tweet", "a secret tweet", "D0SAM", "1795700000.000002"),
    "messages tab": lambda here: here.opens("U0SAM", "messages"),
    "home tab": lambda here: here.opens("U0SAM", "home"),
    "button": lambda here: here.press("U0ANNA", CARD, "Claim", CLAIM),
    "form": lambda here: here.submit("U0SAM", FORM),
    "shortcut": lambda here: here.shortcut("U0SAM", "a secret tweet"),
    "command": lambda here: here.command("U0SAM", "a secret tweet"),
}


@pytest.mark.parametrize("act", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_every_payload_is_acknowledged_only_once_the_desk_has_committed_it(office: Office, act: Acts) -> None:
    office.desk.available = False
    assert await act(office.workspace) is None
    office.desk.available = True
    assert await act(office.workspace) is not None
    assert office.desk.committed


@pytest.mark.parametrize("act", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_an_error_that_nobody_expected_is_logged_without_anybody_s_words(
    office: Office, act: Acts, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(incoming: Incoming) -> SyncResponse:
        raise ValueError(f"not read: {incoming}")

    monkeypatch.setattr(office.desk, "handle", fail)
    assert await act(office.workspace) is None
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text
