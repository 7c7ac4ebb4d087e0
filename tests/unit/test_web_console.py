from __future__ import annotations

import asyncio
import http.client
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

from adapters.web import Persona, WebConsole
from bot.errors import PermanentFailure
from bot.messages import (
    Address,
    Button,
    Buttons,
    CaseHead,
    Field,
    Form,
    Immediate,
    Incoming,
    Joined,
    Mention,
    Outgoing,
    Pressed,
    Prose,
    Said,
    Submitted,
)
from bot.store.engine import Store
from bot.store.state import DurableState
from tests.clock import ManualClock
from tests.contract.adapters import NOON, RecordingDesk
from tests.web_client import WebClient

PEOPLE = (Persona("sam", "Sam Staff"), Persona("ruth", "Ruth Reader"), Persona("anna", "Anna Officer", officer=True))
CARD = Outgoing(
    (CaseHead("M-1", "Media enquiry", "unclaimed", NOON), Buttons((Button("Claim", "case.claim", "1@1"),))), "M-1"
)
FORM = Form("case.close", "Close", "1@1", (Field("outcome", "How?", "choice", options=(("answered", "answered"),)),))


class FormDesk(RecordingDesk):
    def __init__(self) -> None:
        super().__init__()
        self.met: asyncio.Queue[Joined] = asyncio.Queue()
        self.stumbles = False

    async def handle(self, incoming: Incoming) -> Immediate:
        if self.stumbles:
            raise RuntimeError("a mistake of ours")
        await super().handle(incoming)
        if isinstance(incoming, Joined):
            self.met.put_nowait(incoming)
        if isinstance(incoming, Pressed):
            return Immediate(form=FORM)
        return Immediate(problems={"text": "Write something."}) if isinstance(incoming, Submitted) else Immediate()


@pytest.fixture
def opened(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'console.db'}", clock)
    store.open()
    yield store
    store.close()


@pytest.fixture
def desk() -> FormDesk:
    return FormDesk()


@pytest.fixture
async def console(opened: Store, clock: ManualClock, desk: FormDesk) -> AsyncIterator[WebConsole]:
    console = WebConsole(DurableState(opened, "web"), clock, 0, PEOPLE, lambda: "3 answers", lambda: ["why?"])
    await console.start(desk)
    yield console
    await console.stop()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def window(console: WebConsole, session: ClientSession) -> WebClient:
    return await WebClient.open(session, console.url)


def say(**changes: Any) -> dict[str, Any]:
    return {"id": "event-one", "person": "sam", "at": "staff/sam", "text": "a question", **changes}


