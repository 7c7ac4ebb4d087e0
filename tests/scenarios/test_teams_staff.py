"""Staff in Teams: what they ask, press and send, and what they read of the desk."""

from __future__ import annotations

import pytest

from bot.presentation import texts
from tests.desk import hesitant
from tests.teams.house import Opening, TeamsHouse
from tests.teams.people import COFFEE, REPORTER, SAM, THREAD, buttons, filled


@pytest.fixture
async def house(opening_teams: Opening) -> TeamsHouse:
    return await opening_teams()


async def test_a_question_is_answered_after_one_welcome(house: TeamsHouse) -> None:
    await house.office.client.installs(SAM)
    await house.office.client.installs(SAM)
    await house.says(SAM, COFFEE)
    welcome, answer = house.chat(SAM)
    assert welcome.startswith("I answer questions about the Reading Room Handbook")
    assert answer.startswith("Yes, in a closed cup. Open cups")
    assert "Source: Reading Room Handbook, At the desks, point 1 (10 March 2025)" in answer


async def test_a_mention_in_a_channel_is_answered_in_its_thread(house: TeamsHouse) -> None:
    await house.says(SAM, COFFEE, THREAD, mention=True)
    (answer,) = house.office.microsoft.texts(THREAD)
    assert answer.startswith("Yes, in a closed cup.")
    assert house.chat(SAM) == []


async def test_a_mention_in_a_group_chat_is_answered_there(house: TeamsHouse) -> None:
    chat = "19:some-of-us@thread.v2"
    await house.says(SAM, COFFEE, chat, mention=True)
    assert house.office.microsoft.texts(chat)[0].startswith("Yes, in a closed cup.")


async def test_what_is_not_said_to_the_desk_is_none_of_its_business(house: TeamsHouse) -> None:
    for text in (COFFEE, REPORTER):
        await house.says(SAM, text, THREAD)
    assert house.office.microsoft.conversations == {}


async def test_an_enquiry_raised_in_a_channel_goes_on_in_the_personal_chat(house: TeamsHouse) -> None:
    await house.says(SAM, REPORTER, THREAD, mention=True)
    assert house.office.microsoft.texts(THREAD) == [texts.SEE_DIRECT_MESSAGE]
    assert "Your reference is M-1." in house.chat(SAM)[-1]


async def test_a_message_is_sent_to_the_press_office_with_a_form(house: TeamsHouse) -> None:
    payload = {"body": {"contentType": "html", "content": "<p>Is it <b>true</b> that 3 &lt; 4? &nbsp;Daily Echo</p>"}}
    value = {"commandId": "report", "commandContext": "message", "messagePayload": payload}
    status, form = await house.office.client.invokes(SAM, "composeExtension/fetchTask", value, THREAD)
    assert status == 200
    inputs = filled(form, {"outlet": "Daily Echo"})
    assert inputs["field.message"] == "Is it true that 3 < 4? Daily Echo"
    for _ in range(2):  # pressed twice
        status, answer = await house.office.client.invokes(
            SAM, "composeExtension/submitAction", {"commandId": "report", "data": inputs}, THREAD
        )
        assert (status, answer) == (200, {})
    await house.settle()
    ((thread, _),) = house.threads.items()
    assert "Outlet: Daily Echo" in house.office.microsoft.texts(thread)[0]
    assert "Your reference is M-1." in house.chat(SAM)[-1]


async def test_a_form_that_lacks_something_stays_open(house: TeamsHouse) -> None:
    _, form = await house.office.client.invokes(SAM, "composeExtension/fetchTask", {"commandId": "report"})
    answer = await house.fills(SAM, form, {"message": " ", "outlet": "Echo"})
    card = answer["task"]["value"]["card"]["content"]
    assert texts.NOTHING_WRITTEN in str(card["body"][0])
    assert filled(answer, {})["field.outlet"] == "Echo"
    assert await house.fills(SAM, answer, {"message": "the Echo rang"}) == {}
    assert len(house.threads) == 1


