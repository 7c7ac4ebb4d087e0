from __future__ import annotations

import asyncio
import http.client

import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer
from yarl import URL

from adapters.web import WebConsole
from adapters.web.security import TokenDoor
from tests.unit.adapters.web.harness import FormDesk, say
from tests.web_client import WebClient


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[::1]:80", ""]
)
async def test_a_name_that_is_not_this_machines_is_refused(console: WebConsole, host: str) -> None:
    def ask() -> int:
        port = URL(console.url).port
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
    posted = {**window.cookie, **headers}
    async with window.session.post(f"{window.url}api/say", json=say(), headers=posted) as response:
        assert response.status == 403
    with pytest.raises(WSServerHandshakeError):
        await window.session.ws_connect(f"{window.url}api/live", headers=posted)
    assert desk.said == []


@pytest.mark.parametrize(
    "cookie", [None, "{name}=", "{name}=wrong", "{name}=tökén", "other={token}", "{name}={token}x", "{token}"]
)
async def test_without_the_token_nothing_is_shown_and_nothing_is_taken(
    window: WebClient, desk: FormDesk, cookie: str | None
) -> None:
    name, _, token = window.cookie["Cookie"].partition("=")
    window.cookie = {} if cookie is None else {"Cookie": cookie.format(name=name, token=token)}
    for path in ("", "static/app.js", "static/index.html", "static/missing.js", "api/live", "?token=", "?token=wrong"):
        async with window.session.get(window.url + path, headers=window.cookie) as response:
            assert (path, response.status) == (path, 403)
            assert "Set-Cookie" not in response.headers
            assert token not in await response.text()
    for what in ("say", "press", "submit", "view"):
        assert (await window.post(what, **say()))[0] == 403
    with pytest.raises(WSServerHandshakeError, match="403"):
        await window.live()
    assert desk.committed == []


async def test_the_address_leads_to_the_page_and_leaves_no_token_there(window: WebClient, console: WebConsole) -> None:
    async with window.session.get(f"{console.url}&staff=ruth&officer=anna", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/?staff=ruth&officer=anna")
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        attributes = response.headers["Set-Cookie"].split("; ")[1:]
        assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    token = window.cookie["Cookie"].partition("=")[2]
    async with window.session.get(window.url, headers=window.cookie) as response:
        page = await response.text()
    assert "Trial: whoever has this page can be anybody" in page
    assert token not in page


async def test_nobody_gets_in_before_the_console_has_started(session: ClientSession) -> None:
    application = web.Application(middlewares=[TokenDoor().refuse_without_token])
    application.add_routes([web.get("/", _page)])
    async with TestServer(application) as server, session.get(server.make_url("/?token=")) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Anything", "X-Real-IP", "Via"]
)
async def test_what_a_proxy_forwards_is_refused(
    window: WebClient, console: WebConsole, desk: FormDesk, header: str
) -> None:
    window.cookie = {**window.cookie, header: "for=127.0.0.1"}
    for address in (window.url, console.url, f"{window.url}static/app.js"):
        async with window.session.get(address, headers=window.cookie, allow_redirects=False) as response:
            assert response.status == 403
    assert (await window.post("say", **say()))[0] == 403
    with pytest.raises(WSServerHandshakeError, match="403"):
        await window.live()
    assert desk.committed == []


@pytest.mark.parametrize("path", ["", "static/app.js", "static/missing.js", "api/say"])
async def test_every_response_says_what_a_browser_must_not_do(window: WebClient, path: str) -> None:
    async with window.session.get(window.url + path, headers=window.cookie) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["frame-ancestors"] == directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"


async def _page(_: web.Request) -> web.Response:
    return web.Response()


async def test_it_listens_on_loopback(console: WebConsole) -> None:
    assert console.url.startswith("http://127.0.0.1:")
