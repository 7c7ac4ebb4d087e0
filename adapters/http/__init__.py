"""The HTTP server that platforms share, and the endpoints for operators."""

from adapters.http.operations import mount_operations
from adapters.http.server import MAX_BODY, HttpServer

__all__ = ["MAX_BODY", "HttpServer", "mount_operations"]
