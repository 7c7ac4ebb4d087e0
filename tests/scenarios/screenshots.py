"""The pictures of the README and the guides, of the real console with the answers that ship.

`python -m tests.scenarios.screenshots` takes them anew.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.async_api import Browser

from bot.app.command_resources import learned_matcher
from bot.app.configuration import read_config
from bot.knowledge.loader import load
from bot.matching.active_knowledge import LoadedKnowledge
from tests.desk import Here
from tests.scenarios.browser import PHONE, WIDE, Window, launched
from tests.scenarios.console_server import ServedConsole

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
TALL = (1360, 1080)
QUESTION = "can I use my uni email on LinkedIn?"
ENQUIRY = "a reporter from the Guardian just rang me about my tweet"
SECOND = "a journalist from Radio 4 wants me on air at six about the strike"


async def main() -> None:
    knowledge = load(ROOT / "knowledge")
    loaded_knowledge = LoadedKnowledge(knowledge, Here(learned_matcher(knowledge, read_config(None))))
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        served = ServedConsole(Path(folder), loaded_knowledge, (QUESTION, ENQUIRY, SECOND))
        await served.start()
        async with launched() as browser:
            await _play(browser, served.url)
            await _take(browser, served.url, "light", TALL, "console-light")
            await _take(browser, served.url, "dark", TALL, "console-dark")
            await _take(browser, served.url, "light", PHONE, "console-phone")
            await _take(browser, served.url, "light", TALL, "console-queue", shows="Queue")
        await served.stop()


async def _play(browser: Browser, url: str) -> None:
    """A question, and two enquiries, of which an officer has claimed one."""
    context = await browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    window = await Window.open(context, url)
    await window.ask(QUESTION)
    await window.sees("No, not as your login.")
    await window.ask(ENQUIRY)
    await window.sees("I’m passing this to the press office now.")
    await window.press("Add details")
    await window.page.get_by_label("Outlet").fill("The Guardian")
    await window.page.get_by_label("Deadline").fill("tomorrow noon")
    await window.page.locator("dialog button.primary").click()
    await window.sees("12:00", within=".case .deadline")
    await window.press("Claim", within=".case")
    await window.sees("claimed by Anna Officer", within=".case")
    await window.page.get_by_label("Message about M-1").fill("I know her, and will ring her at three.")
    await window.press("Post inside", within=".case")
    await window.sees("I know her", within=".case .messages")
    other = await Window.open(context, url, staff="ruth")
    await other.ask(SECOND)
    await other.sees("I’m passing this to the press office now.")
    await context.close()


async def _take(
    browser: Browser,
    url: str,
    scheme: Literal["light", "dark"],
    size: tuple[int, int],
    name: str,
    *,
    shows: str = "Channel",
) -> None:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, device_scale_factor=2
    )
    window = await Window.open(context, url)
    if shows != "Channel":
        await window.turn_to(shows)
        await window.sees("M-2", within="#queue")
    await window.page.screenshot(path=PICTURES / f"{name}.png")
    await context.close()


if __name__ == "__main__":
    asyncio.run(main())
