"""The HTTP server that platforms share, and the endpoints for operators."""

from adapters.http.forwarding import is_forwarded
from adapters.http.operations import mount_operations
from adapters.http.server import MAX_BODY, HttpServer

__all__ = ["MAX_BODY", "HttpServer", "is_forwarded", "mount_operations"]
