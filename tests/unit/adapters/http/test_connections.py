"""Connections that send nothing, half a request, or more than anybody can take: others are answered all the same."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from socket import create_connection, socket

import pytest
from aiohttp import ClientSession, web

from adapters.http import HttpServer, server
from tests.waiting import until

ROOT = Path(__file__).parents[4]
HALF = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it"
SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


async def _echo(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def _health(_: web.Request) -> web.Response:
    return web.Response(text="alive")


@asynccontextmanager
async def serving(*routes: web.RouteDef) -> AsyncIterator[HttpServer]:
    built = HttpServer("127.0.0.1", 0)
    built.application.add_routes([web.post("/echo", _echo), web.get("/healthz", _health), *routes])
    await built.start()
    try:
        yield built
    finally:
        await built.stop()


@asynccontextmanager
async def connections(port: int, number: int, sent: bytes = b"") -> AsyncIterator[list[socket]]:
    """Open in a thread, as a connection waits until the server accepts it."""

    def connect() -> socket:
        one = stack.enter_context(create_connection(("127.0.0.1", port), timeout=10))
        with suppress(ConnectionError):  # closed for another already
            one.sendall(sent)
        return one

    with ExitStack() as stack:
        yield await asyncio.to_thread(lambda: [connect() for _ in range(number)])


def received(from_: socket) -> bytes:
    """What the server sends until it closes the connection."""
    found = b""
    try:
        while part := from_.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


async def answered(client: ClientSession, url: str) -> None:
    async with asyncio.timeout(10):
        async with client.get(f"{url}/healthz") as response:
            assert response.status == 200
        async with client.post(f"{url}/echo", data=b"an event") as response:
            assert await response.text() == "8"


@pytest.mark.parametrize(
    "sent", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: ", HALF], ids=["nothing", "line", "head", "body"]
)
@pytest.mark.parametrize("number", [20, 90])
async def test_half_open_connections_keep_nobody_out(sent: bytes, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 16)
    async with serving() as built, ClientSession() as client, connections(built.port, number, sent):
        for _ in range(3):
            await answered(client, built.url)


async def test_any_number_of_short_connections_one_after_the_other_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 8)
    async with serving() as there:
        for _ in range(50):
            async with ClientSession(headers={"Connection": "close"}) as session:
                assert await (await session.get(f"{there.url}/healthz")).text() == "alive"
        for _ in range(50):  # opened and closed without a word
            async with connections(there.port, 1):
                pass
        async with ClientSession() as session:
            assert await (await session.get(f"{there.url}/healthz")).text() == "alive"


async def test_a_connection_that_is_idle_or_sends_half_a_head_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_TIMEOUT", 0.2)
    async with serving() as built:
        for sent, answer in ((b"", b""), (b"GET / HTTP/1.1\r\nHos", b""), (HEALTH, b"alive")):
            async with connections(built.port, 1, sent) as (one,):
                said = await asyncio.to_thread(received, one)
                assert said.endswith(answer)


async def test_a_body_that_does_not_arrive_is_answered_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_TIMEOUT", 0.2)
    async with serving() as built, connections(built.port, 1, HALF) as (one,):
        assert (await asyncio.to_thread(received, one)).startswith(b"HTTP/1.1 408 ")


async def test_a_request_that_is_handled_is_not_closed_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 8)
    inside, go_on = 0, asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        nonlocal inside
        inside += 1
        await go_on.wait()
        return web.Response(text="done")

    async with serving(web.get("/slow", slow)) as built, ClientSession() as client:

        async def ask() -> str:
            async with client.get(f"{built.url}/slow") as response:
                return await response.text()

        asking = [asyncio.create_task(ask()) for _ in range(8)]
        await until(lambda: inside == 8)
        async with connections(built.port, 3) as others:
            for each in others:
                assert await asyncio.to_thread(received, each) == b"", "the new one is closed"
        go_on.set()
        assert await asyncio.gather(*asking) == ["done"] * 8
        await answered(client, built.url)


async def test_a_client_that_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    reached = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        reached.set()
        await asyncio.sleep(0.1)
        return web.Response(body=b"x" * 10_000_000)

    with caplog.at_level(logging.INFO):
        async with serving(web.get("/slow", slow)) as built, ClientSession() as client:
            for sent in (
                HALF,
                b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n",
                b"\x16\x03\x01\xff",
                b"GET /\0 HTTP/9\r\n\r\n",
            ):
                async with connections(built.port, 1, sent):
                    await asyncio.sleep(0.05)
            await reached.wait()
            await asyncio.sleep(0.2)
            await answered(client, built.url)
    assert caplog.messages == []


FEW_FILES = """
import asyncio, resource
from aiohttp import web
from adapters.http import HttpServer
from tests.unit.adapters.http.test_connections import _echo, _health

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

async def main():
    built = HttpServer("127.0.0.1", 0)
    built.application.add_routes([web.post("/echo", _echo), web.get("/healthz", _health)])
    await built.start()
    print(built.port, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("sent", [b"", HALF], ids=["nothing", "body"])
async def test_a_process_that_may_open_64_files_answers_beside_90_connections(sent: bytes) -> None:
    command = [sys.executable, "-c", FEW_FILES]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    async with ClientSession() as client, connections(port, 90, sent):
        for _ in range(3):
            await answered(client, f"http://127.0.0.1:{port}")
    process.terminate()
    _, said = await process.communicate()
    assert said == b""
