"""A desk that is learning its answers: it lives, takes events in, says how far it is, and can be stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.slack.adapter import SlackAdapter
from adapters.web import WebConsole
from bot.app import serving
from bot.app.application import Application
from bot.config import Config, from_mapping
from bot.errors import ConfigurationError, KnowledgeError, Problem
from bot.knowledge.model import Knowledge
from bot.matching.options import Options
from bot.matching.process.matcher_process import MatcherProcess
from bot.storage.engine import Store
from tests import learned
from tests.clock import ManualClock
from tests.desk import Here
from tests.slack.server import BOT_TOKEN, SECRET, LoopbackSlack
from tests.slack.workspace import Workspace, ready
from tests.waiting import insist, until
from tests.web_client import WebClient

SMALL = Path(__file__).parents[2] / "chaos" / "knowledge"
QUESTION = "may I log in to Facebook with my work email"
ASKED = {"id": "event-one", "person": "sam", "at": "staff/sam", "text": QUESTION}


class Learning:
    """The learning of the answers: it begins a step, and ends when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.error: Exception | None = None


class InThisProcess(Here):
    """A matcher where a desk has a MatcherProcess."""

    missing = ""

    async def close(self) -> None:
        pass


@pytest.fixture
def learning(monkeypatch: pytest.MonkeyPatch) -> Learning:
    held = Learning()

    async def later(knowledge: Knowledge, options: Options, *, begin: Callable[[str], object]) -> InThisProcess:
        begin("step 2 of 3, looking")
        held.begun.set()
        await held.go_on.wait()
        if held.error is not None:
            raise held.error
        return InThisProcess(await asyncio.to_thread(learned.matcher, knowledge, Options(encoder=options.encoder)))

    monkeypatch.setattr(MatcherProcess, "start", later)
    return held


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    started = LoopbackSlack()
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def configuration(folder: Path, **sections: Any) -> Config:
    settings = {
        "database": f"sqlite:///{folder}/desk.db",
        "knowledge": str(SMALL),
        "server": {"port": 0},
        "matching": {"encoder": "off", "cache": str(folder / "cache")},
        **sections,
    }
    return from_mapping(settings, {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET})


async def status(client: ClientSession, url: str) -> tuple[int, Any]:
    async with client.get(url) as response:
        return response.status, await response.json()


async def is_ready(client: ClientSession, application: Application) -> bool:
    return (await status(client, f"{application.url}/readyz"))[0] == 200


def page_of(application: Application) -> str:
    (console,) = (each for each in application.adapters if isinstance(each, WebConsole))
    return console.url


async def has_typed(window: WebClient) -> bool:
    return any("text" in message for message in await window.messages())


async def is_answered(window: WebClient) -> bool:
    """Whether an answer is there: it has buttons for what one thinks of it, which the welcome has not."""
    return any("answer.helpful" in str(message) for message in await window.messages())


def assert_closed(folder: Path) -> None:
    reopened = Store(f"sqlite:///{folder}/desk.db", ManualClock())
    reopened.open(exclusive=True)
    reopened.close()


# ---- while it learns ------------------------------------------------------------------------------------------------


async def test_it_lives_and_says_how_far_it_is(tmp_path: Path, learning: Learning, client: ClientSession) -> None:
    application = Application(configuration(tmp_path, console={"port": 0}))
    await application.start()
    learn = asyncio.create_task(application.learn())
    await learning.begun.wait()
    assert await status(client, f"{application.url}/healthz") == (200, {"alive": True})
    code, said = await status(client, f"{application.url}/readyz")
    assert (code, said["ready"]) == (503, False)
    assert said["reasons"]["starting"] == "learning the answers: step 2 of 3, looking, 0 s so far"
    async with client.get(f"{application.url}/metrics") as response:
        assert "policydesk_outbox_due" in await response.text()
    learning.go_on.set()
    await learn
    assert "starting" not in (await status(client, f"{application.url}/readyz"))[1]["reasons"]
    assert await is_ready(client, application)
    await application.stop()


async def test_slack_is_taken_in_and_answered_when_it_has_learned(
    tmp_path: Path, slack: LoopbackSlack, learning: Learning, client: ClientSession
) -> None:
    application = Application(configuration(tmp_path, slack={"mode": "http", "api_url": slack.api_url}))
    await application.start()
    learn = asyncio.create_task(application.learn())
    (adapter,) = (each for each in application.adapters if isinstance(each, SlackAdapter))
    await ready(adapter)
    office = Workspace(slack, adapter, client, "http", f"{application.url}/slack/events")
    says = asyncio.create_task(office.says("U0SAM", QUESTION))
    await office.opens("U0SAM", "home")
    await until(lambda: slack.published.get("U0SAM"))
    assert not slack.posted
    learning.go_on.set()
    assert await says is not None, "acknowledged"
    await until(lambda: slack.posted)
    await learn
    await application.stop()


