"""An HTTP server: one aiohttp application on one address. It answers every request, also after an error."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import socket
import traceback
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.http.connections import Connections
from bot.errors import ConfigurationError, Problem, StoreUnavailable

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""Bytes of a request's body after decompression. A larger body is answered with 413; no platform sends one."""

IDLE_TIMEOUT = 75.0
"""Seconds for which a connection may send no whole head of a request. Longer than a proxy keeps its own open."""

BODY_TIMEOUT = 10.0
"""Seconds for the body of a request. Platforms send theirs at once."""

_MOST_CONNECTIONS = 256
_QUEUE = 128  # connections that the system keeps until they are accepted
_SHUTDOWN_TIMEOUT = 10.0
"""Seconds for which `stop` waits for requests under way."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What aiohttp itself logs is about clients: bytes that are no HTTP, with a traceback that quotes them.
_about_clients = logging.getLogger(f"{__name__}.clients")
_about_clients.setLevel(logging.CRITICAL)


class HttpServer:
    """Serves `application`. Add routes before `start`. Port 0 means a free port.

    - `section` is the section of the configuration that says where to listen.
    - If a handler raises StoreUnavailable, the answer is 503, so that the sender tries again.
    - The body is read before the handler runs, so a handler never waits for a slow sender.
    - The number of connections is bounded, below what the system allows the process: see `Connections`.
    """

    def __init__(
        self, host: str, port: int, *, middlewares: Sequence[Middleware] = (), section: str = "server"
    ) -> None:
        around = [_answer_errors, *middlewares, self._read_body]
        self.application = web.Application(client_max_size=MAX_BODY, middlewares=around)
        self._host, self._port, self._section = host, port, section
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self._connections: Connections | None = None

    @property
    def port(self) -> int:
        """The port. If it was given as 0, it is the real port after `start`."""
        return self._port

    @property
    def url(self) -> str:
        """The URL of the server, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Begin to listen. Raises ConfigurationError if the address is not available."""
        # No access log, because URLs contain ids of people.
        runner = web.AppRunner(
            self.application,
            access_log=None,
            logger=_about_clients,
            shutdown_timeout=_SHUTDOWN_TIMEOUT,
            keepalive_timeout=IDLE_TIMEOUT,
            lingering_time=BODY_TIMEOUT,
        )
        await runner.setup()
        most = _most_connections()
        try:
            assert runner.server is not None  # noqa: S101  after `setup`
            self._connections = Connections(runner.server, most)
            # asyncio accepts up to `backlog` connections before it makes the first protocol.
            listen = asyncio.get_running_loop().create_server
            self._listener = await listen(self._connections.accept, self._host, self._port, backlog=most // 2)
        except OSError as error:
            await runner.cleanup()
            raise ConfigurationError(_cannot_listen(self._section, self._host, self._port, error)) from None
        self._runner = runner
        self._port = int(self._listener.sockets[0].getsockname()[1])
        for each in self._listener.sockets:  # the system may queue more than that
            with socket.fromfd(each.fileno(), each.family, each.type) as same:
                same.listen(_QUEUE)

    async def stop(self) -> None:
        """Accept no more requests and wait for those under way. Does nothing if the server is not running."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _read_body(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Read the body in a bounded time. aiohttp keeps it, so the handler gets it at once."""
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="The body of the request did not arrive in time.") from None
        except RuntimeError as error:  # from aiohttp, if the connection was closed before the body was asked for
            if not _has_gone(request):
                raise
            raise ConnectionResetError from error
        if self._connections is None:
            return await handler(request)
        with self._connections.working(request.protocol):
            return await handler(request)


def _cannot_listen(section: str, host: str, port: int, error: OSError) -> Problem:
    """Return what is wrong with an address, and what to do."""
    reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    what = f"cannot listen on {host}:{port}: {reason}."
    if error.errno == errno.EADDRINUSE:
        return Problem(f"{section}.port", what, "Stop what listens there, or set another port (0 takes a free one).")
    if error.errno == errno.EACCES:
        return Problem(f"{section}.port", what, "Set a port from 1024 on, and let a proxy forward to it.")
    return Problem(f"{section}.host", what, "Set an address of this machine, such as 127.0.0.1.")


def _most_connections() -> int:
    """Return how many connections a server may have: a quarter of the files that this process may open at most."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(8, min(_MOST_CONNECTIONS, files // 4))


def _has_gone(request: web.Request) -> bool:
    """Return whether the connection of the request was closed."""
    return request.transport is None or request.transport.is_closing()


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (web.HTTPException, asyncio.CancelledError):
        raise
    except StoreUnavailable:
        reason = "Nothing can be stored just now. Try again in a moment."
        return web.json_response({"reason": reason}, status=503, headers={"Retry-After": "1"})
    except web.RequestPayloadError:
        return web.json_response({"reason": "The body of the request cannot be read."}, status=400)
    except Exception as error:  # noqa: BLE001 - the sender gets an answer after any error
        if isinstance(error, ConnectionError) and _has_gone(request):
            return web.Response(status=400)  # nobody reads this
        # Only the type and the place are logged, because the text of an exception may quote what somebody wrote.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename}:{place.lineno}"
        log.error("%s %s failed: %s at %s", request.method, request.path, type(error).__name__, where)  # noqa: TRY400
        return web.json_response({"reason": "Something went wrong at the desk."}, status=500)
