"""The console in a real browser, as the people at it would use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_core_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, expect

from bot.presentation import texts
from tests.desk import loaded_knowledge
from tests.scenarios.browser import CHROMIUM, PHONE, WIDE, Window, launched
from tests.scenarios.console_server import ServedConsole

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt-get install chromium)"),
]

QUESTION = "may I bring coffee into the reading room"
UNCLEAR = "book at my desk"
ENQUIRY = "a reporter from the Guardian just rang me about my post"


@pytest_asyncio.fixture(loop_scope="module")
async def served_console(tmp_path: Path) -> AsyncIterator[ServedConsole]:
    served = ServedConsole(tmp_path, loaded_knowledge(), (QUESTION, UNCLEAR, ENQUIRY))
    await served.start()
    yield served
    await served.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, reduced_motion="reduce")
    yield context
    await context.close()


async def test_a_question_is_answered_with_its_source(served_console: ServedConsole, context: BrowserContext) -> None:
    window = await Window.open(context, served_console.url)
    await window.press(QUESTION, within="#examples")
    await window.sees("Yes, in a closed cup.")
    await window.sees("Source: Reading Room Handbook (March 2025): At the desks 1")
    await window.sees("Sent")
    assert not await window.page.locator("#examples").is_visible()
    await window.press("Helpful")
    await window.sees("Thank you.")
    assert window.errors == []


async def test_the_page_says_in_its_head_that_it_is_for_trying(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url)
    await window.sees("Trial: whoever has this page can be anybody", within=".masthead")


async def test_the_address_leaves_no_token_where_it_can_be_read(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url)
    address, _, query = served_console.url.partition("?")
    assert window.page.url == f"{address}?staff=sam&officer=anna"
    token = query.partition("=")[2]
    assert token not in await window.page.content()
    assert await window.page.evaluate("document.cookie") == ""
    assert await window.page.evaluate("[history.length, document.referrer].join()") == "2,"  # from about:blank
    (cookie,) = await context.cookies()
    assert (cookie["value"], cookie["httpOnly"], cookie["sameSite"]) == (token, True, "Strict")


async def test_a_page_of_another_database_says_what_to_open(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url)
    await served_console.stop()
    await served_console.start(with_new_token=True)
    await window.sees("Paste that address into the address bar.", within="body")
    await Window.open(context, served_console.url)


async def test_one_of_several_candidates_is_chosen(served_console: ServedConsole, context: BrowserContext) -> None:
    window = await Window.open(context, served_console.url)
    await window.ask(UNCLEAR)
    await window.press("A lost key")
    await window.sees("Tell the house desk today.")


async def test_an_enquiry_is_claimed_in_one_window_and_answered_in_the_other(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    staff = await Window.open(context, served_console.url)
    press = await Window.open(context, served_console.url, staff="ruth", officer="ben")
    await press.sees("No enquiries. They appear here the moment one is reported.", within="#press-pane")
    await staff.ask(ENQUIRY)
    await staff.sees("I’m passing this to the press office now.")
    await press.sees(ENQUIRY, within=".case")
    assert "M-1" in (await press.page.text_content("#assertive") or "")
    assert await press.page.title() == "(1) Policy Desk"
    assert await press.page.locator("#conversation").get_by_text(ENQUIRY).count() == 0

    await press.press("Claim", within=".case")
    await staff.sees("Ben Officer of the press office is looking after M-1")
    await staff.sees("claimed by Ben Officer", within=".case")
    assert await press.page.title() == "Policy Desk"

    await press.press("Reply", within=".case")
    await press.page.fill("dialog textarea", "Please do not answer yet.\n<b>I will</b> ring you.")
    await press.press("Reply", within="dialog")
    await staff.sees("Please do not answer yet.\n<b>I will</b> ring you.")
    assert await press.page.locator("dialog[open]").count() == 0
    assert staff.errors == press.errors == []


async def test_what_is_written_below_a_case_stays_inside_unless_it_is_a_reply(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url)
    await window.ask(ENQUIRY)
    box = window.page.get_by_label("Message about M-1")
    await box.fill("I know her.")
    await window.press("Post inside", within=".case")
    await window.sees("I know her.", within=".case .messages")
    await box.fill("reply: I will ring at three.")
    await window.press("Send to asker", within=".case")
    await window.sees("Delivered", within=".case .messages")
    await window.sees("I will ring at three.")
    assert await window.page.locator("#conversation").get_by_text("I know her.").count() == 0
    for prefix in texts.REPLY_PREFIXES:
        await box.fill(f" {prefix.upper()} anything")
        assert await window.page.locator(".case .composer button").inner_text() == "Send to asker"


async def test_a_closed_case_folds_away(served_console: ServedConsole, context: BrowserContext) -> None:
    window = await Window.open(context, served_console.url)
    await window.ask(ENQUIRY)
    await window.press("Close", within=".case")
    await window.page.select_option("dialog select", "no action")
    await window.press("Close", within="dialog")
    await window.page.wait_for_selector("#closed-cases .case", state="attached")
    assert await window.page.locator("#cases .case").count() == 0
    await window.page.locator("#closed > summary").click()
    await window.sees("closed: no action", within="#closed-cases")


async def test_the_queue_is_worked_off_where_it_stands(served_console: ServedConsole, context: BrowserContext) -> None:
    window = await Window.open(context, served_console.url)
    await window.turn_to("Queue")
    await window.sees("Nobody is waiting.", within="#queue")
    await window.ask(ENQUIRY)
    await window.sees(ENQUIRY, within="#queue .case")
    await window.press("Claim", within="#queue")
    await window.sees("claimed by Anna Officer", within="#queue .case")
    assert await window.focused() == "M-1 Media enquiry"
    await window.press("Reply", within="#queue")
    await window.page.fill("dialog textarea", "We ring you.")
    await window.press("Reply", within="dialog")
    await window.sees("We ring you.")
    await window.sees("answered by Anna Officer", within="#queue .case")
    assert await window.focused() == "Reply"
    await window.press("Close", within="#queue")
    await window.page.select_option("dialog select", index=1)
    await window.press("Close", within="dialog")
    await window.sees("Nobody is waiting.", within="#queue")
    await window.press("Closed", within="#queue")
    await window.sees("closed:", within="#queue .case")
    assert window.errors == []


async def test_a_search_finds_and_the_page_stays_where_it_was_turned(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url, officer="ben")
    await window.ask(ENQUIRY)
    await window.sees("I’m passing this to the press office now.")
    await window.turn_to("Queue")
    await window.press("Mine", within="#queue")
    await window.sees("You have no enquiry at the moment.", within="#queue")
    await window.press("Search…", within="#queue")
    await window.page.get_by_label("Words that all must be there").fill("guardian POST")
    await window.page.keyboard.press("Enter")
    await window.sees("Enquiries with “guardian POST”", within="#queue")
    await window.press("Claim", within="#queue .case")
    await window.sees("claimed by Ben Officer", within="#queue .case")
    await window.press("Mine", within="#queue")
    await window.sees("claimed by Ben Officer", within="#queue .case")
    await window.turn_to("Channel")
    await window.sees("claimed by Ben Officer", within="#cases .case")


async def test_a_reload_shows_everything_again(served_console: ServedConsole, context: BrowserContext) -> None:
    window = await Window.open(context, served_console.url)
    await window.ask(UNCLEAR)
    await window.sees("Which of these do you mean?")
    await window.ask(ENQUIRY)
    await window.press("Claim", within=".case")
    await window.sees("claimed by Anna Officer", within=".case")
    await window.sees("is looking after M-1")
    await window.page.get_by_label("Message about M-1").fill("half a th")
    await window.page.fill("#question", "half a question")
    before = [await window.page.inner_text(one) for one in ("#conversation", "#cases")]
    await window.page.reload()
    await window.page.wait_for_selector("body.live")
    assert [await window.page.inner_text(one) for one in ("#conversation", "#cases")] == before
    assert await window.page.input_value("#question") == "half a question"
    assert await window.page.get_by_label("Message about M-1").input_value() == "half a th"
    assert await window.page.input_value("#press-as") == "anna"


async def test_the_keyboard_alone_is_enough(served_console: ServedConsole, context: BrowserContext) -> None:
    window = await Window.open(context, served_console.url)
    keyboard = window.page.keyboard
    await window.tab_to("Your question")
    await keyboard.type(ENQUIRY)
    await keyboard.press("Enter")
    await window.sees(ENQUIRY, within=".case")
    assert await window.focused() == "Your question"
    await window.tab_to("Claim")
    await keyboard.press("Enter")
    await window.sees("claimed by Anna Officer", within=".case")
    assert await window.focused() == "M-1 Media enquiry"
    await window.tab_to("Reply")
    await keyboard.press("Enter")
    await window.page.wait_for_selector("dialog[open]")
    assert await window.focused() == "To the person who asked"
    await keyboard.press("Escape")
    await window.page.wait_for_selector("dialog[open]", state="hidden")
    assert await window.focused() == "Reply"
    await keyboard.press("Enter")
    await window.page.wait_for_selector("dialog[open]")
    await keyboard.type("I will ring you.")
    await window.tab_to("Reply")
    await keyboard.press("Enter")
    await window.sees("I will ring you.")
    assert await window.focused() == "Reply"


async def test_what_is_typed_while_the_desk_is_away_is_sent_when_it_is_back(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url)
    await window.ask(UNCLEAR)
    await window.sees("Which of these do you mean?")
    await served_console.stop()
    await window.sees("Connection lost.", within="#connection")
    await window.ask(QUESTION)
    await window.ask("another question about my key")
    await window.sees("Waiting for the connection")
    await served_console.start()
    await window.sees("Yes, in a closed cup.")
    await window.page.wait_for_selector("#connection", state="hidden")
    await expect(window.page.locator("#conversation .own")).to_have_count(3)
    order = await window.page.locator("#conversation .own .text").all_inner_texts()
    assert order == [UNCLEAR, QUESTION, "another question about my key"]
    await expect(window.page.locator("#conversation .desk")).to_have_count(4)


async def test_what_people_write_is_text_and_nothing_else(
    served_console: ServedConsole, context: BrowserContext
) -> None:
    window = await Window.open(context, served_console.url)
    nasty = (
        'a reporter <img src=x onerror="document.title = 1"> [rang](https://evil.example) **me** https://evil.example'
    )
    await window.ask(nasty)
    await window.page.locator(".case blockquote").wait_for()
    assert await window.page.locator(".case blockquote").inner_text() == nasty
    assert await window.page.locator("main img, main a, .case strong").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_nothing(
    served_console: ServedConsole, browser: Browser, scheme: str, size: tuple[int, int]
) -> None:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    window = await Window.open(context, served_console.url)
    await violations(window)
    await window.ask(UNCLEAR)
    await window.sees("Which of these do you mean?")
    await window.ask(ENQUIRY)
    await window.sees("I’m passing this to the press office now.")
    if size == PHONE:
        await window.sees("1 new", within=".tabs")
        await violations(window)
        await window.page.locator(".tabs").get_by_role("button", name="Press desk").click()
    await window.press("Claim", within=".case")
    await window.sees("claimed by Anna Officer", within=".case")
    await violations(window)
    await window.turn_to("Queue")
    await window.sees("claimed by Anna Officer", within="#queue")
    await violations(window)
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.turn_to("Channel")
    await window.press("Reply", within=".case")
    await window.page.wait_for_selector("dialog[open]")
    await window.press("Reply", within="dialog")
    await window.sees("This is needed.", within="dialog")
    await violations(window)
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def violations(window: Window) -> None:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await Axe().run(window.page, options={"runOnly": tags})
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]] == []
