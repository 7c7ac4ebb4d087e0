"""A real browser: Debian's chromium, driven by playwright."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = shutil.which("chromium")
_ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE = (1360, 900)
PHONE = (390, 844)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Window:
    """One browser window at the console, as somebody of the staff and as an officer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    @classmethod
    async def open(cls, context: BrowserContext, url: str, staff: str = "sam", officer: str = "anna") -> Window:
        window = cls(await context.new_page())
        window.page.set_default_timeout(10_000)
        await window.page.goto(f"{url}&staff={staff}&officer={officer}")
        await window.page.wait_for_selector("body.live")
        return window

    async def ask(self, text: str) -> None:
        await self.page.fill("#question", text)
        await self.page.press("#question", "Enter")

    async def sees(self, text: str, within: str = "#conversation") -> None:
        """Wait until `text` can be read."""
        await self.page.locator(within).get_by_text(text).last.wait_for()

    async def press(self, label: str, within: str = "#conversation") -> None:
        await self.page.locator(within).get_by_role("button", name=label, exact=True).last.click()

    async def turn_to(self, shows: str) -> None:
        """Have the press desk show its channel or its queue."""
        await self.page.locator(".switch").get_by_role("button", name=shows).click()

    async def focused(self) -> str:
        """The words of what has the focus: a button's, or an input's label."""
        element = "(document.activeElement.labels?.[0] ?? document.activeElement)"
        return " ".join(str(await self.page.evaluate(f"{element}.textContent")).split())

    async def tab_to(self, words: str, *, key: str = "Tab") -> None:
        """Press Tab until the focus is on `words`; it must be reachable within a hundred presses."""
        for _ in range(100):
            if await self.focused() == words:
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"Tab does not lead to {words!r}")
