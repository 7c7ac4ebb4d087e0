"""The endpoints for operators: liveness, readiness and metrics."""

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
    """Add /healthz, /readyz and /metrics. Without `metrics_anywhere`, only this machine can read the metrics."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        now = await readiness()
        return web.json_response({"ready": now.ready, "reasons": dict(now.reasons)}, status=200 if now.ready else 503)

    async def metrics_page(request: web.Request) -> web.Response:
        if not (metrics_anywhere or _from_this_machine(request)):
            raise web.HTTPNotFound
        body = metrics.render(await metrics_now()).encode()
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})

    application.add_routes([web.get("/healthz", health), web.get("/readyz", ready), web.get("/metrics", metrics_page)])


def _from_this_machine(request: web.Request) -> bool:
    # A proxy on this machine forwards requests from elsewhere, with one of these headers.
    if any(header in request.headers for header in _FORWARDED) or request.remote is None:
        return False
    return ip_address(request.remote.partition("%")[0]).is_loopback
