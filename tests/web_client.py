"""What the console's page does, without a browser: take the cookie, open the socket, post."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse


class WebClient:
    """`url` is the page's address without the token, `cookie` the header that the printed address was answered with."""

    def __init__(self, session: ClientSession, url: str, cookie: dict[str, str]) -> None:
        self.session, self.url, self.cookie = session, url, cookie

    @classmethod
    async def open(cls, session: ClientSession, address: str) -> WebClient:
        """Open the address that the start prints."""
        async with session.get(address, allow_redirects=False) as response:
            assert response.status == 303
            cookie = {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}
        return cls(session, address.partition("?")[0], cookie)

    async def post(self, what: str, **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {**self.cookie, "Content-Type": "application/json"}
        data = BytesIO(json.dumps(body).encode())
        async with self.session.post(f"{self.url}api/{what}", data=data, headers=headers) as response:
            answer = await response.json() if response.content_type == "application/json" else {}
            return response.status, answer

    async def live(self, *, staff: str = "sam", since: int = 0) -> ClientWebSocketResponse:
        socket = await self.session.ws_connect(f"{self.url}api/live", headers=self.cookie)
        await socket.send_json({"staff": staff, "since": since})
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
