"""The log of every process of the desk: its format, and what no line of it may hold or repeat."""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from types import TracebackType

from bot.errors import StoreUnavailable

OUTAGE_INTERVAL = 60.0
"""Seconds in which the log says once that the database is down, however often the desk finds it so."""

# Control characters, separators of lines, marks that turn the direction of text, and halves of a character.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure() -> None:
    """Write log lines to standard error, with time, level and module."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(OutageFilter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("watchfiles").setLevel(
        logging.WARNING
    )  # it logs only a number of changes; KnowledgeWatcher logs what changed


def printable(text: str) -> str:
    """Return the text on one line, with escapes for what controls a terminal or could pass as another line."""
    return _INVISIBLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class SafeFormatter(logging.Formatter):
    """Escapes each line, and shows of an exception its type and where it was raised: its text may quote a message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line of a record. What a request, a name or an error brings cannot begin another one."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802
        """Return the places where an exception and its causes were raised, indented: no line looks like ours."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines += [f"{type(error).__name__}, raised by"]
            lines += [f"  {at.name} in {at.filename}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(f"    {printable(line)}" for line in lines)


class OutageFilter(logging.Filter):
    """Lets a line that names one outage of the database through once a minute, whoever says it."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[str, float] = {}
        """Outage, in its words -> when it was last said, by the monotonic clock."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a line that says again what was said within the last minute."""
        given = record.args if isinstance(record.args, tuple) else ()
        outage = next((str(each) for each in given if isinstance(each, StoreUnavailable)), None)
        if outage is None:
            return True
        now = time.monotonic()
        self._said_at = {each: at for each, at in self._said_at.items() if now - at < OUTAGE_INTERVAL}
        if outage in self._said_at:
            return False
        self._said_at[outage] = now
        return True