# ---- who may come in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[::1]:80", ""]
)
async def test_a_name_that_is_not_this_machines_is_refused(console: WebConsole, host: str) -> None:
    def ask() -> int:
        port = int(console.url.rstrip("/").rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.putrequest("GET", "/", skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        return status

    assert await asyncio.to_thread(ask) in {400, 421}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_can_neither_post_nor_listen(
    window: WebClient, desk: FormDesk, headers: dict[str, str]
) -> None:
    posted = {"X-Policy-Desk": window.token, **headers}
    async with window.session.post(f"{window.url}api/say", json=say(), headers=posted) as response:
        assert response.status == 403
    with pytest.raises(WSServerHandshakeError):
        await window.session.ws_connect(f"{window.url}api/live", headers=headers)
    assert desk.said == []


@pytest.mark.parametrize("token", ["", "wrong", "tökén"])
async def test_without_the_token_nothing_is_taken(window: WebClient, desk: FormDesk, token: str) -> None:
    window.token = token
    assert (await window.post("say", **say()))[0] == 403
    socket = await window.live()
    message = await socket.receive(timeout=10)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 4403)
    assert desk.committed == []


@pytest.mark.parametrize("path", ["", "static/app.js", "static/missing.js", "api/say"])
async def test_every_response_says_what_a_browser_must_not_do(window: WebClient, path: str) -> None:
    async with window.session.get(window.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["frame-ancestors"] == directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"


async def test_it_listens_on_loopback(console: WebConsole) -> None:
    assert console.url.startswith("http://127.0.0.1:")


# ---- what is posted --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("say", say(text=""), 400),
        ("say", say(id="short"), 400),
        ("say", say(id="x" * 65), 400),
        ("say", say(extra=1), 400),
        ("say", say(person="nobody"), 403),
        ("say", say(at="staff/ruth"), 403),
        ("say", say(at="press"), 403),
        ("say", say(at="press/000000000099"), 403),
        ("say", say(text="x" * 3_000_000), 413),
        ("press", {"id": "event-one", "person": "sam", "message": "9", "action": "case.claim"}, 404),
        ("press", {"id": "event-one", "person": "sam", "message": "9", "action": "x" * 201}, 400),
        ("submit", {"id": "event-one", "person": "sam", "message": "9", "form": "f", "context": "", "values": {}}, 404),
        ("submit", {"id": "event-one", "person": "sam", "message": "9", "form": "f", "context": "", "values": []}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused(
    window: WebClient, desk: FormDesk, what: str, body: dict[str, Any], status: int
) -> None:
    assert (await window.post(what, **body))[0] == status
    assert desk.committed == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"id=event-one", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_what_is_not_json_is_refused(window: WebClient, body: bytes, kind: str, status: int) -> None:
    headers = {"X-Policy-Desk": window.token, "Content-Type": kind}
    async with window.session.post(f"{window.url}api/say", data=body, headers=headers) as response:
        assert response.status == status


async def test_a_message_is_in_the_transcript_before_the_desk_hears_it(window: WebClient, desk: FormDesk) -> None:
    desk.let.clear()
    posting = asyncio.ensure_future(window.post("say", **say()))
    await desk.entered.wait()
    (waiting,) = await window.messages()
    assert (waiting["text"], waiting["event_id"], waiting["progress"]) == ("a question", "event-one", "")
    desk.let.set()
    await posting
    assert [one["progress"] for one in await window.messages()] == ["sent"]


async def test_a_post_that_comes_again_is_one_message_and_one_event(window: WebClient, desk: FormDesk) -> None:
    for text in ("a question", "a question", "other words under the same id"):
        assert (await window.post("say", **say(text=text)))[0] == 200
    assert [one["text"] for one in await window.messages()] == ["a question"]
    assert [said.text for said in desk.said] == ["a question"]


async def test_a_press_and_a_form_belong_to_the_thread_of_their_card(
    window: WebClient, desk: FormDesk, console: WebConsole
) -> None:
    receipt = await console.messenger.send(Address("web", "press"), CARD, "job/1")
    assert receipt.thread is not None
    body = {"id": "event-one", "person": "anna", "message": receipt.parts[0]}
    status, answer = await window.post("press", **body, action="case.close", value="1@1")
    assert status == 200
    assert answer["form"]["fields"][0]["options"] == [["answered", "answered"]]
    values = {"outcome": "answered"}
    _, answer = await window.post(
        "submit", **body | {"id": "event-two"}, form="case.close", context="1@1", values=values
    )
    assert answer["problems"] == {"text": "Write something."}
    anna = PEOPLE[2]
    assert desk.committed == [
        Pressed("event-one", anna.person, "case.close", "1@1", receipt.thread, anna.direct),
        Submitted("event-two", anna.person, "case.close", "1@1", values, receipt.thread, anna.direct),
    ]


async def test_nobody_presses_in_somebody_elses_conversation(window: WebClient, console: WebConsole) -> None:
    receipt = await console.messenger.send(Address("web", "staff/ruth"), CARD, "job/1")
    body = {"id": "event-one", "message": receipt.parts[0], "action": "case.claim"}
    assert (await window.post("press", person="sam", **body))[0] == 403
    assert (await window.post("press", person="ruth", **body))[0] == 200


async def test_what_is_written_in_a_thread_is_said_there(
    window: WebClient, desk: FormDesk, console: WebConsole
) -> None:
    receipt = await console.messenger.send(Address("web", "press"), CARD, "job/1")
    assert receipt.thread is not None
    await window.post("say", **say(person="anna", at=receipt.thread.token))
    assert desk.said == [Said("event-one", PEOPLE[2].person, "a question", receipt.thread, PEOPLE[2].direct)]
    below = await console.messenger.send(receipt.thread, CARD, "job/2")
    assert below.thread == receipt.thread


# ---- what a window sees ----------------------------------------------------------------------------------------------


async def test_a_window_sees_its_own_conversation_and_the_press_desk(window: WebClient, console: WebConsole) -> None:
    for number, place in enumerate(("staff/sam", "staff/ruth", "press")):
        await console.messenger.send(Address("web", place), CARD, f"job/{number}")
    assert {one["conversation"] for one in await window.messages(staff="sam")} == {"staff/sam", "press"}
    assert {one["conversation"] for one in await window.messages(staff="nobody")} == {"staff/sam", "press"}


async def test_a_window_that_comes_back_gets_what_it_missed(window: WebClient, console: WebConsole) -> None:
    press = Address("web", "press")
    first = await console.messenger.send(press, CARD, "job/1")
    await console.messenger.send(press, CARD, "job/2")
    seen = max(one["revision"] for one in await window.messages())
    assert await window.messages(since=seen) == []
    await console.messenger.update(first, CARD, "job/3")
    assert [one["id"] for one in await window.messages(since=seen)] == [first.parts[0]]


async def test_a_window_is_greeted_and_told_who_is_there(window: WebClient, clock: ManualClock) -> None:
    socket = await window.live(staff="ruth")
    hello = await socket.receive_json(timeout=10)
    await socket.close()
    assert hello["staff"] == "ruth"
    assert hello["now"] == clock.now().isoformat()
    assert hello["knowledge"] == "3 answers"
    assert hello["examples"] == ["why?"]
    assert {"id": "anna", "name": "Anna Officer", "officer": True} in hello["people"]


async def test_the_desk_meets_everybody_once(window: WebClient, desk: FormDesk) -> None:
    for _ in range(2):
        await window.messages(staff="sam")
    await window.messages(staff="ruth")
    while (await desk.met.get()).person.id != "ruth":
        pass
    met = [one.event_id for one in desk.committed if isinstance(one, Joined)]
    assert met == ["joined/sam", "joined/ruth"]


@pytest.mark.parametrize("greeting", ["{", "[]", '{"since": "x"}', "7"])
async def test_a_window_that_makes_no_sense_is_sent_away(window: WebClient, greeting: str) -> None:
    socket = await window.session.ws_connect(f"{window.url}api/live")
    await socket.send_str(greeting)
    message = await socket.receive(timeout=10)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 4403)


async def test_mentions_become_names_and_states_get_a_phase(window: WebClient, console: WebConsole) -> None:
    mention = Mention(("web:anna", "slack:U0ANNA", "web:gone"))
    heads = [CaseHead("M-1", "x", state, NOON) for state in ("unclaimed", "claimed by Anna", "closed: answered")]
    await console.messenger.send(Address("web", "press"), Outgoing((mention, *heads), "x"), "job/1")
    (message,) = await window.messages()
    assert message["blocks"][0]["names"] == ["Anna Officer", "gone"]
    assert [block["phase"] for block in message["blocks"][1:]] == ["unclaimed", "claimed", "closed"]


# ---- over restarts ---------------------------------------------------------------------------------------------------


async def test_a_page_goes_on_after_a_restart(
    window: WebClient, console: WebConsole, opened: Store, clock: ManualClock, desk: FormDesk
) -> None:
    await window.post("say", **say())
    await console.stop()
    again = WebConsole(DurableState(opened, "web"), clock, int(window.url.split(":")[2].strip("/")), PEOPLE, lambda: "")
    await again.start(desk)
    assert (await window.post("say", **say()))[0] == 200
    assert [one["text"] for one in await window.messages()] == ["a question"]
    await again.stop()


async def test_the_desk_is_told_after_a_crash_what_it_did_not_hear(
    window: WebClient, console: WebConsole, opened: Store, clock: ManualClock, desk: FormDesk
) -> None:
    desk.available = False
    assert (await window.post("say", **say()))[0] == 503
    await console.stop()
    desk.available = True
    again = WebConsole(DurableState(opened, "web"), clock, 0, PEOPLE, lambda: "")
    await again.start(desk)
    later = await WebClient.open(window.session, again.url)
    socket = await later.live()
    while (await socket.receive_json(timeout=10)).get("message", {}).get("progress") != "sent":
        pass
    await socket.close()
    assert [said.event_id for said in desk.said] == ["event-one"]
    await again.stop()


async def test_an_open_window_does_not_hold_up_the_end(window: WebClient, console: WebConsole) -> None:
    socket = await window.live()
    await socket.receive_json(timeout=10)
    await console.stop()
    while (message := await socket.receive(timeout=10)).type is WSMsgType.TEXT:
        pass
    assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED}


async def test_a_port_that_is_taken_is_a_matter_of_health(
    console: WebConsole, opened: Store, clock: ManualClock, desk: FormDesk
) -> None:
    port = int(console.url.rstrip("/").rpartition(":")[2])
    second = WebConsole(DurableState(opened, "web"), clock, port, PEOPLE, lambda: "")
    assert not second.health().ready
    await second.start(desk)
    assert second.health().reason == f"cannot listen on 127.0.0.1:{port}"
    (finding,) = await second.messenger.diagnose()
    assert finding.fix
    await second.stop()
    assert console.health().ready


async def test_no_words_of_people_in_the_log(
    window: WebClient, desk: FormDesk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await window.post("say", **say(text="a reporter rang about Zebedee"))
        await window.post("say", **say(id="event-two", text=""))
        desk.available = False
        await window.post("say", **say(id="event-three", text="Zebedee again"))
    assert "Zebedee" not in caplog.text
    assert window.token not in caplog.text


@pytest.mark.parametrize("token", ["staff/nobody", "press/000000000099", "elsewhere", "staff/"])
async def test_there_is_no_such_conversation(console: WebConsole, token: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        await console.messenger.send(Address("web", token), Outgoing((Prose("x"),), "x"), "job/1")
    assert "web:press" in caught.value.fix


@pytest.mark.parametrize("people", [(PEOPLE[0],), (PEOPLE[2],), ()])
async def test_a_console_needs_both_sides(opened: Store, clock: ManualClock, people: tuple[Persona, ...]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        WebConsole(DurableState(opened, "web"), clock, 0, people, lambda: "")


def test_an_id_of_a_person_fits_into_an_address() -> None:
    with pytest.raises(ValueError, match="a-z"):
        Persona("sam/../anna", "Sam")


async def test_what_the_desk_stumbles_over_is_marked_and_not_told_again(
    window: WebClient, console: WebConsole, opened: Store, clock: ManualClock, desk: FormDesk
) -> None:
    desk.stumbles = True
    assert (await window.post("say", **say()))[0] == 500
    assert [one["progress"] for one in await window.messages()] == ["failed"]
    await console.stop()
    desk.stumbles = False
    again = WebConsole(DurableState(opened, "web"), clock, 0, PEOPLE, lambda: "")
    await again.start(desk)
    await WebClient.open(window.session, again.url)
    await again.stop()
    assert desk.said == []
