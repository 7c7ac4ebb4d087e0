"""Serves a desk until it is told to stop: `policydesk serve` and `policydesk chat`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TextIO

from bot.app.application import Application, cancel
from bot.app.platforms import Platform
from bot.config import Config

if TYPE_CHECKING:
    from adapters.console import TerminalConsole


def serve(config: Config, announce: Callable[[str], None]) -> None:
    """Serve every configured platform until SIGINT or SIGTERM. `announce` is called with lines for the operator."""
    asyncio.run(_serve(config, announce))


def chat(config: Config, source: TextIO, output: TextIO, *, for_trial: bool) -> None:
    """Serve one person who writes lines to `source`, until it ends.

    `for_trial`: with an empty database that is deleted afterwards, and without a press office.
    """
    from adapters.console import TerminalConsole

    with TemporaryDirectory() as folder:
        settings = config.model_copy(update={"console": None})
        if for_trial:
            settings = _without_records(settings, Path(folder))
        asyncio.run(_chat(settings, TerminalConsole(source, output)))


def _without_records(config: Config, folder: Path) -> Config:
    nobody = config.press_office.model_copy(update={"channels": (), "officers": ()})
    return config.model_copy(update={"database": f"sqlite:///{folder}/chat.db", "press_office": nobody})


async def _chat(config: Config, terminal: TerminalConsole) -> None:
    application = Application(config, [lambda _: Platform(terminal)])
    await application.start()
    try:
        await terminal.finished()
    finally:
        await application.stop()


async def _serve(config: Config, announce: Callable[[str], None]) -> None:
    stopping = _stop_signal()
    application = Application(config)
    announce("Policy Desk is learning its answers: a minute or two the first time, seconds after that …")
    if not await _started_before(stopping, application):
        return
    try:
        _announce_addresses(application, announce)
        await stopping.wait()
        announce("Stopping: finishing what is under way …")
    finally:
        await application.stop()


def _stop_signal() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _started_before(stopping: asyncio.Event, application: Application) -> bool:
    """Start the application. Return False if it was told to stop before it was up: learning may take minutes."""
    start = asyncio.create_task(application.start(), name="start")
    stop = asyncio.create_task(stopping.wait(), name="stop")
    await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not start.done():
        await cancel(start)
        return False
    await start
    return True


def _announce_addresses(application: Application, announce: Callable[[str], None]) -> None:
    for adapter in application.adapters:
        if page := getattr(adapter, "url", ""):
            announce(f"Policy Desk is ready. Open {page} in a browser.")
    announce(f"Health and readiness: {application.url}/readyz. Stop with Ctrl-C.")
