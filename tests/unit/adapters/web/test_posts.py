from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from adapters.web import WebConsole
from bot.messages import (
    Address,
    Pressed,
    Said,
    Submitted,
    Viewed,
)
from tests.unit.adapters.web.harness import CARD, PEOPLE, FormDesk, say
from tests.web_client import WebClient


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
        ("view", {"person": "nobody"}, 403),
        ("view", {"person": "anna", "query": "x" * 201}, 400),
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
    headers = {**window.cookie, "Content-Type": kind}
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


async def test_no_words_of_people_in_the_log(
    window: WebClient, desk: FormDesk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await window.post("say", **say(text="a reporter rang about Zebedee"))
        await window.post("say", **say(id="event-two", text=""))
        desk.available = False
        await window.post("say", **say(id="event-three", text="Zebedee again"))
    assert "Zebedee" not in caplog.text
    assert window.cookie["Cookie"].partition("=")[2] not in caplog.text


async def test_the_press_office_s_page_is_drawn_as_messages_are(window: WebClient, desk: FormDesk) -> None:
    status, answer = await window.post("view", person="anna", query="mine")
    assert status == 200
    assert (answer["view"]["title"], answer["view"]["query"]) == ("Open enquiries", "mine")
    assert answer["view"]["cards"][0]["blocks"][0]["phase"] == "unclaimed"
    anna = PEOPLE[2]
    assert desk.committed == [Viewed(anna.person, "queue", anna.direct, "mine")]


async def test_a_button_on_a_page_is_answered_to_whoever_pressed_it(window: WebClient, desk: FormDesk) -> None:
    press = {"id": "event-one", "person": "anna", "message": "page", "action": "queue.show", "value": "closed"}
    status, answer = await window.post("press", **press)
    assert status == 200
    assert answer["view"]["name"] == "queue"
    (pressed,) = desk.committed
    assert isinstance(pressed, Pressed)
    assert pressed.at == pressed.direct == Address("web", "staff/anna")