async def test_a_client_without_universal_actions_sends_messages_instead(house: TeamsHouse) -> None:
    await house.says(SAM, COFFEE)
    answer = house.office.microsoft.conversations[SAM.chat][-1]
    helpful = buttons(answer.card)[texts.HELPFUL]
    sent = house.office.client.activity(SAM, text="", value=helpful["fallback"]["data"])
    assert (await house.office.client.post(sent))[0] == 200
    await house.office.adapter.stop()
    assert house.chat(SAM)[-1] == texts.THANKS_HELPFUL


async def test_the_welcome_leads_to_what_can_be_answered(house: TeamsHouse) -> None:
    await house.office.client.installs(SAM)
    await house.settle()
    (welcome,) = house.office.microsoft.conversations[SAM.chat]
    await house.presses(SAM, welcome, texts.WHAT_I_ANSWER)
    _, topics = house.chat(SAM)
    assert topics.startswith(texts.TOPICS)
    assert "Coffee in the reading room" in topics


async def test_what_is_sent_again_with_its_token_is_answered_once(house: TeamsHouse) -> None:
    await house.office.client.installs(SAM)
    question, proof = house.office.client.message(SAM, COFFEE), house.office.microsoft.token()
    for _ in range(3):
        assert (await house.office.client.post(question, proof))[0] == 200
        await house.settle()
    _, answer = house.chat(SAM)
    assert answer.startswith("Yes, in a closed cup.")


async def test_a_press_that_is_sent_again_opens_one_case(house: TeamsHouse) -> None:
    await house.says(SAM, COFFEE)
    ask = buttons(house.reads(SAM, "Yes, in a closed cup.").card)[texts.ASK_PRESS]
    value = {"action": ask, "trigger": "manual"}
    press = house.office.client.activity(SAM, type="invoke", name="adaptiveCard/action", value=value)
    for _ in range(2):
        assert (await house.office.client.post(press))[0] == 200
        await house.settle()
    assert len(house.threads) == 1


async def test_an_answer_takes_a_verdict_and_leads_to_a_person(house: TeamsHouse) -> None:
    await house.says(SAM, COFFEE)
    answer = house.reads(SAM, "Yes, in a closed cup.")
    for label, told in (
        (texts.HELPFUL, texts.THANKS_HELPFUL),
        (texts.NOT_HELPFUL, texts.THANKS_NOT_HELPFUL),
        (texts.ASK_PRESS, texts.DONE),
        (texts.ASK_PRESS, texts.ALREADY_PASSED_ON),
    ):
        assert (await house.presses(SAM, answer, label))["value"] == told
    ((thread, _),) = house.threads.items()
    assert COFFEE in house.office.microsoft.texts(thread)[0]
    assert "Your question is with the press office. Your reference is Q-1." in house.chat(SAM)[-1]


async def test_where_it_is_not_sure_it_offers_choices(house: TeamsHouse) -> None:
    house.desk.minds.current = hesitant()
    await house.says(SAM, COFFEE)
    choice = house.reads(SAM, texts.CHOOSE)
    first, *_, last = buttons(choice.card)
    assert last == texts.NONE_OF_THESE
    await house.presses(SAM, choice, first)
    assert house.chat(SAM)[-1].startswith("Yes, in a closed cup.")
    assert (await house.presses(SAM, choice, last))["value"] == texts.THANKS_NONE
    assert texts.UNKNOWN in house.chat(SAM)[-1]


@pytest.mark.parametrize(("label", "cases", "told"), [(texts.YES, 1, texts.DONE), (texts.NO, 0, texts.NOT_MEDIA)])
async def test_where_it_is_not_sure_about_the_media_it_asks(
    house: TeamsHouse, label: str, cases: int, told: str
) -> None:
    house.desk.minds.current = hesitant()
    await house.says(SAM, REPORTER)
    asked = house.reads(SAM, texts.CONFIRM_MEDIA)
    assert len(house.threads) == 0
    assert (await house.presses(SAM, asked, label))["value"] == told
    assert len(house.threads) == cases
