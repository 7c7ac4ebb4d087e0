"""The real desk with a messenger that only looks at the clock, and beside it a bare aiohttp application that echoes.

`python -m tests.benchmarks.server SETTINGS PORT ECHO_PORT`: SETTINGS is a JSON file that holds what
policydesk.yaml would.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from bot.messages import Address, Mark, Outgoing, Receipt
from bot.ports import Finding


class Stopwatch:
    """`ports.Messenger`: when something was handed over to each address, in the monotonic seconds of this machine."""

    def __init__(self) -> None:
        self.handed: dict[str, float] = {}

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        del outgoing
        self.handed[to.token] = time.monotonic()
        return Receipt(to, (key,))

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        del outgoing, key
        return receipt

    async def delete(self, receipt: Receipt) -> bool:
        return True

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        return True

    async def diagnose(self) -> Sequence[Finding]:
        return ()


async def _serve(settings: object, port: int, echo_port: int) -> None:
    # Imported here because the process that trains the matcher reads this file as well, and needs none of it.
    from bot.app.application import Application
    from bot.app.platforms import Platform
    from bot.config import from_mapping
    from tests.chaos.platform import HttpPlatform

    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    stopwatch = Stopwatch()
    application = Application(from_mapping(settings, {}), [lambda _: Platform(HttpPlatform(port, stopwatch))])
    runner = web.AppRunner(_bare(stopwatch), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", echo_port).start()
    await application.start()
    try:
        await application.learn()
        await told.wait()
    finally:
        await application.stop()
        await runner.cleanup()


def _bare(stopwatch: Stopwatch) -> web.Application:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), content_type="application/json")

    async def handed(_: web.Request) -> web.Response:
        return web.json_response(stopwatch.handed)

    application = web.Application()
    application.add_routes([web.post("/said", echo), web.get("/handed", handed)])
    return application


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), int(sys.argv[2]), int(sys.argv[3])))
