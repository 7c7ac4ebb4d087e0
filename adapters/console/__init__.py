"""The terminal adapter, for one person."""

from adapters.console.terminal import TerminalConsole

__all__ = ["TerminalConsole"]
