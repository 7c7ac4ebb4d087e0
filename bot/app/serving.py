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
        # Any free port: a desk may serve from the configured one beside it.
        server = config.server.model_copy(update={"port": 0})
        settings = config.model_copy(update={"console": None, "server": server})
        if for_trial:
            settings = _without_records(settings, Path(folder))
        learned = asyncio.Event()
        asyncio.run(_chat(settings, TerminalConsole(source, output, learned), learned))


def _without_records(config: Config, folder: Path) -> Config:
    nobody = config.press_office.model_copy(update={"channels": (), "officers": ()})
    return config.model_copy(update={"database": f"sqlite:///{folder}/chat.db", "press_office": nobody})


async def _chat(config: Config, terminal: TerminalConsole, learned: asyncio.Event) -> None:
    application = Application(config, [lambda _: Platform(terminal)])
    await application.start()
    try:
        await application.learn()
        learned.set()
        await terminal.finished()
    finally:
        await application.stop()


async def _serve(config: Config, announce: Callable[[str], None]) -> int:
    stopping = _stop_signal()
    application = Application(config)
    if not await _done_before(stopping.wait(), application.start()):
        return 0
    try:
        _announce_addresses(application, announce)
        announce("Learning the answers: a minute or two the first time, seconds after that …")
        if await _done_before(_told_to_end(stopping, application), application.learn()):
            announce("Policy Desk is ready.")
            await _told_to_end(stopping, application)
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


async def _told_to_end(stopping: asyncio.Event, application: Application) -> None:
    """Wait until the operator stops the desk, or until one of its tasks keeps failing."""
    await _done_before(stopping.wait(), application.supervisor.gave_up())


async def _done_before(end: Coroutine[Any, Any, object], work: Coroutine[Any, Any, object]) -> bool:
    """Return whether `work` is done before `end`. Whichever is not is cancelled. Raises what `work` raises."""
    ending, working = asyncio.create_task(end), asyncio.create_task(work)
    try:
        await asyncio.wait((ending, working), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
            return True
        return False
    finally:
        for task in (ending, working):
            if not task.done():
                await cancel(task)


def _stop_signal() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


def _announce_addresses(application: Application, announce: Callable[[str], None]) -> None:
    for adapter in application.adapters:
        if page := getattr(adapter, "url", ""):
            announce(f"Open {page} in a browser. Whoever has this address can be anybody there: keep it to yourself.")
    announce(f"Health and readiness: {application.url}/readyz. Stop with Ctrl-C.")
