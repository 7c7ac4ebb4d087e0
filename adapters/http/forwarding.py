"""Whether a request came through a proxy."""

from __future__ import annotations

from aiohttp import web

_HEADERS = frozenset({"forwarded", "via", "x-real-ip"})
_PREFIX = "x-forwarded-"


def is_forwarded(request: web.Request) -> bool:
    """Return whether a proxy has forwarded the request, by the headers that proxies add.

    A proxy need not add any, so a request without them may have been forwarded too.
    """
    return any(name.lower() in _HEADERS or name.lower().startswith(_PREFIX) for name in request.headers)
