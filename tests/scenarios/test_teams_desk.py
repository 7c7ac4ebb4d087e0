"""The press office in Teams, and across to Slack: what officers do, and what staff read of it."""

from __future__ import annotations

import pytest

from bot.messages import Address
from bot.presentation import texts
from tests.desk import person, said
from tests.teams.house import Opening, TeamsHouse
from tests.teams.microsoft import TENANT, read
from tests.teams.people import ANNA, BEN, GROUP, REPORTER, SAM, buttons


@pytest.fixture
async def house(opening_teams: Opening) -> TeamsHouse:
    return await opening_teams()


async def test_an_enquiry_is_claimed_answered_and_closed(house: TeamsHouse) -> None:
    await house.office.client.installs_in_team(ANNA)
    await house.says(SAM, REPORTER)
    ((thread, (card,)),) = house.threads.items()
    assert "M-1 Media enquiry\nunclaimed" in house.office.microsoft.texts(thread)[0]
    assert "I am passing this to the press office now. Your reference is M-1." in house.chat(SAM)[-1]

    await house.presses(ANNA, card, texts.CLAIM, thread)
    assert "claimed by Anna Officer" in house.office.microsoft.texts(thread)[0]
    assert card.versions > 1
    assert "Anna Officer of the press office is now looking after M-1" in house.chat(SAM)[-1]

    form = await house.presses(ANNA, card, texts.REPLY, thread)
    assert form["task"]["value"]["title"] == "Reply: M-1"
    assert await house.fills(ANNA, form, {"text": "I ring you **at** four."}, thread) == {}
    assert house.chat(SAM)[-1].endswith("Anna Officer of the press office writes about M-1:\nI ring you **at** four.")
    assert "Delivered to Sam Staff." in house.office.microsoft.texts(thread)[-1]

    form = await house.presses(ANNA, card, texts.CLOSE, thread)
    await house.fills(ANNA, form, {"outcome": "advice given"}, thread)
    assert "closed: advice given" in house.office.microsoft.texts(thread)[0]
    assert list(house.threads) == [thread]


async def test_a_second_claim_and_a_stranger_are_told_so_in_place(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER)
    ((thread, (card,)),) = house.threads.items()
    await house.presses(ANNA, card, texts.CLAIM, thread)
    stale = card.card
    assert stale
    answer = await house.presses(SAM, card, texts.REPLY, thread)
    assert answer["task"] == {"type": "message", "value": texts.NOT_AN_OFFICER}
    status, answer = await house.office.client.invokes(
        BEN,
        "adaptiveCard/action",
        {"action": {"verb": "case.claim", "data": {"desk": "press", "action": "case.claim", "value": "1@1"}}},
        thread,
    )
    assert (status, answer["value"]) == (200, texts.taken("M-1", "Anna Officer"))


async def test_only_what_begins_with_reply_leaves_the_thread(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER)
    ((thread, _),) = house.threads.items()
    before = len(house.chat(SAM))
    await house.says(ANNA, "do we know him?", thread)
    await house.says(ANNA, "and his paper?", thread, mention=True)
    assert len(house.chat(SAM)) == before
    await house.says(ANNA, "reply: Do not ring back, I will.", thread)
    assert house.chat(SAM)[-1].endswith("Do not ring back, I will.")
    await house.says(ANNA, "Reply: And keep his number.", thread, mention=True)
    assert house.chat(SAM)[-1].endswith("And keep his number.")


async def test_a_deleted_card_is_posted_again(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER)
    ((thread, (card,)),) = house.threads.items()
    del house.office.microsoft.conversations[thread]
    await house.presses(ANNA, card, texts.CLAIM, thread)
    ((again, (posted, *_)),) = house.threads.items()
    assert again != thread
    assert "claimed by Anna Officer" in house.office.microsoft.texts(again)[0]
    form = await house.presses(ANNA, posted, texts.NOTE, again)
    await house.fills(ANNA, form, {"text": "posted again"}, again)
    await house.says(ANNA, "reply: Here I am.", again)
    assert house.chat(SAM)[-1].endswith("Here I am.")


async def test_the_channel_is_found_from_the_installation(opening_teams: Opening) -> None:
    house = await opening_teams(f"teams:team:{GROUP}")
    await house.office.client.installs_in_team(ANNA)
    await house.says(SAM, REPORTER)
    assert len(house.threads) == 1


async def test_the_pages_of_the_desk_are_a_command_away(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER)
    await house.says(SAM, "what can you answer?")
    await house.says(ANNA, texts.QUEUE)
    await house.says(SAM, texts.QUEUE)
    await house.office.adapter.stop()
    assert any("Coffee in the reading room" in text for text in house.chat(SAM))
    assert any("M-1 Media enquiry" in text for text in house.chat(ANNA))
    assert house.chat(SAM)[-1] == texts.NOT_AN_OFFICER


