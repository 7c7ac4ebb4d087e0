"""`make bench-slack`: the whole desk on a Slack on loopback, beside a bare Bolt application that echoes.

Both run in a process of their own; the loopback Slack runs in this one, for both.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import psutil
from aiohttp import ClientError, ClientSession

from bot.app.configuration import SHIPPED_KNOWLEDGE
from bot.knowledge.loader import load
from tests.benchmarks.processes import process, resident, serve, worked
from tests.chaos.replicas import free_port
from tests.slack.server import APP_TOKEN, BOT_TOKEN, SECRET, TEAM, Json, LoopbackSlack

MESSAGES, SENDERS, RATE = 500, 16, 25.0
PEOPLE = 1_000  # so that nobody writes more in a minute than the desk matches of one person
SECRETS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET}
FIRST, LAST = 1_000, 10_000  # messages between which memory may grow by a tenth
ACK, RATIO, GROWTH = 250.0, 0.6, 1.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Acknowledgement in ms at a steady pace; messages a second, from the first sent to the last answered.

    `cpu` is ms of the process and its worker for each of these, whatever else the machine was doing.
    """

    p50: float
    p99: float
    rate: float
    cpu: float
    lost: int


class Load:
    """Sends questions to one process, and counts what comes back."""

    def __init__(self, slack: LoopbackSlack, session: ClientSession, mode: str, port: int) -> None:
        self._slack, self._session, self._mode = slack, session, mode
        self._url = f"http://127.0.0.1:{port}/slack/events"
        knowledge = load(SHIPPED_KNOWLEDGE)
        self._questions = [entry.questions[0] for entry in knowledge.answering]
        self._numbers = count()
        self._before = 0  # answers to the messages in which people met the desk
        self.sent = 0

    async def say(self) -> float:
        """One question; ms until it was acknowledged."""
        number = next(self._numbers)
        user = f"U0P{number % PEOPLE}"
        event = {"type": "message", "user": user, "channel": f"D{user[1:]}", "channel_type": "im", "team": TEAM}
        event |= {"text": self._questions[number % len(self._questions)], "ts": self._slack.ts()}
        payload: Json = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{number}", "event": event}
        begun = time.perf_counter()
        for _ in range(4):  # Slack sends again, three times, what nobody acknowledged
            if await self._deliver(payload) is not None:
                break
        else:
            raise AssertionError("not acknowledged")
        self.sent += 1
        return (time.perf_counter() - begun) * 1000

    async def _deliver(self, payload: Json) -> Json | None:
        if self._mode == "http":
            return await self._slack.by_http(self._session, self._url, "events_api", payload)
        return await self._slack.by_socket("events_api", payload, patience=5)

    async def meet(self) -> None:
        """A message of each person, who is looked up with it; none of these counts."""
        await self.many(PEOPLE)
        assert not await self.answered(), "somebody got no answer"
        self._before, self.sent = self._answers(), 0

    async def measure(self, served_by: psutil.Process) -> Measured:
        await self.many(100)
        paced: list[asyncio.Task[float]] = []
        for _ in range(MESSAGES):
            paced.append(asyncio.create_task(self.say()))
            await asyncio.sleep(1 / RATE)
        latencies = sorted(await asyncio.gather(*paced))
        await self.answered()
        begun, busy = time.perf_counter(), worked(served_by)
        await self.many(MESSAGES)
        lost = await self.answered()
        rate = MESSAGES / (time.perf_counter() - begun)
        cpu = (worked(served_by) - busy) / MESSAGES * 1000
        return Measured(latencies[MESSAGES // 2], latencies[MESSAGES * 99 // 100], rate, cpu, lost)

    async def many(self, messages: int) -> None:
        """As fast as they are acknowledged, by several senders."""
        left = iter(range(messages))

        async def sender() -> None:
            for _ in left:
                await self.say()

        await asyncio.gather(*[sender() for _ in range(SENDERS)])

    async def answered(self) -> int:
        """Wait for an answer to everything; how many never came."""
        with suppress(TimeoutError):
            await self._slack.until(lambda: self._answers() >= self.sent, seconds=60)
        return max(0, self.sent - self._answers())

    def _answers(self) -> int:
        return len(self._slack.posted) - self._before


@asynccontextmanager
async def desk(slack: LoopbackSlack, session: ClientSession, mode: str, port: int, folder: Path) -> AsyncIterator[int]:
    """`policydesk serve`, set up for this Slack."""
    settings = {
        "database": f"sqlite:///{folder}/{mode}.db",
        "press_office": {"channels": ["slack:C0PRESS"], "officers": ["slack:U0ANNA"]},
        "slack": {"mode": mode, "api_url": slack.api_url},
        "matching": {"encoder": "off"},
    }
    async with serve(settings, port, folder, SECRETS, session) as pid:
        yield pid


@asynccontextmanager
async def echo(slack: LoopbackSlack, session: ClientSession, mode: str, port: int, folder: Path) -> AsyncIterator[int]:
    """The bare application."""

    async def ready() -> bool:
        if mode == "socket":
            return slack.connected.is_set()
        with suppress(ClientError):
            async with session.get(f"http://127.0.0.1:{port}/"):
                return True
        return False

    command = [sys.executable, "-m", "tests.benchmarks.slack_echo", mode, str(port), slack.api_url]
    async with process(command, folder, SECRETS, ready) as pid:
        yield pid


async def measure(mode: str, kind: str, folder: Path) -> tuple[Measured, float]:
    """Figures, and for the desk over HTTP by how much its memory grows."""
    slack, port = LoopbackSlack(), free_port(Random(os.getpid()))
    for number in range(PEOPLE):
        slack.add_user(f"U0P{number}", f"Person {number}")
    await slack.start()
    run = desk if kind == "desk" else echo
    growth = 0.0
    try:
        async with ClientSession() as session, run(slack, session, mode, port, folder) as pid:
            load = Load(slack, session, mode, port)
            served_by = psutil.Process(pid)
            await load.meet()
            measured = await load.measure(served_by)
            if kind == "desk" and mode == "http":
                growth = await _growth(load, served_by)
    finally:
        await slack.stop()
    return measured, growth


async def _growth(load: Load, desk_process: psutil.Process) -> float:
    await load.many(max(0, FIRST - load.sent))
    before = resident(desk_process)
    await load.many(LAST - load.sent)
    after = resident(desk_process)
    print(f"memory {before / 1e6:.0f} MB after {FIRST:,} messages, {after / 1e6:.0f} MB after {LAST:,}")
    return after / before


def main() -> int:
    print(f"{os.cpu_count()} cores; load before the run: {os.getloadavg()[0]:.1f}")
    print("For each message the echo acknowledges and posts the same text, over a connection of its own. The desk")
    print("matches, commits to the disk, acknowledges, posts the answer and commits that it was posted.")
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        for mode in ("http", "socket"):
            ours, growth = asyncio.run(measure(mode, "desk", Path(folder)))
            bare, _ = asyncio.run(measure(mode, "echo", Path(folder)))
            ratio = ours.rate / bare.rate
            print(
                f"{mode:7} ack p50 {ours.p50:.1f} ms, p99 {ours.p99:.1f} ms (echo {bare.p50:.1f}, {bare.p99:.1f}); "
                f"{ours.rate:.0f} messages/s (echo {bare.rate:.0f}), ratio {ratio:.2f}; "
                f"CPU {ours.cpu:.1f} ms a message (echo {bare.cpu:.1f}); lost {ours.lost}",
                flush=True,
            )
            kept = kept and ours.p99 <= ACK and ratio >= RATIO and not ours.lost and growth <= GROWTH
    print("within the bars" if kept else "NOT within the bars")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
