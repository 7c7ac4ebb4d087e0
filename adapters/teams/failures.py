"""What goes wrong between the desk and Microsoft, before it is anybody else's business."""

from __future__ import annotations


class KeysUnavailable(Exception):
    """Microsoft's signing keys cannot be had, so that nobody can prove to be Microsoft."""


class ConnectorFailure(Exception):
    """The connector did not do what it was asked.

    `status` is that of its answer, or 0 where there was none; `retry_after` the header.
    """

    def __init__(self, status: int, code: str, reason: str = "", retry_after: str = "") -> None:
        super().__init__(" ".join(part for part in (str(status or ""), code, reason) if part))
        self.status, self.retry_after = status, retry_after