async def test_the_parts_of_the_queue_can_be_typed(house: TeamsHouse) -> None:
    for typed in ("queue", "Queue mine", "queue closed"):
        await house.says(ANNA, typed)
    await house.says(ANNA, "queue for the reading room")
    await house.office.adapter.stop()
    titles = {text.partition("\n")[0] for text in house.chat(ANNA)}
    assert titles >= {texts.QUEUE, texts.MY_ENQUIRIES, texts.ENDED_ENQUIRIES}
    assert texts.found_for("for the reading room") not in titles


async def test_the_queue_is_one_card_that_is_drawn_anew_in_place(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER)
    page = await house.opens_queue(ANNA)
    assert "M-1 Media enquiry\nunclaimed" in read(page.activity)

    answer = await house.presses(ANNA, page, texts.CLAIM)
    assert "claimed by Anna Officer" in str(answer["value"]["body"])
    await house.settle()
    assert "claimed by Anna Officer" in read(page.activity)

    form = await house.presses(ANNA, page, texts.REPLY)
    assert await house.fills(ANNA, form, {"text": "Leave it to us."}) == {}
    await house.settle()
    assert house.chat(SAM)[-1].endswith("Leave it to us.")
    assert page.versions == 3
    assert len(house.chat(ANNA)) == 2  # it, and the welcome


async def test_the_queue_is_looked_through_on_its_card(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER)
    page = await house.opens_queue(ANNA)
    answer = await house.presses(ANNA, page, texts.MINE)
    assert texts.MY_ENQUIRIES in str(answer["value"]["body"])
    await house.settle()
    assert texts.NONE_OF_YOURS in read(page.activity)

    form = await house.presses(ANNA, page, texts.SEARCH)
    assert await house.fills(ANNA, form, {"words": "guardian"}) == {}
    await house.settle()
    assert read(page.activity).startswith(texts.found_for("guardian"))
    assert "M-1 Media enquiry" in read(page.activity)

    house.office.microsoft.conversations[ANNA.chat].remove(page)  # what is gone cannot be drawn anew
    answer = await house.presses(ANNA, page, texts.CLAIM)
    assert "claimed by Anna Officer" in str(answer["value"]["body"])


async def test_an_older_client_is_shown_the_page_anew(house: TeamsHouse) -> None:
    page = await house.opens_queue(ANNA)
    mine = buttons(page.card)[texts.MINE]
    sent = house.office.client.activity(ANNA, text="", value=mine["fallback"]["data"])
    assert (await house.office.client.post(sent))[0] == 200
    await house.settle()
    assert house.chat(ANNA)[-1].startswith(texts.MY_ENQUIRIES)


async def test_who_is_no_officer_is_told_so_on_a_page_that_was_forged(house: TeamsHouse) -> None:
    page = await house.opens_queue(ANNA)
    answer = await house.presses(SAM, page, texts.MINE)
    assert answer["value"] == texts.NOT_AN_OFFICER


async def test_an_edit_reaches_the_press_office_as_a_correction(house: TeamsHouse) -> None:
    message = house.office.client.message(SAM, REPORTER)
    await house.office.client.post(message)
    edit = {
        **message,
        "type": "messageUpdate",
        "timestamp": "2026-11-23T10:05:00Z",
        "text": "not the Guardian: the Echo",
    }
    for _ in range(2):
        await house.office.client.post({**edit, "channelData": {"tenant": {"id": TENANT}, "eventType": "editMessage"}})
    await house.settle()
    ((thread, _),) = house.threads.items()
    below = house.office.microsoft.texts(thread)[1:]
    assert len(below) == 1
    assert "not the Guardian: the Echo" in below[0]


async def test_a_press_office_in_slack_helps_somebody_in_teams(opening_teams: Opening) -> None:
    house = await opening_teams("slack:c-press")
    await house.says(SAM, REPORTER)
    slack = house.desk.platforms["slack"]
    (ping,) = slack.shown
    assert "Sam Staff · teams" in ping.text
    anna = person("anna")
    await slack.deliver(said(anna, "reply: Ring me first.", "e-1", Address("slack", f"c-press/{ping.id}")))
    await house.settle()
    assert house.chat(SAM)[-1].endswith("Anna of the press office writes about M-1:\nRing me first.")


async def test_a_press_office_in_teams_helps_somebody_in_slack(house: TeamsHouse) -> None:
    await house.office.client.installs_in_team(ANNA)
    slack = house.desk.platforms["slack"]
    await slack.deliver(said(person("joe"), REPORTER, "e-1"))
    await house.settle()
    ((thread, (card,)),) = house.threads.items()
    form = await house.presses(ANNA, card, texts.REPLY, thread)
    await house.fills(ANNA, form, {"text": "Leave it to us."}, thread)
    assert slack.shown[-1].text.endswith("Leave it to us.")
    assert slack.shown[-1].to == Address("slack", "dm-joe")
