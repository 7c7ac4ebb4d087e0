"""Slack for the press office: cards, buttons, threads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.errors import FIXES
from bot.desk.delivery_outcomes import REPOST_AFTER
from bot.presentation import texts
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import PHONE
from tests.slack import limits
from tests.slack.office import SlackOffice, office


@pytest.fixture(params=["http", "socket"])
async def here(request: pytest.FixtureRequest, quick_store: Store, clock: ManualClock) -> AsyncIterator[SlackOffice]:
    async with office(quick_store, clock, request.param) as opened:
        yield opened


async def test_an_enquiry_is_claimed_answered_and_closed(here: SlackOffice) -> None:
    card = await here.enquiry()
    assert card.text.startswith("M-1, Media enquiry, unclaimed.")
    assert "slack://user?team=T0HOME&id=U0SAM" in limits.alive(card.blocks)
    await here.here.press("U0ANNA", card, "Claim")
    await here.dm("U0SAM", "Anna of the press office is looking after M-1")
    card = await here.card("claimed by Anna")
    assert card.versions > 1
    await here.here.press("U0ANNA", card, "Reply")
    form = await here.form()
    assert form["title"]["text"] == "Reply: M-1"
    assert await here.here.submit("U0ANNA", form, text="Do not answer *yet*, I ring you.") == {}
    answer = await here.dm("U0SAM", "Do not answer *yet*, I ring you.")
    assert limits.alive(answer.blocks) == []
    await here.sees("C0PRESS", "Delivered to Sam Staff.", thread=card.ts)
    card = await here.card("answered by Anna")
    await here.here.press("U0ANNA", card, "Close")
    await here.slack.until(lambda: len(here.slack.opened) == 2)
    await here.here.submit("U0ANNA", here.slack.opened[-1], outcome="advice given", note="rang her")
    card = await here.card("closed: advice given")
    assert set(card.buttons) == {"Reopen", "Note"}
    await here.here.press("U0ANNA", card, "Reopen")
    await here.card("M-1 · Media enquiry · unclaimed")


async def test_what_is_written_below_a_card_stays_inside_but_for_a_reply(here: SlackOffice) -> None:
    card = await here.enquiry()
    before = len(here.slack.in_("D0SAM"))
    await here.here.says("U0ANNA", "I know this reporter", "C0PRESS", thread_ts=card.ts)
    await here.card("Anna noted: I know this reporter")
    ts = here.slack.ts()
    await here.here.says("U0ANNA", "Reply: say nothing yet", "C0PRESS", ts, thread_ts=card.ts)
    await here.dm("U0SAM", "say nothing yet")
    await here.slack.until(lambda: ("C0PRESS", ts, "white_check_mark") in here.slack.reactions)
    await here.sees("C0PRESS", "Delivered to Sam Staff.", thread=card.ts)
    assert len(here.slack.in_("D0SAM")) == before + 1
    await here.here.says("U0PRIYA", "reply: I am nobody", "C0PRESS", thread_ts=card.ts)
    await here.sees("C0PRESS", texts.NOT_AN_OFFICER, thread=card.ts)


async def test_a_reply_that_is_not_delivered_is_marked_so(here: SlackOffice) -> None:
    card = await here.enquiry()
    here.slack.channels["D0SAM"] = "user_disabled"
    ts = here.slack.ts()
    await here.here.says("U0ANNA", "reply: hello", "C0PRESS", ts, thread_ts=card.ts)
    await here.slack.until(lambda: ("C0PRESS", ts, "warning") in here.slack.reactions)
    told = await here.sees("C0PRESS", "Not delivered to Sam Staff", thread=card.ts)
    assert "deactivated" in told.words


@pytest.mark.parametrize("word", limits.FOR_GOOD)
async def test_a_press_channel_that_refuses_is_made_up_for_and_gets_the_card_when_it_is_mended(
    here: SlackOffice, word: str
) -> None:
    here.slack.channels["C0PRESS"] = word
    await here.here.says("U0SAM", "a reporter from the Harbour Post just rang me about my tweet")
    told = await here.dm("U0SAM", "I couldn’t reach the press office about M-1 yet.")
    assert PHONE in told.words
    await here.here.opens("U0ANNA", "home")
    await here.slack.until(lambda: "U0ANNA" in here.slack.published)
    assert f"{word}. {FIXES[word]}" in home(here)
    here.slack.channels["C0PRESS"] = ""
    await here.pass_time(REPOST_AFTER)
    await here.card("M-1")
    await here.dm("U0SAM", texts.reached_for_asker("M-1"))


async def test_talk_in_the_press_channel_itself_is_nobodys_business(here: SlackOffice) -> None:
    top = here.slack.ts()
    await here.here.says("U0ANNA", "a reporter rang about the fees", "C0PRESS", top)
    await here.here.says("U0BEN", "which reporter?", "C0PRESS", thread_ts=top)
    await here.nothing_more()
    assert here.slack.posted == []


async def test_who_is_no_officer_is_told_so_and_nothing_changes(here: SlackOffice) -> None:
    card = await here.enquiry()
    await here.here.press("U0PRIYA", card, "Claim")
    await here.whispered("U0PRIYA", texts.NOT_AN_OFFICER)
    assert (await here.card("unclaimed")).buttons["Claim"]


async def test_a_member_of_an_officers_group_is_an_officer_and_the_group_is_asked_once(here: SlackOffice) -> None:
    card = await here.enquiry()
    await here.here.press("U0BEN", card, "Claim")
    await here.card("claimed by Ben")
    asked = [given for method, given in here.slack.calls if method == "usergroups.users.list"]
    assert len(asked) == 1
    here.slack.groups["S0PRESS"] = ["U0PRIYA"]
    here.clock.advance(timedelta(minutes=6))
    await here.here.press("U0PRIYA", await here.card("claimed by Ben"), "Unclaim")
    await here.card("M-1 · Media enquiry · unclaimed")


async def test_a_button_of_an_old_card_changes_nothing(here: SlackOffice) -> None:
    card = await here.enquiry()
    old = dict(card.buttons["False alarm"])
    await here.here.press("U0ANNA", card, "Claim")
    await here.card("claimed by Anna")
    await here.here.press("U0ANNA", card, "", button=old)
    await here.whispered("U0ANNA", texts.STALE)
    await here.card("claimed by Anna")


async def test_the_second_to_claim_is_told_who_has_it(here: SlackOffice) -> None:
    card = await here.enquiry()
    claim = dict(card.buttons["Claim"])
    await here.here.press("U0ANNA", card, "Claim")
    await here.card("claimed by Anna")
    await here.here.press("U0BEN", card, "", button=claim)
    await here.whispered("U0BEN", "Anna has M-1")


async def test_a_card_that_was_deleted_is_posted_again_and_its_thread_goes_on(here: SlackOffice) -> None:
    card = await here.enquiry()
    old = dict(card.buttons["Claim"])
    here.slack.posted.remove(card)
    await here.here.press("U0ANNA", card, "", button=old)
    again = await here.card("claimed by Anna")
    assert again.ts != card.ts
    await here.nothing_more()  # the new card is recorded, so that its thread is known
    await here.here.says("U0ANNA", "below the new one", "C0PRESS", thread_ts=again.ts)
    await here.card("Anna noted: below the new one")


async def test_an_edited_message_of_a_case_reaches_the_thread_and_a_preview_does_not(here: SlackOffice) -> None:
    ts, first = here.slack.ts(), "a reporter from the Harbour Post rang me"
    await here.here.says("U0SAM", first, ts=ts)
    card = await here.card("M-1")
    await here.here.edits("U0SAM", first, first, "D0SAM", ts)
    await here.here.edits("U0SAM", first, f"{first} twice", "D0SAM", ts)
    await here.sees("C0PRESS", "Sam Staff edited an earlier message", thread=card.ts)
    await here.card("rang me twice")


async def test_files_are_named_and_not_passed_on(here: SlackOffice) -> None:
    text = "a reporter from the Harbour Post sent me this"
    await here.here.says("U0SAM", text, subtype="file_share", files=[{"id": "F1"}, {"id": "F2"}])
    await here.dm("U0SAM", texts.FILES_NOT_PASSED)
    assert texts.files(2) in (await here.card("M-1")).words


async def test_officers_see_the_queue_at_home_and_can_act_there(here: SlackOffice) -> None:
    await here.enquiry()
    await here.here.opens("U0ANNA", "home")
    await here.slack.until(lambda: "U0ANNA" in here.slack.published)
    assert texts.QUEUE in home(here)
    container, action = {"type": "view", "view_id": "V9"}, {**at_home(here, "Claim"), "action_ts": here.slack.ts()}
    await here.here.interact("block_actions", "U0ANNA", "", container=container, actions=[action])
    await here.card("claimed by Anna")
    await here.slack.until(lambda: "claimed by Anna" in home(here))
    await here.here.interact("block_actions", "U0ANNA", "", container=container, actions=[{**action, "action_ts": "2"}])
    assert limits.read((await here.form())["blocks"]) == texts.yours_already("M-1")


async def test_officers_turn_the_page_at_home_and_search_there(here: SlackOffice) -> None:
    card = await here.enquiry()
    await here.here.press("U0ANNA", card, "Claim")
    await here.card("claimed by Anna")
    await here.here.opens("U0ANNA", "home")
    await here.slack.until(lambda: "claimed by Anna" in home(here))
    await press_at_home(here, texts.SECTION_MINE)
    await here.slack.until(lambda: texts.MY_ENQUIRIES in home(here))
    await press_at_home(here, "Reply")
    await here.here.submit("U0ANNA", await here.form(), text="We ring you.")
    await here.slack.until(lambda: "answered by Anna" in home(here))
    assert texts.MY_ENQUIRIES in home(here)
    await press_at_home(here, texts.SEARCH)
    await here.slack.until(lambda: here.slack.opened[-1]["callback_id"] == "queue.search")
    await here.here.submit("U0ANNA", await here.form(), words="nowhere")
    await here.slack.until(lambda: texts.none_found("nowhere") in home(here))
    assert texts.TOPICS in home(here)


def home(here: SlackOffice) -> str:
    return limits.read(here.slack.published["U0ANNA"]["blocks"]) if "U0ANNA" in here.slack.published else ""


def at_home(here: SlackOffice, label: str) -> dict[str, Any]:
    blocks = here.slack.published["U0ANNA"]["blocks"]
    actions = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    return next(dict(one) for one in actions if one["text"]["text"] == label)


async def press_at_home(here: SlackOffice, label: str) -> None:
    action = {**at_home(here, label), "action_ts": here.slack.ts()}
    await here.here.interact("block_actions", "U0ANNA", "", container={"type": "view"}, actions=[action])


async def test_a_long_case_goes_on_below_its_card_and_nothing_of_it_is_cut(here: SlackOffice) -> None:
    card = await here.enquiry()
    for number in range(45):
        words = f"note{number} " + "x" * 280
        await here.here.says("U0ANNA", words, "C0PRESS", thread_ts=card.ts)

    def everything() -> str:
        return "\n".join(one.words for one in here.slack.in_("C0PRESS"))

    # Waited for as a whole: the parts of a card are changed one after the other.
    await here.slack.until(lambda: all(f"note{number} " in everything() for number in range(45)))
    assert len(here.slack.in_("C0PRESS", "")) == 1
