"""The system clock. Tests use a clock that they can set."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine; implements `ports.Clock`."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the only place that reads the clock
