from __future__ import annotations

import asyncio
import http.client

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from adapters.web import WebConsole
from tests.unit.adapters.web.harness import FormDesk, say
from tests.web_client import WebClient


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[::1]:80", ""]
)
async def test_a_name_that_is_not_this_machines_is_refused(console: WebConsole, host: str) -> None:
    def ask() -> int:
        port = int(console.url.rstrip("/").rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.putrequest("GET", "/", skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        return status

    assert await asyncio.to_thread(ask) in {400, 421}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_can_neither_post_nor_listen(
    window: WebClient, desk: FormDesk, headers: dict[str, str]
) -> None:
    posted = {"X-Policy-Desk": window.token, **headers}
    async with window.session.post(f"{window.url}api/say", json=say(), headers=posted) as response:
        assert response.status == 403
    with pytest.raises(WSServerHandshakeError):
        await window.session.ws_connect(f"{window.url}api/live", headers=headers)
    assert desk.said == []


@pytest.mark.parametrize("token", ["", "wrong", "tökén"])
async def test_without_the_token_nothing_is_taken(window: WebClient, desk: FormDesk, token: str) -> None:
    window.token = token
    assert (await window.post("say", **say()))[0] == 403
    socket = await window.live()
    message = await socket.receive(timeout=10)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 4403)
    assert desk.committed == []


@pytest.mark.parametrize("path", ["", "static/app.js", "static/missing.js", "api/say"])
async def test_every_response_says_what_a_browser_must_not_do(window: WebClient, path: str) -> None:
    async with window.session.get(window.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["frame-ancestors"] == directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"


async def test_it_listens_on_loopback(console: WebConsole) -> None:
    assert console.url.startswith("http://127.0.0.1:")
