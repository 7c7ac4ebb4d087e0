"""The log format of every process of the desk."""

from __future__ import annotations

import logging
import sys


def configure() -> None:
    """Write log lines to standard error, with time, level and module."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("watchfiles").setLevel(
        logging.WARNING
    )  # it logs only a number of changes; KnowledgeWatcher logs what changed
