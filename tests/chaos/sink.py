"""Where the desk's messages arrive: a process of its own that is never killed, counts, and is not always kind.

`python -m tests.chaos.sink SEED REFUSE FAIL STALL DROP` prints its address, and serves until it is terminated. The four
numbers are shares of all deliveries.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from aiohttp import web

from tests.chaos.platform import PLATFORM, PRESS

TOKEN = re.compile(r"\b(?:reply|inside)-\d+\b")
"""Marks in what officers write: replies are for the asker, the rest stays inside."""

STALL = 12.0  # seconds: longer than the relay waits


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of deliveries: answered 429, answered 500, never answered in time, counted and then cut off."""

    refuse: float = 0.0
    fail: float = 0.0
    stall: float = 0.0
    drop: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery that was taken. `tokens` are the marks in it, `by` is whose words a card quotes."""

    key: str
    to: str
    tokens: tuple[str, ...]
    by: str = ""

    @property
    def event_id(self) -> str:
        """The message that this answers; empty if it is nobody's answer."""
        said = f"said:{PLATFORM}:"
        return self.key.removeprefix(said).partition(":")[0] if self.key.startswith(said) else ""


@dataclass
class Card:
    """A case as it stands in a press channel: whose, what its buttons carry, and how often it was drawn again."""

    message: str
    channel: str
    by: str
    buttons: dict[str, str]
    updates: int = 0


@dataclass
class Sink:
    """Everything is kept in memory, in the order of arrival."""

    faults: Faults
    chance: Random
    arrivals: list[Arrival] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    cards: dict[str, Card] = field(default_factory=dict)

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**24)
        application.add_routes(
            [
                web.post("/deliver", self._deliver),
                web.post("/calm", self._calm),
                web.get("/cards", self._cards),
                web.get("/marked/{event_id}", self._marked),
                web.get("/count", self._count),
                web.get("/report", self._report),
            ]
        )
        return application

    async def _deliver(self, request: web.Request) -> web.Response:
        text = await request.text()
        what = self._draw()
        self.done[what] += 1
        if what == "refuse":
            return web.Response(status=429, headers={"Retry-After": str(self.chance.choice((0, 1)))})
        if what == "fail":
            return web.Response(status=500)
        if what == "stall":
            await asyncio.sleep(STALL)
            return web.Response(status=500)
        message = self._take(await request.json(), text)
        if what == "drop" and request.transport is not None:
            request.transport.abort()
        return web.json_response({"message": message})

    def _draw(self) -> str:
        drawn = self.chance.random()
        for name, share in asdict(self.faults).items():
            drawn -= share
            if drawn < 0:
                return str(name)
        return "take"

    def _take(self, body: dict[str, Any], text: str) -> str:
        blocks = body.get("outgoing", {}).get("blocks", [])
        by = next((str(block["by"]) for block in blocks if block["block"] == "quote"), "")
        self.arrivals.append(Arrival(body["key"], body["to"], tuple(sorted(set(TOKEN.findall(text)))), by))
        message = str(body.get("message") or f"m{len(self.arrivals)}")
        buttons = {
            button["action"]: button["value"]
            for block in blocks
            if block["block"] == "buttons"
            for button in block["buttons"]
        }
        if body["do"] == "send" and body["to"] in PRESS:
            self.cards[message] = Card(message, body["to"], by, buttons)
        elif message in self.cards:
            self.cards[message].buttons = buttons
            self.cards[message].updates += 1
        return message

    async def _calm(self, _: web.Request) -> web.Response:
        self.faults = Faults()
        return web.Response()

    async def _cards(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(card) for card in self.cards.values()])

    async def _marked(self, request: web.Request) -> web.Response:
        start = f"mark:{request.match_info['event_id']}:"
        return web.json_response(any(each.key.startswith(start) for each in self.arrivals))

    async def _count(self, _: web.Request) -> web.Response:
        return web.json_response(len(self.arrivals))

    async def _report(self, _: web.Request) -> web.Response:
        return web.json_response({"arrivals": [asdict(each) for each in self.arrivals], "done": dict(self.done)})


async def _serve(seed: int, faults: Faults) -> None:
    runner = web.AppRunner(Sink(faults, Random(seed)).application(), access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Faults(*map(float, sys.argv[2:6]))))
