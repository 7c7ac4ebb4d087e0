"""A listener: one aiohttp application on one address, that answers whatever comes in with something sensible."""

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
"""Bytes of a request's body, unpacked; more is answered with 413. Several times what a platform ever sends."""

_FINISH = 10.0
"""Seconds that requests under way are given when the listener stops."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Routes are mounted on `application` before `start`. Port 0 takes a free one.

    A handler that raises StoreUnavailable is answered with 503, so that the sender tries again.
    """

    def __init__(self, host: str, port: int, *, middlewares: Sequence[Middleware] = ()) -> None:
        self.application = web.Application(client_max_size=MAX_BODY, middlewares=[_answer_errors, *middlewares])
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port that it listens on, once started."""
        return self._port

    @property
    def url(self) -> str:
        """Where it is found, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Listen. OSError when the address cannot be had."""
        # No access log: addresses carry ids of people.
        runner = web.AppRunner(self.application, access_log=None, shutdown_timeout=_FINISH)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Take no more requests and let those under way finish. No error when it is not running."""
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
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the sender gets an answer and the log a place
        # The text of an exception may quote what somebody wrote: only its kind and its place are logged.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename}:{place.lineno}"
        log.error("%s %s failed: %s at %s", request.method, request.path, type(error).__name__, where)  # noqa: TRY400
        return web.json_response({"reason": "Something went wrong at the desk."}, status=500)
