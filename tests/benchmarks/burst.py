"""`make bench-burst`: more long messages than can be matched, over Slack's HTTP, its Socket Mode and Teams.

Before the burst, what one question takes, and a few long messages a second. The platforms are loopback servers in this
process; the desk is `policydesk serve` with the knowledge base that ships, in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from bot.app.configuration import SHIPPED_KNOWLEDGE
from bot.knowledge.loader import load
from bot.matching.options import Options
from bot.matching.process import model_cache
from tests.benchmarks.served import PEOPLE, Platform, on_slack, on_teams

PLATFORMS = {"http": "Slack over HTTP", "socket": "Slack in Socket Mode", "teams": "Teams"}
LENGTH = 800  # characters
IDLE = 30  # short questions, one at a time
STEADY, STEADY_SECONDS = 2, 30  # messages of full length a second
BURST = 50  # messages of full length a second
ACK, REPLY = 0.25, 2.0  # seconds, for 99 of 100
PATIENCE = 1800  # seconds until what has not been answered is lost

_STORY = (
    "Good morning. I joined the department in the spring, and I have not seen yet where this is written down, so "
    "I thought that I would rather ask before I get it wrong. It is not urgent, and I do not mind to wait until "
    "next week. My question is this. {} Many thanks for your help, and have a good week. "
)


class Measurement:
    """One platform, measured step by step; each step prints a line. `missed` are the bars that were not met."""

    def __init__(self, name: str, platform: Platform, questions: Sequence[str]) -> None:
        self.missed: list[str] = []
        self._name, self._platform, self._questions = name, platform, questions
        self._before: list[int] = []
        """Messages that each person got before the present step."""

    async def run(self, seconds: int) -> None:
        await self._meet()
        await self._idle()
        await self._steady()
        await self._burst(seconds)

    async def _meet(self) -> None:
        """A message of each person, who is looked up with it; whatever is said to it does not count."""
        for number in range(PEOPLE):
            assert await self._platform.say(number, self._questions[number % len(self._questions)])
        before = -1
        while before != (before := self._platform.arrived()) or 0 in self._count():  # noqa: ASYNC110  others fill it
            await asyncio.sleep(2)

    async def _idle(self) -> None:
        replies = []
        for number in range(IDLE):
            self._before = self._count()
            asked = time.perf_counter()
            assert await self._platform.say(number, self._questions[number % len(self._questions)])
            await self._answered([number], 1)
            replies.append(self._since(number)[0] - asked)
        print(f"{self._name}: idle, question to reply p50 {_ms(_share(replies, 0.5))}", flush=True)

    async def _steady(self) -> None:
        """Everybody who writes here writes once."""
        self._before = self._count()
        people = range(STEADY * STEADY_SECONDS)
        asked, acks = await self._write(people, STEADY)
        lost = await self._answered(people, _taken(acks))
        replies = [self._since(person)[0] - at for person, at in zip(people, asked, strict=True) if self._since(person)]
        p99 = _share(replies, 0.99)
        self._line(
            f"{STEADY}/s of {LENGTH} characters, question to reply p50 {_ms(_share(replies, 0.5))}, p99 {_ms(p99)}, "
            f"lost {lost}",
            {f"p99 at most {_ms(REPLY)}": p99 <= REPLY, "none lost": not lost},
        )

    async def _burst(self, seconds: int) -> None:
        """People write in rounds, each round in an order of its own."""
        self._before = self._count()
        chance = Random(1)
        rounds = [chance.sample(range(PEOPLE), PEOPLE) for _ in range(math.ceil(BURST * seconds / PEOPLE))]
        people = [person for each in rounds for person in each][: BURST * seconds]
        asked, acks = await self._write(people, BURST)
        lost = await self._answered(people, _taken(acks))
        arrived = [self._since(person) for person in range(PEOPLE)]
        drained = max((at for theirs in arrived for at in theirs), default=math.nan) - max(asked)
        first = max(theirs[0] if theirs else math.inf for theirs in arrived)
        third = min((theirs[2] for theirs in arrived if len(theirs) > 2), default=math.inf)
        p99 = _share(acks, 0.99)
        self._line(
            f"{BURST}/s of {LENGTH} characters for {seconds} s from {PEOPLE} people, "
            f"acknowledged p50 {_ms(_share(acks, 0.5))}, p99 {_ms(p99)}; lost {lost}; "
            f"all answered {drained:.1f} s after the last; "
            f"everybody's first before anybody's third: {'yes' if first < third else 'no'}",
            {
                f"acknowledged p99 at most {_ms(ACK)}": p99 <= ACK,
                "none lost": not lost,
                "first before third": first < third,
            },
        )

    async def _write(self, people: Sequence[int], rate: float) -> tuple[list[float], list[float]]:
        """Each of them writes a message, at this rate, whether or not those before have been acknowledged.

        When each was written, and the seconds until it was acknowledged; infinite if it never was.
        """
        start = time.perf_counter()
        asked = [start + number / rate for number in range(len(people))]

        async def one(number: int, person: int) -> float:
            await asyncio.sleep(asked[number] - time.perf_counter())
            begun = time.perf_counter()
            taken = await self._platform.say(person, self._long(number))
            return time.perf_counter() - begun if taken else math.inf

        acks = await asyncio.gather(*(one(number, person) for number, person in enumerate(people)))
        return asked, acks

    def _long(self, number: int) -> str:
        return _long(self._questions[number % len(self._questions)])

    async def _answered(self, people: Sequence[int], taken: int) -> int:
        """Wait until so many answers came; how many never did. Each of these people gets one for each time they stand
        here."""
        wanted, before, ends = Counter(people), sum(self._before), time.perf_counter() + PATIENCE
        while self._platform.arrived() - before < taken and time.perf_counter() < ends:  # noqa: ASYNC110  others fill it
            await asyncio.sleep(0.02)
        return sum(max(0, wanted[person] - len(self._since(person))) for person in range(PEOPLE))

    def _count(self) -> list[int]:
        return [len(self._platform.answers(number)) for number in range(PEOPLE)]

    def _since(self, person: int) -> Sequence[float]:
        return self._platform.answers(person)[self._before[person] :]

    def _line(self, figures: str, bars: dict[str, bool]) -> None:
        missed = [bar for bar, met in bars.items() if not met]
        self.missed += [f"{self._name}: {bar}" for bar in missed]
        print(f"{self._name}: {figures} ({'bar missed: ' + ', '.join(missed) if missed else 'bars met'})", flush=True)


def _long(question: str) -> str:
    """A message of full length with this question in it, more than once."""
    return (_STORY.format(question) * 3)[:LENGTH]


def _questions(options: Options) -> Sequence[str]:
    """Questions that get one answer each in a long message too: nothing is said of the media or of danger beside it."""
    knowledge = load(SHIPPED_KNOWLEDGE)
    matcher = model_cache.matcher_for(knowledge, options)
    listed = [entry.questions[0] for entry in knowledge.answering]
    matched = [(each, matcher.match(_long(each))) for each in listed]
    return [each for each, match in matched if not match.danger and match.outcome not in {"media", "confirm_media"}]


def _taken(acks: Sequence[float]) -> int:
    return len(acks) - acks.count(math.inf)


def _share(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[math.ceil(len(seconds) * share) - 1] if seconds else math.nan


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def measure(seconds: int, encoder: str, platforms: Sequence[str]) -> Sequence[str]:
    """Print the figures of these; the bars that were missed."""
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        options = Options(encoder="auto" if encoder == "on" else "off", cache=Path(folder) / "cache")
        matching = {"encoder": options.encoder, "cache": str(options.cache)}
        questions = _questions(options)  # learns what the desks read then
        for name in platforms:
            own = Path(folder) / name
            own.mkdir()
            settings: dict[str, Any] = {"database": f"sqlite:///{own}/desk.db", "matching": matching}
            served = on_teams(settings, own) if name == "teams" else on_slack(name, settings, own)
            async with served as platform:
                measurement = Measurement(PLATFORMS[name], platform, questions)
                await measurement.run(seconds)
            missed += measurement.missed
    return missed


def main() -> int:
    """1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.burst", description=__doc__)
    parser.add_argument("--encoder", choices=("on", "off"), default="on")
    parser.add_argument("--seconds", type=int, default=60, help="of the burst")
    parser.add_argument("--only", choices=PLATFORMS, default="", help="one of the three")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores; load before the run: {os.getloadavg()[0]:.1f}; encoder {options.encoder}")
    missed = asyncio.run(measure(options.seconds, options.encoder, [options.only] if options.only else list(PLATFORMS)))
    print("Every bar is met." if not missed else f"Missed: {'; '.join(missed)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
