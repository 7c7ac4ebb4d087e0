"""How every process of the desk writes its log."""

from __future__ import annotations

import logging
import sys


def configure() -> None:
    """To standard error, with the time and the module."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it counts changes; the keeper says what they were
