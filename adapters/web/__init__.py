"""The browser console, for trying the desk and for local use."""

from adapters.web.console import WebConsole
from adapters.web.personas import Persona

__all__ = ["Persona", "WebConsole"]