async def test_the_page_is_there_and_what_is_typed_is_answered_then(
    tmp_path: Path, learning: Learning, client: ClientSession
) -> None:
    application = Application(configuration(tmp_path, console={"port": 0}))
    await application.start()
    learn = asyncio.create_task(application.learn())
    window = await WebClient.open(client, page_of(application))
    socket = await window.live()
    head = (await socket.receive_json(timeout=10))["knowledge"]
    assert head.startswith("learning the answers: step 2 of 3, looking")
    asked = asyncio.create_task(window.post("say", **ASKED))
    learning.go_on.set()
    await learn
    assert (await asked)[0] == 200

    await insist(lambda: is_answered(window))
    while not (await socket.receive_json(timeout=10)).get("status", "").startswith("knowledge: "):
        pass
    await application.stop()


async def test_entries_and_pages_are_shown_meanwhile(tmp_path: Path, learning: Learning, client: ClientSession) -> None:
    application = Application(configuration(tmp_path, console={"port": 0}))
    await application.start()
    learn = asyncio.create_task(application.learn())
    window = await WebClient.open(client, page_of(application))
    assert (await window.post("say", **{**ASKED, "text": " "}))[0] == 200, "it has no words to match"
    assert (await window.post("view", person="anna"))[0] == 200
    learning.go_on.set()
    await learn
    await application.stop()


# ---- what ends the start --------------------------------------------------------------------------------------------


async def test_a_stop_while_it_learns_keeps_what_was_typed(
    tmp_path: Path, learning: Learning, client: ClientSession
) -> None:
    config = configuration(tmp_path, console={"port": 0})
    application = Application(config)
    await application.start()
    learn = asyncio.create_task(application.learn())
    window = await WebClient.open(client, page_of(application))
    asked = asyncio.create_task(window.post("say", **ASKED))
    await insist(lambda: has_typed(window))
    learn.cancel()
    async with asyncio.timeout(5):  # nobody waits for the answers
        await application.stop()
    assert (await asked)[0] == 200, "it is in the inbox"
    assert_closed(tmp_path)

    again = Application(config)
    await again.start()
    learning.go_on.set()
    await again.learn()
    window = await WebClient.open(client, page_of(again))

    await insist(lambda: is_answered(window))
    await again.stop()


async def test_ctrl_c_while_it_learns_ends_it_in_order(tmp_path: Path, learning: Learning) -> None:
    said: list[str] = []
    served = asyncio.create_task(serving._serve(configuration(tmp_path, console={"port": 0}), said.append))
    await learning.begun.wait()
    os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(20):
        assert await served == 0
    page, health, learns, stops = said
    assert page.startswith("Open http://127.0.0.1:")
    assert "/readyz" in health
    assert learns.startswith("Learning the answers")
    assert stops.startswith("Stopping")
    assert_closed(tmp_path)


async def test_it_says_that_it_is_ready_when_it_has_learned(tmp_path: Path, learning: Learning) -> None:
    said: list[str] = []
    served = asyncio.create_task(serving._serve(configuration(tmp_path, console={"port": 0}), said.append))
    await learning.begun.wait()
    assert "Policy Desk is ready." not in said
    learning.go_on.set()
    await until(lambda: "Policy Desk is ready." in said)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await served == 0


async def test_answers_that_cannot_be_learned_end_it_with_the_reason(tmp_path: Path, learning: Learning) -> None:
    learning.error = KnowledgeError(Problem("", "the answers could not be learned."))
    learning.go_on.set()
    with pytest.raises(KnowledgeError, match="could not be learned"):
        await serving._serve(configuration(tmp_path, console={"port": 0}), print)
    assert_closed(tmp_path)


async def test_a_folder_that_is_broken_ends_it_before_anything_is_learned(tmp_path: Path, learning: Learning) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "bad.yaml").write_text("entries: [", encoding="utf-8")
    broken = configuration(tmp_path, console={"port": 0}, knowledge=str(tmp_path / "knowledge"))
    with pytest.raises(KnowledgeError, match=r"bad\.yaml"):
        await serving._serve(broken, print)
    assert not learning.begun.is_set()
    assert_closed(tmp_path)


@pytest.mark.parametrize("taken", ["server", "console"])
async def test_a_taken_port_ends_it_before_anything_is_learned(tmp_path: Path, learning: Learning, taken: str) -> None:
    other = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    ports = {"server": {"port": 0}, "console": {"port": 0}, taken: {"port": port}}
    said: list[str] = []
    with pytest.raises(ConfigurationError, match=rf"^{taken}.port: cannot listen on 127.0.0.1:{port}: .* another port"):
        await serving._serve(configuration(tmp_path, **ports), said.append)
    assert (said, learning.begun.is_set()) == ([], False)
    other.close()
    assert_closed(tmp_path)
