"""`make bench-teams`: the desk in Teams beside a bare echo bot of Microsoft's SDK, in the same run.

Microsoft, the desk and the echo bot each have a process of their own; activities carry valid tokens. A turn is over
when its answer has arrived at the connector, whichever of them sends it. The echo bot gets its own token for nothing.
At last Microsoft's servers hang, and Slack's acknowledgements by the same desk are timed meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from aiohttp import ClientSession, web

from tests.benchmarks.processes import resident, worked
from tests.both import serving
from tests.desk import KNOWLEDGE
from tests.teams.microsoft import APP, SECRET, TENANT, Microsoft
from tests.teams.people import Client, Who

TURNS, PEOPLE, AT_ONCE = 500, 100, 8
FEW, MANY, MANY_PEOPLE = 1_000, 10_000, 1_000  # nobody writes more in a minute than the desk matches of one person
SLOWEST, LEAST_RATIO, MOST_GROWTH = 0.250, 0.7, 1.10
MEANWHILE, IN_SLACK = 200, 20  # messages in Slack while Microsoft hangs, and the people there
QUESTION = "may I bring coffee into the reading room as visitor {}?"
"""One question: a message that holds several is matched once for each."""

Served = Callable[[Connection, dict[str, str]], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Measured:
    """Seconds to the response of each turn, seconds until all answers were there, how many were, and the processor's
    seconds that the bot used."""

    responses: list[float]
    took: float
    answered: int
    used: float

    @property
    def rate(self) -> float:
        return len(self.responses) / self.took

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.responses, n=100)[98]


# ---- what is served -------------------------------------------------------------------------------------------------


async def microsoft(pipe: Connection, _: dict[str, str]) -> None:
    """Tells where it is and what proves that it sent something; then, each time it is asked, how much it was sent."""
    here = Microsoft()
    await here.start()
    bundle = here.authority.cert_pem.bytes().decode()
    about = {"url": here.url, "openid": here.openid_url, "login": here.login_url, "token": here.token()}
    pipe.send({**about, "authority": bundle})
    while await asyncio.to_thread(pipe.recv):
        pipe.send(sum(len(posted) for posted in here.conversations.values()))


async def desk(pipe: Connection, about: dict[str, str]) -> None:
    """The whole desk, as `policydesk serve` runs it."""
    from bot.app.application import Application
    from bot.config import from_mapping

    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "authority.pem"
        bundle.write_text(about["authority"])
        os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
        teams = {
            "app_id": APP,
            "tenant_id": TENANT,
            "openid_metadata_url": about["openid"],
            "login_url": about["login"],
            "service_hosts": ["127.0.0.1"],
        }
        settings = {
            "database": f"sqlite:///{folder}/desk.db",
            "knowledge": str(KNOWLEDGE),
            "server": {"port": 0},
            "teams": teams,
        }
        application = Application(from_mapping(settings, {"MICROSOFT_APP_PASSWORD": SECRET}))
        await application.start()
        await application.learn()
        pipe.send(f"{application.url}/api/messages")
        await asyncio.to_thread(pipe.recv)
        await application.stop()


async def echo(pipe: Connection, about: dict[str, str]) -> None:
    """The SDK as it comes out of its box."""
    from botbuilder.core import TurnContext
    from botbuilder.integration.aiohttp import CloudAdapter
    from botframework.connector.auth import (
        BotFrameworkAuthenticationFactory,
        ChannelValidation,
        MicrosoftAppCredentials,
        PasswordServiceClientCredentialFactory,
    )

    class Given(MicrosoftAppCredentials):  # type: ignore[misc]  # the SDK publishes no types
        def get_access_token(self, force_refresh: bool = False) -> str:
            return "token-given"

    class Factory(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
        async def create_credentials(self, app_id: str, oauth_scope: str, *_: Any, **__: Any) -> Given:
            return Given(app_id, SECRET, TENANT, oauth_scope)

    class Bot:
        async def on_turn(self, context: TurnContext) -> None:
            await context.send_activity(context.activity.text)

    ChannelValidation.open_id_metadata_endpoint = about["openid"]
    adapter = CloudAdapter(BotFrameworkAuthenticationFactory.create(credential_factory=Factory(APP, SECRET, TENANT)))
    application = web.Application()
    application.router.add_post("/api/messages", lambda request: adapter.process(request, Bot()))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    pipe.send(f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages")
    await asyncio.to_thread(pipe.recv)
    await runner.cleanup()


def _run(served: Served, pipe: Connection, about: dict[str, str]) -> None:
    asyncio.run(served(pipe, about))


@contextmanager
def process(served: Served, about: dict[str, str]) -> Iterator[tuple[Connection, Any, int]]:
    """The pipe to it, what it said first, and its process id."""
    context = get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_run, args=(served, there, about))
    child.start()
    try:
        yield here, here.recv(), child.pid or 0
    finally:
        here.send(False)
        child.join(20)


# ---- what is measured -----------------------------------------------------------------------------------------------


class Load:
    """People who ask the bot of this process id. `pipe` leads to Microsoft."""

    def __init__(
        self, session: ClientSession, endpoint: str, pid: int, about: dict[str, str], pipe: Connection
    ) -> None:
        there = Microsoft()
        there.url = about["url"]
        self._client = Client(session, endpoint, there)
        self._token, self._pipe = about["token"], pipe
        self._bot = psutil.Process(pid)

    async def run(self, turns: int, people: int) -> Measured:
        """Each answer comes once; what else the desk says was said when it met these people."""
        before = await self._there()
        left = iter(range(turns))
        responses: list[float] = []
        used = worked(self._bot)
        begun = time.perf_counter()
        await asyncio.gather(*(self._ask(left, people, responses) for _ in range(AT_ONCE)))
        while (arrived := await self._there() - before) < turns and time.perf_counter() - begun < 600:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        took = time.perf_counter() - begun
        return Measured(responses, took, arrived, worked(self._bot) - used)

    async def meet(self, people: int) -> None:
        """A first message of each, and whatever is said to it."""
        await self.run(people, people)
        before = -1
        while before != (before := await self._there()):  # noqa: ASYNC110  another process counts
            await asyncio.sleep(1)

    async def _ask(self, left: Iterator[int], people: int, responses: list[float]) -> None:
        for number in left:
            message = self._client.message(Who("Somebody", 1000 + number % people), QUESTION.format(number))
            begun = time.perf_counter()
            status, _ = await self._client.post(message, self._token)
            responses.append(time.perf_counter() - begun)
            if status not in {200, 201}:
                raise SystemExit(f"a turn was answered with {status}")

    async def _there(self) -> int:
        self._pipe.send(True)
        return int(await asyncio.to_thread(self._pipe.recv))


async def meanwhile() -> float:
    """p99 in seconds of Slack's acknowledgements while Teams waits for keys, and answers to Teams for a token."""
    with TemporaryDirectory() as folder:
        there = Microsoft()
        await there.start()
        bundle = Path(folder) / "authority.pem"
        there.authority.cert_pem.write_to_path(str(bundle))
        os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
        there.let_keys.clear()
        there.let_tokens.clear()
        async with serving(there, Path(folder)) as both:
            people = [f"U0P{number}" for number in range(IN_SLACK)]
            for user in people:
                both.slack.add_user(user, "Somebody")
                await both.in_slack.says(user, QUESTION.format(0))
            await both.slack.until(lambda: len(both.slack.posted) >= IN_SLACK)
            hanging = [asyncio.create_task(both.insists(QUESTION.format(number))) for number in range(AT_ONCE)]
            await there.waiting.wait()
            acknowledged = []
            for number in range(MEANWHILE):
                begun = time.perf_counter()
                if await both.in_slack.says(people[number % IN_SLACK], QUESTION.format(number)) is not None:
                    acknowledged.append(time.perf_counter() - begun)
            waited = not any(task.done() for task in hanging)
            there.let_go()
            await asyncio.gather(*hanging)
        await there.stop()
    if not waited or len(acknowledged) < MEANWHILE:
        raise SystemExit("Microsoft did not hang, or Slack got no acknowledgement")
    return statistics.quantiles(acknowledged, n=100)[98]


