"""The real desk with the tests' platform: `python -m tests.chaos.server SETTINGS PORT SINK`.

SETTINGS is a JSON file with what policydesk.yaml would hold, PORT takes the events, SINK is where messages go.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path


async def _serve(settings: object, port: int, sink: str) -> None:
    # Imported here because the process that trains the matcher reads this file as well, and needs none of it.
    from bot.app.application import Application
    from bot.app.platforms import Platform
    from bot.config import from_mapping
    from tests.chaos.platform import HttpPlatform, SinkMessenger

    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    messenger = SinkMessenger(sink)
    application = Application(from_mapping(settings, {}), [lambda _: Platform(HttpPlatform(port, messenger))])
    await application.start()
    try:
        await application.learn()
        await told.wait()
    finally:
        await application.stop()
        await messenger.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), int(sys.argv[2]), sys.argv[3]))
