"""Slack for staff: from what somebody does to what they read there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import PHONE, hesitant
from tests.slack import limits
from tests.slack.office import SlackOffice, office

COFFEE = "may I bring coffee into the reading room?"
YES = "Yes, in a closed cup."
SOURCE = "Source: Reading Room Handbook (March 2025): At the desks 1"
UNKNOWN = "the printer is out of paper again"


@pytest.fixture(params=["http", "socket"])
async def here(request: pytest.FixtureRequest, quick_store: Store, clock: ManualClock) -> AsyncIterator[SlackOffice]:
    async with office(quick_store, clock, request.param) as opened:
        yield opened


async def test_a_question_in_a_direct_message_is_answered_there(here: SlackOffice) -> None:
    assert await here.here.says("U0SAM", COFFEE) is not None
    answer = await here.dm("U0SAM", YES)
    assert SOURCE in answer.words
    assert {"Helpful", "Not helpful", "Ask the press office", "Dogs and other animals"} <= answer.buttons.keys()
    assert answer.text.startswith(YES)
    await here.here.press("U0SAM", answer, "Helpful")
    await here.whispered("U0SAM", texts.THANKS_HELPFUL)
    await here.here.press("U0SAM", answer, "Dogs and other animals")
    await here.dm("U0SAM", "No, except assistance dogs.")


async def test_a_mention_is_answered_once_in_a_thread_and_its_follow_ups_need_none(here: SlackOffice) -> None:
    ts = here.slack.ts()
    await here.here.mentions("U0SAM", COFFEE, "C0STAFF", ts)
    await here.sees("C0STAFF", YES, thread=ts)
    await here.here.says("U0SAM", "can I bring my dog to work?", "C0STAFF", thread_ts=ts)
    await here.sees("C0STAFF", "No, except assistance dogs.", thread=ts)
    # A colleague who talks to Sam there gets an answer only when the desk is sure that it has one.
    await here.here.says("U0PRIYA", UNKNOWN, "C0STAFF", thread_ts=ts)
    await here.here.says("U0PRIYA", "may I lend my key to a colleague", "C0STAFF", thread_ts=ts)
    await here.sees("C0STAFF", "Keys are signed for", thread=ts)
    assert len(here.slack.in_("C0STAFF")) == 3


async def test_what_does_not_address_the_desk_is_neither_answered_nor_stored(here: SlackOffice) -> None:
    await here.here.says("U0SAM", COFFEE, "C0STAFF")
    await here.here.says("U0SAM", COFFEE, "C0STAFF", thread_ts=here.slack.ts())
    await here.nothing_more()
    assert here.slack.posted == []
    assert [method for method, _ in here.slack.calls if method == "users.info"] == []
    assert here.stored() == {}


async def test_where_it_listens_it_speaks_only_when_it_is_sure(here: SlackOffice) -> None:
    ts = here.slack.ts()
    await here.here.says("U0SAM", UNKNOWN, "C0OPEN")
    await here.here.says("U0SAM", COFFEE, "C0OPEN", ts)
    await here.sees("C0OPEN", YES, thread=ts)
    await here.here.says("U0PRIYA", UNKNOWN, "C0OPEN", thread_ts=ts)
    await here.nothing_more()
    assert len(here.slack.in_("C0OPEN")) == 1


async def test_the_slash_command_is_answered_to_one_person_who_may_share_it(here: SlackOffice) -> None:
    assert await here.here.command("U0SAM", COFFEE) == {}
    await here.sees("C0STAFF", YES)
    (answer,) = here.slack.in_("C0STAFF")
    assert answer.whom == "U0SAM"
    await here.here.press("U0SAM", answer, "Share in channel")
    shared = await here.sees("C0STAFF", "Sam Staff shared this answer:")
    assert shared.whom == ""
    assert YES in shared.words
    assert SOURCE in shared.words
    assert shared.buttons == {}
    await here.here.press("U0SAM", answer, "Share in channel")
    await here.whispered("U0SAM", texts.TOO_OLD)


async def test_a_press_on_what_one_person_sees_is_answered_to_them_alone(here: SlackOffice) -> None:
    await here.here.command("U0SAM", COFFEE)
    answer = await here.sees("C0STAFF", YES)
    await here.here.press("U0SAM", answer, "Dogs and other animals")
    assert (await here.sees("C0STAFF", "No, except assistance dogs.")).whom == "U0SAM"


async def test_an_answer_that_comes_too_late_for_the_command_goes_to_the_direct_message(here: SlackOffice) -> None:
    url = here.slack.response_url("C0STAFF", "U0SAM")
    here.slack.expired.add(url)
    command = {"command": "/policy", "text": COFFEE, "user_id": "U0SAM", "team_id": "T0HOME", "channel_id": "C0STAFF"}
    await here.here.deliver("slash_commands", {**command, "response_url": url, "trigger_id": "1.2.late"})
    await here.dm("U0SAM", YES)


async def test_choices_and_none_of_these(here: SlackOffice) -> None:
    here.active_knowledge.current = hesitant()
    await here.here.says("U0SAM", "I lost my key and a colleague lends me hers")
    choice = await here.dm("U0SAM", texts.CHOOSE)
    await here.here.press("U0SAM", choice, "None of these")
    await here.dm("U0SAM", texts.UNKNOWN)


async def test_when_it_is_not_sure_about_the_media_it_asks(here: SlackOffice) -> None:
    here.active_knowledge.current = hesitant()
    await here.here.says("U0SAM", "somebody from the Guardian rang me about my post")
    asked = await here.dm("U0SAM", texts.CONFIRM_MEDIA)
    await here.here.press("U0SAM", asked, texts.YES)
    assert "Outlet: Guardian" in (await here.card("M-1")).words


async def test_any_message_can_be_sent_to_the_press_office_with_a_form(here: SlackOffice) -> None:
    await here.here.shortcut("U0SAM", "Ring me back &lt;soon&gt;, <mailto:kim@post.example|kim@post.example>")
    form = await here.form()
    assert form["title"]["text"] == "Send to the press office"
    assert "Ring me back <soon>, kim@post.example" in limits.read(form["blocks"])
    assert await here.here.submit("U0SAM", form, message=" ") == {
        "response_action": "errors",
        "errors": {"message": texts.NOTHING_WRITTEN},
    }
    assert await here.here.submit("U0SAM", form, outlet="Harbour Post", deadline="5 pm", journalist="Kim") == {}
    card = await here.card("Harbour Post")
    assert "5 pm" in card.words
    acknowledgement = await here.dm("U0SAM", "M-1")
    await here.here.press("U0SAM", acknowledgement, "Add details")
    await here.slack.until(lambda: len(here.slack.opened) == 2)
    details = here.slack.opened[-1]
    assert "Kim" in limits.read(details["blocks"])
    said = await here.here.submit("U0SAM", details, about="the tweet")
    assert said is not None
    assert limits.read(said["view"]["blocks"]).startswith(texts.details_received("M-1"))
    await here.card("the tweet")


async def test_the_form_is_filled_in_with_what_the_message_says(here: SlackOffice) -> None:
    await here.here.shortcut("U0SAM", "the Guardian wants somebody live at 7, deadline 5pm")
    filled = {
        block["block_id"]: block["element"].get("initial_value")
        for block in (await here.form())["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
    }
    assert filled["outlet"] == "Guardian"
    assert filled["deadline"] == "Monday 23 November 2026, 17:00"
    assert filled["slot"].startswith("live at 7 (")


async def test_a_long_message_fits_into_the_form_and_comes_back_whole(here: SlackOffice) -> None:
    long = " ".join(f"word{number}" for number in range(900))
    await here.here.shortcut("U0SAM", long)
    await here.here.submit("U0SAM", await here.form())
    await here.sees("C0PRESS", texts.WHOLE_MESSAGE)
    assert "word899" in here.slack.in_("C0PRESS")[-1].words


async def test_app_home_shows_topics_own_enquiries_and_the_number(here: SlackOffice) -> None:
    await here.enquiry()
    await here.here.opens("U0SAM", "home")
    await here.slack.until(lambda: "U0SAM" in here.slack.published)
    words = limits.read(here.slack.published["U0SAM"]["blocks"])
    for expected in ("Coffee in the reading room", "M-1", texts.UNCLAIMED, PHONE):
        assert expected in words
    assert "At the desks\nCoffee in the reading room\nDogs and other animals" in words
    assert texts.QUEUE not in words


async def test_opening_the_conversation_is_welcomed_once(here: SlackOffice) -> None:
    for _ in range(2):
        await here.here.opens("U0SAM", "messages")
    await here.dm("U0SAM", "I answer questions about the Reading Room Handbook")
    await here.nothing_more()
    assert len(here.slack.posted) == 1


async def test_an_enquiry_in_a_channel_goes_on_in_the_direct_message(here: SlackOffice) -> None:
    ts = here.slack.ts()
    await here.here.mentions("U0SAM", "a reporter from the Harbour Post rang me", "C0STAFF", ts)
    await here.dm("U0SAM", "M-1")
    told = await here.sees("C0STAFF", texts.SEE_DIRECT_MESSAGE, thread=ts)
    assert "M-1" not in told.words
    card = await here.card("M-1")
    assert f"https://home.slack.example/archives/C0STAFF/p{ts.replace('.', '')}" in card.words