async def measure() -> int:
    """Print the figures as they come; 1 where one is beyond its bar."""
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"load before the run: {os.getloadavg()[0]:.1f}"
    )
    with process(microsoft, {}) as (pipe, about, _):
        async with ClientSession() as session:
            with process(echo, about) as (_, endpoint, pid):
                bare = Load(session, endpoint, pid, about, pipe)
                await bare.meet(PEOPLE)
                echoed = await bare.run(TURNS, PEOPLE)
                tell("echo bot", echoed)
            with process(desk, about) as (_, endpoint, pid):
                load = Load(session, endpoint, pid, about, pipe)
                await load.meet(MANY_PEOPLE)
                ours = await load.run(TURNS, PEOPLE)
                tell("desk", ours)
                print(f"ratio {ours.rate / echoed.rate:.2f} (at least {LEAST_RATIO})", flush=True)
                await load.run(max(0, FEW - TURNS), MANY_PEOPLE)
                few = resident(psutil.Process(pid))
                later = await load.run(MANY - FEW, MANY_PEOPLE)
                many = resident(psutil.Process(pid))
    lost = TURNS + MANY - FEW - ours.answered - later.answered
    print(
        f"lost {lost}; memory after {FEW} turns {few / 1e6:.1f} MB, after {MANY} {many / 1e6:.1f} MB: {many / few:.3f}"
    )
    in_slack = await meanwhile()
    print(f"Slack's acknowledgements while Microsoft hangs: p99 {in_slack * 1000:.1f} ms")
    good = ours.p99 <= SLOWEST and ours.rate >= LEAST_RATIO * echoed.rate and lost == 0 and many <= MOST_GROWTH * few
    return 0 if good and in_slack <= SLOWEST else 1


def tell(name: str, found: Measured) -> None:
    """The figures of a run, in a line."""
    median = statistics.median(found.responses)
    used = f"{found.used / len(found.responses) * 1000:.1f} ms of the processor a turn"
    said = f"p50 {median * 1000:6.1f} ms  p99 {found.p99 * 1000:6.1f} ms  {found.rate:6.1f} turns/s  {used}"
    print(f"{name:9} {said}", flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
