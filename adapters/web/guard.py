"""Who may speak to the console: pages that the console itself served, in a browser on this machine.

A page elsewhere can make a browser send requests here (cross-site requests) and can point a name of its own at this
machine (DNS rebinding). The first lacks our token and our Origin, the second carries its own name in Host.
"""

from __future__ import annotations

import secrets

from aiohttp import web

from adapters.http.server import Handler

TOKEN_HEADER = "X-Policy-Desk"  # noqa: S105 - the header's name, not a token

_NAMES = frozenset({"127.0.0.1", "localhost"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@web.middleware
async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other hosts always, and other sites wherever they could do or read something."""
    if not _named_here(request.host):
        raise web.HTTPMisdirectedRequest(text="This console answers to localhost alone.")
    if request.path.startswith("/api/") and not _same_site(request):
        raise web.HTTPForbidden(text="This request comes from another site.")
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For every response, errors included: what the browser must not do with it."""
    response.headers.update(_HEADERS)
    if _named_here(request.host):
        response.headers["Content-Security-Policy"] = _POLICY.format(host=request.host)


def same(token: str, expected: str) -> bool:
    """Compare without telling by its time how much of it was right."""
    return secrets.compare_digest(token.encode(), expected.encode())


def _named_here(host: str) -> bool:
    name, _, port = host.partition(":")
    return name in _NAMES and (port.isdecimal() or not port)


def _same_site(request: web.Request) -> bool:
    if (origin := request.headers.get("Origin")) is not None:
        return origin == f"http://{request.host}"
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
