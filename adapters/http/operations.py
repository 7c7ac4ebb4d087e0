"""The pages for whoever operates the desk: does it live, can it serve, how is it doing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address

from aiohttp import web

from adapters.http import metrics
from bot.ports import Metric, Readiness

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def mount_operations(
    application: web.Application,
    *,
    readiness: Callable[[], Awaitable[Readiness]],
    metrics_now: Callable[[], Awaitable[Iterable[Metric]]],
    metrics_anywhere: bool = False,
) -> None:
    """Mount /healthz, /readyz and /metrics. Without `metrics_anywhere` only this machine may read the metrics."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        now = await readiness()
        return web.json_response({"ready": now.ready, "reasons": dict(now.reasons)}, status=200 if now.ready else 503)

    async def numbers(request: web.Request) -> web.Response:
        if not (metrics_anywhere or _from_this_machine(request)):
            raise web.HTTPNotFound
        page = metrics.render(await metrics_now())
        return web.Response(body=page.encode(), headers={"Content-Type": metrics.CONTENT_TYPE})

    application.add_routes([web.get("/healthz", health), web.get("/readyz", ready), web.get("/metrics", numbers)])


def _from_this_machine(request: web.Request) -> bool:
    # A proxy on this machine passes on requests from elsewhere; it says so in a header.
    if any(header in request.headers for header in _FORWARDED) or request.remote is None:
        return False
    return ip_address(request.remote.partition("%")[0]).is_loopback
