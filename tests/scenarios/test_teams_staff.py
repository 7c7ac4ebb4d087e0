"""Staff in Teams: what they ask, press and send, and what they read of the desk."""

from __future__ import annotations

import pytest

from bot.presentation import texts
from tests.desk import hesitant
from tests.teams.harness import Opening, TeamsHouse
from tests.teams.people import COFFEE, REPORTER, SAM, THREAD, buttons, filled


@pytest.fixture
async def harness(opening_teams: Opening) -> TeamsHouse:
    return await opening_teams()


async def test_a_question_is_answered_after_one_welcome(harness: TeamsHouse) -> None:
    await harness.office.client.installs(SAM)
    await harness.office.client.installs(SAM)
    await harness.says(SAM, COFFEE)
    welcome, answer = harness.chat(SAM)
    assert welcome.startswith("I answer questions about the Reading Room Handbook")
    assert answer.startswith("Yes, in a closed cup. Open cups")
    assert "Source: Reading Room Handbook (March 2025): At the desks 1" in answer


async def test_a_mention_in_a_channel_is_answered_in_its_thread(harness: TeamsHouse) -> None:
    await harness.says(SAM, COFFEE, THREAD, mention=True)
    (answer,) = harness.office.microsoft.texts(THREAD)
    assert answer.startswith("Yes, in a closed cup.")
    assert harness.chat(SAM) == []


async def test_a_mention_in_a_group_chat_is_answered_there(harness: TeamsHouse) -> None:
    chat = "19:some-of-us@thread.v2"
    await harness.says(SAM, COFFEE, chat, mention=True)
    assert harness.office.microsoft.texts(chat)[0].startswith("Yes, in a closed cup.")


async def test_what_is_not_said_to_the_desk_is_none_of_its_business(harness: TeamsHouse) -> None:
    for text in (COFFEE, REPORTER):
        await harness.says(SAM, text, THREAD)
    assert harness.office.microsoft.conversations == {}


async def test_an_enquiry_raised_in_a_channel_goes_on_in_the_personal_chat(harness: TeamsHouse) -> None:
    await harness.says(SAM, REPORTER, THREAD, mention=True)
    assert harness.office.microsoft.texts(THREAD) == [texts.SEE_DIRECT_MESSAGE]
    assert "Your reference is M-1." in harness.chat(SAM)[-1]


async def test_a_message_is_sent_to_the_press_office_with_a_form(harness: TeamsHouse) -> None:
    payload = {"body": {"contentType": "html", "content": "<p>Is it <b>true</b> that 3 &lt; 4? &nbsp;Daily Echo</p>"}}
    value = {"commandId": "report", "commandContext": "message", "messagePayload": payload}
    status, form = await harness.office.client.invokes(SAM, "composeExtension/fetchTask", value, THREAD)
    assert status == 200
    inputs = filled(form, {"outlet": "Daily Echo"})
    assert inputs["field.message"] == "Is it true that 3 < 4? Daily Echo"
    for _ in range(2):  # pressed twice
        status, answer = await harness.office.client.invokes(
            SAM, "composeExtension/submitAction", {"commandId": "report", "data": inputs}, THREAD
        )
        assert (status, answer) == (200, {})
    await harness.settle()
    ((thread, _),) = harness.threads.items()
    assert "Outlet: Daily Echo" in harness.office.microsoft.texts(thread)[0]
    assert "Your reference is M-1." in harness.chat(SAM)[-1]


async def test_a_form_that_lacks_something_stays_open(harness: TeamsHouse) -> None:
    _, form = await harness.office.client.invokes(SAM, "composeExtension/fetchTask", {"commandId": "report"})
    answer = await harness.fills(SAM, form, {"message": " ", "outlet": "Echo"})
    card = answer["task"]["value"]["card"]["content"]
    assert texts.NOTHING_WRITTEN in str(card["body"][0])
    assert filled(answer, {})["field.outlet"] == "Echo"
    assert await harness.fills(SAM, answer, {"message": "the Echo rang"}) == {}
    assert len(harness.threads) == 1


