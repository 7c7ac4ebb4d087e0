"""The four walks, on a whole desk as it serves: real adapter, store, relay, and a process that matches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app.application import Application
from bot.config import from_mapping
from tests.desk import KNOWLEDGE, PHONE
from tests.walks.platforms import PLATFORMS, Platform, Slack, until
from tests.walks.trace import Recorder, Trace

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bot", "adapters")
QUESTION = "may I bring coffee into the reading room?"
ENQUIRY = "a reporter from the Harbour Post just rang me about my tweet"
_PATIENCE = 30.0
_SETTLED = 1.0  # seconds after which a new desk has looked at everything once


async def question(here: Platform, recorder: Recorder) -> None:
    """A member of staff asks, and reads the answer."""
    before = len(here.answers())
    await recorder.after_poll()
    recorder.start()
    await here.ask(QUESTION)
    await until(lambda: len(here.answers()) > before)


async def enquiry(here: Platform, recorder: Recorder) -> None:
    """A member of staff reports a journalist; the press channel is pinged, and the asker is told so."""
    before = len(here.answers())
    await recorder.after_poll()
    recorder.start()
    await here.ask(ENQUIRY)
    await until(lambda: len(here.answers()) > before and len(here.cards()) == 1)


async def press(here: Platform, recorder: Recorder) -> None:
    """An officer claims a case; the card changes, and the asker is told who has it."""
    await enquiry(here, recorder)
    recorder.stop()
    before, card = len(here.answers()), here.cards()
    await recorder.after_poll()
    recorder.start()
    await here.claim()
    await until(lambda: len(here.answers()) > before and here.cards() != card)


async def failure(here: Platform, recorder: Recorder) -> None:
    """The platform refuses a ping for good; the asker is told whom to ring.

    It begins when the platform answers: what leads to the ping is the walk of an enquiry.
    """
    assert isinstance(here, Slack)
    here.slack.refusing = True
    await here.ask(ENQUIRY)
    await here.slack.reached.wait()
    await until(lambda: len(here.answers()) == 1)
    await recorder.after_poll()
    recorder.start()
    here.slack.let.set()
    await until(lambda: len(here.answers()) > 1)


Walk = Callable[[Platform, Recorder], Awaitable[None]]
WALKS: dict[str, Walk] = {"question": question, "enquiry": enquiry, "press": press, "failure": failure}


def possible(platform: str, walk: str) -> bool:
    """Whether this walk can be made there: only Slack refuses a ping on demand."""
    return walk != "failure" or issubclass(PLATFORMS[platform], Slack)


def make(platform: str, walk: str) -> Trace:
    """One walk on a new desk. Call it in a new process, because caches of an earlier walk save calls."""
    logging.disable()  # a refused ping is an error to the desk, and here it is meant
    return asyncio.run(_make(PLATFORMS[platform], WALKS[walk]))


async def _make(platform: type[Platform], walk: Walk) -> Trace:
    recorder = Recorder(ROOT, FOLDERS)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        stack.enter_context(recorder.watching_threads())
        here = platform(stack, folder)
        settings = {
            "database": f"sqlite:///{folder}/desk.db",
            "knowledge": str(KNOWLEDGE),
            "server": {"port": 0},
            "matching": {"encoder": "off", "cache": str(folder / "cache")},
            # Always open, so that the walk does not depend on the time of day.
            "press_office": {
                "channels": [here.channel],
                "officers": [here.officer],
                "phone": PHONE,
                "hours": {"mon-sun": "00:00-24:00"},
            },
            **await here.open(),
        }
        desk = Application(from_mapping(settings, here.secrets))
        await desk.start()
        stack.push_async_callback(desk.stop)
        await desk.learn()
        async with asyncio.timeout(_PATIENCE):
            await here.connect(desk)
            await asyncio.sleep(_SETTLED)
            await walk(here, recorder)
            await recorder.quiet()
        return recorder.stop()
