"""The press office in Teams, and across to Slack: what officers do, and what staff read of it."""

from __future__ import annotations

import pytest

from bot.messages import Address
from bot.presentation import texts
from tests.desk import person, said
from tests.teams.harness import Opening, TeamsHouse
from tests.teams.microsoft import TENANT, read
from tests.teams.people import ANNA, BEN, GROUP, REPORTER, SAM, buttons


@pytest.fixture
async def harness(opening_teams: Opening) -> TeamsHouse:
    return await opening_teams()


async def test_an_enquiry_is_claimed_answered_and_closed(harness: TeamsHouse) -> None:
    await harness.office.client.installs_in_team(ANNA)
    await harness.says(SAM, REPORTER)
    ((thread, (card,)),) = harness.threads.items()
    assert "M-1 Media enquiry\nunclaimed" in harness.office.microsoft.texts(thread)[0]
    assert "I’m passing this to the press office now. Your reference is M-1." in harness.chat(SAM)[-1]

    await harness.presses(ANNA, card, texts.CLAIM, thread)
    assert "claimed by Anna Officer" in harness.office.microsoft.texts(thread)[0]
    assert card.versions > 1
    assert "Anna Officer of the press office is looking after M-1" in harness.chat(SAM)[-1]

    form = await harness.presses(ANNA, card, texts.REPLY, thread)
    assert form["task"]["value"]["title"] == "Reply: M-1"
    assert await harness.fills(ANNA, form, {"text": "I ring you **at** four."}, thread) == {}
    assert harness.chat(SAM)[-1].endswith("Anna Officer of the press office writes about M-1:\nI ring you **at** four.")
    assert "Delivered to Sam Staff." in harness.office.microsoft.texts(thread)[-1]

    form = await harness.presses(ANNA, card, texts.CLOSE, thread)
    await harness.fills(ANNA, form, {"outcome": "advice given"}, thread)
    assert "closed: advice given" in harness.office.microsoft.texts(thread)[0]
    assert list(harness.threads) == [thread]


async def test_a_second_claim_and_a_stranger_are_told_so_in_place(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER)
    ((thread, (card,)),) = harness.threads.items()
    await harness.presses(ANNA, card, texts.CLAIM, thread)
    stale = card.card
    assert stale
    answer = await harness.presses(SAM, card, texts.REPLY, thread)
    assert answer["task"] == {"type": "message", "value": texts.NOT_AN_OFFICER}
    status, answer = await harness.office.client.invokes(
        BEN,
        "adaptiveCard/action",
        {"action": {"verb": "case.claim", "data": {"desk": "press", "action": "case.claim", "value": "1@1"}}},
        thread,
    )
    assert (status, answer["value"]) == (200, texts.claimed_by_another("M-1", "Anna Officer"))


async def test_only_what_begins_with_reply_leaves_the_thread(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER)
    ((thread, _),) = harness.threads.items()
    before = len(harness.chat(SAM))
    await harness.says(ANNA, "do we know him?", thread)
    await harness.says(ANNA, "and his paper?", thread, mention=True)
    assert len(harness.chat(SAM)) == before
    await harness.says(ANNA, "reply: Do not ring back, I will.", thread)
    assert harness.chat(SAM)[-1].endswith("Do not ring back, I will.")
    await harness.says(ANNA, "Reply: And keep his number.", thread, mention=True)
    assert harness.chat(SAM)[-1].endswith("And keep his number.")


async def test_a_deleted_card_is_posted_again(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER)
    ((thread, (card,)),) = harness.threads.items()
    del harness.office.microsoft.conversations[thread]
    await harness.presses(ANNA, card, texts.CLAIM, thread)
    ((again, (posted, *_)),) = harness.threads.items()
    assert again != thread
    assert "claimed by Anna Officer" in harness.office.microsoft.texts(again)[0]
    form = await harness.presses(ANNA, posted, texts.NOTE, again)
    await harness.fills(ANNA, form, {"text": "posted again"}, again)
    await harness.says(ANNA, "reply: Here I am.", again)
    assert harness.chat(SAM)[-1].endswith("Here I am.")


async def test_the_channel_is_found_from_the_installation(opening_teams: Opening) -> None:
    harness = await opening_teams(f"teams:team:{GROUP}")
    await harness.office.client.installs_in_team(ANNA)
    await harness.says(SAM, REPORTER)
    assert len(harness.threads) == 1


async def test_the_pages_of_the_desk_are_a_command_away(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER)
    await harness.says(SAM, "what can you answer?")
    await harness.says(ANNA, texts.QUEUE)
    await harness.says(SAM, texts.QUEUE)
    await harness.office.adapter.stop()
    assert any("Coffee in the reading room" in text for text in harness.chat(SAM))
    assert any("M-1 Media enquiry" in text for text in harness.chat(ANNA))
    assert harness.chat(SAM)[-1] == texts.NOT_AN_OFFICER


