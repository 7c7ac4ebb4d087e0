from __future__ import annotations

import asyncio
import gzip
import logging
import socket
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import ClientSession, web

from adapters.http import MAX_BODY, HttpServer
from bot.errors import ConfigurationError, StoreUnavailable


async def _echo(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def _no_store(_: web.Request) -> web.Response:
    raise StoreUnavailable("away")


async def _bug(_: web.Request) -> web.Response:
    raise RuntimeError("a person's words")


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    server = HttpServer("127.0.0.1", 0)
    server.application.add_routes([web.post("/echo", _echo), web.get("/store", _no_store), web.get("/bug", _bug)])
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as client:
        yield client


async def test_a_body_of_the_greatest_size_is_taken(server: HttpServer, client: ClientSession) -> None:
    async with client.post(f"{server.url}/echo", data=BytesIO(b"x" * MAX_BODY)) as response:
        assert await response.text() == str(MAX_BODY)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * (MAX_BODY + 1), {}),
        (gzip.compress(b"x" * (50 * MAX_BODY)), {"Content-Encoding": "gzip"}),
    ],
    ids=["plain", "packed"],
)
async def test_a_greater_body_is_refused(
    server: HttpServer, client: ClientSession, body: bytes, headers: dict[str, str]
) -> None:
    async with client.post(f"{server.url}/echo", data=BytesIO(body), headers=headers) as response:
        assert response.status == 413


async def test_a_body_that_cannot_be_unpacked_is_the_senders_fault(server: HttpServer, client: ClientSession) -> None:
    headers = {"Content-Encoding": "gzip"}
    async with client.post(f"{server.url}/echo", data=b"this is not gzip", headers=headers) as response:
        assert response.status == 400


async def test_without_the_store_the_sender_is_told_to_try_again(server: HttpServer, client: ClientSession) -> None:
    async with client.get(f"{server.url}/store") as response:
        assert response.status == 503
        assert response.headers["Retry-After"] == "1"


async def test_a_bug_is_answered_and_logged_without_its_words(
    server: HttpServer, client: ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with client.get(f"{server.url}/bug") as response:
            assert response.status == 500
            assert "words" not in await response.text()
    assert "RuntimeError" in caplog.text
    assert "test_server.py" in caplog.text
    assert "words" not in caplog.text


async def test_a_request_under_way_is_finished_before_it_stops(client: ClientSession) -> None:
    server = HttpServer("127.0.0.1", 0)
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        inside.set()
        await go_on.wait()
        return web.Response(text="done")

    server.application.router.add_get("/slow", slow)
    await server.start()
    request = asyncio.ensure_future(client.get(f"{server.url}/slow"))
    await inside.wait()
    stopping = asyncio.ensure_future(server.stop())
    await asyncio.sleep(0)
    go_on.set()
    async with await request as response:
        assert await response.text() == "done"
    await stopping
    await server.stop()


async def test_a_port_that_is_taken_is_said_with_its_setting_and_leaves_nothing_behind(server: HttpServer) -> None:
    second = HttpServer("127.0.0.1", server.port, section="console")
    expected = rf"^console.port: cannot listen on 127.0.0.1:{server.port}: Address already in use. Stop what listens"
    with pytest.raises(ConfigurationError, match=expected):
        await second.start()
    await second.stop()


async def test_an_address_of_another_machine_is_said_with_its_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"^server.host: cannot listen on 192.0.2.1:0: .*\. Set an address of"):
        await HttpServer("192.0.2.1", 0).start()


async def test_a_name_that_nobody_knows_is_said_with_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    def knows_none(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", knows_none)
    with pytest.raises(ConfigurationError, match=r"^server.host: cannot listen on desk:0: Name or service not known. "):
        await HttpServer("desk", 0).start()
