"""The HTTP that platforms share: a listener that limits what comes in, and the pages for whoever operates the desk."""

from adapters.http.operations import mount_operations
from adapters.http.server import MAX_BODY, HttpServer

__all__ = ["MAX_BODY", "HttpServer", "mount_operations"]
