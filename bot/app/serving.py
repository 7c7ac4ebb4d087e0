"""Running a desk until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.app.application import Application, end
from bot.app.tools import announced_folder
from bot.config import Config

if TYPE_CHECKING:
    from adapters.console import TerminalConsole


def run(config: Config, announce: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). `announce` gets lines for whoever started it."""
    announced_folder(config)
    asyncio.run(_serve(config, announce))


def chat(config: Config, given: Path | None) -> None:
    """Serve the terminal alone until it ends; with no configuration, from a database that lasts as long."""
    from adapters.console import TerminalConsole

    announced_folder(config)
    with TemporaryDirectory() as folder:
        settings = config.model_copy(update={"console": None})
        if given is None:
            nobody = config.press_office.model_copy(update={"channels": (), "officers": ()})
            update = {"database": f"sqlite:///{folder}/chat.db", "press_office": nobody}
            settings = settings.model_copy(update=update)
        asyncio.run(_chat(settings, TerminalConsole(sys.stdin, sys.stdout)))


async def _chat(config: Config, terminal: TerminalConsole) -> None:
    application = Application(config, [lambda _: terminal])
    await application.start()
    try:
        await terminal.finished()
    finally:
        await application.stop()


async def _started(application: Application, told: asyncio.Event) -> bool:
    """False when it was told to stop before it was up: learning takes a while, and nobody waits for it then."""
    starting = asyncio.create_task(application.start(), name="start")
    telling = asyncio.create_task(told.wait(), name="told")
    await asyncio.wait((starting, telling), return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if not starting.done():
        await end(starting)
        return False
    await starting
    return True


async def _serve(config: Config, announce: Callable[[str], None]) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    application = Application(config)
    announce("Policy Desk is learning its answers: a minute or two the first time, seconds after that …")
    if not await _started(application, told):
        return
    for adapter in application.adapters:
        if page := getattr(adapter, "url", ""):
            announce(f"Policy Desk is ready. Open {page} in a browser.")
    announce(f"Health and readiness: {application.url}/readyz. Stop with Ctrl-C.")
    try:
        await told.wait()
    finally:
        announce("Stopping: finishing what is under way …")
        await application.stop()
