"""A bare Bolt application that says again what it hears: python -m tests.benchmarks.slack_echo MODE PORT API_URL."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.server import APP_TOKEN, BOT_TOKEN, SECRET


def build(api_url: str) -> AsyncApp:
    app = AsyncApp(signing_secret=SECRET, client=AsyncWebClient(token=BOT_TOKEN, base_url=api_url))

    @app.event("message")
    async def echo(event: dict[str, Any], say: Any) -> None:
        await say(text=event["text"], channel=event["channel"])

    return app


def main() -> None:
    mode, port, api_url = sys.argv[1:]
    if mode == "http":
        build(api_url).start(port=int(port), host="127.0.0.1")
    else:
        asyncio.run(_by_socket(api_url))


async def _by_socket(api_url: str) -> None:
    await AsyncSocketModeHandler(build(api_url), APP_TOKEN).start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
