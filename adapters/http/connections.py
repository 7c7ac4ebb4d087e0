"""The connections of an HTTP server, of which there may be only so many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.web_protocol import RequestHandler


class Connections:
    """Makes the protocol of each new connection, and keeps their number below a bound.

    If there are too many, the oldest one is closed on which no whole request is being handled. So connections that send
    nothing, or only half a request, keep nobody out. If requests are handled on all of them, the new one is closed.
    """

    def __init__(self, server: web.Server, most: int) -> None:
        self._server, self._most = server, most
        self._working: set[RequestHandler] = set()
        self._closed: set[RequestHandler] = set()  # and the server still counts them
        self._made: set[RequestHandler] = set()  # and the server does not count them yet

    def accept(self) -> asyncio.BaseProtocol:
        """Return the protocol of a new connection."""
        counted = self._server.connections
        self._closed.intersection_update(counted)
        open_ = [each for each in counted if each not in self._closed]
        if len(open_) + len(self._made) >= self._most:
            waiting = next((each for each in open_ if each not in self._working), None)
            if waiting is None:
                return _Closed()
            self._closed.add(waiting)
            waiting.force_close()
        protocol = self._server()
        self._made.add(protocol)
        # asyncio tells the protocol of its connection in the next turn of the loop. From the one after that on the
        # server counts it, or it is gone already: one that stayed here for ever would be a place that is never free.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._made.discard, protocol)
        return protocol

    @contextmanager
    def working(self, connection: RequestHandler) -> Iterator[None]:
        """While this is entered, a whole request is handled on the connection, and it is not closed for another."""
        self._working.add(connection)
        try:
            yield
        finally:
            self._working.discard(connection)


class _Closed(asyncio.Protocol):
    """A connection that is closed at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  of a stream
        transport.abort()
