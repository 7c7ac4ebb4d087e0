"""Checks that a request comes from a browser of whoever started the desk, and from a page that this console served.

- Other users of this machine reach the loopback address too. They lack the token, which stands in the address that the
  start prints. That address answers with a cookie and leads to the page, so the token does not stay in the address bar.
- A page of another site can make a browser send requests here (cross-site requests). It lacks our Origin, and the
  browser does not send the cookie.
- Another site can point a host name of its own to this machine (DNS rebinding). Such a request has the other host name
  in the header Host.
- A proxy would show the console to other machines. What it forwards is refused.
"""

from __future__ import annotations

import secrets

from aiohttp import web

from adapters.http import is_forwarded
from adapters.http.server import Handler

_TOKEN_PARAMETER = "token"  # noqa: S105 - its name, not a token
_NEEDS_ADDRESS = (
    "The console is shown only at its whole address, with the token in it, which Policy Desk prints when it starts. "
    "Paste that address into the address bar."
)
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
    """Refuse every request with another host name or through a proxy, and requests of other sites to /api."""
    if not _is_own_host(request.host):
        raise web.HTTPMisdirectedRequest(text="This console answers to localhost alone.")
    if is_forwarded(request):
        raise web.HTTPForbidden(text="This console answers to browsers on this machine alone, not through a proxy.")
    if request.path.startswith("/api/") and not _is_same_site(request):
        raise web.HTTPForbidden(text="This request comes from another site.")
    return await handler(request)


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that restrict the browser, to every response including errors."""
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if _is_own_host(request.host):
        response.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY.format(host=request.host)


class TokenDoor:
    """Lets in whoever has the token. It lets nobody in until it is opened."""

    def __init__(self) -> None:
        self._token = self._cookie = ""

    def open(self, token: str, port: int) -> None:
        """Let in whoever has this token, to the console on this port."""
        self._token = token
        # A browser sends the cookies of a host to all its ports, so two consoles would take each other's.
        self._cookie = f"policydesk-{port}"

    def address(self, page: str) -> str:
        """Return the address of the page with the token in it."""
        return f"{page}?{_TOKEN_PARAMETER}={self._token}"

    @web.middleware
    async def refuse_without_token(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse every request without the token. Answer the printed address with the cookie and the page's address."""
        if request.path == "/" and self._is_token(request.query.get(_TOKEN_PARAMETER, "")):
            page = request.rel_url.without_query_params(_TOKEN_PARAMETER).path_qs
            response = web.Response(status=303, headers={"Location": page, "Cache-Control": "no-store"})
            response.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict")
            return response
        if not self._is_token(request.cookies.get(self._cookie, "")):
            raise web.HTTPForbidden(text=_NEEDS_ADDRESS)
        return await handler(request)

    def _is_token(self, token: str) -> bool:
        """Return whether this is the token. The comparison takes constant time, so its duration reveals nothing."""
        return bool(self._token) and secrets.compare_digest(token.encode(errors="replace"), self._token.encode())


def _is_own_host(host: str) -> bool:
    name, _, port = host.partition(":")
    return name in _HOST_NAMES and (port.isdecimal() or not port)


def _is_same_site(request: web.Request) -> bool:
    if (origin := request.headers.get("Origin")) is not None:
        return origin == f"http://{request.host}"
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
