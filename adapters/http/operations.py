"""The endpoints for operators: liveness, readiness and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address

from aiohttp import web

from adapters.http.forwarding import is_forwarded
from bot.ports import Metric, Readiness

METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def mount_operations(
    application: web.Application,
    *,
    readiness: Callable[[], Awaitable[Readiness]],
    metrics_now: Callable[[], Awaitable[Iterable[Metric]]],
    metrics_anywhere: bool = False,
) -> None:
    """Add /healthz, /readyz and /metrics.

    Without `metrics_anywhere`, only this machine can read the metrics.
    """

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        now = await readiness()
        return web.json_response({"ready": now.ready, "reasons": dict(now.reasons)}, status=200 if now.ready else 503)

    async def metrics_page(request: web.Request) -> web.Response:
        if not (metrics_anywhere or _from_this_machine(request)):
            raise web.HTTPNotFound
        body = render_metrics(await metrics_now()).encode()
        return web.Response(body=body, headers={"Content-Type": METRICS_CONTENT_TYPE})

    application.add_routes([web.get("/healthz", health), web.get("/readyz", ready), web.get("/metrics", metrics_page)])


def _from_this_machine(request: web.Request) -> bool:
    # A proxy on this machine may forward a request from another machine.
    if is_forwarded(request) or request.remote is None:
        return False
    return ip_address(request.remote.partition("%")[0]).is_loopback


# ---- metrics --------------------------------------------------------------------------------------------------------


def render_metrics(metrics: Iterable[Metric]) -> str:
    """Return all metrics as the body of one response, in Prometheus' text format (version 0.0.4)."""
    return "".join(_render(metric) for metric in metrics)


def _render(metric: Metric) -> str:
    lines = [f"# HELP {metric.name} {_escape(metric.help)}", f"# TYPE {metric.name} {metric.kind}"]
    for labels, value in metric.samples.items():
        pairs = ",".join(f'{name}="{_escape(text, quotes=True)}"' for name, text in labels)
        lines.append(f"{metric.name}{{{pairs}}} {value}" if pairs else f"{metric.name} {value}")
    return "\n".join(lines) + "\n"


def _escape(text: str, *, quotes: bool = False) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quotes else escaped
