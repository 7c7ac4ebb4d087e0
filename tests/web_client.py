"""What the console's page does, without a browser: load the page, open the socket, post."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse


class WebClient:
    def __init__(self, session: ClientSession, url: str, token: str) -> None:
        self.session, self.url, self.token = session, url, token

    @classmethod
    async def open(cls, session: ClientSession, url: str) -> WebClient:
        async with session.get(url) as response:
            found = re.search(r'name="token" content="([^"]+)"', await response.text())
        assert found
        return cls(session, url, found[1])

    async def post(self, what: str, **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"X-Policy-Desk": self.token, "Content-Type": "application/json"}
        data = BytesIO(json.dumps(body).encode())
        async with self.session.post(f"{self.url}api/{what}", data=data, headers=headers) as response:
            answer = await response.json() if response.content_type == "application/json" else {}
            return response.status, answer

    async def live(self, *, staff: str = "sam", since: int = 0) -> ClientWebSocketResponse:
        socket = await self.session.ws_connect(f"{self.url}api/live")
        await socket.send_json({"token": self.token, "staff": staff, "since": since})
        return socket

    async def messages(self, *, staff: str = "sam", since: int = 0) -> list[dict[str, Any]]:
        """Everything that a window of this person gets when it opens."""
        got: list[dict[str, Any]] = []
        socket = await self.live(staff=staff, since=since)
        while (event := await socket.receive_json(timeout=10))["type"] != "caught_up":
            if event["type"] == "message":
                got.append(event["message"])
        await socket.close()
        return got
