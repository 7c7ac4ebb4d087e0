"""Serves a desk until it is told to stop: `policydesk serve` and `policydesk chat`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from bot.app.application import Application, cancel
from bot.app.platforms import Platform
from bot.config import Config
from bot.queue.outbox_transactions import describe

if TYPE_CHECKING:
    from adapters.console import TerminalConsole

log = logging.getLogger(__name__)

TASK_KEEPS_FAILING = 70
"""The exit code when a task of the desk keeps failing. A service manager starts the process again."""

_STOP_TIMEOUT = 25.0
"""Seconds for an orderly stop after that. A part that is broken may never end."""


def serve(config: Config, announce: Callable[[str], None]) -> int:
    """Serve every configured platform until SIGINT or SIGTERM, and return the exit code.

    `announce` is called with lines for the operator.
    """
    return asyncio.run(_serve(config, announce))


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


async def _serve(config: Config, announce: Callable[[str], None]) -> int:
    stopping = _stop_signal()
    application = Application(config)
    announce("Policy Desk is learning its answers: a minute or two the first time, seconds after that …")
    if not await _started_before(stopping, application):
        return 0
    try:
        _announce_addresses(application, announce)
        await _first(stopping.wait(), application.supervisor.gave_up())
        if application.supervisor.has_given_up:
            return await _end_broken(application, announce)
        announce("Stopping: finishing what is under way …")
    finally:
        await application.stop()
    return 0


async def _end_broken(application: Application, announce: Callable[[str], None]) -> int:
    """Try an orderly stop, and return the exit code. If the stop does not end either, end the process here."""
    announce("A task of the desk keeps failing, the log says why. Stopping, to be started again …")
    try:
        async with asyncio.timeout(_STOP_TIMEOUT):
            await application.stop()
    except Exception as error:  # noqa: BLE001  the process ends in any case
        log.critical("The desk could not stop in order: %s", describe(error))
        logging.shutdown()
        os._exit(TASK_KEEPS_FAILING)
    return TASK_KEEPS_FAILING


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when the first of these has ended, and cancel the others."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


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
            announce("Whoever has this address can be anybody in the console, an officer too: keep it to yourself.")
    announce(f"Health and readiness: {application.url}/readyz. Stop with Ctrl-C.")
