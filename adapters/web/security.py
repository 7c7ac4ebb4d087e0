"""Checks that a request comes from a page that this console served, in a browser on this machine.

A page of another site can make a browser send requests here (cross-site requests), and can point a host name of its own
to this machine (DNS rebinding). A cross-site request lacks our token and our Origin. A rebound request has the other
host name in the header Host.
"""

from __future__ import annotations

import secrets

from aiohttp import web

from adapters.http.server import Handler

TOKEN_HEADER = "X-Policy-Desk"  # noqa: S105 - the header's name, not a token

_HOST_NAMES = frozenset({"127.0.0.1", "localhost"})
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse every request with another host name, and requests of other sites to /api."""
    if not _is_own_host(request.host):
        raise web.HTTPMisdirectedRequest(text="This console answers to localhost alone.")
    if request.path.startswith("/api/") and not _is_same_site(request):
        raise web.HTTPForbidden(text="This request comes from another site.")
    return await handler(request)


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that restrict the browser, to every response including errors."""
    response.headers.update(_SECURITY_HEADERS)
    if _is_own_host(request.host):
        response.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY.format(host=request.host)


def is_token(token: str, expected: str) -> bool:
    """Return whether the token is the expected one.

    The comparison takes constant time, so its duration reveals nothing.
    """
    return secrets.compare_digest(token.encode(), expected.encode())


def _is_own_host(host: str) -> bool:
    name, _, port = host.partition(":")
    return name in _HOST_NAMES and (port.isdecimal() or not port)


def _is_same_site(request: web.Request) -> bool:
    if (origin := request.headers.get("Origin")) is not None:
        return origin == f"http://{request.host}"
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
