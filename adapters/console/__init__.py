"""The terminal: the smallest platform."""

from adapters.console.terminal import TerminalConsole

__all__ = ["TerminalConsole"]
