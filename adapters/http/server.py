"""An HTTP server: one aiohttp application on one address. It answers every request, also after an error."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""Bytes of a request's body after decompression. A larger body is answered with 413; no platform sends one."""

_SHUTDOWN_TIMEOUT = 10.0
"""Seconds for which `stop` waits for requests under way."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Serves `application`. Add routes before `start`. Port 0 means a free port.

    If a handler raises StoreUnavailable, the answer is 503, so that the sender tries again.
    """

    def __init__(self, host: str, port: int, *, middlewares: Sequence[Middleware] = ()) -> None:
        self.application = web.Application(client_max_size=MAX_BODY, middlewares=[_answer_errors, *middlewares])
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

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
        """Begin to listen. Raises OSError if the address is not available."""
        # No access log, because URLs contain ids of people.
        runner = web.AppRunner(self.application, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Accept no more requests and wait for those under way. Does nothing if the server is not running."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


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
        # Only the type and the place are logged, because the text of an exception may quote what somebody wrote.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename}:{place.lineno}"
        log.error("%s %s failed: %s at %s", request.method, request.path, type(error).__name__, where)  # noqa: TRY400
        return web.json_response({"reason": "Something went wrong at the desk."}, status=500)