async def test_the_parts_of_the_queue_can_be_typed(harness: TeamsHouse) -> None:
    for typed in ("queue", "Queue mine", "queue closed"):
        await harness.says(ANNA, typed)
    await harness.says(ANNA, "queue for the reading room")
    await harness.office.adapter.stop()
    titles = {text.partition("\n")[0] for text in harness.chat(ANNA)}
    assert titles >= {texts.QUEUE, texts.MY_ENQUIRIES, texts.CLOSED_ENQUIRIES}
    assert texts.found_for("for the reading room") not in titles


async def test_the_queue_is_one_card_that_is_drawn_anew_in_place(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER)
    page = await harness.opens_queue(ANNA)
    assert "M-1 Media enquiry\nunclaimed" in read(page.activity)

    answer = await harness.presses(ANNA, page, texts.CLAIM)
    assert "claimed by Anna Officer" in str(answer["value"]["body"])
    await harness.settle()
    assert "claimed by Anna Officer" in read(page.activity)

    form = await harness.presses(ANNA, page, texts.REPLY)
    assert await harness.fills(ANNA, form, {"text": "Leave it to us."}) == {}
    await harness.settle()
    assert harness.chat(SAM)[-1].endswith("Leave it to us.")
    assert page.versions == 3
    assert len(harness.chat(ANNA)) == 2  # it, and the welcome


async def test_the_queue_is_looked_through_on_its_card(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER)
    page = await harness.opens_queue(ANNA)
    answer = await harness.presses(ANNA, page, texts.SECTION_MINE)
    assert texts.MY_ENQUIRIES in str(answer["value"]["body"])
    await harness.settle()
    assert texts.NONE_OF_YOURS in read(page.activity)

    form = await harness.presses(ANNA, page, texts.SEARCH)
    assert await harness.fills(ANNA, form, {"words": "guardian"}) == {}
    await harness.settle()
    assert read(page.activity).startswith(texts.found_for("guardian"))
    assert "M-1 Media enquiry" in read(page.activity)

    harness.office.microsoft.conversations[ANNA.chat].remove(page)  # what is gone cannot be drawn anew
    answer = await harness.presses(ANNA, page, texts.CLAIM)
    assert "claimed by Anna Officer" in str(answer["value"]["body"])


async def test_an_older_client_is_shown_the_page_anew(harness: TeamsHouse) -> None:
    page = await harness.opens_queue(ANNA)
    mine = buttons(page.card)[texts.SECTION_MINE]
    sent = harness.office.client.activity(ANNA, text="", value=mine["fallback"]["data"])
    assert (await harness.office.client.post(sent))[0] == 200
    await harness.settle()
    assert harness.chat(ANNA)[-1].startswith(texts.MY_ENQUIRIES)


async def test_who_is_no_officer_is_told_so_on_a_page_that_was_forged(harness: TeamsHouse) -> None:
    page = await harness.opens_queue(ANNA)
    answer = await harness.presses(SAM, page, texts.SECTION_MINE)
    assert answer["value"] == texts.NOT_AN_OFFICER


async def test_an_edit_reaches_the_press_office_as_a_correction(harness: TeamsHouse) -> None:
    message = harness.office.client.message(SAM, REPORTER)
    await harness.office.client.post(message)
    edit = {
        **message,
        "type": "messageUpdate",
        "timestamp": "2026-11-23T10:05:00Z",
        "text": "not the Guardian: the Echo",
    }
    for _ in range(2):
        await harness.office.client.post(
            {**edit, "channelData": {"tenant": {"id": TENANT}, "eventType": "editMessage"}}
        )
    await harness.settle()
    ((thread, _),) = harness.threads.items()
    below = harness.office.microsoft.texts(thread)[1:]
    assert len(below) == 1
    assert "not the Guardian: the Echo" in below[0]


async def test_a_press_office_in_slack_helps_somebody_in_teams(opening_teams: Opening) -> None:
    harness = await opening_teams("slack:c-press")
    await harness.says(SAM, REPORTER)
    slack = harness.desk.platforms["slack"]
    (ping,) = slack.shown
    assert "Sam Staff · teams" in ping.text
    anna = person("anna")
    await slack.deliver(said(anna, "reply: Ring me first.", "e-1", Address("slack", f"c-press/{ping.id}")))
    await harness.settle()
    assert harness.chat(SAM)[-1].endswith("Anna of the press office writes about M-1:\nRing me first.")


async def test_a_press_office_in_teams_helps_somebody_in_slack(harness: TeamsHouse) -> None:
    await harness.office.client.installs_in_team(ANNA)
    slack = harness.desk.platforms["slack"]
    await slack.deliver(said(person("joe"), REPORTER, "e-1"))
    await harness.settle()
    ((thread, (card,)),) = harness.threads.items()
    form = await harness.presses(ANNA, card, texts.REPLY, thread)
    await harness.fills(ANNA, form, {"text": "Leave it to us."}, thread)
    assert "> Leave it to us." in slack.shown[-1].text
    assert slack.shown[-1].to == Address("slack", "dm-joe")