async def test_a_client_without_universal_actions_sends_messages_instead(harness: TeamsHouse) -> None:
    await harness.says(SAM, COFFEE)
    answer = harness.office.microsoft.conversations[SAM.chat][-1]
    helpful = buttons(answer.card)[texts.HELPFUL]
    sent = harness.office.client.activity(SAM, text="", value=helpful["fallback"]["data"])
    assert (await harness.office.client.post(sent))[0] == 200
    await harness.office.adapter.stop()
    assert harness.chat(SAM)[-1] == texts.THANKS_HELPFUL


async def test_the_welcome_leads_to_what_can_be_answered(harness: TeamsHouse) -> None:
    await harness.office.client.installs(SAM)
    await harness.settle()
    (welcome,) = harness.office.microsoft.conversations[SAM.chat]
    await harness.presses(SAM, welcome, texts.WHAT_I_ANSWER)
    _, topics = harness.chat(SAM)
    assert topics.startswith(texts.TOPICS)
    assert "Coffee in the reading room" in topics


async def test_what_is_sent_again_with_its_token_is_answered_once(harness: TeamsHouse) -> None:
    await harness.office.client.installs(SAM)
    question, proof = harness.office.client.message(SAM, COFFEE), harness.office.microsoft.token()
    for _ in range(3):
        assert (await harness.office.client.post(question, proof))[0] == 200
        await harness.settle()
    _, answer = harness.chat(SAM)
    assert answer.startswith("Yes, in a closed cup.")


async def test_a_press_that_is_sent_again_opens_one_case(harness: TeamsHouse) -> None:
    await harness.says(SAM, COFFEE)
    ask = buttons(harness.reads(SAM, "Yes, in a closed cup.").card)[texts.ASK_PRESS]
    value = {"action": ask, "trigger": "manual"}
    press = harness.office.client.activity(SAM, type="invoke", name="adaptiveCard/action", value=value)
    for _ in range(2):
        assert (await harness.office.client.post(press))[0] == 200
        await harness.settle()
    assert len(harness.threads) == 1


async def test_an_answer_takes_a_verdict_and_leads_to_a_person(harness: TeamsHouse) -> None:
    await harness.says(SAM, COFFEE)
    answer = harness.reads(SAM, "Yes, in a closed cup.")
    for label, told in (
        (texts.HELPFUL, texts.THANKS_HELPFUL),
        (texts.NOT_HELPFUL, texts.THANKS_NOT_HELPFUL),
        (texts.ASK_PRESS, texts.DONE),
        (texts.ASK_PRESS, texts.ALREADY_PASSED_ON),
    ):
        assert (await harness.presses(SAM, answer, label))["value"] == told
    ((thread, _),) = harness.threads.items()
    assert COFFEE in harness.office.microsoft.texts(thread)[0]
    assert "Your question is with the press office. Your reference is Q-1." in harness.chat(SAM)[-1]


async def test_where_it_is_not_sure_it_offers_choices(harness: TeamsHouse) -> None:
    harness.desk.active_knowledge.current = hesitant()
    await harness.says(SAM, COFFEE)
    choice = harness.reads(SAM, texts.CHOOSE)
    first, *_, last = buttons(choice.card)
    assert last == texts.NONE_OF_THESE
    await harness.presses(SAM, choice, first)
    assert harness.chat(SAM)[-1].startswith("Yes, in a closed cup.")
    assert (await harness.presses(SAM, choice, last))["value"] == texts.THANKS_NONE
    assert texts.UNKNOWN in harness.chat(SAM)[-1]


@pytest.mark.parametrize(("label", "cases", "told"), [(texts.YES, 1, texts.DONE), (texts.NO, 0, texts.NOT_MEDIA)])
async def test_where_it_is_not_sure_about_the_media_it_asks(
    harness: TeamsHouse, label: str, cases: int, told: str
) -> None:
    harness.desk.active_knowledge.current = hesitant()
    await harness.says(SAM, REPORTER)
    asked = harness.reads(SAM, texts.CONFIRM_MEDIA)
    assert len(harness.threads) == 0
    assert (await harness.presses(SAM, asked, label))["value"] == told
    assert len(harness.threads) == cases
